package graph

import "slices"

const (
	// shardRows is the least number of rows of a shard: fewer waste the products.
	shardRows = 64
	// shardWork is the least number of elements that a loop must compute to be split.
	shardWork = 1 << 18
)

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
