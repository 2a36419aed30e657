package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// reshapeOp gives the same elements in the same order another shape. It costs nothing.
type reshapeOp struct{ shape dims }

func (o reshapeOp) String() string { return "Reshape" + o.shape.String() }

func (o reshapeOp) Infer(in []Type) (Type, error) {
	s := Shape(o.shape.slice())
	if s.Size() != in[0].Shape.Size() {
		return Type{}, fmt.Errorf("%w: %v has %d elements, %v has %d", ErrShape, in[0].Shape, in[0].Shape.Size(), s, s.Size())
	}
	return Type{in[0].DType, s}, nil
}

func (o reshapeOp) Grad(n, gy *Node) []*Node { return []*Node{gy.Reshape(n.in[0].typ.Shape...)} }
func (o reshapeOp) attrs() Attrs             { return Attrs{Name: "Reshape", Shape: o.shape.slice()} }
func (o reshapeOp) kernel(*Node) evalFunc    { return nil }

// Reshape returns the same elements, row by row, in another shape; one extent may be -1, which is
// then whatever is left.
func (x *Node) Reshape(shape ...int) *Node {
	if !x.Valid() {
		return apply(reshapeOp{}, x)
	}
	s := slices.Clone(shape)
	if i := slices.Index(s, -1); i >= 0 {
		s[i] = 1
		rest := Shape(s).Size()
		if rest == 0 || x.typ.Shape.Size()%rest != 0 {
			return x.g.Fail(fmt.Errorf("Reshape(%v, %v): %w: nothing fits the place of -1", x.typ, shape, ErrShape))
		}
		s[i] = x.typ.Shape.Size() / rest
	}
	if err := checkShape(s); err != nil {
		return x.g.Fail(fmt.Errorf("Reshape(%v): %w", x.typ, err))
	}
	if x.typ.Shape.Equal(s) {
		return x
	}
	return apply(reshapeOp{dimsOf(s)}, x)
}

// transposeOp permutes the axes: axis i of the result is axis perm[i] of the input.
type transposeOp struct{ perm dims }

func (o transposeOp) String() string { return "Transpose" + o.perm.String() }

func (o transposeOp) Infer(in []Type) (Type, error) {
	p := o.perm.slice()
	if sorted := slices.Sorted(slices.Values(p)); !slices.Equal(sorted, upTo(len(in[0].Shape))) {
		return Type{}, fmt.Errorf("%w: %v is no permutation of the axes of %v", ErrShape, p, in[0].Shape)
	}
	s := make(Shape, len(p))
	for i, a := range p {
		s[i] = in[0].Shape[a]
	}
	return Type{in[0].DType, s}, nil
}

// upTo returns 0, 1, …, n-1.
func upTo(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return p
}

func (o transposeOp) Grad(_, gy *Node) []*Node {
	inv := make([]int, o.perm.n)
	for i, a := range o.perm.slice() {
		inv[a] = i
	}
	return []*Node{gy.Transpose(inv...)}
}

func (o transposeOp) attrs() Attrs { return Attrs{Name: "Transpose", Axes: o.perm.slice()} }

func (o transposeOp) kernel(n *Node) evalFunc {
	from := n.in[0].typ.Shape.strides()
	st := make([]int, len(from))
	for i, a := range o.perm.slice() {
		st[i] = from[a]
	}
	return copyKernel(n.typ, n.typ.Shape.strides(), 0, st, 0, n.typ.Shape)
}

// Transpose permutes the axes: axis i of the result is axis perm[i] of x. Without arguments the
// order is reversed, which transposes a matrix.
func (x *Node) Transpose(perm ...int) *Node {
	if !x.Valid() {
		return apply(transposeOp{}, x)
	}
	p := slices.Clone(perm)
	if len(p) == 0 {
		for i := len(x.typ.Shape) - 1; i >= 0; i-- {
			p = append(p, i)
		}
	}
	if len(p) > maxRank {
		return x.g.Fail(fmt.Errorf("Transpose(%v, %v): %w: too many axes", x.typ, perm, ErrShape))
	}
	for i := range p {
		if p[i] < 0 {
			p[i] += len(x.typ.Shape)
		}
	}
	if slices.Equal(p, upTo(len(x.typ.Shape))) {
		return x
	}
	return apply(transposeOp{dimsOf(p)}, x)
}

// broadcastOp repeats a value along axes of extent 1 and new axes in front.
type broadcastOp struct{ shape dims }

func (o broadcastOp) String() string { return "Broadcast" + o.shape.String() }

func (o broadcastOp) Infer(in []Type) (Type, error) {
	s := Shape(o.shape.slice())
	if b, err := broadcast(in[0].Shape, s); err != nil || !b.Equal(s) {
		return Type{}, fmt.Errorf("%w: %v cannot be repeated to %v", ErrShape, in[0].Shape, s)
	}
	return Type{in[0].DType, s}, nil
}

func (o broadcastOp) Grad(n, gy *Node) []*Node { return []*Node{gy.sumTo(n.in[0].typ.Shape)} }
func (o broadcastOp) attrs() Attrs             { return Attrs{Name: "Broadcast", Shape: o.shape.slice()} }

func (o broadcastOp) kernel(*Node) evalFunc { return nil }
func (o broadcastOp) code() kernel.Opcode   { return kernel.OpCopy }

// broadcastStrides returns where in a value of shape from an element of shape to is found.
func broadcastStrides(from, to Shape) []int {
	st := make([]int, len(to))
	own := from.strides()
	off := len(to) - len(from)
	for i, d := range from {
		if d != 1 {
			st[off+i] = own[i]
		}
	}
	return st
}

// BroadcastTo repeats x along axes of extent 1 and along new axes in front to take the shape.
// Arithmetic does so by itself.
func (x *Node) BroadcastTo(shape ...int) *Node {
	if !x.Valid() {
		return apply(broadcastOp{}, x)
	}
	if err := checkShape(shape); err != nil {
		return x.g.Fail(fmt.Errorf("BroadcastTo(%v): %w", x.typ, err))
	}
	if x.typ.Shape.Equal(shape) {
		return x
	}
	return apply(broadcastOp{dimsOf(shape)}, x)
}

// Squeeze removes an axis of extent 1.
func (x *Node) Squeeze(axis int) *Node {
	if !x.Valid() {
		return apply(reshapeOp{}, x)
	}
	a, err := x.axes([]int{axis})
	if err == nil && x.typ.Shape[a[0]] != 1 {
		err = fmt.Errorf("%w: its extent is %d, not 1", ErrShape, x.typ.Shape[a[0]])
	}
	if err != nil {
		return x.g.Fail(fmt.Errorf("Squeeze(%v, %d): %w", x.typ, axis, err))
	}
	return x.Reshape(slices.Delete(slices.Clone(x.typ.Shape), a[0], a[0]+1)...)
}

// Unsqueeze adds an axis of extent 1 before axis; -1 adds it at the end.
func (x *Node) Unsqueeze(axis int) *Node {
	if !x.Valid() {
		return apply(reshapeOp{}, x)
	}
	if axis < 0 {
		axis += len(x.typ.Shape) + 1
	}
	if axis < 0 || axis > len(x.typ.Shape) {
		return x.g.Fail(fmt.Errorf("Unsqueeze(%v, %d): %w: no such place", x.typ, axis, ErrShape))
	}
	return x.Reshape(slices.Insert(slices.Clone(x.typ.Shape), axis, 1)...)
}

// Flatten joins axes first..last (inclusive, from the end if negative) into one.
func (x *Node) Flatten(first, last int) *Node {
	if !x.Valid() {
		return apply(reshapeOp{}, x)
	}
	rank := len(x.typ.Shape)
	f, l := first, last
	if f < 0 {
		f += rank
	}
	if l < 0 {
		l += rank
	}
	if f < 0 || l >= rank || f > l {
		return x.g.Fail(fmt.Errorf("Flatten(%v, %d, %d): %w: no such axes", x.typ, first, last, ErrShape))
	}
	s := slices.Clone(x.typ.Shape[:f])
	s = append(s, x.typ.Shape[f:l+1].Size())
	return x.Reshape(append(s, x.typ.Shape[l+1:]...)...)
}
