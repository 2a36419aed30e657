package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// partsOp begins a sum that n shards add up apart: one with the value, the others with zeros. Its
// result has a leading axis of the parts.
type partsOp struct{ n int }

func (o partsOp) String() string { return fmt.Sprintf("Parts[%d]", o.n) }

func (o partsOp) Infer(in []Type) (Type, error) { return stackedType(o.n, in[0]), nil }

func (o partsOp) Grad(_, _ *Node) []*Node { panic("graph: parts of a sum are not differentiated") }
func (o partsOp) attrs() Attrs            { return Attrs{Name: "Parts", Index: o.n} }

func (o partsOp) kernel(n *Node) evalFunc {
	size := n.typ.DType.Size()
	return func(c *call) error {
		out, first := c.out[0].Bytes(size), c.in[0].Bytes(size)
		kernel.Copy(out, first)
		kernel.Clear(out[len(first):])
		return nil
	}
}

// joinOp adds the parts of a sum, in their order.
type joinOp struct{}

func (joinOp) String() string { return "Join" }

func (joinOp) Infer(in []Type) (Type, error) {
	if len(in[0].Shape) == 0 || in[0].Shape[0] == 0 {
		return Type{}, fmt.Errorf("%w: there are no parts in %v", ErrShape, in[0])
	}
	return Type{in[0].DType, slices.Clone(in[0].Shape[1:])}, nil
}

func (joinOp) Grad(_, _ *Node) []*Node { panic("graph: parts of a sum are not differentiated") }
func (joinOp) attrs() Attrs            { return Attrs{Name: "Join"} }

func (joinOp) kernel(n *Node) evalFunc {
	t, parts := n.typ, n.in[0].typ.Shape[0]
	return func(c *call) error {
		copyBuf(c.out[0], sliceOf(c.in[0], 0, t), t)
		for i := 1; i < parts; i++ {
			addBuf(c.out[0], sliceOf(c.in[0], i, t), t)
		}
		return nil
	}
}

// addBuf adds src to dst, numbers of type t.
func addBuf(dst, src kernel.Buf, t Type) {
	switch t.DType {
	case Float64:
		addTo(dst.F64(), src.F64())
	case Float32:
		addTo(dst.F32(), src.F32())
	case Int32:
		addTo(dst.I32(), src.I32())
	}
}

func addTo[T float32 | float64 | int32](dst, src []T) {
	for i, x := range src {
		dst[i] += x
	}
}
