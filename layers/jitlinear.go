package layers

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
)

// JITLinear connects neurons at random, y = x·W, where the sparse matrix W [In Out] is a pure
// function of the settings (just-in-time connectivity; BrainPy's jitconn, Wang and others 2023,
// doi:10.7554/eLife.86365): of Seed, In, Out, P and ByInput, and of nothing else. It takes no place
// in checkpoints, and forward pass, gradient and Transposed use the same one.
//
// A line is the connections to one neuron after (or with ByInput from one before). On it the first
// connected neuron is uniform in 0..L-1, and the way from one to the next uniform in 1..L, with
// L = 2⌈1/P⌉ - 1: on average one in ⌈1/P⌉ is connected, so that P = 0.3 acts as 0.25. Each line has
// a random stream of its own, ChaCha8 in counter mode under the key (Seed, line).
//
// The lines are walked once, when the layer is placed. The program keeps 8 bytes for a connection,
// and where W is a distribution those of a float more; not In·Out numbers. A product takes the
// memory of one number for each row of x and connection.
type JITLinear struct {
	In, Out int     // neurons before and after, >= 1
	P       float64 // share of pairs that are connected, in [0, 1]
	// W is the weight of a connection: one number for all, which is trained unless under Fix; or a
	// distribution, such as Uniform or Normal, which each line draws from in order, and which is
	// not trained. 1
	W          Param
	Seed       uint64      // of the matrix
	ByInput    bool        // whether a line is the connections from one neuron, not to one
	Event      bool        // whether x counts as spikes: 1 where it is not 0
	Transposed bool        // whether x comes from the neurons after: y = x·Wᵀ
	DType      graph.DType // of weights and input; Float32
}

// JITLinearCell is a JITLinear placed in a graph.
type JITLinearCell struct {
	W    *graph.Node // a scalar, or [connections]
	wire wiring
	site
}

// Place walks the lines and puts the layer in g; the parameter of a single weight is named name.W.
// Faults, each named by layer and field, are recorded on g.
func (p JITLinear) Place(g *graph.Graph, name string) JITLinearCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := JITLinearCell{site: site{g: g, name: name}}
	m, w, what, err := p.draw()
	if err != nil {
		c.fault = l.fail(what, err)
		c.W = c.fault
		return c
	}
	if c.wire, err = wire(m, p.Transposed, p.Event); err != nil {
		c.fault = l.fail("In, Out", err)
		c.W = c.fault
		return c
	}
	c.shape = []int{c.wire.in}
	switch {
	case m.Len() == 0:
		c.W = g.Const(l.dtype, 0)
		return c
	case !p.one():
		c.W = g.Values(l.dtype, w, len(w))
		return c
	}
	c.W = l.node(p.tuned().Shared(), field{name: "W", def: Const(1), domain: anyNumber, weight: true})
	return c
}

// Apply returns x·W, [... Out] of x [... In]; transposed, x·Wᵀ, [... In] of x [... Out]. In event
// form the gradient of x is that of the product itself, as of an x that is 0 or 1.
func (c JITLinearCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.W.Valid() {
		return invalid(x, c.W)
	}
	return c.wire.carry(x, c.W)
}

// tuned returns W as it stands under Train or Fix; under Train if it does not.
func (p JITLinear) tuned() Tuned {
	if t, ok := p.W.(Tuned); ok {
		return t
	}
	return Train(p.W)
}

// weight returns the weight of a connection.
func (p JITLinear) weight() Param { return or(p.tuned().of, Const(1)) }

// one reports whether all connections have one weight.
func (p JITLinear) one() bool {
	_, ok := p.weight().(Const)
	return ok
}

// check returns what is wrong with the settings, and the field.
func (p JITLinear) check() (what string, err error) {
	_, given := p.weight().(Values)
	t, _ := p.W.(Tuned)
	switch {
	case p.In < 1 || p.Out < 1:
		return "In, Out", fmt.Errorf("%w: %d to %d neurons, want at least 1", graph.ErrShape, p.In, p.Out)
	case !unit.has(p.P):
		return "P", fmt.Errorf("%w: %v, want %s", graph.ErrValue, p.P, unit.want)
	case given:
		return "W", fmt.Errorf("%w: Values are given, but the number of connections follows from Seed", graph.ErrValue)
	case t.of != nil && !t.fixed && !p.one():
		return "W", fmt.Errorf("%w: what is drawn with the connections cannot be trained; a CSRLinear of Matrix can", graph.ErrValue)
	}
	return "", nil
}

// Matrix returns the connections and their weights: one for each, or one for all, the initial one.
// Settings out of their domain are an error that names the field and wraps graph.ErrValue or
// graph.ErrShape.
func (p JITLinear) Matrix() (CSR, []float64, error) {
	m, w, what, err := p.draw()
	if err != nil {
		return CSR{}, nil, fmt.Errorf("layers: JITLinear: %s: %w", what, err)
	}
	return m, w, nil
}

// draw walks the lines. Of an error it also returns the field.
func (p JITLinear) draw() (m CSR, w []float64, what string, err error) {
	if what, err := p.check(); err != nil {
		return CSR{}, nil, what, err
	}
	lines, length := p.Out, p.In
	if p.ByInput {
		lines, length = p.In, p.Out
	}
	if p.one() {
		w, err = p.weight().Init([]int{1}, nil)
	}
	var of, at []int32
	for i := 0; i < lines && err == nil; i++ {
		r := rand.New(rand.NewChaCha8(lineKey(p.Seed, i)))
		n := len(at)
		at = walk(at, length, p.P, r)
		for range at[n:] {
			of = append(of, int32(i))
		}
		if !p.one() {
			var v []float64
			v, err = p.weight().Init([]int{len(at) - n}, r)
			w = append(w, v...)
		}
	}
	if err != nil {
		return CSR{}, nil, "W", err
	}
	m, w, err = p.order(of, at, w)
	return m, w, "In, Out", err
}

// order returns the connections of lines of as a CSR, and the weights in its order.
func (p JITLinear) order(of, at []int32, w []float64) (CSR, []float64, error) {
	pre, post := at, of
	if p.ByInput {
		pre, post = of, at
	}
	m, order, err := CSRFromPairs(p.In, p.Out, pre, post)
	if err != nil || p.one() {
		return m, w, err
	}
	sorted := make([]float64, len(w))
	for k, o := range order {
		sorted[k] = w[o]
	}
	return m, sorted, nil
}

// lineKey returns the key of a line's stream.
func lineKey(seed uint64, line int) (key [32]byte) {
	binary.LittleEndian.PutUint64(key[:], seed)
	binary.LittleEndian.PutUint64(key[8:], uint64(line))
	return key
}

// walk appends the connected neurons of a line of n.
func walk(at []int32, n int, p float64, r *rand.Rand) []int32 {
	gap := math.Ceil(1 / p)
	if !(gap <= math.MaxInt32) { // p is 0, or as good as 0
		return at
	}
	longest := 2*int(gap) - 1
	for i := r.IntN(longest); i < n; i += 1 + r.IntN(longest) {
		at = append(at, int32(i))
	}
	return at
}
