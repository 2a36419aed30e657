package layers

import "github.com/spikegraph/spikegraph/graph"

// Slopes of rectifiers for negative numbers: of a PReLU at first, and the bounds of an RReLU.
const (
	preluSlope = 0.25
	rreluLo    = 1. / 8
	rreluHi    = 1. / 3
)

// PReLU is a rectifier that learns its slope for negative numbers, one for each of the last axis or
// one for all: x where x >= 0, else A·x (He, Zhang, Ren, Sun 2015, eq. 1, doi:10.1109/ICCV.2015.123).
type PReLU struct {
	N     int         // slopes, the extent of the last axis, or 1 for one that all share
	A     Param       // slope [N], trained unless under Fix; 0.25
	DType graph.DType // of slopes and input; Float32
}

// PReLUCell is a PReLU placed in a graph.
type PReLUCell struct {
	A *graph.Node // [N]
	site
}

// Place puts the layer in g; its parameter is named name.A. Faults are recorded on g.
func (p PReLU) Place(g *graph.Graph, name string) PReLUCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := PReLUCell{site: l.neurons(p.N, nil)}
	if c.A = c.fault; c.fault != nil {
		return c
	}
	c.A = l.node(p.A, field{name: "A", def: Const(preluSlope), shape: c.shape, domain: anyNumber, weight: true})
	if p.N == 1 {
		c.shape = nil
	}
	return c
}

// Apply returns x [... N] where x >= 0, else A·x.
func (c PReLUCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x
	}
	return PRelu(x, c.A)
}

// RReLU is a rectifier with slopes for negative numbers that are drawn anew from [Lo, Hi) for every
// element in training, and are their mean, (Lo + Hi)/2, afterwards (Xu, Wang, Chen, Li 2015,
// arXiv:1505.00853). BrainPy's draws afterwards too. NewRReLU returns one with its bounds.
type RReLU struct {
	Lo, Hi   float64 // bounds of the slope, Lo <= Hi
	Training bool    // whether to draw
}

// NewRReLU returns the layer with the bounds 1/8 and 1/3.
func NewRReLU(training bool) RReLU { return RReLU{Lo: rreluLo, Hi: rreluHi, Training: training} }

// Apply returns x where x >= 0, else a·x. Bounds out of order are recorded on x's graph.
func (r RReLU) Apply(x *graph.Node) *graph.Node {
	if r.Training || !x.Valid() {
		return RRelu(x, r.Lo, r.Hi)
	}
	if err := slopes(r.Lo, r.Hi); err != nil {
		return x.Graph().Fail(err)
	}
	return x.LeakyRelu((r.Lo + r.Hi) / 2)
}
