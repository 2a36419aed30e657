package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

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

	bits []uint64 // of the rows of a phase
	ones []int    // in each block of each range of the phase
	now  []rowRange
	work []timeWork[T]
}

// rowRange is rows from, up to but without to.
type rowRange struct{ from, to int }

// timeWork is what one worker needs.
type timeWork[T float32 | float64] struct {
	ws     kernel.Workspace
	floats []T
	met    events
}

const (
	blockColumns = 2 * wordBits // of x, looked at together
	blockRows    = 512          // of x, made floats at a time
	phaseWords   = 1 << 17      // of bits, packed before they are used
)

func newTimeProduct[T float32 | float64](o matMulOp, walk []stretchOfSteps, n *Node) *timeProduct[T] {
	x := n.in[1].typ
	p := &timeProduct[T]{m: n.typ.Shape[0], n: n.typ.Shape[1], bools: x.DType == Bool, few: -1}
	if o.spikes && p.n >= sparseColumns {
		p.few = sparseBackward
	}
	for _, w := range walk {
		p.walk = append(p.walk, rowRange{w.from * x.Shape[1], w.to * x.Shape[1]})
	}
	return p
}

// words is the number of words in a row of bits.
func (p *timeProduct[T]) words() int { return (p.m + wordBits - 1) / wordBits }

// blocks is the number of blocks of columns.
func (p *timeProduct[T]) blocks() int { return (p.m + blockColumns - 1) / blockColumns }

func (p *timeProduct[T]) run(c *call) error {
	p.d, p.z = kernel.View[T](c.in[2]), kernel.View[T](c.out[0])
	if len(p.z) == 0 || len(p.d) == 0 {
		return nil
	}
	if p.bools {
		p.truths = c.in[1].Bool()
	} else {
		p.x = kernel.View[T](c.in[1])
	}
	for len(p.work) < c.pool.Workers() {
		p.work = append(p.work, timeWork[T]{})
	}
	p.parts = min(c.pool.Workers(), p.blocks(), 1+len(p.d)*p.m/eventGrain)
	if p.few < 0 {
		p.now = p.walk
		c.pool.Do(p.parts, p)
		return nil
	}
	for rest := p.walk; len(rest) > 0; rest = rest[len(p.now):] {
		p.now = rest[:p.phase(rest)]
		p.reserve()
		c.pool.Do(len(p.now), timePacking[T]{p})
		c.pool.Do(p.parts, p)
	}
	for i := range p.work {
		c.events.add(p.work[i].met)
		p.work[i].met = events{}
	}
	return nil
}

// phase returns how many of the ranges are packed together.
func (p *timeProduct[T]) phase(walk []rowRange) int {
	n, words := 0, 0
	for n < len(walk) {
		words += (walk[n].to - walk[n].from) * p.words()
		if n > 0 && words > phaseWords {
			break
		}
		n++
	}
	return n
}

// reserve makes room for the bits of a phase.
func (p *timeProduct[T]) reserve() {
	rows := 0
	for _, r := range p.now {
		rows += r.to - r.from
	}
	if n := rows * p.words(); len(p.bits) < n {
		p.bits = make([]uint64, n)
	}
	if n := len(p.now) * p.blocks(); len(p.ones) < n {
		p.ones = make([]int, n)
	}
}

// bitsOf returns the bits of range i of the phase.
func (p *timeProduct[T]) bitsOf(i int) []uint64 {
	at := 0
	for _, r := range p.now[:i] {
		at += (r.to - r.from) * p.words()
	}
	return p.bits[at:][:(p.now[i].to-p.now[i].from)*p.words()]
}

// timePacking is the task of packing a phase: its parts are ranges.
type timePacking[T float32 | float64] struct{ *timeProduct[T] }

// Part packs range i and counts the ones of each block.
func (p timePacking[T]) Part(_, i int) {
	r, words, bits := p.now[i], p.words(), p.bitsOf(i)
	if p.bools {
		kernel.PackBools(bits, words, p.truths[r.from*p.m:r.to*p.m], r.to-r.from, p.m)
	} else {
		for k := range r.to - r.from {
			kernel.PackBits(bits[k*words:(k+1)*words], p.x[(r.from+k)*p.m:][:p.m])
		}
	}
	ones := p.ones[i*p.blocks():][:p.blocks()]
	clear(ones)
	for at := 0; at < len(bits); at += words {
		for b := range ones {
			lo := b * blockColumns / wordBits
			ones[b] += kernel.CountBits(bits[at+lo : at+min(lo+blockColumns/wordBits, words)])
		}
	}
}

// Part adds what concerns a part of the columns of x, which are rows of z.
func (p *timeProduct[T]) Part(worker, part int) {
	w, blocks := &p.work[worker], p.blocks()
	from, to := part*blocks/p.parts, (part+1)*blocks/p.parts
	for i, r := range p.now {
		if p.few < 0 {
			p.multiply(w, r, from*blockColumns, min(to*blockColumns, p.m))
			continue
		}
		for b := from; b < to; b++ {
			p.block(w, i, b)
		}
	}
}

// block adds block b of range i of the phase.
func (p *timeProduct[T]) block(w *timeWork[T], i, b int) {
	r, lo := p.now[i], b*blockColumns
	cols := min(blockColumns, p.m-lo)
	ones, elements := p.ones[i*p.blocks()+b], (r.to-r.from)*cols
	few := float64(ones) <= p.few*float64(elements)
	w.met.note(ones, elements, few)
	if !few {
		p.multiply(w, r, lo, lo+cols)
		return
	}
	bits := p.bitsOf(i)[lo/wordBits:]
	kernel.EventGemmBitsTN(&w.ws, cols, p.n, r.to-r.from, bits, p.words(), p.d[r.from*p.n:], p.n, 1, p.z[lo*p.n:], p.n)
}

// multiply adds the product of columns lo to hi of x and d.
func (p *timeProduct[T]) multiply(w *timeWork[T], r rowRange, lo, hi int) {
	cols := hi - lo
	for at := r.from; at < r.to; at += blockRows {
		rows := min(blockRows, r.to-at)
		d, z := p.d[at*p.n:], p.z[lo*p.n:]
		if !p.bools {
			kernel.Gemm(&w.ws, true, false, cols, p.n, rows, p.x[at*p.m+lo:], p.m, d, p.n, 1, z, p.n)
			continue
		}
		if len(w.floats) < rows*cols {
			w.floats = make([]T, rows*cols)
		}
		for k := range rows {
			kernel.FromBools(w.floats[k*cols:(k+1)*cols], p.truths[(at+k)*p.m+lo:][:cols])
		}
		kernel.Gemm(&w.ws, true, false, cols, p.n, rows, w.floats, cols, d, p.n, 1, z, p.n)
	}
}
