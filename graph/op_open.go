package graph

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// openOp is a product with a factor that stays the same in all steps of a loop, of which only those elements matter
// at which a mask is true: the others may be 0. It computes these alone if they are few. The mask is the third input, a
// Bool, or an elementwise program of all inputs from the third on, of which the first rows are enough where they are
// mostly true.
type openOp struct {
	matMulOp
	mask *fused
}

func (o openOp) String() string {
	s := "Open" + o.matMulOp.String()
	if o.mask != nil {
		s += " where " + fusedOp{o.mask}.String()
	}
	return s
}

func (o openOp) Infer(in []Type) (Type, error) {
	t, err := o.matMulOp.Infer(in[:2])
	mask := in[2]
	if o.mask != nil {
		mask = o.mask.types[0]
	}
	if err == nil && !mask.Equal(Type{Bool, t.Shape}) {
		err = fmt.Errorf("%w: the mask of %v is %v", ErrShape, t, mask)
	}
	return t, err
}

func (o openOp) Grad(_, _ *Node) []*Node {
	panic("graph: a product under a mask is not differentiated")
}

// The least number of columns and inner extent for which it pays to look for what is open.
const (
	openColumns = wordBits
	openInner   = 48
)

// opens reports whether n is a product that can be an openOp.
func (n *Node) opens() bool {
	o, ok := n.op.(matMulOp)
	if !ok || o.ta || o.spikes || !n.in[1].keptPacked(n) {
		return false
	}
	_, cols, k, _ := o.sizes(n.in[0].typ.Shape, n.in[1].typ.Shape)
	return cols >= openColumns && k >= openInner
}

// openShare is the share of open elements up to which computing these alone is quicker, for an inner extent k. Measured:
// see docs/performance.md.
func openShare(k int) float64 { return float64(k) / (200 + 2.8*float64(k)) }

func (o openOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return openKernel[float64](o, n)
	}
	return openKernel[float32](o, n)
}

// openProduct computes what is open of a product, in parts of its columns.
type openProduct[T float32 | float64] struct {
	m, k, n, words int
	few            int // open elements, at most
	b              *kernel.Rows[T]
	x, z           []T
	bits           []uint64
	mem            *productMemory[T]
	parts          int
}

func openKernel[T float32 | float64](o openOp, n *Node) evalFunc {
	m, cols, k, _ := o.sizes(n.in[0].typ.Shape, n.in[1].typ.Shape)
	p := &openProduct[T]{m: m, k: k, n: cols, words: wordsOfCols(cols), few: int(openShare(k) * float64(m*cols))}
	ldb := n.in[1].typ.Shape[1]
	whole := packedKernel[T](o.matMulOp, m, cols, k, k, ldb)
	look := o.looks(m, cols)
	run := -1
	return func(c *call) error {
		open, seen := m*cols, 0
		for _, l := range look {
			truths := l.mask(c)
			p.mem = memoryOf[T](c.env)
			p.mem.bits = atLeast(p.mem.bits, m*p.words)
			p.bits = p.mem.bits[:m*p.words]
			kernel.PackBools(p.bits, p.words, truths, l.rows, cols)
			open, seen = kernel.CountBits(p.bits[:l.rows*p.words]), l.rows
			if float64(open*m) > l.margin*float64(p.few*l.rows) {
				break
			}
		}
		few := seen == m && open <= p.few
		c.events.note(open, seen*cols, few)
		if !few {
			return whole(c)
		}
		if run != c.env.loops {
			run = c.env.loops
			p.b = kernel.PackRows(p.b, !o.tb, cols, k, kernel.View[T](c.in[1]), ldb)
		}
		p.run(c, open)
		return nil
	}
}

// glance looks at the first rows of a mask. If there are more than margin times as many open elements as are few,
// that is enough.
type glance struct {
	rows   int
	margin float64
	mask   func(c *call) []bool
}

// A glance at one in peekRows rows, peekMargin times as many open elements as are few, decides for the whole.
const peekRows, peekMargin = 8, 1.25

// looks returns what is looked at, one after the other.
func (o openOp) looks(m, cols int) []glance {
	if o.mask == nil {
		return []glance{{m, 1, func(c *call) []bool { return c.in[2].Bool() }}}
	}
	truths := make([]bool, m*cols)
	look := func(rows int, margin float64) glance {
		e := kernel.NewElementwise(o.mask.compute, o.mask.code, []int{rows, cols}, o.mask.in, o.mask.outs)
		s, out := e.NewScratch(), []kernel.Buf{kernel.Of(truths)}
		return glance{rows, margin, func(c *call) []bool {
			e.Run(s, 0, e.Blocks(), out, c.in[2:])
			return truths
		}}
	}
	if m < 2*peekRows {
		return []glance{look(m, 1)}
	}
	return []glance{look(m/peekRows, peekMargin), look(m, 1)}
}

func (p *openProduct[T]) run(c *call, open int) {
	p.x, p.z = kernel.View[T](c.in[0]), kernel.View[T](c.out[0])
	p.mem.workers(c.pool.Workers())
	p.parts = min(c.pool.Workers(), p.words, 1+open*p.k/eventGrain)
	c.pool.Do(p.parts, p)
}

// Part computes the i-th share of the columns, in blocks of 64.
func (p *openProduct[T]) Part(worker, i int) {
	ws := &p.mem.work[worker].ws
	kernel.SampledGemm(ws, p.m, p.x, p.k, p.b, p.bits, p.words, p.z, p.n, i*p.words/p.parts, (i+1)*p.words/p.parts)
}

func (o openOp) scratch(n *Node, workers int) scratch {
	s := o.matMulOp.scratch(n, workers)
	m, cols, k, _ := o.sizes(n.in[0].typ.Shape, n.in[1].typ.Shape)
	i := precision(n.typ.DType)
	s.shared[i].bits = 8 * m * wordsOfCols(cols)
	if o.mask != nil {
		s.own += m*cols + 2*o.mask.program.Room()
	}
	if n.typ.DType == Float64 {
		s.own += kernel.RowsBytes[float64](cols, k)
		s.shared[i].work = kernel.SampledRoom[float64](m, k)
		return s
	}
	s.own += kernel.RowsBytes[float32](cols, k)
	s.shared[i].work = kernel.SampledRoom[float32](m, k)
	return s
}
