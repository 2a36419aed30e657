package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// The share of ones below which adding rows beats multiplying, and that of products with so few columns that
// rows are short. Measured: see docs/performance.md.
const (
	spikeShare = 0.6
	fewShare   = 0.4
	fewColumns = 48
)

// shareToAdd returns the share of ones up to which rows of so many columns are added.
func shareToAdd(cols int) float64 {
	if cols < fewColumns {
		return fewShare
	}
	return spikeShare
}

// spikeKernel computes the product of a binary left factor, stored as bits, by the quicker of two ways. Which it
// is depends on the data alone.
func spikeKernel[T float32 | float64](o matMulOp, a, b *Node) evalFunc {
	m, n, k, _ := o.sizes(a.typ.Shape, b.typ.Shape)
	if o.ta {
		return spikeTransposed[T](Shape{m, n}, a.typ)
	}
	p := newEventProduct[T](m, n, k)
	return func(c *call) error {
		y, z := kernel.View[T](c.in[1]), kernel.View[T](c.out[0])
		if ones, few := p.look(c); few {
			p.run(c.pool, y, z, ones)
		} else {
			p.dense(c.pool, y, z)
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
	few     int // ones up to which rows are added
	parts   int
	bits    []uint64 // of a
	y, z    []T
	mem     *productMemory[T]
}

func newEventProduct[T float32 | float64](m, n, k int) *eventProduct[T] {
	return &eventProduct[T]{m: m, n: n, k: k, few: int(shareToAdd(n) * float64(m*k))}
}

// look counts the ones of the call's left factor, and reports whether they are few.
func (p *eventProduct[T]) look(c *call) (ones int, few bool) {
	p.mem, p.bits = memoryOf[T](c.env), wordsOf(c.in[0])
	ones = kernel.CountBits(p.bits)
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
	ld := p.words()
	kernel.EventGemmBits(&p.mem.work[worker].ws, hi-lo, p.n, p.k, p.bits[lo*ld:], ld, p.y, p.n, 0, z, p.n)
}

// expand writes rows lo to hi of a as numbers.
func (p *eventProduct[T]) expand(dst []T, lo, hi int) {
	for i := lo; i < hi; i++ {
		kernel.ExpandBits(dst[:p.k], p.bits[i*p.words():])
		dst = dst[p.k:]
	}
}

// share returns where the i-th part begins.
func (p *eventProduct[T]) share(i int) int {
	if i == p.parts {
		return p.m
	}
	return i * p.m / p.parts / wordBits * wordBits
}

// dense multiplies a block of rows at a time.
func (p *eventProduct[T]) dense(pool *kernel.Pool, y, z []T) {
	p.mem.floats = atLeast(p.mem.floats, min(blockRows, p.m)*p.k)
	for lo := 0; lo < p.m; lo += blockRows {
		rows := min(blockRows, p.m-lo)
		f := p.mem.floats[:rows*p.k]
		p.expand(f, lo, lo+rows)
		kernel.GemmParallel(pool, false, false, rows, p.n, p.k, f, p.k, y, p.n, 0, z[lo*p.n:], p.n)
	}
}
