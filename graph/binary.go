package graph

import "slices"

// binaries are the nodes whose every element is 0 or 1: spikes, masks, classes. That is a property
// the compiler finds, not a type: such values are stored as one byte, and products with them skip
// what is 0.
type binaries map[*Node]bool

// findBinaries looks through u and the bodies inside it.
func findBinaries(u unit) binaries {
	b := binaries{}
	b.graph(u, nil)
	return b
}

// graph marks the nodes of u, of whose placeholders the given ones are binary. A body that is seen
// twice is binary only where it is both times.
func (b binaries) graph(u unit, args map[*Node]bool) {
	for _, n := range u.g.nodes {
		now := args[n]
		if _, ok := n.op.(argOp); !ok {
			now = b.is(n)
		}
		if before, seen := b[n]; seen {
			now = now && before
		}
		b[n] = now
		for _, body := range n.bodies() {
			if l := n.Loop(); l != nil {
				b.loop(n, l)
			} else {
				b.graph(body, nil)
			}
		}
	}
}

// loop marks the body of a loop: state is binary that begins so and stays so.
func (b binaries) loop(n *Node, l *LoopSpec) {
	args := map[*Node]bool{}
	for i, p := range l.Args() {
		args[p] = b[n.in[i]]
	}
	body := unit{l.Body, slices.Concat(l.Next, l.Ys)}
	for again := true; again; {
		again = false
		b.graph(body, args)
		for i, c := range l.Carried {
			if args[c] && !b[l.Next[i]] {
				args[c], again = false, true
			}
		}
	}
}

// is applies the rules to a node whose inputs are marked.
func (b binaries) is(n *Node) bool {
	all := func(ns []*Node) bool { return !slices.ContainsFunc(ns, func(x *Node) bool { return !b[x] }) }
	if n.typ.DType == Bool {
		return n.tuple == nil
	}
	switch o := n.op.(type) {
	case spikeOp, oneHotOp:
		return true
	case unary:
		return o == opStep
	case constOp:
		return o.value() == 1 || isConst(n, 0)
	case castOp:
		return n.in[0].typ.DType == Bool || b[n.in[0]] && n.typ.DType.IsFloat()
	case binary:
		return (o == opMul || o == opMin || o == opMax) && all(n.in)
	case selectOp:
		return all(n.in[1:])
	case reshapeOp, transposeOp, broadcastOp, sliceOp, stopOp, barrierOp, customOp, gatherOp:
		return b[n.in[0]]
	case concatOp:
		return all(n.in)
	case takeAlongOp:
		return b[n.in[0]]
	case putSlotOp:
		return b[n.in[0]] && b[n.in[2]]
	case scatterSliceOp:
		return b[n.in[0]] && (o.fill == 0 || o.fill == 1)
	case reduceOp:
		return (o.kind == redMax || o.kind == redMin) && b[n.in[0]]
	case poolOp:
		return o.kind != redSum && b[n.in[0]] && !o.blind(n.in[0].typ.Shape, n.typ.Shape)
	case resultOp:
		l := n.in[0].Loop()
		if l == nil {
			return false
		}
		if i := o.index - len(l.Carried); i >= 0 {
			return b[l.Ys[i]]
		}
		return b[l.Carried[o.index]] // and so what comes after each step
	}
	return false
}
