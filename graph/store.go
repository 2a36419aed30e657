package graph

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"gorgonia.org/tensor"
)

// A Param is a tensor that outlives runs: a weight, an optimizer's slot, a counter.
type Param struct {
	Name    string
	Value   *tensor.Dense // read and written in place by programs
	Trained bool          // whether optimizers update it

	version atomic.Uint64 // counts what programs and Wrote say was written
}

// A Store holds the parameters of a model by name, in the order they came. Programs compiled from
// graphs that share a store share its tensors. Placing parameters is for one goroutine at a time.
type Store struct {
	mu     sync.RWMutex // held by runs: for reading, or for writing if they update
	seed   uint64
	list   []*Param
	byName map[string]*Param
	holds  holds
}

// NewStore returns an empty store. Initial values are drawn from seed and the parameter's name, so
// one more layer changes nothing in the others.
func NewStore(seed uint64) *Store { return &Store{seed: seed, byName: map[string]*Param{}} }

// Seed returns the seed of initial values and of random ops.
func (s *Store) Seed() uint64 {
	if s == nil { // of a nil graph
		return 0
	}
	return s.seed
}

// Params returns the parameters in the order they came. The slice must not be changed.
func (s *Store) Params() []*Param {
	if s == nil {
		return nil
	}
	return s.list
}

// Get returns the parameter of that name, nil if there is none.
func (s *Store) Get(name string) *Param {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// Put adds a tensor under a name that must be new. The tensor is used, not copied.
func (s *Store) Put(name string, value *tensor.Dense, trained bool) error {
	if s.byName[name] != nil {
		return fmt.Errorf("graph: parameter %q is there already", name)
	}
	if value == nil {
		return fmt.Errorf("graph: parameter %q: %w: the tensor is nil", name, ErrValue)
	}
	if DTypeOf(value) == Invalid {
		return fmt.Errorf("graph: parameter %q: %w: tensors of %v are not supported", name, ErrDType, value.Dtype())
	}
	if err := plain(value); err != nil {
		return fmt.Errorf("graph: parameter %q: %w", name, err)
	}
	p := &Param{Name: name, Value: value, Trained: trained}
	s.list, s.byName[name] = append(s.list, p), p
	return nil
}

// rand returns the generator for the initial value of a parameter.
func (s *Store) rand(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(s.seed, h.Sum64()))
}

// An Initializer draws the initial value of a parameter of the given shape.
type Initializer interface {
	Init(shape []int, r *rand.Rand) ([]float64, error)
}

// Zeros is the Initializer of zeros.
type Zeros struct{}

// Init returns zeros.
func (Zeros) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	return make([]float64, Shape(shape).Size()), nil
}

// Var describes a parameter to place in a graph.
type Var struct {
	DType DType       // Float32 if Invalid
	Shape []int       // its extent
	Init  Initializer // its value where the store has none yet; zeros if nil
	Fixed bool        // not touched by optimizers
}

// Param places the parameter name in the graph: the store's tensor, made and initialized if the
// store has none of that name. Placing a name twice gives one node, which is how layers share weights.
func (g *Graph) Param(name string, v Var) *Node {
	if g == nil {
		return &Node{}
	}
	if v.DType == Invalid {
		v.DType = Float32
	}
	if v.DType > Bool {
		return g.noType(fmt.Sprintf("Param(%s)", name), v.DType)
	}
	t := Type{v.DType, v.Shape}
	if n := g.root.params[name]; n != nil {
		if !n.typ.Equal(t) {
			return g.Fail(fmt.Errorf("parameter %q is placed as %v and as %v: %w", name, n.typ, t, ErrShape))
		}
		return n
	}
	p := g.root.store.byName[name]
	if p == nil {
		var err error
		if p, err = g.root.store.create(name, v); err != nil {
			return g.Fail(err)
		}
	}
	if have := (Type{DTypeOf(p.Value), Shape(p.Value.Shape())}); !have.Equal(t) && !(len(v.Shape) == 0 && have.DType == v.DType && have.Shape.Size() == 1) {
		return g.Fail(fmt.Errorf("parameter %q is %v in the store, the model asks for %v: %w", name, have, t, ErrShape))
	}
	n := g.root.graph.placeholder(argOp{role: roleParam, name: name, typ: typeKey(t)}, t)
	g.root.params[name] = n
	g.root.order = append(g.root.order, n)
	return n
}

func (s *Store) create(name string, v Var) (*Param, error) {
	if err := checkShape(v.Shape); err != nil {
		return nil, fmt.Errorf("parameter %q: %w", name, err)
	}
	if v.Init == nil {
		v.Init = Zeros{}
	}
	x, err := v.Init.Init(v.Shape, s.rand(name))
	if err != nil {
		return nil, fmt.Errorf("parameter %q: %w", name, err)
	}
	if len(x) != Shape(v.Shape).Size() {
		return nil, fmt.Errorf("parameter %q: %w: %T gave %d values for shape %v", name, ErrShape, v.Init, len(x), v.Shape)
	}
	for i, e := range x {
		if e-e != 0 || v.DType == Float32 && math.Abs(e) > math.MaxFloat32 {
			return nil, fmt.Errorf("parameter %q: %w: initial value %v at element %d is no number of %v", name, ErrValue, e, i, v.DType)
		}
	}
	if err := s.Put(name, tensorFrom(v.DType, v.Shape, x), !v.Fixed && v.DType.IsFloat()); err != nil {
		return nil, err
	}
	return s.byName[name], nil
}

// Trained returns the nodes of the graph's parameters that optimizers update, as placed.
func (g *Graph) Trained() []*Node {
	if g == nil {
		return nil
	}
	var ps []*Node
	for _, n := range g.root.order {
		if g.root.store.byName[n.ParamName()].Trained {
			ps = append(ps, n)
		}
	}
	return ps
}

// ParamName returns the name of the parameter that n is, "" if it is none.
func (n *Node) ParamName() string {
	if a, ok := n.op.(argOp); ok && a.role == roleParam {
		return a.name
	}
	return ""
}

// Update makes the parameter p take the value v when a run ends. All reads of p in the run see the
// value from before; a parameter can be updated once in a graph.
//
// Where v is computed in the step of a Loop, p takes it at every step: the step reads what the one
// before left, in the first that from before the loop, and when the run ends p is what the last step
// made it. A loop after it in the same graph goes on from there.
func (g *Graph) Update(p, v *Node) {
	if g == nil {
		return
	}
	switch {
	case !p.Valid() || !v.Valid():
		return // reported where it came about
	case p.ParamName() == "":
		g.Fail(fmt.Errorf("Update: %w: %v is not a parameter", ErrValue, p))
		return
	case p.g.root != g.root:
		g.Fail(fmt.Errorf("Update(%s): %w: the parameter is of another graph", p.ParamName(), ErrScope))
		return
	case v.g.root != g.root:
		g.Fail(fmt.Errorf("Update(%s): %w: the new value is of another graph", p.ParamName(), ErrScope))
		return
	case !p.typ.Equal(v.typ):
		g.Fail(fmt.Errorf("Update(%s): %w: it is %v, the new value %v", p.ParamName(), ErrShape, p.typ, v.typ))
		return
	}
	if v.g != g.root.graph {
		if err := g.move(p, v); err != nil {
			g.Fail(fmt.Errorf("Update(%s): %w", p.ParamName(), err))
		}
		return
	}
	if slices.ContainsFunc(g.root.updates, func(u update) bool { return u.param == p }) {
		g.Fail(fmt.Errorf("Update(%s): %w: it is updated twice", p.ParamName(), ErrValue))
		return
	}
	g.root.updates = append(g.root.updates, update{param: p, value: v})
}

// Check makes a run stop with an error naming what, before anything is updated, where the scalar n
// is NaN or infinite.
func (g *Graph) Check(what string, n *Node) {
	if g == nil {
		return
	}
	if !n.Valid() {
		return
	}
	if n.g != g.root.graph || !n.typ.DType.IsFloat() || n.typ.Shape.Size() != 1 {
		g.Fail(fmt.Errorf("Check(%s): %w: want a float scalar outside loops, have %v", what, ErrShape, n.typ))
		return
	}
	g.root.checks = append(g.root.checks, check{what, n})
}

// tensorFrom makes a tensor of type d from float64 values.
func tensorFrom(d DType, shape []int, x []float64) *tensor.Dense {
	var back any
	switch d {
	case Float32:
		back = convert[float32](x)
	case Float64:
		back = append([]float64(nil), x...)
	case Int32:
		back = convert[int32](x)
	case Bool:
		b := make([]bool, len(x))
		for i, e := range x {
			b[i] = e != 0
		}
		back = b
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(back))
}

func convert[T float32 | int32](x []float64) []T {
	y := make([]T, len(x))
	for i, e := range x {
		y[i] = T(e)
	}
	return y
}
