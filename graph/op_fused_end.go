package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// ends are the reductions that an elementwise group can end with.
var ends = map[reduction]kernel.Reduction{
	redSum: kernel.ReduceSum, redMax: kernel.ReduceMax, redMin: kernel.ReduceMin, redLogSumExp: kernel.ReduceLogSumExp,
}

// reducedOutput returns the output of a group that is the reduction n of a register.
func reducedOutput(n *Node, reg uint16) kernel.Output {
	o, shape := n.op.(reduceOp), n.in[0].typ.Shape
	strides, axes, own := make([]int, len(shape)), o.axes.slice(), n.typ.Shape.strides()
	for d := range shape {
		switch {
		case len(axes) > 0 && axes[0] == d:
			axes = axes[1:]
		case shape[d] == 1:
			own = own[1:]
		default:
			strides[d], own = own[0], own[1:]
		}
	}
	return kernel.Output{Kind: kinds[n.typ.DType], Reg: reg, Reduce: ends[o.kind], Strides: strides}
}

// reduces reports whether result k is a reduction.
func (f *fused) reduces(k int) bool { return f.outs[k].Reduce != kernel.ReduceNone }

// cost weighs a reduction, for each element, against an addition.
func (o reduceOp) cost() int {
	if o.kind == redLogSumExp {
		return opCost(kernel.OpExp)
	}
	return 1
}

// end makes n an end of the group that computes its input, if n is a reduction that the group's kernel can do. Nothing
// else is on the way from the group to n, so no two groups wait for each other then that did not before.
func (gs *grouping) end(n *Node) {
	o, is := n.op.(reduceOp)
	if !is {
		return
	}
	g := gs.of[n.in[0].id]
	if _, can := ends[o.kind]; !can || g == nil || !g.has[n.in[0]] {
		return
	}
	var outs []kernel.Output
	for _, e := range append(g.ends[:len(g.ends):len(g.ends)], n) {
		outs = append(outs, reducedOutput(e, 0))
	}
	if _, in := g.reads(); kernel.Reduces(g.computes(), n.in[0].typ.Shape, in, outs) {
		g.ends = append(g.ends, n)
		gs.of[n.id] = g
	}
}
