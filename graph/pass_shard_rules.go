package graph

import "slices"

// rule returns how n is shared, from how its inputs are; false if it mixes rows.
func (f *splitFinder) rule(n *Node) (share, bool) {
	in := make([]share, len(n.in))
	all := whole
	for i, x := range n.in {
		in[i] = f.of[x.id]
		all = max(all, in[i])
	}
	switch o := n.op.(type) {
	case constOp:
		if f.batched(n) {
			return rows, true
		}
		return whole, true
	case randomOp:
		if all != whole && o.kind != bernoulli || o.kind == permutation {
			return whole, false
		}
		if f.batched(n) && (o.kind != bernoulli || in[1] == rows || n.in[1].typ.Shape.Size() == 1) {
			return rows, true
		}
		return whole, all == whole
	case variateOp:
		return f.variateRule(n, in)
	}
	if all == whole {
		return whole, n.tuple == nil
	}
	if !slices.Contains(in, sums) {
		return f.rowRule(n, in)
	}
	for i, x := range n.in {
		if in[i] == rows { // rows cannot be added to a sum over rows
			return f.blame(x)
		}
	}
	return sums, f.addsSums(n, in)
}

// variateRule: draws are rows if each parameter is, or is one number.
func (f *splitFinder) variateRule(n *Node, in []share) (share, bool) {
	apart := f.batched(n)
	for i, p := range n.in[1:] {
		apart = apart && (in[i+1] == rows || in[i+1] == whole && p.typ.Shape.Size() == 1)
	}
	if apart {
		return rows, true
	}
	for i, p := range n.in[1:] { // draws that are not rows, or a parameter that is for all of them
		if in[i+1] == rows {
			return f.blame(p)
		}
	}
	return whole, !slices.Contains(in, sums)
}

// addsSums reports whether a sum of parts of n's inputs is n of their sums.
func (f *splitFinder) addsSums(n *Node, in []share) bool {
	switch n.op.(type) {
	case binary:
		return n.op == opAdd && in[0] == sums && in[1] == sums
	case reshapeOp, stopOp, transposeOp:
		return true
	}
	return false
}

// rowRule is the rule for inputs of which at least one is rows, and none sums.
func (f *splitFinder) rowRule(n *Node, in []share) (share, bool) {
	x := n.in[0]
	keeps := len(n.typ.Shape) > 0 && n.typ.Shape[0] == f.batch
	switch o := n.op.(type) {
	case elementwise:
		return rows, keeps && f.aligned(n, in)
	case castOp, oneHotOp, stopOp, barrierOp, customOp, withinOp:
		return rows, in[0] == rows && keeps
	case reshapeOp:
		return rows, keeps
	case packBitsOp, expandBitsOp:
		return rows, keeps && len(n.typ.Shape) > 1
	case transposeOp:
		return rows, o.perm.d[0] == 0
	case sliceOp:
		return rows, keeps && o.starts.d[0] == 0 && o.steps.d[0] == 1
	case scatterSliceOp:
		return rows, keeps && x.typ.Shape[0] == f.batch && o.starts.d[0] == 0
	case concatOp:
		return rows, o.axis > 0 && !slices.Contains(in, whole)
	case cumSumOp:
		return rows, o.axis > 0
	case argSortOp:
		return rows, o.axis > 0
	case gatherOp:
		if in[0] == whole {
			return rows, o.axis == 0
		}
		return rows, o.axis > 0 && in[1] == whole
	case reduceOp:
		if !slices.Contains(o.axes.slice(), 0) {
			return rows, true
		}
		return sums, o.kind == redSum
	case matMulOp:
		return f.matMulRule(n, o, in)
	case convOp, convInputOp:
		return rows, keeps && in[0] == rows && in[1] == whole
	case jitOp:
		return rows, true
	case putSlotOp, takeAlongOp, addAlongOp:
		return rows, !slices.Contains(in, whole)
	case sparseOp, fanInOp:
		return rows, in[0] == rows && !slices.Contains(in[1:], rows)
	case convKernelOp, sampledOp:
		return sums, in[0] == rows && in[1] == rows
	case windowed:
		return rows, keeps && !slices.Contains(in, whole) && o.apart()
	}
	return whole, false
}

// windowed is a pool or one of its derivatives.
type windowed interface {
	apart() bool // whether no window reaches over the first axis
}

// matMulRule: rows of the left factor are rows of the product; if the rows of both factors are what
// is summed over, each shard has a part of the sum.
func (f *splitFinder) matMulRule(n *Node, o matMulOp, in []share) (share, bool) {
	if len(n.typ.Shape) != 2 {
		return whole, false
	}
	switch {
	case !o.ta && in[0] == rows && in[1] == whole:
		return rows, true
	case o.ta && !o.tb && in[0] == rows && in[1] == rows:
		return sums, true
	case in[1] == rows:
		return f.blame(n.in[1])
	}
	return f.blame(n.in[0])
}

// aligned reports whether each input of an elementwise op has the batch where the result has it, or
// does not reach there.
func (f *splitFinder) aligned(n *Node, in []share) bool {
	for i, x := range n.in {
		same := len(x.typ.Shape) == len(n.typ.Shape)
		if in[i] == rows && (!same || x.typ.Shape[0] != f.batch) || in[i] == whole && same && x.typ.Shape[0] != 1 {
			f.blame(x)
			return false
		}
	}
	return true
}
