package graph

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// negZero is what may be added to any float without changing it.
var negZero = math.Copysign(0, -1)

// slotsOf returns x [rows slots width...] as the kernels take it.
func slotsOf(x Type) kernel.Slots {
	return kernel.Slots{Rows: x.Shape[0], Slots: x.Shape[1], Width: x.Shape[2:].Size()}
}

// rowShape returns the shape of one slot of every row of x: [rows width...].
func rowShape(x Type) Shape { return append(Shape{x.Shape[0]}, x.Shape[2:]...) }

// slotTypes checks an op on slots: x, positions of a shape, and unless it is nil a row for each.
func slotTypes(x, at Type, shape func(Type) Shape, row *Type) error {
	if len(x.Shape) < 2 {
		return fmt.Errorf("%w: want rows of slots", ErrShape)
	}
	if at.DType != Int32 {
		return fmt.Errorf("%w: positions are %v, want Int32", ErrDType, at.DType)
	}
	if want := shape(x); !at.Shape.Equal(want) {
		return fmt.Errorf("%w: positions are %v, want %v", ErrShape, at.Shape, want)
	}
	if row != nil && !row.Equal(Type{x.DType, rowShape(x)}) {
		return fmt.Errorf("%w: what is written is %v, want %v", ErrShape, *row, Type{x.DType, rowShape(x)})
	}
	return nil
}

// putSlotOp writes one slot of every row: inputs are x [R K ...], positions [R], and what is written
// [R ...]. It is done in the memory of x where that is read for the last time.
type putSlotOp struct{}

func (putSlotOp) String() string { return "PutSlot" }

func (putSlotOp) Infer(in []Type) (Type, error) {
	return in[0], slotTypes(in[0], in[1], func(x Type) Shape { return x.Shape[:1] }, &in[2])
}

func (o putSlotOp) Grad(n, gy *Node) []*Node {
	if !n.typ.DType.IsFloat() {
		return []*Node{nil, nil, nil}
	}
	at := n.in[1]
	row := rowShape(n.typ)
	wide := make([]int, len(row))
	for i := range wide {
		wide[i] = 1
	}
	wide[0] = row[0]
	written := apply(takeAlongOp{}, gy, at.Reshape(wide...).BroadcastTo(row...)) // before gy is written over
	return []*Node{apply(o, gy, at, n.in[2].Like(0)), nil, written}
}

func (putSlotOp) attrs() Attrs { return Attrs{Name: "PutSlot"} }

func (putSlotOp) kernel(n *Node) evalFunc {
	s, size := slotsOf(n.typ), n.typ.DType.Size()
	return func(c *call) error {
		if c.out[0].P != c.in[0].P {
			kernel.Copy(c.out[0].Bytes(size), c.in[0].Bytes(size))
		}
		if at := s.PutSlot(c.out[0], c.in[2], c.in[1].I32(), size); at >= 0 {
			return outOfRange(c.in[1].I32(), at, s.Slots)
		}
		return nil
	}
}

// PutSlot returns x [R K ...] with row [R ...] written to slot at of each row, at being Int32 [R]: a step
// of a ring. A position outside of the K slots is an error when the program runs. In a loop whose state
// x is, it is written in place.
func (x *Node) PutSlot(at, row *Node) *Node { return apply(putSlotOp{}, x, at, row) }

// takeAlongOp reads for each element its own slot: inputs are x [R K ...] and positions [R ...].
type takeAlongOp struct{}

func (takeAlongOp) String() string { return "TakeAlong" }

func (takeAlongOp) Infer(in []Type) (Type, error) {
	if err := slotTypes(in[0], in[1], rowShape, nil); err != nil {
		return Type{}, err
	}
	return Type{in[0].DType, rowShape(in[0])}, nil
}

// Grad adds to -0, of which x + (-0) = x holds for every x: see the laws of the simplify pass.
func (takeAlongOp) Grad(n, gy *Node) []*Node {
	if !n.typ.DType.IsFloat() {
		return []*Node{nil, nil}
	}
	return []*Node{apply(addAlongOp{}, n.in[0].Like(negZero), n.in[1], gy), nil}
}

func (takeAlongOp) attrs() Attrs { return Attrs{Name: "TakeAlong"} }

func (takeAlongOp) kernel(n *Node) evalFunc {
	s, size := slotsOf(n.in[0].typ), n.typ.DType.Size()
	return func(c *call) error {
		if at := s.TakeAlong(c.out[0], c.in[0], c.in[1].I32(), size); at >= 0 {
			return outOfRange(c.in[1].I32(), at, s.Slots)
		}
		return nil
	}
}

// TakeAlong returns [R ...] of x [R K ...]: for each element that of the slot that the Int32 at [R ...]
// names. A position outside of the K slots is an error when the program runs.
func (x *Node) TakeAlong(at *Node) *Node { return apply(takeAlongOp{}, x, at) }

// addAlongOp adds to one slot of each element: inputs are x [R K ...], positions [R ...], and what is
// added [R ...]. It is done in the memory of x where that is read for the last time.
type addAlongOp struct{}

func (addAlongOp) String() string { return "AddAlong" }

func (addAlongOp) Infer(in []Type) (Type, error) {
	if !in[0].DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats", ErrDType)
	}
	return in[0], slotTypes(in[0], in[1], rowShape, &in[2])
}

func (addAlongOp) Grad(n, gy *Node) []*Node {
	return []*Node{gy, nil, apply(takeAlongOp{}, gy, n.in[1])}
}

func (addAlongOp) attrs() Attrs { return Attrs{Name: "AddAlong"} }

func (addAlongOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return addAlongKernel[float64](n)
	}
	return addAlongKernel[float32](n)
}

func addAlongKernel[T float32 | float64](n *Node) evalFunc {
	s, size := slotsOf(n.typ), n.typ.DType.Size()
	return func(c *call) error {
		if c.out[0].P != c.in[0].P {
			kernel.Copy(c.out[0].Bytes(size), c.in[0].Bytes(size))
		}
		if at := kernel.AddAlong(s, kernel.View[T](c.out[0]), kernel.View[T](c.in[2]), c.in[1].I32()); at >= 0 {
			return outOfRange(c.in[1].I32(), at, s.Slots)
		}
		return nil
	}
}

// AddAlong returns x [R K ...] with y [R ...] added, each element to that of the slot that the Int32 at
// [R ...] names. A position outside of the K slots is an error when the program runs.
func (x *Node) AddAlong(at, y *Node) *Node { return apply(addAlongOp{}, x, at, y) }

// addsAlong: the gradient of what is read from a ring joins that of the ring itself.
func addsAlong(n *Node, in []*Node) *Node {
	if n.op != opAdd {
		return nil
	}
	for i := range 2 {
		if _, ok := in[i].op.(addAlongOp); ok && isConst(in[i].in[0], negZero) && in[1-i].typ.Equal(n.typ) {
			return apply(addAlongOp{}, in[1-i], in[i].in[1], in[i].in[2])
		}
	}
	return nil
}
