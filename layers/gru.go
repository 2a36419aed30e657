package layers

import "github.com/spikegraph/spikegraph/graph"

// GRU is the gated recurrent unit (Cho and others 2014, eq. 5 to 8, doi:10.3115/v1/D14-1179, whose z
// is here 1 - z). As there and in BrainPy, the reset gate r multiplies h before the matrix; torch's
// multiplies the product:
//
//	z = σ(x·Wi_z + h·Wh_z + B_z)
//	r = σ(x·Wi_r + h·Wh_r + B_r)
//	a = f(x·Wi_a + (r·h)·Wh_a + B_a)
//	h ← (1 - z)·h + z·a
//
// The columns of the matrices are blocks of N: z, r, a. A nil field takes its default.
type GRU struct {
	In, N      int         // inputs, neurons, >= 1
	Activation Activation  // f; "tanh"
	Wi         Param       // weights of the input [In 3N], trained unless under Fix; NewOrthogonal()
	Wh         Param       // recurrent weights [N 3N], trained unless under Fix; NewOrthogonal()
	B          Param       // biases [3N], trained unless under Fix; 0
	NoBias     bool        // whether there are no biases
	H0         Param       // h at the start of a sequence [N]; 0
	DType      graph.DType // of weights, input and state; Float32
}

// GRUCell is a GRU placed in a graph.
type GRUCell struct {
	gates
	f Activation
}

// GRUState is what the cell carries from step to step: its output H [B N]. The zero state is H0.
type GRUState struct{ H *graph.Node }

// Place puts the cell in g; its parameters are named name.Wi and so on. Faults, each named by layer
// and field, are recorded on g.
func (p GRU) Place(g *graph.Graph, name string) GRUCell {
	defer g.Scope(name)()
	return GRUCell{f: p.Activation.or(g, "tanh"), gates: gateFields{
		in: p.In, n: p.N, k: 3, wi: p.Wi, wh: p.Wh, b: p.B, h0: p.H0,
		def: NewOrthogonal(), noBias: p.NoBias, dtype: p.DType,
	}.place(g, name)}
}

// Step advances the cell by the input x [... In] and returns h [... N].
func (c GRUCell) Step(x *graph.Node, s GRUState) (h *graph.Node, next GRUState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, GRUState{x}
	}
	h = c.start(x, s.H)
	in := c.input(x)
	zr := c.block(in, 0, 2).Add(product(h, c.block(c.Wh, 0, 2), nil)).Sigmoid()
	z, r := c.block(zr, 0, 1), c.block(zr, 1, 2)
	a := c.f.Apply(c.block(in, 2, 3).Add(product(r.Mul(h), c.block(c.Wh, 2, 3), nil)))
	h = h.Add(z.Mul(a.Sub(h)))
	return h, GRUState{h}
}
