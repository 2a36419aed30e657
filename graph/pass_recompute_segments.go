package graph

import "slices"

// segmented is a pair of which segments are computed again.
type segmented struct {
	pair loopPair
	division
	starts []*Node // state of the forward loop at the beginning of each segment, stacked
	tailYs []*Node // results of its tail
	seqs   []*Node // its sequences
	caps   []*Node // what it captures
}

// segmenter writes the segmented loops.
type segmenter struct {
	r       *rewriter
	of      map[*Node]*segmented
	results map[*Node][]*Node // what takes the place of a loop's results
}

func (s *segmenter) node(n *Node, in []*Node) *Node {
	if i := n.ResultIndex(); i >= 0 && s.results[n.in[0]] != nil {
		return s.results[n.in[0]][i]
	}
	d := s.of[n]
	if d == nil {
		return nil
	}
	if n == d.pair.forward {
		s.results[n] = s.forward(d, n.Loop(), in)
	} else {
		s.results[n] = s.backward(d, n, in)
	}
	return s.results[n][0]
}

// forward writes the forward loop, and returns what takes the place of its results.
func (s *segmenter) forward(d *segmented, l *LoopSpec, in []*Node) []*Node {
	nc, ns := len(l.Carried), len(l.Seqs)
	d.seqs, d.caps = in[nc:nc+ns], in[nc+ns:]
	main := make([]*Node, ns)
	for i, x := range d.seqs {
		main[i] = d.inSegments(x)
	}
	ys, last := s.segments(d, l, main, in[:nc], func(x, state []*Node) (y, next []*Node) {
		y, next = s.segment(d, l, x, state, d.caps)
		return append(y, state...), next
	})
	ys, d.starts = ys[:len(l.Ys)], ys[len(l.Ys):]
	if d.tail.From < d.tail.To {
		tail := make([]*Node, ns)
		for i, x := range d.seqs {
			tail[i] = x.Slice(d.tail)
		}
		d.tailYs, last = s.tailOf(d, l, tail, last, d.caps)
	}
	return append(last, d.whole(ys, d.tailYs)...)
}

// backward writes a backward loop: through the tail, then through the segments from the last on.
func (s *segmenter) backward(d *segmented, n *Node, in []*Node) []*Node {
	l := n.Loop()
	nc, ns := len(l.Carried), len(l.Seqs)
	seqs, state, caps := in[nc:nc+ns], in[:nc], in[nc+ns:]
	kept := d.resultsReadBy(n)
	var tailYs []*Node
	if d.tail.From < d.tail.To {
		tail := make([]*Node, ns)
		for j, x := range seqs {
			if tail[j] = x.Slice(d.tail); kept[j] >= 0 {
				tail[j] = d.tailYs[kept[j]]
			}
		}
		tailYs, state = s.tailOf(d, l, tail, state, caps)
	}
	var main distinct
	given, read := make([]int, ns), make([]int, len(d.seqs))
	for j, x := range seqs {
		if kept[j] < 0 {
			given[j] = main.place(d.inSegments(x))
		}
	}
	for i, x := range d.seqs {
		read[i] = main.place(d.inSegments(x))
	}
	ys, last := s.segments(d, l, slices.Concat(main, d.starts), state, func(x, state []*Node) (y, next []*Node) {
		forward := make([]*Node, len(read))
		for i, k := range read {
			forward[i] = x[k]
		}
		again, _ := s.segment(d, d.pair.forward.Loop(), forward, x[len(main):], d.caps)
		own := make([]*Node, ns)
		for j, k := range kept {
			if k >= 0 {
				own[j] = again[k]
			} else {
				own[j] = x[given[j]]
			}
		}
		return s.segment(d, l, own, state, caps)
	})
	return append(last, d.whole(ys, tailYs)...)
}

// resultsReadBy returns for each sequence of the backward loop n which stacked result of the forward
// loop it is, negative if it is none.
func (d *segmented) resultsReadBy(n *Node) []int {
	l, carried := n.Loop(), len(d.pair.forward.Loop().Carried)
	kept := make([]int, len(l.Seqs))
	for j := range kept {
		kept[j] = -1
		if x := n.in[len(l.Carried)+j]; x.ResultIndex() >= carried && x.in[0] == d.pair.forward {
			kept[j] = x.ResultIndex() - carried
		}
	}
	return kept
}

// distinct are values of which two that are one stay one.
type distinct []*Node

// place returns the place of x among them.
func (d *distinct) place(x *Node) int {
	if i := slices.Index(*d, x); i >= 0 {
		return i
	}
	*d = append(*d, x)
	return len(*d) - 1
}
