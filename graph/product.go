package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// The share of ones below which adding rows beats multiplying, and the least number of columns for which
// looking for ones pays at all. Measured: see docs/performance.md.
const (
	spikeShare    = 0.6
	sparseColumns = 48
)

// spikeKernel computes the product of a binary left factor, stored as floats or as Bool, by the
// quicker of two ways. Which it is depends on the data alone.
func spikeKernel[T float32 | float64](o matMulOp, a, b *Node) evalFunc {
	m, n, k, _ := o.sizes(a.typ.Shape, b.typ.Shape)
	if o.ta {
		return spikeTransposed[T](Shape{m, n}, a.typ)
	}
	p := &eventProduct[T]{m: m, n: n, k: k, lda: k}
	few := int(spikeShare * float64(m*k))
	if n < sparseColumns {
		few = -1
	}
	if a.typ.DType == Bool {
		return p.bools(a.typ.Shape, few)
	}
	return func(c *call) error {
		x, y, z := kernel.View[T](c.in[0]), kernel.View[T](c.in[1]), kernel.View[T](c.out[0])
		ones := few + 1
		if few >= 0 {
			ones = kernel.CountNonzero(x)
			c.events.note(ones, len(x), ones <= few)
		}
		if ones > few {
			kernel.GemmParallel(c.pool, false, false, m, n, k, x, p.lda, y, n, 0, z, n)
			return nil
		}
		p.x, p.mem = x, memoryOf[T](c.env)
		p.run(c.pool, y, z, ones)
		return nil
	}
}

// spikeTransposed computes the product with the transposition of a.
func spikeTransposed[T float32 | float64](z Shape, a Type) evalFunc {
	var walk []rowRange
	for at := 0; at < a.Shape[0]; at += blockRows {
		walk = append(walk, rowRange{at, min(at+blockRows, a.Shape[0])})
	}
	p := newTimeProduct[T](z, a.DType, false, true, walk)
	return func(c *call) error {
		kernel.Clear(kernel.View[T](c.out[0]))
		p.run(c, c.in[0], c.in[1])
		return nil
	}
}

// eventProduct adds rows of b where a has ones, in parts of the rows of the result.
type eventProduct[T float32 | float64] struct {
	m, n, k, lda int
	parts        int
	x            []T      // a, or
	bits         []uint64 // a as bits
	y, z         []T
	mem          *productMemory[T]
	rows         int // of a as stored
}

// eventGrain is the number of additions from which another worker is woken.
const eventGrain = 1 << 20

func (p *eventProduct[T]) run(pool *kernel.Pool, y, z []T, ones int) {
	p.parts = min(pool.Workers(), max(1, (ones+p.m)*p.n/eventGrain), max(1, p.m/wordBits))
	p.mem.workers(pool.Workers())
	p.y, p.z = y, z
	pool.Do(p.parts, p)
}

// wordBits is the number of columns in a word of bits: parts begin at whole words.
const wordBits = 64

// Part computes the i-th share of the rows.
func (p *eventProduct[T]) Part(worker, i int) {
	lo, hi := p.share(i), p.share(i+1)
	ws, z := &p.mem.work[worker].ws, p.z[lo*p.n:]
	if p.bits != nil {
		kernel.EventGemmBits(ws, hi-lo, p.n, p.k, p.bits[lo*p.lda:], p.lda, p.y, p.n, 0, z, p.n)
	} else {
		kernel.EventGemm(ws, hi-lo, p.n, p.k, p.x[lo*p.lda:], p.lda, p.y, p.n, 0, z, p.n)
	}
}

// share returns where the i-th part begins.
func (p *eventProduct[T]) share(i int) int {
	if i == p.parts {
		return p.m
	}
	return i * p.m / p.parts / wordBits * wordBits
}

// bools returns the kernel for a left factor stored as Bool.
func (p *eventProduct[T]) bools(shape Shape, few int) evalFunc {
	cols := shape[1]
	p.rows, p.lda = shape[0], (cols+wordBits-1)/wordBits
	return func(c *call) error {
		x, y, z := c.in[0].Bool(), kernel.View[T](c.in[1]), kernel.View[T](c.out[0])
		p.mem = memoryOf[T](c.env)
		if few >= 0 {
			p.mem.bits = atLeast(p.mem.bits, p.rows*p.lda)
			p.bits = p.mem.bits[:p.rows*p.lda]
			kernel.PackBools(p.bits, p.lda, x, p.rows, cols)
			ones := kernel.CountBits(p.bits)
			c.events.note(ones, len(x), ones <= few)
			if ones <= few {
				p.run(c.pool, y, z, ones)
				return nil
			}
		}
		p.dense(c.pool, x, cols, y, z)
		return nil
	}
}

// dense multiplies a block of rows at a time.
func (p *eventProduct[T]) dense(pool *kernel.Pool, x []bool, cols int, y, z []T) {
	p.mem.floats = atLeast(p.mem.floats, min(blockRows, p.rows)*cols)
	for lo := 0; lo < p.rows; lo += blockRows {
		rows := min(blockRows, p.rows-lo)
		f := p.mem.floats[:rows*cols]
		kernel.FromBools(f, x[lo*cols:(lo+rows)*cols])
		kernel.GemmParallel(pool, false, false, rows, p.n, p.k, f, cols, y, p.n, 0, z[lo*p.n:], p.n)
	}
}
