package graph

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// foldOp derives a key: inputs are a key Int32[2] and an Int32 scalar.
type foldOp struct{}

func (foldOp) String() string { return "FoldIn" }

func (foldOp) Infer(in []Type) (Type, error) {
	if !in[0].Equal(Type{Int32, Shape{2}}) || !in[1].Equal(Type{Int32, Shape{}}) {
		return Type{}, fmt.Errorf("%w: want a key Int32[2] and an Int32 scalar", ErrDType)
	}
	return in[0], nil
}

func (foldOp) Grad(_, _ *Node) []*Node { return []*Node{nil, nil} }
func (foldOp) attrs() Attrs            { return Attrs{Name: "FoldIn"} }
func (foldOp) kernel(*Node) evalFunc {
	return func(c *call) error {
		k := kernel.FoldIn(keyOf(c.in[0]), uint32(c.in[1].I32()[0]))
		out := c.out[0].I32()
		out[0], out[1] = int32(k[0]), int32(k[1])
		return nil
	}
}

func keyOf(b kernel.Buf) [2]uint32 {
	k := b.I32()
	return [2]uint32{uint32(k[0]), uint32(k[1])}
}

// distribution names what a random op draws.
type distribution uint8

const (
	uniform distribution = iota
	normal
	bernoulli // input 1 is the probability
	integers
	permutation
)

var distributionNames = [...]string{"Uniform", "Normal", "Bernoulli", "Integers", "Permutation"}

// randomOp draws numbers: a pure function of the key, its stream, and an element's position. The
// stream makes two draws two nodes.
type randomOp struct {
	kind   distribution
	stream uint32
	typ    typ
	lo, hi int32 // of integers
	// sharded says that this is the draw of one shard of many rows: elements count from its first.
	sharded bool
}

func (o randomOp) String() string {
	return fmt.Sprintf("%s[stream %d]", distributionNames[o.kind], o.stream)
}

func (o randomOp) Infer(in []Type) (Type, error) {
	t := o.typ.typ()
	if o.kind == bernoulli {
		if p := in[1]; !p.DType.IsFloat() || !(p.Shape.Size() == 1 || p.Shape.Equal(t.Shape)) {
			return Type{}, fmt.Errorf("%w: the probability is %v, want a float for each of %v", ErrShape, p, t.Shape)
		}
	}
	return t, nil
}

func (o randomOp) Grad(n, _ *Node) []*Node { return make([]*Node, len(n.in)) }
func (o randomOp) attrs() Attrs {
	return Attrs{Name: distributionNames[o.kind], Drawn: true, Index: int(o.stream), DType: o.typ.dtype, Shape: o.typ.shape.slice()}
}

func (o randomOp) kernel(n *Node) evalFunc {
	f64 := n.typ.DType == Float64
	switch o.kind {
	case uniform:
		return drawKernel(f64, o, kernel.Uniform[float32], kernel.Uniform[float64])
	case normal:
		return drawKernel(f64, o, kernel.Normal[float32], kernel.Normal[float64])
	case bernoulli:
		p64 := n.in[1].typ.DType == Float64
		return func(c *call) error {
			if p64 {
				kernel.BernoulliBool(c.out[0].Bool(), c.in[1].F64(), keyOf(c.in[0]), o.stream, o.from(c))
			} else {
				kernel.BernoulliBool(c.out[0].Bool(), c.in[1].F32(), keyOf(c.in[0]), o.stream, o.from(c))
			}
			return nil
		}
	case integers:
		return func(c *call) error {
			kernel.Integers(c.out[0].I32(), o.lo, o.hi, keyOf(c.in[0]), o.stream, o.from(c))
			return nil
		}
	}
	return func(c *call) error {
		kernel.Permutation(c.out[0].I32(), keyOf(c.in[0]), o.stream)
		return nil
	}
}

// from returns the number of the first element that is drawn.
func (o randomOp) from(c *call) int {
	if !o.sharded {
		return 0
	}
	return c.env.shard * c.out[0].N
}

func drawKernel(f64 bool, o randomOp, f func([]float32, [2]uint32, uint32, int), d func([]float64, [2]uint32, uint32, int)) evalFunc {
	return func(c *call) error {
		if f64 {
			d(c.out[0].F64(), keyOf(c.in[0]), o.stream, o.from(c))
		} else {
			f(c.out[0].F32(), keyOf(c.in[0]), o.stream, o.from(c))
		}
		return nil
	}
}

// clockName is the parameter that counts steps of training; random ops depend on it.
const clockName = "spikegraph.clock"

// Clock returns the counter that random ops draw by: an Int32 scalar of the store, 0 at first. A
// program that should draw other numbers at its next run updates it: g.Update(g.Clock(),
// g.Clock().Shift(1)). Optimizers do.
func (g *Graph) Clock() *Node {
	return g.Param(clockName, Var{DType: Int32, Shape: []int{}, Fixed: true})
}

// key returns the key of random ops in g: of the seed and the clock, in a loop of the step too.
func (g *Graph) key() *Node {
	if g.parent != nil {
		k := g.local(g.parent.key())
		if !g.loop || g.segment {
			return k
		}
		return g.add(foldOp{}, []*Node{k, g.StepIndex()}) // not in a branch that is being traced
	}
	if r := g.root; r.seed == nil { // one literal per graph, so that equal keys are one node
		r.seed = g.Values(Int32, []float64{float64(int32(r.store.seed)), float64(int32(r.store.seed >> 32))}, 2)
	}
	return g.add(foldOp{}, []*Node{g.root.seed, g.Clock()})
}

func (g *Graph) draw(o randomOp, t Type, in ...*Node) *Node {
	if err := checkShape(t.Shape); err != nil {
		return g.Fail(fmt.Errorf("%s: %w", distributionNames[o.kind], err))
	}
	o.typ = typeKey(t)
	o.stream = g.root.streams
	g.root.streams++
	return apply(o, append([]*Node{g.key()}, in...)...)
}

// Uniform draws numbers of [0, 1). Like all random ops it gives the same numbers for the same
// store seed, clock, loop step and place in the order of the graph's draws, on any machine and for
// any number of workers; a derivative treats them as constants.
func (g *Graph) Uniform(d DType, shape ...int) *Node {
	if g == nil {
		return &Node{}
	}
	if !d.IsFloat() {
		return g.noType("Uniform", d)
	}
	return g.tracing().draw(randomOp{kind: uniform}, Type{d, shape})
}

// Normal draws numbers of mean 0 and standard deviation 1.
func (g *Graph) Normal(d DType, shape ...int) *Node {
	if g == nil {
		return &Node{}
	}
	if !d.IsFloat() {
		return g.noType("Normal", d)
	}
	return g.tracing().draw(randomOp{kind: normal}, Type{d, shape})
}

// Integers draws Int32 of [lo, hi).
func (g *Graph) Integers(lo, hi int, shape ...int) *Node {
	if g == nil {
		return &Node{}
	}
	if lo >= hi || lo != int(int32(lo)) || hi != int(int32(hi)) {
		return g.Fail(fmt.Errorf("Integers: %w: no Int32 is in [%d, %d)", ErrValue, lo, hi))
	}
	return g.tracing().draw(randomOp{kind: integers, lo: int32(lo), hi: int32(hi)}, Type{Int32, shape})
}

// Permutation draws an order of 0..n-1: Int32 [n].
func (g *Graph) Permutation(n int) *Node {
	if g == nil {
		return &Node{}
	}
	return g.tracing().draw(randomOp{kind: permutation}, Type{Int32, Shape{n}})
}

// Bernoulli draws a Bool for each element of p, true with that probability.
func (p *Node) Bernoulli() *Node {
	if !p.Valid() {
		return apply(opNeg, p)
	}
	return p.g.tracing().draw(randomOp{kind: bernoulli}, Type{Bool, p.typ.Shape}, p)
}

// tracing returns the innermost graph that is being traced: where a draw belongs.
func (g *Graph) tracing() *Graph { return g.root.top }
