package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Softmax returns e^x/Σe^x along an axis, or, if none is named, over all elements.
func Softmax(x *graph.Node, axis ...int) *graph.Node { return along(x, axis, (*graph.Node).Softmax) }

// Softmin returns e^-x/Σe^-x along an axis, or, if none is named, over all elements.
func Softmin(x *graph.Node, axis ...int) *graph.Node { return Softmax(x.Neg(), axis...) }

// LogSoftmax returns x - ln Σe^x along an axis, or, if none is named, over all elements.
func LogSoftmax(x *graph.Node, axis ...int) *graph.Node {
	return along(x, axis, (*graph.Node).LogSoftmax)
}

// along applies f along an axis of x, or along all of them as one.
func along(x *graph.Node, axis []int, f func(*graph.Node, int) *graph.Node) *graph.Node {
	switch {
	case !x.Valid():
		return x
	case len(axis) == 1:
		return f(x, axis[0])
	case len(axis) == 0:
		return f(x.Reshape(x.Shape().Size()), 0).Reshape(x.Shape()...)
	}
	return x.Graph().Fail(fmt.Errorf("%w: axes %v, want one, or none for all", graph.ErrShape, axis))
}

// Softmax2d returns the softmax over the channels of images that have them first, [C H W] or
// [B C H W]: axis -3. Images of this library have them last, and take Softmax(x, -1).
func Softmax2d(x *graph.Node) *graph.Node {
	if n := x.Rank(); x.Valid() && n != 3 && n != 4 {
		return x.Graph().Fail(fmt.Errorf("Softmax2d: %w: %v, want 3 or 4 axes", graph.ErrShape, x.Type()))
	}
	return Softmax(x, -3)
}

// Glu returns the first half of x along an axis, times σ of the second half (Dauphin, Fan, Auli,
// Grangier 2017, eq. 1, arXiv:1612.08083); the axis has an even extent.
func Glu(x *graph.Node, axis int) *graph.Node {
	if !x.Valid() {
		return x
	}
	n, ok := axisOf(x, axis)
	if !ok || n%2 != 0 {
		err := fmt.Errorf("%w: axis %d of %v, want one of even extent", graph.ErrShape, axis, x.Type())
		return x.Graph().Fail(fmt.Errorf("Glu: %w", err))
	}
	return x.Narrow(axis, 0, n/2).Mul(x.Narrow(axis, n/2, n/2).Sigmoid())
}

// axisOf returns the extent of an axis of x, and whether x has it.
func axisOf(x *graph.Node, i int) (int, bool) {
	i, ok := axis(i, x.Rank())
	if !ok {
		return 0, false
	}
	return x.Dim(i), true
}

// OneHot returns 1 at the place that the Int32 x names on a new axis of extent classes, 0
// elsewhere, as type d. A number outside [0, classes) names no place: all zeros. The axis is
// counted among those of the result, from the end if negative.
func OneHot(x *graph.Node, classes, at int, d graph.DType) *graph.Node {
	if !x.Valid() {
		return x
	}
	n, ok := axis(at, x.Rank()+1)
	if !ok || classes < 1 || x.DType() != graph.Int32 || !d.IsFloat() {
		err := fmt.Errorf("%w: %v to %d classes of %v on axis %d", graph.ErrShape, x.Type(), classes, d, at)
		return x.Graph().Fail(fmt.Errorf("OneHot: %w", err))
	}
	shape := make([]int, x.Rank()+1)
	names := make([]float64, classes)
	for i := range shape {
		shape[i] = 1
	}
	for i := range names {
		names[i] = float64(i)
	}
	shape[n] = classes
	return x.Unsqueeze(n).Eq(x.Graph().Values(graph.Int32, names, shape...)).Cast(d)
}
