package gorgonia

import (
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
)

// rule makes the Gorgonia nodes for n from those of its inputs.
type rule func(l *lowering, n *graph.Node, in []*G.Node) *G.Node

// rules returns how each op is lowered, by its name. Loops, branches and their results are not
// among them: lowering copies their bodies first.
func rules() map[string]rule {
	return map[string]rule{
		"Input": leafRule, "Param": leafRule, "Const": constRule, "Literal": literalRule,

		"Neg": un((*builder).neg), "Abs": native(G.Abs), "Exp": native(G.Exp), "Expm1": native(G.Expm1),
		"Log": un((*builder).log), "Log1p": native(G.Log1p),
		"Sqrt": native(G.Sqrt), "Square": native(G.Square), "Reciprocal": native(G.Inverse),
		"Sin": native(G.Sin), "Cos": native(G.Cos), "Tanh": native(G.Tanh),
		"Tan":     un(func(b *builder, x *G.Node) *G.Node { return b.div(b.unary(G.Sin, x), b.unary(G.Cos, x)) }),
		"Sinh":    un(func(b *builder, x *G.Node) *G.Node { return b.hyperbolic(x, b.sub) }),
		"Cosh":    un(func(b *builder, x *G.Node) *G.Node { return b.hyperbolic(x, b.add) }),
		"Sigmoid": native(G.Sigmoid), "Softplus": native(G.Softplus),
		"Asin": elementary(asin), "Acos": elementary(acos), "Atan": elementary(atan), "Erf": elementary(erf),
		"Relu": un((*builder).relu),
		"Sign": un((*builder).sign), "Floor": native(G.Floor), "Ceil": native(G.Ceil), "Round": un((*builder).round),
		"Step": un((*builder).step), "Not": un(func(b *builder, x *G.Node) *G.Node { return b.sub(b.like(x, 1), x) }),

		"Add": bin((*builder).add), "Sub": bin((*builder).sub), "Mul": bin((*builder).mul), "Div": divRule,
		"Pow":   bin(func(b *builder, x, y *G.Node) *G.Node { return b.binary(G.Pow, x, y) }),
		"Min":   either(bin((*builder).smaller), reduction((*builder).minRows)),
		"Max":   either(bin((*builder).larger), reduction((*builder).maxRows)),
		"Atan2": bin(func(b *builder, x, y *G.Node) *G.Node { return b.call(atan2, x, y) }),
		"Mod":   modRule,
		"Eq":    comparison(G.Eq), "Ne": comparison(G.Ne), "Lt": comparison(G.Lt),
		"Le": comparison(G.Lte), "Gt": comparison(G.Gt), "Ge": comparison(G.Gte),
		"And": bin((*builder).mul), "Or": bin((*builder).larger),
		"Xor": comparison(G.Ne),

		"Select": selectRule, "Cast": castRule,
		"Sum": reduction((*builder).sumRows), "Prod": reduction((*builder).prodRows),
		"LogSumExp": reduction((*builder).logSumExpRows),
		"ArgMax":    reduction((*builder).argMaxRows), "CumSum": cumSumRule,

		"Reshape": reshapeRule, "Transpose": transposeRule, "Broadcast": broadcastRule,
		"Slice": sliceRule, "ScatterSlice": scatterSliceRule, "Concat": concatRule, "Triangle": triangleRule,
		"Gather": gatherRule, "ScatterAdd": scatterAddRule, "OneHot": oneHotRule,
		"MatMul": matMulRule,

		"StopGradient": un((*builder).stop),
		"Barrier":      func(l *lowering, _ *graph.Node, in []*G.Node) *G.Node { return in[0] },
		"Spike":        spikeRule, "Custom": customRule,
	}
}

// un is the rule of an op of one argument.
func un(f func(b *builder, x *G.Node) *G.Node) rule {
	return func(l *lowering, _ *graph.Node, in []*G.Node) *G.Node { return f(&l.builder, in[0]) }
}

// native is the rule of an op of one argument that Gorgonia has.
func native(f func(*G.Node) (*G.Node, error)) rule {
	return func(l *lowering, _ *graph.Node, in []*G.Node) *G.Node { return l.unary(f, in[0]) }
}

func elementary(f function) rule {
	return func(l *lowering, _ *graph.Node, in []*G.Node) *G.Node { return l.call(f, in[0]) }
}

// bin is the rule of an op of two arguments, which it broadcasts.
func bin(f func(b *builder, x, y *G.Node) *G.Node) rule {
	return func(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
		return f(&l.builder, l.broadcast(in[0], n.Shape()...), l.broadcast(in[1], n.Shape()...))
	}
}

func comparison(f func(x, y *G.Node, same bool) (*G.Node, error)) rule {
	return bin(func(b *builder, x, y *G.Node) *G.Node { return b.compare(f, x, y) })
}

// either is the rule of a name that an op of two arguments shares with a reduction.
func either(two, one rule) rule {
	return func(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
		if len(in) == 2 {
			return two(l, n, in)
		}
		return one(l, n, in)
	}
}

// hyperbolic returns (e^x ± e^-x)/2.
func (b *builder) hyperbolic(x *G.Node, join func(x, y *G.Node) *G.Node) *G.Node {
	return b.mul(b.like(x, 0.5), join(b.exp(x), b.exp(b.neg(x))))
}

// relu returns x where it is above 0, else 0.
func (b *builder) relu(x *G.Node) *G.Node {
	zero := b.like(x, 0)
	return b.where(b.compare(G.Gt, x, zero), x, zero)
}

// step returns 1 where x >= 0, else 0.
func (b *builder) step(x *G.Node) *G.Node { return b.compare(G.Gte, x, b.like(x, 0)) }

// sign returns -1, 0 or 1; Gorgonia's own gives 1 for 0.
func (b *builder) sign(x *G.Node) *G.Node {
	zero := b.like(x, 0)
	return b.sub(b.compare(G.Gt, x, zero), b.compare(G.Lt, x, zero))
}

// round returns the nearest whole number, halves to even: f + [x-f > ½], and f's parity at ½.
func (b *builder) round(x *G.Node) *G.Node {
	f, half := b.floor(x), b.like(x, 0.5)
	odd := b.sub(f, b.mul(b.like(x, 2), b.floor(b.mul(half, f))))
	rest := b.sub(x, f)
	up := b.where(b.compare(G.Eq, rest, half), odd, b.compare(G.Gt, rest, half))
	return b.add(f, up)
}

// truncate returns x without its fraction.
func (b *builder) truncate(x *G.Node) *G.Node {
	return b.where(b.compare(G.Lt, x, b.like(x, 0)), b.unary(G.Ceil, x), b.floor(x))
}

// extreme returns x where first(x, y), else y; NaN if either is.
func (b *builder) extreme(first func(x, y *G.Node, same bool) (*G.Node, error), x, y *G.Node) *G.Node {
	return b.where(b.compare(first, x, y), x, b.where(b.compare(first, y, x), y, b.add(x, y)))
}

func (b *builder) larger(x, y *G.Node) *G.Node  { return b.extreme(G.Gte, x, y) }
func (b *builder) smaller(x, y *G.Node) *G.Node { return b.extreme(G.Lte, x, y) }

// divRule divides; whole numbers round toward zero, and a division by 0 gives 0.
func divRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	x, y := l.broadcast(in[0], n.Shape()...), l.broadcast(in[1], n.Shape()...)
	if n.DType().IsFloat() {
		return l.div(x, y)
	}
	zero := l.like(y, 0)
	return l.where(l.compare(G.Eq, y, zero), zero, l.truncate(l.div(x, y)))
}

// modRule computes x - ⌊x/y⌋·y; of whole numbers by 0 it gives 0.
func modRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	x, y := l.broadcast(in[0], n.Shape()...), l.broadcast(in[1], n.Shape()...)
	m := l.sub(x, l.mul(l.floor(l.div(x, y)), y))
	if n.DType().IsFloat() {
		return m
	}
	zero := l.like(y, 0)
	return l.where(l.compare(G.Eq, y, zero), zero, m)
}

func selectRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	s := n.Shape()
	return l.where(l.broadcast(in[0], s...), l.broadcast(in[1], s...), l.broadcast(in[2], s...))
}

// castRule: floats of both types are one type here, which is exact where it need not be.
func castRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	from := n.Inputs()[0].DType()
	switch to := n.DType(); {
	case to == graph.Bool:
		return l.compare(G.Ne, in[0], l.like(in[0], 0))
	case to == graph.Int32 && from.IsFloat():
		return l.truncate(in[0])
	}
	return in[0]
}

// constRule makes a tensor of one number.
func constRule(l *lowering, n *graph.Node, _ []*G.Node) *G.Node {
	return l.splat(n.Attrs().Value, n.Shape())
}

func literalRule(l *lowering, n *graph.Node, _ []*G.Node) *G.Node {
	return l.constant(n.Shape(), lift(l.dt, n.Shape(), n.Attrs().Literal))
}

// leafRule makes an input or a parameter, or takes the node that the user gave for it.
func leafRule(l *lowering, n *graph.Node, _ []*G.Node) *G.Node {
	if x := l.given[n]; x != nil {
		return l.reshape(x, n.Shape()...)
	}
	name := n.ParamName()
	if name == "" {
		name = l.unique("input")
	}
	x := l.variable(name, n.Shape())
	l.leaves = append(l.leaves, leaf{x, n})
	return x
}

// spikeRule is the step, with the derivative of its surrogate.
func spikeRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	return l.ruled(n, l.step(in[0]), in)
}

// customRule passes the first input; the others get the gradients of the user's rule.
func customRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node { return l.ruled(n, in[0], in[1:]) }

// matMulRule multiplies matrices; batches are broadcast.
func matMulRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	a := n.Attrs()
	s := n.Shape()
	batch := s[:len(s)-2].Size()
	x := l.matrices(in[0], s[:len(s)-2], a.TransA)
	y := l.matrices(in[1], s[:len(s)-2], a.TransB)
	if batch == 1 {
		xs, ys := x.Shape(), y.Shape()
		return l.reshape(l.matMul(l.reshape(x, xs[1:]...), l.reshape(y, ys[1:]...)), s...)
	}
	product := func(x, y *G.Node) (*G.Node, error) { return G.BatchedMatMul(x, y) }
	return l.reshape(l.binary(product, x, y), s...)
}

// matrices broadcasts x to the batch and returns it as [batch rows columns], transposed if asked.
func (b *builder) matrices(x *G.Node, batch []int, transposed bool) *G.Node {
	s := x.Shape()
	r := len(s)
	x = b.broadcast(x, append(slices.Clone(batch), s[r-2:]...)...)
	x = b.reshape(x, tensor.Shape(batch).TotalSize(), s[r-2], s[r-1])
	if transposed {
		x = b.permute(x, 0, 2, 1)
	}
	return x
}
