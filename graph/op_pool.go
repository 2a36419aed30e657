package graph

import (
	"fmt"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// PoolOptions says how a window passes over its input: one number for each axis in every list, or
// an empty list for the default.
type PoolOptions struct {
	Window          []int // extent, >= 1; 1
	Stride          []int // distance between neighbouring windows, >= 1; 1
	PadLow, PadHigh []int // cells before and after the input that count as absent, >= 0; 0
}

// pool is how a window passes over an input.
type pool struct{ size, stride, low, high dims }

func (p pool) String() string {
	return fmt.Sprintf("[%v stride %v pad %v %v]", p.size, p.stride, p.low, p.high)
}

func (p pool) attrs(name string) Attrs {
	return Attrs{Name: name, Window: &Window{
		Size: p.size.slice(), Stride: p.stride.slice(), PadLow: p.low.slice(), PadHigh: p.high.slice(),
	}}
}

// result returns the shape of what windows over x give.
func (p pool) result(x Shape) (Shape, error) {
	if len(x) != int(p.size.n) {
		return nil, fmt.Errorf("%w: windows over %d axes", ErrShape, p.size.n)
	}
	y := make(Shape, len(x))
	for a, d := range x {
		room := d + p.low.d[a] + p.high.d[a]
		if room < p.size.d[a] && p.size.d[a] > 1 {
			return nil, fmt.Errorf("%w: along axis %d the window is %d, the padded input %d", ErrShape, a, p.size.d[a], room)
		}
		y[a] = (room-p.size.d[a])/p.stride.d[a] + 1
		if room < p.size.d[a] { // an axis without elements
			y[a] = 0
		}
	}
	for a := range x { // places are counted from the first axis that is pooled
		if x[a] != y[a] || p.size.d[a] > 1 || p.low.d[a] > 0 {
			if x[a:].Size() > math.MaxInt32 {
				return nil, fmt.Errorf("%w: %v has too many elements from axis %d on", ErrShape, x, a)
			}
			break
		}
	}
	return y, nil
}

// apart reports whether every window sees one place of the first axis, and each place is seen once.
func (p pool) apart() bool {
	return p.size.d[0] == 1 && p.stride.d[0] == 1 && p.low.d[0] == 0 && p.high.d[0] == 0
}

// blind reports whether some window sees nothing but padding.
func (p pool) blind(x, y Shape) bool {
	for a := range x {
		last := (y[a]-1)*p.stride.d[a] - p.low.d[a]
		if p.low.d[a] >= p.size.d[a] || last >= x[a] {
			return true
		}
	}
	return false
}

// windows returns the kernel's view of windows over x.
func (p pool) windows(x, y Shape) *kernel.Windows {
	axes := make([]kernel.Window, len(x))
	for a := range x {
		axes[a] = kernel.Window{In: x[a], Out: y[a], Size: p.size.d[a], Stride: p.stride.d[a], Low: p.low.d[a]}
	}
	return kernel.NewWindows(axes)
}

// poolOp reduces what each window sees to its largest or smallest element, or to the sum.
type poolOp struct {
	pool
	kind reduction
}

var poolNames = map[reduction]string{redMax: "MaxPool", redMin: "MinPool", redSum: "SumPool"}

func (o poolOp) String() string { return poolNames[o.kind] + o.pool.String() }
func (o poolOp) attrs() Attrs   { return o.pool.attrs(poolNames[o.kind]) }

func (o poolOp) Infer(in []Type) (Type, error) {
	if !in[0].DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats; Cast first", ErrDType)
	}
	y, err := o.result(in[0].Shape)
	return Type{in[0].DType, y}, err
}

func (o poolOp) Grad(n, gy *Node) []*Node {
	x := n.in[0]
	shape := dimsOf(x.typ.Shape)
	if o.kind == redSum {
		return []*Node{apply(poolSpreadOp{o.pool, shape}, gy)}
	}
	return []*Node{apply(poolPlaceOp{o.pool, shape}, gy, apply(poolFindOp{o.pool}, x, n))}
}

// poolSpreadOp is the transposed of a sum: each element of x gets the sum of the windows that see it.
type poolSpreadOp struct {
	pool
	x dims // shape of the result
}

func (o poolSpreadOp) String() string { return "PoolSpread" + o.pool.String() }
func (o poolSpreadOp) attrs() Attrs   { return withShape(o.pool.attrs("PoolSpread"), o.x) }

func (o poolSpreadOp) Infer(in []Type) (Type, error) {
	return Type{in[0].DType, o.x.slice()}, o.fits(o.x.slice(), in[0].Shape)
}

func (o poolSpreadOp) Grad(_, g *Node) []*Node { return []*Node{apply(poolOp{o.pool, redSum}, g)} }

// poolFindOp finds, for x and the extremes y of its windows, the place of the first element equal
// to y, counted within the axes that are pooled and those behind.
type poolFindOp struct{ pool }

func (o poolFindOp) String() string { return "PoolFind" + o.pool.String() }
func (o poolFindOp) attrs() Attrs   { return o.pool.attrs("PoolFind") }

func (o poolFindOp) Infer(in []Type) (Type, error) {
	return Type{Int32, slices.Clone(in[1].Shape)}, o.fits(in[0].Shape, in[1].Shape)
}

func (o poolFindOp) Grad(_, _ *Node) []*Node { return []*Node{nil, nil} }

// poolPickOp takes the elements of x at places that poolFindOp found.
type poolPickOp struct{ pool }

func (o poolPickOp) String() string { return "PoolPick" + o.pool.String() }
func (o poolPickOp) attrs() Attrs   { return o.pool.attrs("PoolPick") }

func (o poolPickOp) Infer(in []Type) (Type, error) {
	return Type{in[0].DType, slices.Clone(in[1].Shape)}, o.fits(in[0].Shape, in[1].Shape)
}

func (o poolPickOp) Grad(n, gy *Node) []*Node {
	return []*Node{apply(poolPlaceOp{o.pool, dimsOf(n.in[0].typ.Shape)}, gy, n.in[1]), nil}
}

// poolPlaceOp is the transposed of poolPickOp: it adds y into zeros at the places.
type poolPlaceOp struct {
	pool
	x dims // shape of the result
}

func (o poolPlaceOp) String() string { return "PoolPlace" + o.pool.String() }
func (o poolPlaceOp) attrs() Attrs   { return withShape(o.pool.attrs("PoolPlace"), o.x) }

func (o poolPlaceOp) Infer(in []Type) (Type, error) {
	return Type{in[0].DType, o.x.slice()}, o.fits(o.x.slice(), in[0].Shape)
}

func (o poolPlaceOp) Grad(n, g *Node) []*Node {
	return []*Node{apply(poolPickOp{o.pool}, g, n.in[1]), nil}
}

func withShape(a Attrs, s dims) Attrs {
	a.Shape = s.slice()
	return a
}

// fits reports whether y is the shape of what windows over x give.
func (p pool) fits(x, y Shape) error {
	want, err := p.result(x)
	if err == nil && !want.Equal(y) {
		err = fmt.Errorf("%w: the result is %v, not %v", ErrShape, want, y)
	}
	return err
}

// pooled applies a reduction over windows.
func (x *Node) pooled(kind reduction, o PoolOptions) *Node {
	if !x.Valid() {
		return apply(poolOp{kind: kind}, x)
	}
	if x.Rank() == 0 {
		return x.g.Fail(fmt.Errorf("%s(%v): %w: there is no axis", poolNames[kind], x.typ, ErrShape))
	}
	p := pool{}
	err := fill([]axisOption{
		{"windows", o.Window, 1, &p.size}, {"strides", o.Stride, 1, &p.stride},
		{"paddings before", o.PadLow, 0, &p.low}, {"paddings after", o.PadHigh, 0, &p.high},
	}, len(x.typ.Shape))
	if err != nil {
		return x.g.Fail(fmt.Errorf("%s(%v): %w", poolNames[kind], x.typ, err))
	}
	return apply(poolOp{p, kind}, x)
}

// MaxPool returns the largest element that each window over x sees: NaN if any is, -Inf if padding
// is all it sees. Along an axis of extent d there are (d + PadLow + PadHigh - Window)/Stride + 1
// windows, rounded down. The derivative goes to the first of equal largest elements.
func (x *Node) MaxPool(o PoolOptions) *Node { return x.pooled(redMax, o) }

// MinPool returns the smallest element that each window over x sees, in the manner of MaxPool: +Inf
// if padding is all it sees.
func (x *Node) MinPool(o PoolOptions) *Node { return x.pooled(redMin, o) }

// SumPool returns the sum of what each window over x sees, in the manner of MaxPool: 0 if padding is
// all it sees.
func (x *Node) SumPool(o PoolOptions) *Node { return x.pooled(redSum, o) }

// AvgPool returns the mean of what each window over x sees, in the manner of MaxPool. Padding is not
// counted: NaN if it is all a window sees.
func (x *Node) AvgPool(o PoolOptions) *Node {
	sum := x.SumPool(o)
	if !sum.Valid() {
		return sum
	}
	padded := func(p int) bool { return p != 0 }
	if !slices.ContainsFunc(o.PadLow, padded) && !slices.ContainsFunc(o.PadHigh, padded) {
		return sum.Scale(1 / float64(max(Shape(o.Window).Size(), 1)))
	}
	return sum.Div(x.counts(o))
}

// counts returns how many elements of x each window sees; axes that are not pooled have extent 1.
func (x *Node) counts(o PoolOptions) *Node {
	shape := slices.Clone(x.typ.Shape)
	for a := range shape {
		at := func(list []int, def int) int {
			if len(list) == 0 {
				return def
			}
			return list[a]
		}
		if at(o.Window, 1) == 1 && at(o.Stride, 1) == 1 && at(o.PadLow, 0) == 0 && at(o.PadHigh, 0) == 0 {
			shape[a] = 1
		}
	}
	return x.g.Const(x.typ.DType, 1, shape...).SumPool(o)
}
