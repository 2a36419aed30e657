package graph

import (
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// A product with a group keeps tiles of this for each worker; of itself it takes what it takes by rows.
func (o epilogueOp) scratch(n *Node, workers int) (s scratch) {
	p, i := o.productOf(n), precision(o.typ.DType)
	switch op := p.op.(type) {
	case convOp:
		s = op.scratch(p, workers)
	case matMulOp:
		if i == precision(Float64) {
			s = gemmRowsScratch[float64](op, p, o.block)
		} else {
			s = gemmRowsScratch[float32](op, p, o.block)
		}
	}
	s.own += workers * (o.whole.Room() + o.end.Room())
	if !o.isAtHome(n) {
		s.shared[i].workBlock = o.block * o.n * o.typ.DType.Size()
	}
	return s
}

// isAtHome reports whether there is a result, of the product's type, that can be written over no operand:
// see findHome.
func (o epilogueOp) isAtHome(n *Node) bool {
	for k, t := range o.group.types {
		same := func(x *Node) bool { return x.typ.Equal(t) }
		if t.DType == o.typ.DType && !o.group.reduces(k) && !slices.ContainsFunc(n.in[o.factors:], same) {
			return true
		}
	}
	return false
}

// gemmRowsScratch is what gemmRows and eventRows take.
func gemmRowsScratch[T float32 | float64](o matMulOp, p *Node, block int) (s scratch) {
	_, n, k, _ := o.sizes(p.in[0].typ.Shape, p.in[1].typ.Shape)
	r := &s.shared[precision(p.typ.DType)]
	r.work = kernel.GemmPackedRoom[T](o.ta, block, n, k)
	if p.in[1].keptPacked(p) && !o.spikes {
		s.own = kernel.PackedBytes[T](k, n)
		return s
	}
	r.packed = kernel.PackedBytes[T](k, n)
	if !o.spikes {
		return s
	}
	r.work.Cover(kernel.EventRoom[T](false, block, n, k))
	r.workFloats = block * k * p.typ.DType.Size()
	return s
}
