package layers

import "github.com/spikegraph/spikegraph/graph"

// RNN is a recurrent cell without gates (Elman 1990, doi:10.1207/s15516709cog1402_1):
//
//	h ← f(x·Wi + h·Wh + B)
//
// A nil field takes its default.
type RNN struct {
	In, N      int         // inputs, neurons, >= 1
	Activation Activation  // f; "relu"
	Wi         Param       // weights of the input [In N], trained unless under Fix; XavierNormal
	Wh         Param       // recurrent weights [N N], trained unless under Fix; XavierNormal
	B          Param       // biases [N], trained unless under Fix; 0
	NoBias     bool        // whether there are no biases
	H0         Param       // h at the start of a sequence [N]; 0
	DType      graph.DType // of weights, input and state; Float32
}

// RNNCell is an RNN placed in a graph.
type RNNCell struct {
	gates
	f Activation
}

// RNNState is what the cell carries from step to step: its output H [B N]. The zero state is H0.
type RNNState struct{ H *graph.Node }

// Place puts the cell in g; its parameters are named name.Wi and so on. Faults, each named by layer
// and field, are recorded on g.
func (p RNN) Place(g *graph.Graph, name string) RNNCell {
	defer g.Scope(name)()
	return RNNCell{f: p.Activation.or(g, "relu"), gates: gateFields{
		in: p.In, n: p.N, k: 1, wi: p.Wi, wh: p.Wh, b: p.B, h0: p.H0,
		def: XavierNormal(), noBias: p.NoBias, dtype: p.DType,
	}.place(g, name)}
}

// Step advances the cell by the input x [... In] and returns h [... N].
func (c RNNCell) Step(x *graph.Node, s RNNState) (h *graph.Node, next RNNState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, RNNState{x}
	}
	h = c.f.Apply(c.input(x).Add(product(c.start(x, s.H), c.Wh, nil)))
	return h, RNNState{h}
}
