package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// JITLinear connects neurons at random, y = x·W, where the sparse matrix W [In Out] is never stored: it is
// a graph.JITMatrix, a pure function of Seed, In, Out, P and ByInput, which every product draws anew. It
// takes no place in checkpoints or programs, and forward pass, gradient and Transposed use the same one.
//
// On each line, the connections to one neuron after (or with ByInput from one before), one in ⌈1/P⌉ is
// there on average, so that P = 0.3 acts as 0.25. To draw a connection costs about as much as to multiply
// a hundred rows by it, and a Normal weight ten times that: where there is memory for the connections, a
// CSRLinear of Matrix is quicker.
type JITLinear struct {
	In, Out int     // neurons before and after, >= 1
	P       float64 // share of pairs that are connected, in [0, 1]
	// W is the weight of a connection: one number for all, which is trained unless under Fix; or a
	// Uniform or Normal, which is not trained. 1
	W          Param
	Seed       uint64      // of the matrix
	ByInput    bool        // whether a line is the connections from one neuron, not to one
	Event      bool        // whether x counts as spikes: 1 where it is not 0, or true
	Transposed bool        // whether x comes from the neurons after: y = x·Wᵀ
	DType      graph.DType // of weights and input; Float32
}

// JITLinearCell is a JITLinear placed in a graph.
type JITLinearCell struct {
	W                 *graph.Node // weight of all connections, a scalar; nil if each has its own
	m                 graph.JITMatrix
	transposed, event bool
	site
}

// Place puts the layer in g; the parameter of a single weight is named name.W. Faults, each named by
// layer and field, are recorded on g.
func (p JITLinear) Place(g *graph.Graph, name string) JITLinearCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := JITLinearCell{site: l.site(), transposed: p.Transposed, event: p.Event}
	var what string
	var err error
	if c.m, what, err = p.matrix(); err != nil {
		c.fault = l.fail(what, err)
		c.W = c.fault
		return c
	}
	if c.shape = []int{p.In}; p.Transposed {
		c.shape = []int{p.Out}
	}
	if c.m.Law == graph.JITOnes {
		c.W = l.node(p.tuned().Shared(), field{name: "W", def: Const(1), domain: anyNumber, weight: true})
	}
	return c
}

// Apply returns x·W, [... Out] of x [... In]; transposed, x·Wᵀ, [... In] of x [... Out]. In event
// form the gradient of x is that of the product itself, as of an x that is 0 or 1.
func (c JITLinearCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if c.event {
		x = c.events(x)
	}
	if x = c.arrive(x); !x.Valid() || c.W != nil && !c.W.Valid() {
		return invalid(x, c.W)
	}
	product := x.JITMatMul
	if c.transposed {
		product = x.JITMatMulT
	}
	if c.W == nil {
		return product(c.m)
	}
	return product(c.m).Mul(c.W)
}

// tuned returns W as it stands under Train or Fix; under Train if it does not.
func (p JITLinear) tuned() Tuned {
	if t, ok := p.W.(Tuned); ok {
		return t
	}
	return Train(p.W)
}

// matrix returns the matrix, of ones if all connections have one weight; of an error also the field.
func (p JITLinear) matrix() (m graph.JITMatrix, what string, err error) {
	m = graph.JITMatrix{Rows: p.In, Cols: p.Out, P: p.P, Seed: p.Seed, ByRow: p.ByInput}
	t, _ := p.W.(Tuned)
	switch w := or(p.tuned().of, Const(1)).(type) {
	case Const:
	case Uniform:
		m.Law, m.A, m.B = graph.JITUniform, w.Lo, w.Hi
	case Normal:
		m.Law, m.A, m.B = graph.JITNormal, w.Mean, w.Std
	default:
		return m, "W", fmt.Errorf("%w: %T, want a number, Uniform or Normal: the weights are drawn with the connections", graph.ErrValue, w)
	}
	if m.Law != graph.JITOnes && t.of != nil && !t.fixed {
		return m, "W", fmt.Errorf("%w: what is drawn with the connections cannot be trained; a CSRLinear of Matrix can", graph.ErrValue)
	}
	switch {
	case p.In < 1 || p.Out < 1:
		return m, "In, Out", fmt.Errorf("%w: %d to %d neurons, want at least 1", graph.ErrShape, p.In, p.Out)
	case !unit.has(p.P):
		return m, "P", fmt.Errorf("%w: %v, want %s", graph.ErrValue, p.P, unit.want)
	}
	_, err = or(p.tuned().of, Const(1)).Init([]int{0}, nil) // what is wrong with the distribution
	return m, "W", err
}

// Matrix returns the connections and their weights: one for each, or one for all, the initial one.
// Settings out of their domain are an error that names the field and wraps graph.ErrValue or
// graph.ErrShape.
func (p JITLinear) Matrix() (CSR, []float64, error) {
	m, what, err := p.matrix()
	if err != nil {
		return CSR{}, nil, fmt.Errorf("layers: JITLinear: %s: %w", what, err)
	}
	start, post, w, err := m.Elements()
	if err == nil && m.Law == graph.JITOnes {
		w, err = or(p.tuned().of, Const(1)).Init([]int{1}, nil)
	}
	if err != nil {
		return CSR{}, nil, fmt.Errorf("layers: JITLinear: %w", err)
	}
	return CSR{Out: p.Out, Start: start, Post: post}, w, nil
}
