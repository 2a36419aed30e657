package graph

import (
	"fmt"
	"math"
	"slices"
)

// sliceOp takes elements starts[i], starts[i]+steps[i], … along each axis; a step may be negative.
type sliceOp struct{ starts, sizes, steps dims }

func (o sliceOp) String() string { return fmt.Sprintf("Slice[%v %v %v]", o.starts, o.sizes, o.steps) }

func (o sliceOp) Infer(in []Type) (Type, error) {
	starts, sizes, steps := o.starts.slice(), o.sizes.slice(), o.steps.slice()
	if len(starts) != len(in[0].Shape) {
		return Type{}, fmt.Errorf("%w: %d ranges for %d axes", ErrShape, len(starts), len(in[0].Shape))
	}
	for i, d := range in[0].Shape {
		last := starts[i] + (sizes[i]-1)*steps[i]
		if sizes[i] < 0 || steps[i] == 0 || sizes[i] > 0 && (starts[i] < 0 || starts[i] >= d || last < 0 || last >= d) {
			return Type{}, fmt.Errorf("%w: start %d, size %d, step %d leave axis %d of %v", ErrShape, starts[i], sizes[i], steps[i], i, in[0].Shape)
		}
	}
	return Type{in[0].DType, Shape(sizes)}, nil
}

func (o sliceOp) Grad(n, gy *Node) []*Node {
	return []*Node{apply(scatterSliceOp{dimsOf(n.in[0].typ.Shape), o.starts, o.steps, 0}, gy)}
}

func (o sliceOp) attrs() Attrs {
	return Attrs{Name: "Slice", Starts: o.starts.slice(), Shape: o.sizes.slice(), Steps: o.steps.slice()}
}

// window returns strides and offset of the slice within a value of shape s.
func window(s Shape, starts, steps []int) (st []int, off int) {
	st = s.strides()
	for i := range st {
		off += starts[i] * st[i]
		st[i] *= steps[i]
	}
	return st, off
}

func (o sliceOp) kernel(n *Node) evalFunc {
	st, off := window(n.in[0].typ.Shape, o.starts.slice(), o.steps.slice())
	return copyKernel(n.typ, n.typ.Shape.strides(), 0, st, off, n.typ.Shape)
}

// contiguous reports whether the slice is one run of its input, from element off on.
func (o sliceOp) contiguous(in Shape) (off int, ok bool) {
	sizes, steps := o.sizes.slice(), o.steps.slice()
	full := true // all axes further in are taken whole
	for i := len(in) - 1; i >= 0; i-- {
		if sizes[i] != 1 && (steps[i] != 1 || !full) {
			return 0, false
		}
		full = full && sizes[i] == in[i]
	}
	_, off = window(in, o.starts.slice(), steps)
	return off, true
}

// scatterSliceOp is the reverse of a slice: x at the slice's places in a value full of fill.
type scatterSliceOp struct {
	shape, starts, steps dims
	fill                 uint64 // float64 bits, as of a constant
}

func (o scatterSliceOp) value() float64 { return math.Float64frombits(o.fill) }

func (o scatterSliceOp) String() string {
	return fmt.Sprintf("ScatterSlice[%v %v %v fill %v]", o.shape, o.starts, o.steps, o.value())
}

func (o scatterSliceOp) Infer(in []Type) (Type, error) {
	t := Type{in[0].DType, o.shape.slice()}
	if len(in[0].Shape) != len(t.Shape) {
		return Type{}, fmt.Errorf("%w: %v into %v", ErrShape, in[0].Shape, t.Shape)
	}
	_, err := sliceOp{o.starts, dimsOf(in[0].Shape), o.steps}.Infer([]Type{t})
	return t, err
}

func (o scatterSliceOp) Grad(n, gy *Node) []*Node {
	return []*Node{apply(sliceOp{o.starts, dimsOf(n.in[0].typ.Shape), o.steps}, gy)}
}

func (o scatterSliceOp) attrs() Attrs {
	return Attrs{Name: "ScatterSlice", Starts: o.starts.slice(), Shape: o.shape.slice(), Steps: o.steps.slice(), Value: o.value()}
}

func (o scatterSliceOp) kernel(n *Node) evalFunc {
	in := n.in[0].typ
	st, off := window(n.typ.Shape, o.starts.slice(), o.steps.slice())
	fill := fillKernel(n.typ, o.value())
	put := copyKernel(in, st, off, in.Shape.strides(), 0, in.Shape)
	whole := in.Shape.Size() == n.typ.Shape.Size()
	return func(c *call) error {
		if !whole {
			if err := fill(c); err != nil {
				return err
			}
		}
		return put(c)
	}
}

// A Range selects along one axis: From, From+Step, … up to but without To.
type Range struct {
	From, To int // counted from the end if negative
	Step     int // 1 if 0; a negative step walks from From down to, without, To
	// ToEnd walks to the end of the axis whatever To is: with a negative step to element 0.
	ToEnd bool
}

// All selects a whole axis.
var All = Range{ToEnd: true}

// At selects one element and keeps the axis.
func At(i int) Range { return Range{From: i, To: i + 1, ToEnd: i == -1} }

// resolve returns start, number and step of the elements selected on an axis of extent d.
func (r Range) resolve(d int) (start, n, step int, err error) {
	step = r.Step
	if step == 0 {
		step = 1
	}
	from, to := r.From, r.To
	if from < 0 {
		from += d
	}
	if to < 0 {
		to += d
	}
	if r.ToEnd {
		to = d
		if step < 0 {
			to = -1
		}
	}
	if from < 0 || from > d || to < -1 || to > d {
		return 0, 0, 0, fmt.Errorf("%w: range %+v leaves an axis of extent %d", ErrShape, r, d)
	}
	if step > 0 && to > from {
		n = (to - from + step - 1) / step
	} else if step < 0 && to < from {
		n = (from - to - step - 1) / -step
	}
	return from, n, step, nil
}

// Slice selects along the first axes, one Range each; the others are taken whole. No axis is removed.
func (x *Node) Slice(rs ...Range) *Node {
	if !x.Valid() {
		return apply(sliceOp{}, x)
	}
	s := x.typ.Shape
	if len(rs) > len(s) {
		return x.g.Fail(fmt.Errorf("Slice(%v): %w: %d ranges for %d axes", x.typ, ErrShape, len(rs), len(s)))
	}
	starts, sizes, steps := make([]int, len(s)), slices.Clone(s), slices.Repeat([]int{1}, len(s))
	for i, r := range rs {
		var err error
		if starts[i], sizes[i], steps[i], err = r.resolve(s[i]); err != nil {
			return x.g.Fail(fmt.Errorf("Slice(%v): axis %d: %w", x.typ, i, err))
		}
	}
	o := sliceOp{dimsOf(starts), dimsOf(sizes), dimsOf(steps)}
	if s.Equal(sizes) && !slices.ContainsFunc(steps, func(st int) bool { return st != 1 }) {
		return x
	}
	return apply(o, x)
}

// Index takes element i of the first axis, which disappears; i counts from the end if negative.
func (x *Node) Index(i int) *Node { return x.Slice(At(i)).squeezeFirst() }

func (x *Node) squeezeFirst() *Node {
	if !x.Valid() {
		return x
	}
	return x.Reshape(x.typ.Shape[1:]...)
}

// Narrow selects n elements from start on along an axis.
func (x *Node) Narrow(axis, start, n int) *Node {
	if !x.Valid() {
		return apply(sliceOp{}, x)
	}
	a, err := x.axes([]int{axis})
	if err == nil && (start < 0 || n < 0 || start+n > x.typ.Shape[a[0]]) {
		err = fmt.Errorf("%w: %d elements from %d on leave axis %d", ErrShape, n, start, axis)
	}
	if err != nil {
		return x.g.Fail(fmt.Errorf("Narrow(%v): %w", x.typ, err))
	}
	rs := slices.Repeat([]Range{All}, a[0]+1)
	rs[a[0]] = Range{From: start, To: start + n}
	return x.Slice(rs...)
}

// Flip reverses the order along axes, all of them if none is named.
func (x *Node) Flip(axes ...int) *Node {
	if !x.Valid() {
		return apply(sliceOp{}, x)
	}
	as, err := x.axes(axes)
	if err != nil {
		return x.g.Fail(fmt.Errorf("Flip(%v): %w", x.typ, err))
	}
	rs := slices.Repeat([]Range{All}, len(x.typ.Shape))
	for _, a := range as {
		if x.typ.Shape[a] > 0 {
			rs[a] = Range{From: -1, ToEnd: true, Step: -1}
		}
	}
	return x.Slice(rs...)
}

// Pad puts before[i] and after[i] elements of the given value around axis i.
func (x *Node) Pad(before, after []int, value float64) *Node {
	if !x.Valid() {
		return apply(scatterSliceOp{}, x)
	}
	s := slices.Clone(x.typ.Shape)
	if len(before) != len(s) || len(after) != len(s) {
		return x.g.Fail(fmt.Errorf("Pad(%v): %w: %d and %d paddings for %d axes", x.typ, ErrShape, len(before), len(after), len(s)))
	}
	for i := range s {
		if before[i] < 0 || after[i] < 0 {
			return x.g.Fail(fmt.Errorf("Pad(%v): %w: paddings %v and %v must not be negative", x.typ, ErrShape, before, after))
		}
		s[i] += before[i] + after[i]
	}
	err := checkShape(s)
	if err == nil && !x.typ.DType.holds(value) {
		err = fmt.Errorf("%w: %v is no %v", ErrValue, value, x.typ.DType)
	}
	if err != nil {
		return x.g.Fail(fmt.Errorf("Pad(%v): %w", x.typ, err))
	}
	steps := slices.Repeat([]int{1}, len(s))
	return apply(scatterSliceOp{dimsOf(s), dimsOf(before), dimsOf(steps), math.Float64bits(value)}, x)
}

// Split cuts x along an axis into parts of the given extents, which must add up to the whole.
func (x *Node) Split(axis int, extents ...int) []*Node {
	parts := make([]*Node, len(extents))
	total := 0
	for _, n := range extents {
		total += n
	}
	if x.Valid() && (total != x.Dim(axis) || slices.ContainsFunc(extents, func(n int) bool { return n < 0 })) {
		x = x.g.Fail(fmt.Errorf("Split(%v): %w: axis %d has extent %d, the parts are %v", x.typ, ErrShape, axis, x.Dim(axis), extents))
	}
	at := 0
	for i, n := range extents {
		parts[i] = x.Narrow(axis, at, n)
		at += n
	}
	return parts
}
