package graph

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// openOp is a product with a factor that stays the same in all steps of a loop, of which only those elements matter
// at which its third input, a Bool, is true: the others may be 0. It computes these alone if they are few.
type openOp struct{ matMulOp }

func (o openOp) String() string { return "Open" + o.matMulOp.String() }

func (o openOp) Infer(in []Type) (Type, error) {
	t, err := o.matMulOp.Infer(in[:2])
	if err == nil && !in[2].Equal(Type{Bool, t.Shape}) {
		err = fmt.Errorf("%w: the mask of %v is %v", ErrShape, t, in[2])
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
	run := -1
	return func(c *call) error {
		p.mem = memoryOf[T](c.env)
		p.mem.bits = atLeast(p.mem.bits, m*p.words)
		p.bits = p.mem.bits[:m*p.words]
		kernel.PackBools(p.bits, p.words, c.in[2].Bool(), m, cols)
		open := kernel.CountBits(p.bits)
		c.events.note(open, m*cols, open <= p.few)
		if open > p.few {
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
	if n.typ.DType == Float64 {
		s.own += kernel.RowsBytes[float64](cols, k)
		s.shared[i].work = kernel.SampledRoom[float64](m, k)
		return s
	}
	s.own += kernel.RowsBytes[float32](cols, k)
	s.shared[i].work = kernel.SampledRoom[float32](m, k)
	return s
}
