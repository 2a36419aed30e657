package graph

import (
	"math/bits"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// timeProduct adds xᵀ·d to z for the rows of some steps at a time. Where x is binary, each block of
// its columns either is multiplied or adds rows of d where it has ones, whichever is quicker: that
// depends on the data of the block alone, not on who computes it.
type timeProduct[T float32 | float64] struct {
	m, n   int
	walk   []rowRange // what is taken at a time
	bools  bool       // x is stored as Bool
	few    float64    // the share of ones up to which rows are added; negative if never
	x      []T
	truths []bool
	d, z   []T
	parts  int

	now    []rowRange // a phase: what is packed together
	base   int        // its first row
	packed bool       // x is stored as bits
	bits   []uint64   // of its rows
	mem    *productMemory[T]
}

// rowRange is rows from, up to but without to.
type rowRange struct{ from, to int }

const (
	blockColumns = 2 * wordBits // of x, looked at together
	blockRows    = 512          // of x, made floats at a time
	phaseWords   = 1 << 17      // of bits, packed before they are used
)

// newTimeProduct returns the sum of products of x, stored as it says, and d, to z, taken as walk says.
func newTimeProduct[T float32 | float64](z Shape, x DType, packed, spikes bool, walk []rowRange) *timeProduct[T] {
	p := &timeProduct[T]{m: z[0], n: z[1], bools: x == Bool, packed: packed, few: -1, walk: walk}
	if spikes && looksForOnes(p.n, p.bools || p.packed) {
		p.few = shareToAdd(p.n)
	}
	return p
}

// looksForOnes reports whether a product with the transposition of a binary factor and n columns looks for ones:
// floats and few columns are quicker multiplied, as the factor need not be packed then.
func looksForOnes(n int, stored bool) bool { return stored || n >= fewColumns }

// words is the number of words in a row of bits.
func (p *timeProduct[T]) words() int { return (p.m + wordBits - 1) / wordBits }

// blocks is the number of blocks of columns.
func (p *timeProduct[T]) blocks() int { return (p.m + blockColumns - 1) / blockColumns }

// run adds the products of x and d to the call's result.
func (p *timeProduct[T]) run(c *call, x, d kernel.Buf) {
	p.d, p.z = kernel.View[T](d), kernel.View[T](c.out[0])
	if len(p.z) == 0 || len(p.d) == 0 {
		return
	}
	switch {
	case p.packed:
		p.bits = wordsOf(x)
	case p.bools:
		p.truths = x.Bool()
	default:
		p.x = kernel.View[T](x)
	}
	p.mem = memoryOf[T](c.env)
	p.mem.workers(c.pool.Workers())
	p.parts = timeProductParts(c.pool.Workers(), p.blocks(), len(p.d), p.m)
	for rest := p.walk; len(rest) > 0; rest = rest[len(p.now):] {
		p.now = rest[:p.phase(rest)]
		p.reserve()
		if p.few >= 0 {
			c.pool.Do(len(p.now), timePacking[T]{p})
		}
		c.pool.Do(p.parts, p)
	}
	for i := range p.mem.work {
		c.events.add(p.mem.work[i].met)
		p.mem.work[i].met = events{}
	}
}

// timeProductParts returns in how many parts workers take the blocks of m columns, for so many elements of d.
func timeProductParts(workers, blocks, d, m int) int {
	return min(workers, blocks, 1+d*m/eventGrain)
}

// phase returns how many of the ranges are packed together: all where nothing is packed.
func (p *timeProduct[T]) phase(walk []rowRange) int {
	n, words := 0, 0
	for n < len(walk) {
		words += (walk[n].to - walk[n].from) * p.words()
		if n > 0 && words > phaseWords && p.few >= 0 && !p.packed {
			break
		}
		n++
	}
	return n
}

// reserve makes room for the bits of a phase.
func (p *timeProduct[T]) reserve() {
	p.base = 0
	p.mem.ones = atLeast(p.mem.ones, len(p.now)*p.blocks())
	if p.packed || p.few < 0 {
		return
	}
	first, last := p.now[0], p.now[len(p.now)-1]
	p.base = min(first.from, last.from)
	p.mem.bits = atLeast(p.mem.bits, (max(first.to, last.to)-p.base)*p.words())
	p.bits = p.mem.bits
}

// bitsOf returns the bits of some rows.
func (p *timeProduct[T]) bitsOf(r rowRange) []uint64 {
	return p.bits[(r.from-p.base)*p.words() : (r.to-p.base)*p.words()]
}

// timePacking is the task of packing a phase: its parts are ranges.
type timePacking[T float32 | float64] struct{ *timeProduct[T] }

// Part packs range i and counts the ones of each block.
func (p timePacking[T]) Part(_, i int) {
	r, words := p.now[i], p.words()
	rows := p.bitsOf(r)
	switch {
	case p.bools:
		kernel.PackBools(rows, words, p.truths[r.from*p.m:r.to*p.m], r.to-r.from, p.m)
	case !p.packed:
		kernel.PackBitRows(rows, p.x[r.from*p.m:], r.to-r.from, p.m)
	}
	ones := p.mem.ones[i*p.blocks():][:p.blocks()]
	clear(ones)
	for at := 0; at < len(rows); at += words {
		for j, w := range rows[at : at+words] {
			ones[j/(blockColumns/wordBits)] += bits.OnesCount64(w)
		}
	}
}

// Part adds what concerns a part of the columns of x, which are rows of z. Neighbouring blocks that are
// treated alike are treated together, so that d is read less often.
func (p *timeProduct[T]) Part(worker, part int) {
	w, blocks := &p.mem.work[worker], p.blocks()
	from, to := part*blocks/p.parts, (part+1)*blocks/p.parts
	for i, r := range p.now {
		for b := from; b < to; {
			lo, few := b*blockColumns, p.isFew(i, b)
			for b < to && p.isFew(i, b) == few {
				if p.few >= 0 {
					w.met.note(p.mem.ones[i*p.blocks()+b], p.elements(i, b), few)
				}
				b++
			}
			p.add(w, r, lo, min(b*blockColumns, p.m), few)
		}
	}
}

// elements is the number of elements in block b of range i of the phase.
func (p *timeProduct[T]) elements(i, b int) int {
	return (p.now[i].to - p.now[i].from) * min(blockColumns, p.m-b*blockColumns)
}

// isFew reports whether there are so few ones in block b of range i that their rows are added.
func (p *timeProduct[T]) isFew(i, b int) bool {
	return p.few >= 0 && float64(p.mem.ones[i*p.blocks()+b]) <= p.few*float64(p.elements(i, b))
}

// add adds the rows of z from lo to hi.
func (p *timeProduct[T]) add(w *productWork[T], r rowRange, lo, hi int, few bool) {
	if !few {
		p.multiply(w, r, lo, hi)
		return
	}
	bits := p.bitsOf(r)[lo/wordBits:]
	kernel.EventGemmBitsTN(&w.ws, hi-lo, p.n, r.to-r.from, bits, p.words(), p.d[r.from*p.n:], p.n, 1, p.z[lo*p.n:], p.n)
}

// multiply adds the product of columns lo to hi of x and d.
func (p *timeProduct[T]) multiply(w *productWork[T], r rowRange, lo, hi int) {
	cols := hi - lo
	for at := r.from; at < r.to; at += blockRows {
		rows := min(blockRows, r.to-at)
		d, z := p.d[at*p.n:], p.z[lo*p.n:]
		if !p.bools && !p.packed {
			kernel.Gemm(&w.ws, true, false, cols, p.n, rows, p.x[at*p.m+lo:], p.m, d, p.n, 1, z, p.n)
			continue
		}
		w.floats = atLeast(w.floats, rows*cols)
		for k := range rows {
			p.floats(w.floats[k*cols:(k+1)*cols], at+k, lo)
		}
		kernel.Gemm(&w.ws, true, false, cols, p.n, rows, w.floats, cols, d, p.n, 1, z, p.n)
	}
}

// floats writes elements of a row of x, from column lo on.
func (p *timeProduct[T]) floats(dst []T, row, lo int) {
	if p.packed {
		kernel.ExpandBits(dst, p.bits[row*p.words()+lo/wordBits:])
	} else {
		kernel.FromBools(dst, p.truths[row*p.m+lo:][:len(dst)])
	}
}
