package gorgonia

import (
	"slices"

	G "gorgonia.org/gorgonia"

	"github.com/spikegraph/spikegraph/graph"
)

// reduction is the rule of a reduction that f computes for the rows of a matrix.
func reduction(f func(b *builder, x *G.Node) *G.Node) rule {
	return func(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
		return l.reshape(f(&l.builder, l.rows(in[0], n.Attrs().Axes)), n.Shape()...)
	}
}

// rows returns x as a matrix whose rows run over the given axes.
func (b *builder) rows(x *G.Node, axes []int) *G.Node {
	if b.err != nil {
		return x
	}
	s := x.Shape()
	var perm []int
	for i := range s {
		if !slices.Contains(axes, i) {
			perm = append(perm, i)
		}
	}
	n := 1
	for _, a := range axes {
		n *= s[a]
	}
	x = b.permute(x, append(perm, axes...)...)
	return b.reshape(x, s.TotalSize()/n, n)
}

func (b *builder) sumRows(x *G.Node) *G.Node {
	return b.unary(func(x *G.Node) (*G.Node, error) { return G.Sum(x, 1) }, x)
}

func (b *builder) maxRows(x *G.Node) *G.Node {
	return b.unary(func(x *G.Node) (*G.Node, error) { return G.Max(x, 1) }, x)
}

func (b *builder) minRows(x *G.Node) *G.Node { return b.neg(b.maxRows(b.neg(x))) }

// prodRows multiplies the columns one by one: Gorgonia has no product along an axis.
func (b *builder) prodRows(x *G.Node) *G.Node {
	if b.err != nil {
		return x
	}
	rows, cols := x.Shape()[0], x.Shape()[1]
	column := func(j int) *G.Node { return b.walk("Slice", view{[]int{rows}, []int{cols}, j}, x) }
	p := column(0)
	for j := 1; j < cols; j++ {
		p = b.mul(p, column(j))
	}
	return p
}

// logSumExpRows computes m + ln Σ e^(x-m), m the largest of a row or 0 where that is infinite. The
// gradients through the two m cancel; stopping them spares their computation.
func (b *builder) logSumExpRows(x *G.Node) *G.Node {
	if b.err != nil {
		return x
	}
	rows, cols := x.Shape()[0], x.Shape()[1]
	m := b.stop(b.maxRows(x))
	m = b.where(b.compare(G.Eq, b.sub(m, m), b.like(m, 0)), m, b.like(m, 0))
	shifted := b.sub(x, b.broadcast(b.reshape(m, rows, 1), rows, cols))
	return b.add(b.log(b.sumRows(b.exp(shifted))), m)
}

// argMaxRows finds the first column of a row that is its largest: n - max([x = max x]·(n - j)).
func (b *builder) argMaxRows(x *G.Node) *G.Node {
	if b.err != nil {
		return x
	}
	rows, cols := x.Shape()[0], x.Shape()[1]
	at := b.compare(G.Eq, x, b.broadcast(b.reshape(b.maxRows(x), rows, 1), rows, cols))
	left := make([]float64, cols)
	for j := range left {
		left[j] = float64(cols - j)
	}
	first := b.maxRows(b.mul(at, b.broadcast(b.values(left, []int{1, cols}), rows, cols)))
	return b.sub(b.like(first, float64(cols)), first)
}

// cumSumRule multiplies by a triangle of ones, which stands on the left: Gorgonia's product skips
// the zeros of its left operand, so an infinity does not spread.
func cumSumRule(l *lowering, n *graph.Node, in []*G.Node) *G.Node {
	a := n.Attrs()
	d := n.Dim(a.Axes[0])
	tri := make([]float64, d*d)
	for i := range d {
		for j := range d {
			before := j < i
			if a.Reverse {
				before = j > i
			}
			if before || i == j && !a.Exclusive {
				tri[i*d+j] = 1
			}
		}
	}
	return l.along(in[0], a.Axes[0], l.values(tri, []int{d, d}), n.Shape())
}

// along multiplies axis a of x by the matrix m from the left: that axis, of x's extent, becomes m's
// rows. shape is that of the result.
func (b *builder) along(x *G.Node, a int, m *G.Node, shape []int) *G.Node {
	if b.err != nil {
		return x
	}
	s := x.Shape()
	outer, inner := s[:a].TotalSize(), s[a+1:].TotalSize()
	flat := b.permute(b.reshape(x, outer, s[a], inner), 1, 0, 2)
	y := b.matMul(m, b.reshape(flat, s[a], outer*inner))
	if b.err != nil {
		return x
	}
	rows := y.Shape()[0]
	return b.reshape(b.permute(b.reshape(y, rows, outer, inner), 1, 0, 2), shape...)
}
