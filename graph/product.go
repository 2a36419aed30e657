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
	p := newEventProduct[T](m, n, k, a.typ.DType)
	return func(c *call) error {
		y, z := kernel.View[T](c.in[1]), kernel.View[T](c.out[0])
		switch ones, few := p.look(c); {
		case few:
			p.run(c.pool, y, z, ones)
		case p.stored == Bool:
			p.dense(c.pool, y, z)
		default:
			kernel.GemmParallel(c.pool, false, false, m, n, k, p.x, k, y, n, 0, z, n)
		}
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
	m, n, k int
	few     int // ones up to which rows are added, -1 if never
	parts   int
	stored  DType
	x       []T      // a, or
	truths  []bool   // a, and
	bits    []uint64 // a as bits
	y, z    []T
	mem     *productMemory[T]
}

func newEventProduct[T float32 | float64](m, n, k int, stored DType) *eventProduct[T] {
	p := &eventProduct[T]{m: m, n: n, k: k, few: int(spikeShare * float64(m*k)), stored: stored}
	if n < sparseColumns {
		p.few = -1
	}
	return p
}

// look counts the ones of the call's left factor, and reports whether they are few.
func (p *eventProduct[T]) look(c *call) (ones int, few bool) {
	p.mem = memoryOf[T](c.env)
	if p.stored == Bool {
		p.truths = c.in[0].Bool()
	} else {
		p.x = kernel.View[T](c.in[0])
	}
	if p.few < 0 {
		return 0, false
	}
	if p.stored == Bool {
		n := p.m * p.words()
		p.mem.bits = atLeast(p.mem.bits, n)
		p.bits = p.mem.bits[:n]
		kernel.PackBools(p.bits, p.words(), p.truths, p.m, p.k)
		ones = kernel.CountBits(p.bits)
	} else {
		ones = kernel.CountNonzero(p.x)
	}
	c.events.note(ones, p.m*p.k, ones <= p.few)
	return ones, ones <= p.few
}

// words is the number of words in a row of bits.
func (p *eventProduct[T]) words() int { return wordsOfCols(p.k) }

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
	lo := p.share(i)
	p.add(worker, lo, p.share(i+1), p.z[lo*p.n:])
}

// add computes rows lo to hi of the result into z.
func (p *eventProduct[T]) add(worker, lo, hi int, z []T) {
	ws := &p.mem.work[worker].ws
	if ld := p.words(); p.stored == Bool {
		kernel.EventGemmBits(ws, hi-lo, p.n, p.k, p.bits[lo*ld:], ld, p.y, p.n, 0, z, p.n)
	} else {
		kernel.EventGemm(ws, hi-lo, p.n, p.k, p.x[lo*p.k:], p.k, p.y, p.n, 0, z, p.n)
	}
}

// share returns where the i-th part begins.
func (p *eventProduct[T]) share(i int) int {
	if i == p.parts {
		return p.m
	}
	return i * p.m / p.parts / wordBits * wordBits
}

// dense multiplies a block of rows, stored as Bool, at a time.
func (p *eventProduct[T]) dense(pool *kernel.Pool, y, z []T) {
	p.mem.floats = atLeast(p.mem.floats, min(blockRows, p.m)*p.k)
	for lo := 0; lo < p.m; lo += blockRows {
		rows := min(blockRows, p.m-lo)
		f := p.mem.floats[:rows*p.k]
		kernel.FromBools(f, p.truths[lo*p.k:(lo+rows)*p.k])
		kernel.GemmParallel(pool, false, false, rows, p.n, p.k, f, p.k, y, p.n, 0, z[lo*p.n:], p.n)
	}
}
