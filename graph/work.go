package graph

// flops estimates the floating-point operations of a call of n, bodies aside: products in full, as if
// nothing in them were 0, a group by its instructions, and one for each element of everything else.
func (n *Node) flops() int {
	switch o := n.op.(type) {
	case matMulOp:
		_, _, k, _ := o.sizes(n.in[0].typ.Shape, n.in[1].typ.Shape)
		return 2 * k * n.typ.Shape.Size()
	case openOp:
		_, _, k, _ := o.sizes(n.in[0].typ.Shape, n.in[1].typ.Shape)
		return 2 * k * n.typ.Shape.Size()
	case timeSumOp:
		return 2 * n.in[2].typ.Shape.Size() * n.typ.Shape.Size() / max(1, n.typ.Shape.last())
	case convOp: // every output sums over the kernel's taps and channels
		return 2 * n.typ.Shape.Size() * n.in[1].typ.Shape.Size() / max(1, n.typ.Shape.last())
	case convInputOp:
		return 2 * n.in[0].typ.Shape.Size() * n.in[1].typ.Shape.Size() / max(1, n.in[0].typ.Shape.last())
	case convKernelOp:
		return 2 * n.in[1].typ.Shape.Size() * n.typ.Shape.Size() / max(1, n.in[1].typ.Shape.last())
	case fusedOp:
		return o.shape.Size() * o.flops
	case epilogueOp:
		return o.productOf(n).flops() + o.group.shape.Size()*o.group.flops
	case loopOp, reshapeOp, resultOp, stopOp, barrierOp, customOp:
		return 0
	}
	if len(n.in) == 0 {
		return 0
	}
	return n.typ.Shape.Size()
}

// last is the extent of the last axis, 1 of a number.
func (s Shape) last() int {
	if len(s) == 0 {
		return 1
	}
	return s[len(s)-1]
}
