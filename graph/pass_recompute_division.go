package graph

// division is how the steps of a loop are divided, as it walks: n segments of k steps, none if n is 0,
// and a tail, of which nothing is computed again since the backward loop begins with it.
type division struct {
	n, k       int
	main, tail Range
}

// divided returns the division of l into n segments of k steps and a tail.
func (l *LoopSpec) divided(n, k int) division {
	d := division{n: n, k: k}
	d.main, d.tail = Range{From: 0, To: n * k}, Range{From: n * k, To: l.Steps}
	if l.Reverse {
		d.main, d.tail = Range{From: l.Steps - n*k, To: l.Steps}, Range{From: 0, To: l.Steps - n*k}
	}
	return d
}

// inSegments returns the main part of a sequence as [n k …].
func (d division) inSegments(x *Node) *Node {
	x = x.Slice(d.main)
	return x.Reshape(append([]int{d.n, d.k}, x.typ.Shape[1:]...)...)
}

// whole joins the results of the segments, which are [n k …], with those of the tail.
func (d division) whole(ys, tail []*Node) []*Node {
	for i := range ys {
		ys[i] = ys[i].Flatten(0, 1)
		switch {
		case tail == nil:
		case d.tail.From == 0:
			ys[i] = Concat(0, tail[i], ys[i])
		default:
			ys[i] = Concat(0, ys[i], tail[i])
		}
	}
	return ys
}
