package layers

import "github.com/spikegraph/spikegraph/graph"

// LSTM is the long short-term memory with a forget gate (Hochreiter, Schmidhuber 1997,
// doi:10.1162/neco.1997.9.8.1735; Gers, Schmidhuber, Cummins 2000, doi:10.1162/089976600300015015),
// in the form of Zaremba, Sutskever, Vinyals 2014 (arXiv:1409.2329). The forget gate is biased by 1
// (Jozefowicz, Zaremba, Sutskever 2015, https://proceedings.mlr.press/v37/jozefowicz15.html):
//
//	i, g, f, o = x·Wi + h·Wh + B
//	c ← σ(f + 1)·c + σ(i)·φ(g)
//	h ← σ(o)·φ(c)
//
// The columns of the matrices are blocks of N: i, g, f, o. A nil field takes its default.
type LSTM struct {
	In, N      int         // inputs, neurons, >= 1
	Activation Activation  // φ; "tanh"
	Wi         Param       // weights of the input [In 4N], trained unless under Fix; XavierNormal
	Wh         Param       // recurrent weights [N 4N], trained unless under Fix; XavierNormal
	B          Param       // biases [4N], trained unless under Fix; 0
	NoBias     bool        // whether there are no biases
	H0, C0     Param       // h and c at the start of a sequence [N]; 0
	DType      graph.DType // of weights, input and state; Float32
}

// LSTMCell is an LSTM placed in a graph.
type LSTMCell struct {
	gates
	C0 *graph.Node // [N]
	f  Activation
}

// LSTMState is what the cell carries from step to step. The zero state is H0 and C0.
type LSTMState struct {
	H *graph.Node // output, [B N]
	C *graph.Node // memory, [B N]
}

// Place puts the cell in g; its parameters are named name.Wi and so on. Faults, each named by layer
// and field, are recorded on g.
func (p LSTM) Place(g *graph.Graph, name string) LSTMCell {
	defer g.Scope(name)()
	c := LSTMCell{f: p.Activation.or(g, "tanh"), gates: gateFields{
		in: p.In, n: p.N, k: 4, wi: p.Wi, wh: p.Wh, b: p.B, h0: p.H0,
		def: XavierNormal(), noBias: p.NoBias, dtype: p.DType,
	}.place(g, name)}
	if c.C0 = c.fault; c.fault == nil {
		l := newPlacer(g, name, c.dtype)
		c.C0 = l.node(p.C0, field{name: "C0", def: Const(0), shape: []int{p.N}, domain: anyNumber})
	}
	return c
}

// Step advances the cell by the input x [... In] and returns h [... N].
func (c LSTMCell) Step(x *graph.Node, s LSTMState) (h *graph.Node, next LSTMState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, LSTMState{x, x}
	}
	all := c.input(x).Add(product(c.start(x, s.H), c.Wh, nil))
	return remember(all, s.C.Else(c.rest(x, c.C0)), c.f)
}

// forgetBias is what an LSTM adds to the forget gate, so that it remembers at first.
const forgetBias = 1

// remember returns the step of an LSTM of which the gates, blocks of the last axis, are all.
func remember(all, c *graph.Node, f Activation) (h *graph.Node, next LSTMState) {
	if !all.Valid() {
		return all, LSTMState{all, all}
	}
	n := all.Dim(-1) / 4
	i, g, forget, o := all.Narrow(-1, 0, n), all.Narrow(-1, n, n), all.Narrow(-1, 2*n, n), all.Narrow(-1, 3*n, n)
	c = forget.Shift(forgetBias).Sigmoid().Mul(c).Add(i.Sigmoid().Mul(f.Apply(g)))
	h = o.Sigmoid().Mul(f.Apply(c))
	return h, LSTMState{H: h, C: c}
}
