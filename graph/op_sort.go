package graph

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// argSortOp gives the order of the elements along an axis.
type argSortOp struct{ axis int }

func (o argSortOp) String() string { return fmt.Sprintf("ArgSort[%d]", o.axis) }

func (o argSortOp) Infer(in []Type) (Type, error) {
	if !in[0].DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats; Cast first", ErrDType)
	}
	return Type{Int32, slices.Clone(in[0].Shape)}, nil
}

func (o argSortOp) Grad(_, _ *Node) []*Node { return []*Node{nil} }
func (o argSortOp) attrs() Attrs            { return Attrs{Name: "ArgSort", Axes: []int{o.axis}} }

func (o argSortOp) kernel(n *Node) evalFunc {
	if n.in[0].typ.DType == Float64 {
		return argSortKernel[float64](o, n)
	}
	return argSortKernel[float32](o, n)
}

func argSortKernel[T float32 | float64](o argSortOp, n *Node) evalFunc {
	outer, k, inner := around(n.typ.Shape, o.axis, o.axis)
	row, order := make([]T, k), make([]int32, k)
	compare := func(a, b int32) int { return byValue(row[a], row[b]) }
	return func(c *call) error {
		x, y := kernel.View[T](c.in[0]), c.out[0].I32()
		for at := range outer * inner {
			first := at/inner*k*inner + at%inner
			for i := range row {
				row[i], order[i] = x[first+i*inner], int32(i)
			}
			slices.SortStableFunc(order, compare)
			for i, p := range order {
				y[first+i*inner] = p
			}
		}
		return nil
	}
}

// byValue compares numbers; NaN is above all others.
func byValue[T float32 | float64](a, b T) int {
	switch nan := math.IsNaN(float64(b)); {
	case math.IsNaN(float64(a)) && nan:
		return 0
	case math.IsNaN(float64(a)):
		return 1
	case nan:
		return -1
	}
	return cmp.Compare(a, b)
}

// ArgSort returns the positions, Int32, at which the elements along an axis lie in ascending order, those of
// equals as they come and those of NaN last: of [3 1 2], [1 2 0].
func (x *Node) ArgSort(axis int) *Node {
	if !x.Valid() {
		return apply(argSortOp{}, x)
	}
	a, err := x.axes([]int{axis})
	if err != nil {
		return x.g.Fail(fmt.Errorf("ArgSort(%v): %w", x.typ, err))
	}
	return apply(argSortOp{a[0]}, x)
}
