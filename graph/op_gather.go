package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// gatherOp takes slices of an axis by position: inputs are the table and Int32 positions.
type gatherOp struct{ axis int }

func (o gatherOp) String() string { return fmt.Sprintf("Gather[%d]", o.axis) }

func (o gatherOp) Infer(in []Type) (Type, error) {
	if in[1].DType != Int32 {
		return Type{}, fmt.Errorf("%w: positions are %v, want Int32", ErrDType, in[1].DType)
	}
	s := slices.Clone(in[0].Shape[:o.axis])
	s = append(s, in[1].Shape...)
	return Type{in[0].DType, append(s, in[0].Shape[o.axis+1:]...)}, nil
}

func (o gatherOp) Grad(n, gy *Node) []*Node {
	if !n.typ.DType.IsFloat() {
		return []*Node{nil, nil}
	}
	return []*Node{apply(scatterAddOp{o.axis, n.in[0].typ.Shape[o.axis]}, gy, n.in[1]), nil}
}

func (o gatherOp) attrs() Attrs { return Attrs{Name: "Gather", Axes: []int{o.axis}} }

func (o gatherOp) kernel(n *Node) evalFunc {
	t := n.in[0].typ
	outer, rows, inner := around(t.Shape, o.axis, o.axis)
	k := n.in[1].typ.Shape.Size()
	size := t.DType.Size()
	return func(c *call) error {
		for i := range outer {
			dst := c.out[0].Slice(i*k*inner, (i+1)*k*inner, size)
			src := c.in[0].Slice(i*rows*inner, (i+1)*rows*inner, size)
			if at := kernel.GatherRows(dst, src, c.in[1].I32(), rows, inner, size); at >= 0 {
				return outOfRange(c.in[1].I32(), at, rows)
			}
		}
		return nil
	}
}

func outOfRange(idx []int32, at, n int) error {
	return fmt.Errorf("%w: position %d (element %d) is outside [0, %d)", ErrValue, idx[at], at, n)
}

// Gather takes slices of x along an axis: the axis is replaced by the shape of the Int32 positions
// idx. A position outside the axis is an error when the program runs.
func (x *Node) Gather(axis int, idx *Node) *Node {
	if !x.Valid() || !idx.Valid() {
		return apply(gatherOp{}, x, idx)
	}
	a, err := x.axes([]int{axis})
	if err != nil {
		return x.g.Fail(fmt.Errorf("Gather(%v): %w", x.typ, err))
	}
	return apply(gatherOp{a[0]}, x, idx)
}

// scatterAddOp is the reverse of a gather: it adds slices into an axis of extent n.
type scatterAddOp struct{ axis, n int }

func (o scatterAddOp) String() string { return fmt.Sprintf("ScatterAdd[%d %d]", o.axis, o.n) }

func (o scatterAddOp) Infer(in []Type) (Type, error) {
	if in[1].DType != Int32 || !in[0].DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats and Int32 positions", ErrDType)
	}
	k := len(in[1].Shape)
	if len(in[0].Shape) < o.axis+k || !in[0].Shape[o.axis:o.axis+k].Equal(in[1].Shape) {
		return Type{}, fmt.Errorf("%w: positions %v do not match %v from axis %d on", ErrShape, in[1].Shape, in[0].Shape, o.axis)
	}
	s := append(slices.Clone(in[0].Shape[:o.axis]), o.n)
	return Type{in[0].DType, append(s, in[0].Shape[o.axis+k:]...)}, nil
}

func (o scatterAddOp) Grad(n, gy *Node) []*Node { return []*Node{gy.Gather(o.axis, n.in[1]), nil} }

func (o scatterAddOp) attrs() Attrs {
	return Attrs{Name: "ScatterAdd", Axes: []int{o.axis}, Shape: []int{o.n}}
}

func (o scatterAddOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return scatterKernel[float64](n, o)
	}
	return scatterKernel[float32](n, o)
}

func scatterKernel[T float32 | float64](n *Node, o scatterAddOp) evalFunc {
	outer, rows, inner := around(n.typ.Shape, o.axis, o.axis)
	k := n.in[1].typ.Shape.Size()
	return func(c *call) error {
		dst, src, idx := kernel.View[T](c.out[0]), kernel.View[T](c.in[0]), c.in[1].I32()
		kernel.Clear(dst)
		for i := range outer {
			if at := kernel.ScatterAddRows(dst[i*rows*inner:(i+1)*rows*inner], idx, src[i*k*inner:(i+1)*k*inner], inner); at >= 0 {
				return outOfRange(idx, at, rows)
			}
		}
		return nil
	}
}

// ScatterAdd adds slices of x into zeros: the axes that idx has, from axis on, become one axis of
// extent n, slice i going to position idx[i]. Slices that meet are added in order. A position
// outside [0, n) is an error when the program runs.
func (x *Node) ScatterAdd(axis int, idx *Node, n int) *Node {
	if !x.Valid() || !idx.Valid() {
		return apply(scatterAddOp{}, x, idx)
	}
	if axis < 0 {
		axis += len(x.typ.Shape)
	}
	if axis < 0 || axis > len(x.typ.Shape) || n < 0 {
		return x.g.Fail(fmt.Errorf("ScatterAdd(%v, axis %d, extent %d): %w: no such place", x.typ, axis, n, ErrShape))
	}
	return apply(scatterAddOp{axis, n}, x, idx)
}

// oneHotOp marks a class in a row of zeros.
type oneHotOp struct {
	classes int
	dtype   DType
}

func (o oneHotOp) String() string { return fmt.Sprintf("OneHot[%d]", o.classes) }

func (o oneHotOp) Infer(in []Type) (Type, error) {
	if in[0].DType != Int32 || !o.dtype.IsFloat() {
		return Type{}, fmt.Errorf("%w: want Int32 classes to floats", ErrDType)
	}
	if o.classes < 1 {
		return Type{}, fmt.Errorf("%w: %d classes", ErrValue, o.classes)
	}
	return Type{o.dtype, append(slices.Clone(in[0].Shape), o.classes)}, nil
}

func (o oneHotOp) Grad(_, _ *Node) []*Node { return []*Node{nil} }
func (o oneHotOp) attrs() Attrs {
	return Attrs{Name: "OneHot", Shape: []int{o.classes}, DType: o.dtype}
}

func (o oneHotOp) kernel(*Node) evalFunc {
	return func(c *call) error {
		var at int
		if o.dtype == Float64 {
			at = kernel.OneHot(c.out[0].F64(), c.in[0].I32(), o.classes)
		} else {
			at = kernel.OneHot(c.out[0].F32(), c.in[0].I32(), o.classes)
		}
		if at >= 0 {
			return fmt.Errorf("class %w", outOfRange(c.in[0].I32(), at, o.classes))
		}
		return nil
	}
}

// OneHot returns a new last axis of extent classes with 1 at the place that the Int32 x names and
// 0 elsewhere. A class outside [0, classes) is an error when the program runs.
func (x *Node) OneHot(classes int, d DType) *Node {
	if x.Valid() && d == Invalid {
		return x.g.noType(fmt.Sprintf("OneHot(%v)", x.typ), d)
	}
	return apply(oneHotOp{classes, d}, x)
}

// triangleOp keeps one triangle of matrices.
type triangleOp struct {
	upper bool
	k     int
}

func (o triangleOp) String() string { return fmt.Sprintf("Triangle[upper=%v %d]", o.upper, o.k) }

func (o triangleOp) Infer(in []Type) (Type, error) {
	if len(in[0].Shape) < 2 || !in[0].DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want a float matrix", ErrShape)
	}
	return in[0], nil
}

func (o triangleOp) Grad(_, gy *Node) []*Node { return []*Node{apply(o, gy)} }
func (o triangleOp) attrs() Attrs {
	return Attrs{Name: "Triangle", Reverse: o.upper, Index: o.k}
}

func (o triangleOp) kernel(n *Node) evalFunc {
	r := len(n.typ.Shape)
	batch, rows, cols := n.typ.Shape[:r-2].Size(), n.typ.Shape[r-2], n.typ.Shape[r-1]
	return func(c *call) error {
		if n.typ.DType == Float64 {
			kernel.Triangle(c.out[0].F64(), c.in[0].F64(), batch, rows, cols, o.k, o.upper)
		} else {
			kernel.Triangle(c.out[0].F32(), c.in[0].F32(), batch, rows, cols, o.k, o.upper)
		}
		return nil
	}
}

// Tril keeps the elements on and below diagonal k of the last two axes, 0 elsewhere; k > 0 is above
// the main diagonal.
func (x *Node) Tril(k int) *Node { return apply(triangleOp{false, k}, x) }

// Triu keeps the elements on and above diagonal k of the last two axes, 0 elsewhere.
func (x *Node) Triu(k int) *Node { return apply(triangleOp{true, k}, x) }

// Diagonal returns the main diagonal of the last two axes.
func (x *Node) Diagonal() *Node {
	if !x.Valid() {
		return apply(triangleOp{}, x)
	}
	r := len(x.typ.Shape)
	if r < 2 {
		return x.g.Fail(fmt.Errorf("Diagonal(%v): %w: want a matrix", x.typ, ErrShape))
	}
	rows, cols := x.typ.Shape[r-2], x.typ.Shape[r-1]
	n := min(rows, cols)
	y := x.Flatten(-2, -1)
	rs := slices.Repeat([]Range{All}, r-1)
	rs[r-2] = Range{From: 0, To: min((n-1)*(cols+1)+1, rows*cols), Step: cols + 1}
	if n == 0 {
		rs[r-2] = Range{}
	}
	return y.Slice(rs...)
}

// DiagonalMatrix returns square matrices with x's last axis on the diagonal, 0 elsewhere.
func (x *Node) DiagonalMatrix() *Node {
	if !x.Valid() {
		return apply(triangleOp{}, x)
	}
	r := len(x.typ.Shape)
	if r < 1 || x.typ.Shape[r-1] == 0 {
		return x.g.Fail(fmt.Errorf("DiagonalMatrix(%v): %w: want a vector", x.typ, ErrShape))
	}
	n := x.typ.Shape[r-1]
	s := slices.Clone(x.typ.Shape)
	s[r-1] = n * n
	steps := slices.Repeat([]int{1}, r)
	steps[r-1] = n + 1
	y := apply(scatterSliceOp{dimsOf(s), dimsOf(make([]int, r)), dimsOf(steps), 0}, x)
	if !y.Valid() {
		return y
	}
	s[r-1] = n
	return y.Reshape(append(s, n)...)
}
