package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// A product with a sparse matrix is computed in one of three ways. Of spikes that are few, only the
// elements of M that they meet are looked at. Of a few rows, each is multiplied on its own, by the
// elements in the order of their values. Else rows are taken in strips, in which they stand abreast,
// so that an element of M meets a run of memory; a strip of a thousand columns stays in cache.
const (
	sparseFew    = 4       // rows from which they stand abreast
	sparseStrip  = 128     // rows of a strip, at most
	sparseNarrow = 16      // and at least, where workers would have nothing to do
	sparseGrain  = 1 << 20 // sums from which another worker is woken
)

// sparseShare returns the share of ones in spikes below which looking at those alone beats all
// elements, for so many rows. Measured: see docs/performance.md.
func sparseShare(rows int) float64 {
	switch {
	case rows < sparseFew:
		return 0.7
	case rows < 32:
		return 0.14
	}
	return 0.06
}

// sparseProduct computes x·M or x·Mᵀ.
type sparseProduct[T float32 | float64] struct {
	m       *Pattern
	trans   bool
	in, out int
	rows    int
	keep    bool // whether the values stay what they are while a loop runs
	loop    int  // the loop that sorted belongs to
	sorted  []T  // values by column

	x, y     []T
	bools    []bool // in place of x
	w, byCol []T    // values; nil if all are 1
	events   bool
	strip    int
	work     []sparseWork[T]
}

// sparseWork is the memory of a worker.
type sparseWork[T float32 | float64] struct {
	bits  []uint64 // a row of spikes
	strip []T      // a strip abreast, what comes of it, and spikes as floats
}

// sparseKernel returns the kernel of a product with a sparse matrix.
func sparseKernel[T float32 | float64](o sparseOp, n *Node) evalFunc {
	p := &sparseProduct[T]{m: o.m, trans: o.trans, loop: -1, rows: n.typ.Shape[0]}
	p.in, p.out = o.ends()
	p.keep = len(n.in) == 2 && n.in[1].capturedByLoop()
	asBool := n.in[0].typ.DType == Bool
	return func(c *call) error {
		p.y = kernel.View[T](c.out[0])
		if asBool {
			p.bools = c.in[0].Bool()
		} else {
			p.x = kernel.View[T](c.in[0])
		}
		if p.events = false; o.spikes {
			ones := countOnes(p.x, p.bools)
			p.events = float64(ones) < sparseShare(p.rows)*float64(p.rows*p.in)
			c.events.note(ones, p.rows*p.in, p.events)
		}
		if len(c.in) == 2 {
			p.weigh(kernel.View[T](c.in[1]), c.env.loops)
		}
		p.run(c.pool)
		return nil
	}
}

// countOnes returns the number of ones in spikes as floats, or as Bools if there are any.
func countOnes[T float32 | float64](x []T, bools []bool) int {
	if bools != nil {
		return kernel.CountTrue(bools)
	}
	return kernel.CountNonzero(x)
}

// weigh takes the values, and orders them by column if that is how they will be read.
func (p *sparseProduct[T]) weigh(w []T, loop int) {
	p.w = w
	if p.trans != p.events || !p.trans && p.rows < sparseFew {
		return
	}
	if p.sorted == nil {
		p.sorted = make([]T, len(w))
	}
	if !p.keep || p.loop != loop {
		for k, at := range p.m.order {
			p.sorted[k] = w[at]
		}
		p.loop = loop
	}
	p.byCol = p.sorted
}

// run divides the rows among workers.
func (p *sparseProduct[T]) run(pool *kernel.Pool) {
	workers := min(pool.Workers(), max(1, p.m.Len()*p.rows/sparseGrain))
	p.strip = min(sparseStrip, max(sparseNarrow, (p.rows+workers-1)/workers))
	for len(p.work) < pool.Workers() {
		p.work = append(p.work, sparseWork[T]{})
	}
	pool.Do((p.rows+p.strip-1)/p.strip, p)
}

// Part computes the i-th strip.
func (p *sparseProduct[T]) Part(worker, i int) {
	from := i * p.strip
	to := min(from+p.strip, p.rows)
	if !p.events && p.rows >= sparseFew {
		p.abreast(&p.work[worker], from, to-from)
		return
	}
	for r := from; r < to; r++ {
		y := p.y[r*p.out:][:p.out]
		switch {
		case p.events && p.trans:
			kernel.ListScatterBits(p.m.byCol, p.byCol, p.ones(&p.work[worker], r), y)
		case p.events:
			kernel.ListScatterBits(p.m.byRow, p.w, p.ones(&p.work[worker], r), y)
		case p.trans:
			kernel.ListMatVec(p.m.byRow, p.w, p.floats(&p.work[worker], r, 1), y)
		default:
			kernel.ListScatter(p.m.byRow, p.w, p.floats(&p.work[worker], r, 1), y)
		}
	}
}

// ones returns row r of the spikes as bits.
func (p *sparseProduct[T]) ones(w *sparseWork[T], r int) []uint64 {
	if w.bits == nil {
		w.bits = make([]uint64, (p.in+wordBits-1)/wordBits)
	}
	packRow(w.bits, p.x, p.bools, r, p.in)
	return w.bits
}

// packRow writes row r of n spikes, as floats, or as Bools if there are any, as bits.
func packRow[T float32 | float64](dst []uint64, x []T, bools []bool, r, n int) {
	if bools != nil {
		kernel.PackBools(dst, len(dst), bools[r*n:][:n], 1, n)
		return
	}
	kernel.PackBits(dst, x[r*n:][:n])
}

// floats returns rows of x from from, as floats.
func (p *sparseProduct[T]) floats(w *sparseWork[T], from, rows int) []T {
	if p.bools == nil {
		return p.x[from*p.in:][:rows*p.in]
	}
	x := w.room(p)[:rows*p.in]
	kernel.FromBools(x, p.bools[from*p.in:][:rows*p.in])
	return x
}

// room returns memory for a strip of x, a strip of it abreast, and one of y.
func (w *sparseWork[T]) room(p *sparseProduct[T]) []T {
	if w.strip == nil {
		w.strip = make([]T, (2*p.in+p.out)*min(sparseStrip, p.rows))
	}
	return w.strip
}

// abreast computes a strip of rows by all elements of M.
func (p *sparseProduct[T]) abreast(w *sparseWork[T], from, rows int) {
	room := w.room(p)[min(sparseStrip, p.rows)*p.in:]
	xt, yt := room[:rows*p.in], room[rows*p.in:][:rows*p.out]
	lists, values := p.m.byCol, p.byCol
	if p.trans {
		lists, values = p.m.byRow, p.w
	}
	kernel.Transpose(rows, p.in, p.floats(w, from, rows), p.in, xt, rows)
	kernel.ListGemm(lists, values, rows, p.in, xt, rows, yt, rows)
	kernel.Transpose(p.out, rows, yt, rows, p.y[from*p.out:], p.out)
}
