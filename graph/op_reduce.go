package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// reduction names how the elements along an axis become one.
type reduction uint8

const (
	redSum reduction = iota
	redProd
	redMax
	redMin
	redLogSumExp
	redArgMax
)

var reductionNames = [...]string{"Sum", "Prod", "Max", "Min", "LogSumExp", "ArgMax"}

// reduceOp reduces over some axes, which disappear.
type reduceOp struct {
	kind reduction
	axes dims // ascending
}

func (o reduceOp) String() string { return reductionNames[o.kind] + o.axes.String() }

func (o reduceOp) Infer(in []Type) (Type, error) {
	x := in[0]
	last := -1
	var s Shape
	for _, a := range o.axes.slice() {
		if a <= last || a >= len(x.Shape) {
			return Type{}, fmt.Errorf("%w: axes %v of shape %v", ErrShape, o.axes, x.Shape)
		}
		s = append(s, x.Shape[last+1:a]...)
		if x.Shape[a] == 0 && o.kind != redSum && o.kind != redProd && o.kind != redLogSumExp {
			return Type{}, fmt.Errorf("%w: axis %d of shape %v is empty", ErrShape, a, x.Shape)
		}
		last = a
	}
	s = append(s, x.Shape[last+1:]...)
	if s == nil {
		s = Shape{}
	}
	switch {
	case o.kind == redArgMax && !x.DType.IsFloat(), o.kind == redLogSumExp && !x.DType.IsFloat():
		return Type{}, fmt.Errorf("%w: want floats; Cast first", ErrDType)
	case x.DType == Bool:
		return Type{}, fmt.Errorf("%w: want numbers; Cast first", ErrDType)
	case x.DType == Int32 && o.kind != redSum:
		return Type{}, fmt.Errorf("%w: only Sum reduces Int32; Cast first", ErrDType)
	case o.kind == redArgMax:
		return Type{Int32, s}, nil
	}
	return Type{x.DType, s}, nil
}

func (o reduceOp) Grad(n, gy *Node) []*Node {
	x := n.in[0]
	if !n.typ.DType.IsFloat() {
		return []*Node{nil}
	}
	gy = gy.restore(x, o.axes)
	switch o.kind {
	case redSum:
		return []*Node{gy.BroadcastTo(x.typ.Shape...)}
	case redProd:
		return []*Node{gy.Mul(x.productOfOthers(o.axes.slice()))}
	case redMax, redMin: // shared evenly among equals
		at := x.Eq(n.restore(x, o.axes)).Cast(x.typ.DType)
		return []*Node{gy.Mul(at).Div(at.Sum(o.axes.slice()...).restore(x, o.axes))}
	case redLogSumExp: // softmax; a row of -Inf has none
		y := n.restore(x, o.axes)
		p := x.Sub(y).Exp()
		return []*Node{gy.Mul(y.Eq(y.scalar(negInf)).Select(p.scalar(0), p))}
	}
	return []*Node{nil}
}

func (o reduceOp) attrs() Attrs { return Attrs{Name: reductionNames[o.kind], Axes: o.axes.slice()} }

// restore gives back to a reduced value the reduced axes of x, with extent 1.
func (n *Node) restore(x *Node, axes dims) *Node {
	s := slices.Clone(x.typ.Shape)
	for _, a := range axes.slice() {
		s[a] = 1
	}
	return n.Reshape(s...)
}

// productOfOthers returns, for each element, the product over axes without it; zeros are counted
// so that a division by one never happens.
func (x *Node) productOfOthers(axes []int) *Node {
	d := dimsOf(axes)
	zero := x.scalar(0)
	isZero := x.Eq(zero)
	p := isZero.Select(x.scalar(1), x).Prod(axes...).restore(x, d)
	zeros := isZero.Cast(x.typ.DType).Sum(axes...).restore(x, d)
	atZero := zeros.Eq(x.scalar(1)).Select(p, zero)
	elsewhere := zeros.Eq(zero).Select(p, zero).Div(isZero.Select(x.scalar(1), x))
	return isZero.Select(atZero, elsewhere)
}

// reduce applies a reduction over axes: counted from the end if negative, all if none are given.
func (x *Node) reduce(kind reduction, axes []int) *Node {
	if !x.Valid() {
		return apply(reduceOp{kind: kind}, x)
	}
	a, err := x.axes(axes)
	if err != nil {
		return x.g.Fail(fmt.Errorf("%s(%v): %w", reductionNames[kind], x.typ, err))
	}
	if len(a) == 0 && kind != redArgMax { // a scalar, or no axis left to reduce
		return x
	}
	return apply(reduceOp{kind, dimsOf(a)}, x)
}

// axes resolves axis numbers: sorted, without repeats; all if none are given.
func (x *Node) axes(axes []int) ([]int, error) {
	rank := len(x.typ.Shape)
	if len(axes) == 0 {
		all := make([]int, rank)
		for i := range all {
			all[i] = i
		}
		return all, nil
	}
	out := make([]int, 0, len(axes))
	for _, a := range axes {
		i := a
		if i < 0 {
			i += rank
		}
		if i < 0 || i >= rank {
			return nil, fmt.Errorf("%w: axis %d of shape %v", ErrShape, a, x.typ.Shape)
		}
		out = append(out, i)
	}
	slices.Sort(out)
	for i := 1; i < len(out); i++ {
		if out[i] == out[i-1] {
			return nil, fmt.Errorf("%w: axis %d is named twice", ErrShape, out[i])
		}
	}
	return out, nil
}

// Sum returns the sum over axes, all of them if none is named. Axes count from the end if negative.
func (x *Node) Sum(axes ...int) *Node { return x.reduce(redSum, axes) }

// Prod returns the product over axes, all of them if none is named.
func (x *Node) Prod(axes ...int) *Node { return x.reduce(redProd, axes) }

// ReduceMax returns the largest element over axes, all of them if none is named; NaN if any is.
// Equal largest elements share the gradient evenly.
func (x *Node) ReduceMax(axes ...int) *Node { return x.reduce(redMax, axes) }

// ReduceMin returns the smallest element over axes, all of them if none is named; NaN if any is.
// Equal smallest elements share the gradient evenly.
func (x *Node) ReduceMin(axes ...int) *Node { return x.reduce(redMin, axes) }

// LogSumExp returns ln Σ e^x over axes, all of them if none is named, without overflow.
func (x *Node) LogSumExp(axes ...int) *Node { return x.reduce(redLogSumExp, axes) }

// ArgMax returns the position of the largest element along an axis, the first of equals, as Int32.
func (x *Node) ArgMax(axis int) *Node { return x.reduce(redArgMax, []int{axis}) }

// Mean returns the mean over axes, all of them if none is named.
func (x *Node) Mean(axes ...int) *Node {
	s := x.Sum(axes...)
	if !s.Valid() {
		return s
	}
	n := x.typ.Shape.Size() / max(s.typ.Shape.Size(), 1)
	if n == 0 {
		return x.g.Fail(fmt.Errorf("Mean(%v): %w: there is nothing to average", x.typ, ErrShape))
	}
	return s.Scale(1 / float64(n))
}

// Variance returns the mean squared deviation from the mean over axes, all of them if none is
// named: Σ(x-μ)²/n.
func (x *Node) Variance(axes ...int) *Node {
	m := x.Mean(axes...)
	if !m.Valid() {
		return m
	}
	a, _ := x.axes(axes)
	return x.Sub(m.restore(x, dimsOf(a))).Square().Mean(axes...)
}

// Softmax returns e^x / Σ e^x along an axis, without overflow.
func (x *Node) Softmax(axis int) *Node { return x.LogSoftmax(axis).Exp() }

// LogSoftmax returns x - ln Σ e^x along an axis, without overflow.
func (x *Node) LogSoftmax(axis int) *Node {
	y := x.LogSumExp(axis)
	if !y.Valid() {
		return y
	}
	a, _ := x.axes([]int{axis})
	return x.Sub(y.restore(x, dimsOf(a)))
}

// cumSumOp sums along an axis up to each element.
type cumSumOp struct {
	axis               int
	reverse, exclusive bool
}

func (o cumSumOp) String() string {
	return fmt.Sprintf("CumSum[%d reverse=%v exclusive=%v]", o.axis, o.reverse, o.exclusive)
}

func (o cumSumOp) Infer(in []Type) (Type, error) {
	if !in[0].DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats; Cast first", ErrDType)
	}
	return in[0], nil
}

func (o cumSumOp) Grad(n, gy *Node) []*Node {
	return []*Node{apply(cumSumOp{o.axis, !o.reverse, o.exclusive}, gy)}
}

func (o cumSumOp) attrs() Attrs {
	return Attrs{Name: "CumSum", Axes: []int{o.axis}, Reverse: o.reverse, Exclusive: o.exclusive}
}

func (o cumSumOp) kernel(n *Node) evalFunc {
	outer, m, inner := around(n.typ.Shape, o.axis, o.axis)
	if n.typ.DType == Float64 {
		return func(c *call) error {
			kernel.CumSum(c.out[0].F64(), c.in[0].F64(), outer, m, inner, o.reverse, o.exclusive)
			return nil
		}
	}
	return func(c *call) error {
		kernel.CumSum(c.out[0].F32(), c.in[0].F32(), outer, m, inner, o.reverse, o.exclusive)
		return nil
	}
}

// CumSum returns the running sum along an axis; reverse sums from the end, exclusive leaves out the
// element itself.
func (x *Node) CumSum(axis int, reverse, exclusive bool) *Node {
	if !x.Valid() {
		return apply(cumSumOp{}, x)
	}
	a, err := x.axes([]int{axis})
	if err != nil {
		return x.g.Fail(fmt.Errorf("CumSum(%v): %w", x.typ, err))
	}
	return apply(cumSumOp{a[0], reverse, exclusive}, x)
}

// around splits a shape into the extents before axis first, of first..last, and after last.
func around(s Shape, first, last int) (outer, n, inner int) {
	return s[:first].Size(), s[first : last+1].Size(), s[last+1:].Size()
}
