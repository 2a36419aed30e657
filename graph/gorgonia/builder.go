package gorgonia

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
)

// leaf is a variable of a lowered graph, and the input or parameter that it stands for.
type leaf struct {
	node *G.Node
	from *graph.Node
}

// builder makes Gorgonia nodes. Its first error sticks; from then on it returns what it was given.
type builder struct {
	g      *G.ExprGraph
	dt     tensor.Dtype
	leaves []leaf
	first  int64 // number of the last node that was there before, which tells lowerings apart
	serial int   // of names
	err    error
}

// keep passes a node on and remembers an error.
func (b *builder) keep(n *G.Node, err error) *G.Node {
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("gorgonia: %w", err)
	}
	return n
}

func (b *builder) unary(f func(*G.Node) (*G.Node, error), x *G.Node) *G.Node {
	if b.err != nil {
		return x
	}
	return b.keep(f(x))
}

func (b *builder) binary(f func(x, y *G.Node) (*G.Node, error), x, y *G.Node) *G.Node {
	if b.err != nil {
		return x
	}
	return b.keep(f(x, y))
}

func (b *builder) add(x, y *G.Node) *G.Node    { return b.binary(G.Add, x, y) }
func (b *builder) sub(x, y *G.Node) *G.Node    { return b.binary(G.Sub, x, y) }
func (b *builder) mul(x, y *G.Node) *G.Node    { return b.binary(G.HadamardProd, x, y) }
func (b *builder) div(x, y *G.Node) *G.Node    { return b.binary(G.HadamardDiv, x, y) }
func (b *builder) exp(x *G.Node) *G.Node       { return b.unary(G.Exp, x) }
func (b *builder) sqrt(x *G.Node) *G.Node      { return b.unary(G.Sqrt, x) }
func (b *builder) square(x *G.Node) *G.Node    { return b.unary(G.Square, x) }
func (b *builder) floor(x *G.Node) *G.Node     { return b.unary(G.Floor, x) }
func (b *builder) neg(x *G.Node) *G.Node       { return b.unary(G.Neg, x) }
func (b *builder) log(x *G.Node) *G.Node       { return b.unary(G.Log, x) }
func (b *builder) matMul(x, y *G.Node) *G.Node { return b.binary(G.Mul, x, y) }

// compare applies one of Gorgonia's comparisons, for 0 and 1 of the operands' type.
func (b *builder) compare(f func(x, y *G.Node, same bool) (*G.Node, error), x, y *G.Node) *G.Node {
	return b.binary(func(x, y *G.Node) (*G.Node, error) { return f(x, y, true) }, x, y)
}

// stop passes x and no gradient.
func (b *builder) stop(x *G.Node) *G.Node { return b.unary(stop, x) }

// move applies the op of that name: see its function.
func (b *builder) move(name string, shape tensor.Shape, places []place, fill float64, xs ...*G.Node) *G.Node {
	if b.err != nil {
		return xs[0]
	}
	return b.keep(move(name, shape, places, fill, xs...))
}

// walk applies a move that follows a view of x.
func (b *builder) walk(name string, v view, x *G.Node) *G.Node {
	return b.move(name, boxed(v.shape), v.places(0), 0, x)
}

// same reports whether x has a shape already. Gorgonia's own comparison takes a vector for a column.
func same(x *G.Node, shape []int) bool { return slices.Equal(x.Shape(), boxed(shape)) }

// reshape gives x's elements another shape.
func (b *builder) reshape(x *G.Node, shape ...int) *G.Node {
	if b.err != nil || same(x, shape) {
		return x
	}
	return b.walk("Reshape", view{shape, rowMajor(shape), 0}, x)
}

// permute reorders the axes: axis i of the result is axis perm[i] of x.
func (b *builder) permute(x *G.Node, perm ...int) *G.Node {
	if b.err != nil {
		return x
	}
	from := x.Shape()
	own := rowMajor(from)
	v := view{make([]int, len(perm)), make([]int, len(perm)), 0}
	for i, a := range perm {
		v.shape[i], v.strides[i] = from[a], own[a]
	}
	return b.walk("Transpose", v, x)
}

// broadcast repeats x along axes of extent 1 and new axes in front.
func (b *builder) broadcast(x *G.Node, shape ...int) *G.Node {
	if b.err != nil || same(x, shape) {
		return x
	}
	from := x.Shape()
	own := rowMajor(from)
	st := make([]int, len(shape))
	off := len(shape) - len(from)
	for i, d := range from {
		if d != 1 { // a boxed scalar has one axis more than shape may have, of extent 1
			st[off+i] = own[i]
		}
	}
	return b.walk("Broadcast", view{shape, st, 0}, x)
}

// variable makes a node without inputs, or finds the one that has the name and the type: to
// Gorgonia they are one.
func (b *builder) variable(name string, shape []int) *G.Node {
	s := boxed(shape)
	return G.NewTensor(b.g, b.dt, len(s), G.WithShape(s...), G.WithName(name))
}

// unique returns a name that no other node has.
func (b *builder) unique(name string) string {
	b.serial++
	return fmt.Sprintf("%s#%d.%d", name, b.first, b.serial)
}

// constant makes a node that always is t.
func (b *builder) constant(shape []int, t *tensor.Dense) *G.Node {
	n := b.variable(b.unique("constant"), shape)
	return b.keep(n, G.Let(n, t))
}

// splat returns the constant v of that shape.
func (b *builder) splat(v float64, shape []int) *G.Node {
	s := boxed(shape)
	x := make([]float64, s.TotalSize())
	for i := range x {
		x[i] = v
	}
	return b.values(x, s)
}

// like returns the constant v with the shape of x.
func (b *builder) like(x *G.Node, v float64) *G.Node { return b.splat(v, x.Shape()) }

// values returns the constant with the elements x.
func (b *builder) values(x []float64, shape []int) *G.Node {
	return b.constant(shape, dense(b.dt, boxed(shape), x))
}
