package graph

import "slices"

// shardPass splits loops into independent loops over some rows of the batch each, which workers run
// side by side without meeting until the end: where every op of the body treats each row on its
// own, or adds up over rows what the loop adds up over time. How a loop is split depends on its
// shapes alone, not on the number of workers, so neither do the results.
func shardPass(u unit, _ *compiler) unit {
	if !u.hasLoops() {
		return u
	}
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}}
	r.node = func(n *Node, in []*Node) *Node {
		if l := n.Loop(); l != nil && l.split == nil {
			return r.shard(l, in)
		}
		if i := n.ResultIndex(); i >= 0 && in[0].joins(i) && !n.in[0].joins(i) {
			return r.inside.add(joinOp{}, []*Node{in[0].result(i)})
		}
		return nil
	}
	return keepApart(r.graph(u, nil, make([]*Node, len(u.g.nodes))))
}

// shard returns a loop that is split, nil if it cannot be.
func (r *rewriter) shard(l *LoopSpec, in []*Node) *Node {
	s, f := l.findSplit()
	if s == nil {
		return nil
	}
	in = slices.Clone(in)
	for i := range l.Carried {
		if s.shareOf(i) == sums {
			in[i] = r.parts(in[i], s.n)
		}
	}
	return r.inside.add(loopOp{r.splitLoop(l, s, f)}, in)
}

// joins reports whether result i of n is a sum whose parts are added once the loop is done.
func (n *Node) joins(i int) bool {
	l := n.Loop()
	return l != nil && l.split != nil && i < len(l.Carried) && l.split.shareOf(i) == sums
}

const (
	// shardRows is the least number of rows of a shard: fewer waste the products.
	shardRows = 64
	// shardWork is the least number of elements that a loop must compute to be split.
	shardWork = 1 << 18
)

// share says how shards share a value.
type share uint8

const (
	whole share = iota // every shard sees or computes all of it
	rows               // each has some rows: its first axis is the batch
	sums               // each has a part of a sum: outside there is a leading axis of parts
)

// loopSplit says how a loop is divided: into n shards, which share each argument in the order of
// LoopSpec.Args as it says. All stacked results are rows.
type loopSplit struct {
	n    int
	args []share
}

// outer returns the type that a body's value of type t has outside of the shards.
func (s *loopSplit) outer(t Type, how share) Type {
	switch {
	case s == nil || how == whole:
		return t
	case how == sums:
		return stackedType(s.n, t)
	}
	return Type{t.DType, append(Shape{t.Shape[0] * s.n}, t.Shape[1:]...)}
}

// shareOf returns how argument i is shared.
func (s *loopSplit) shareOf(i int) share {
	if s == nil {
		return whole
	}
	return s.args[i]
}

// shards returns the number of shards.
func (s *loopSplit) shards() int {
	if s == nil {
		return 1
	}
	return s.n
}

// findSplit returns how l can be divided, nil if it cannot or need not be, and how its values are
// shared.
func (l *LoopSpec) findSplit() (*loopSplit, *splitFinder) {
	batch := l.batch()
	n := batch / shardRows
	if n < 2 || batch%n != 0 || l.work() < shardWork {
		return nil, nil
	}
	f := &splitFinder{l: l, batch: batch, of: make([]share, len(l.Body.nodes)), fixed: map[*Node]bool{}}
	for !f.try() {
		if f.culprit == nil { // no reading of the shapes makes the body row by row
			return nil, nil
		}
		f.fixed[f.culprit] = true
	}
	s := &loopSplit{n: n}
	for _, a := range l.Args() {
		s.args = append(s.args, f.of[a.id])
	}
	return s, f
}

// batch returns the extent of the batch: the first axis that most of the loop's values per step have.
func (l *LoopSpec) batch() int {
	count := map[int]int{}
	best := 0
	for _, n := range slices.Concat(l.Ys, l.Seqs, l.Carried) {
		if len(n.typ.Shape) >= 1 {
			b := n.typ.Shape[0]
			count[b]++
			if count[b] > count[best] || count[b] == count[best] && b > best {
				best = b
			}
		}
	}
	return best
}

// work returns the number of elements that the loop computes, or the loop that it is a segment of.
func (l *LoopSpec) work() int {
	n := 0
	for _, m := range l.Body.nodes {
		if len(m.in) > 0 {
			n += m.typ.Shape.Size()
		}
	}
	return n * max(l.Steps, l.whole)
}

// splitFinder works out how values of a body are shared, given a reading of its arguments.
type splitFinder struct {
	l       *LoopSpec
	batch   int
	of      []share
	fixed   map[*Node]bool // values whose first axis is not the batch though it has its extent
	culprit *Node          // one to try that with
}

// try applies the rules once, and reports whether they hold.
func (f *splitFinder) try() bool {
	f.culprit = nil
	l := f.l
	for i, a := range l.Args() {
		switch {
		case f.batched(a):
			f.of[a.id] = rows
		case i < len(l.Carried) && l.accumulates(i):
			f.of[a.id] = sums
		default:
			f.of[a.id] = whole
		}
	}
	need := reachable(l.Body, slices.Concat(l.Next, l.Ys))
	for i, n := range l.Body.nodes {
		if _, isArg := n.op.(argOp); isArg || !need[i] {
			continue
		}
		s, ok := f.rule(n)
		if !ok {
			return false
		}
		f.of[i] = s
	}
	for i, n := range l.Next {
		c := l.Carried[i]
		if f.of[n.id] != f.of[c.id] || f.of[c.id] == whole && n != c {
			return false
		}
	}
	return !slices.ContainsFunc(l.Ys, func(y *Node) bool { return f.of[y.id] != rows })
}

// batched reports whether n's first axis is read as the batch.
func (f *splitFinder) batched(n *Node) bool {
	return len(n.typ.Shape) > 0 && n.typ.Shape[0] == f.batch && !f.fixed[n]
}

// accumulates reports whether carried value i does nothing but grow.
func (l *LoopSpec) accumulates(i int) bool {
	n := l.Next[i]
	return n.op == opAdd && (n.in[0] == l.Carried[i]) != (n.in[1] == l.Carried[i])
}

// blame remembers a value whose reading as rows may be what is wrong.
func (f *splitFinder) blame(x *Node) (share, bool) {
	for x != nil && f.culprit == nil {
		if _, isArg := x.op.(argOp); isArg || len(x.in) == 0 {
			if f.batched(x) {
				f.culprit = x
			}
			return whole, false
		}
		x = x.in[0]
	}
	return whole, false
}

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
	case castOp, oneHotOp, stopOp, barrierOp, customOp:
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

// splitLoop rebuilds the body of l for the rows of one shard.
func (r *rewriter) splitLoop(l *LoopSpec, s *loopSplit, f *splitFinder) *LoopSpec {
	narrow := &narrower{s.n}
	inner := &rewriter{loops: map[*LoopSpec]*LoopSpec{}, resize: func(n *Node) Type { return narrow.typ(n, f.of[n.id]) }}
	inner.node = func(n *Node, in []*Node) *Node {
		if f.of[n.id] != rows {
			return nil
		}
		return inner.inside.add(narrow.op(n), in)
	}
	own := *l
	m := inner.loop(&own, r.inside)
	m.split = s
	return m
}

// narrower gives values of a body the rows of a shard.
type narrower struct{ n int }

func (w *narrower) typ(n *Node, how share) Type {
	if how != rows {
		return n.typ
	}
	return Type{n.typ.DType, append(Shape{n.typ.Shape[0] / w.n}, n.typ.Shape[1:]...)}
}

// op returns n's op for fewer rows.
func (w *narrower) op(n *Node) Op {
	first := func(d dims) dims {
		d.d[0] /= w.n
		return d
	}
	switch o := n.op.(type) {
	case constOp:
		o.typ.shape = first(o.typ.shape)
		return o
	case reshapeOp:
		return reshapeOp{first(o.shape)}
	case broadcastOp:
		return broadcastOp{first(o.shape)}
	case sliceOp:
		o.sizes = first(o.sizes)
		return o
	case scatterSliceOp:
		o.shape = first(o.shape)
		return o
	case randomOp:
		o.typ.shape = first(o.typ.shape)
		o.sharded = true
		return o
	case convInputOp:
		o.x = first(o.x)
		return o
	case poolSpreadOp:
		o.x = first(o.x)
		return o
	case poolPlaceOp:
		o.x = first(o.x)
		return o
	}
	return n.op
}
