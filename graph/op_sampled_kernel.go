package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// sampledFew is the number of rows below which a sampled product takes them one by one.
const sampledFew = 8

// sampledShare returns the share of ones in spikes below which a sampled product looks at those alone,
// for so many rows. Measured: see docs/performance.md.
func sampledShare(rows int) float64 {
	if rows < 32 {
		return 0.3
	}
	return 0.1
}

// sampled computes the elements of xᵀ·y that a sparse matrix has: by spikes that are few, by rows that
// are few, or by sums along strips of rows, see sparseProduct.
type sampled[T float32 | float64] struct {
	lists   kernel.Lists // by x
	in, out int
	rows    int
	order   []int32 // of the elements where lists are by column, else nil
	sorted  []T

	x      []T
	bools  []bool // in place of x
	y, v   []T
	bits   []uint64 // a row of spikes
	xt, yt []T      // a strip abreast
	block  []T      // spikes as floats
	strip  int      // rows of the strip at hand
	parts  int
}

// sampledKernel returns the kernel of a sampled product.
func sampledKernel[T float32 | float64](o sampledOp, n *Node) evalFunc {
	s := &sampled[T]{lists: o.m.byRow, rows: n.in[0].typ.Shape[0]}
	s.in, s.out = sparseOp{m: o.m, trans: o.trans}.ends()
	if o.trans {
		s.lists, s.order, s.sorted = o.m.byCol, o.m.order, make([]T, o.m.Len())
	}
	s.reserve(n.in[0].typ.DType == Bool)
	return func(c *call) error {
		out := kernel.View[T](c.out[0])
		s.y, s.v = kernel.View[T](c.in[1]), out
		if s.order != nil {
			s.v = s.sorted
		}
		kernel.Clear(s.v)
		if n.in[0].typ.DType == Bool {
			s.bools = c.in[0].Bool()
		} else {
			s.x = kernel.View[T](c.in[0])
		}
		switch {
		case o.spikes && s.few(c):
			s.events()
		case s.rows < sampledFew:
			s.each()
		default:
			s.dots(c.pool)
		}
		for k, at := range s.order {
			out[at] = s.sorted[k]
		}
		return nil
	}
}

// reserve makes the memory for a strip.
func (s *sampled[T]) reserve(asBool bool) {
	wide := min(sparseStrip, s.rows)
	s.xt, s.yt = make([]T, s.in*wide), make([]T, s.out*wide)
	s.bits = make([]uint64, (s.in+wordBits-1)/wordBits)
	if asBool {
		s.block = make([]T, s.in*wide)
	}
}

// few reports whether the ones are few.
func (s *sampled[T]) few(c *call) bool {
	ones := countOnes(s.x, s.bools)
	few := float64(ones) < sampledShare(s.rows)*float64(s.rows*s.in)
	c.events.note(ones, s.rows*s.in, few)
	return few
}

// events adds the rows of y where x has ones.
func (s *sampled[T]) events() {
	for r := range s.rows {
		packRow(s.bits, s.x, s.bools, r, s.in)
		kernel.ListOuterBits(s.lists, s.bits, s.y[r*s.out:][:s.out], s.v)
	}
}

// each adds the products of one row after another.
func (s *sampled[T]) each() {
	for r := range s.rows {
		kernel.ListOuter(s.lists, s.floats(r, 1), s.y[r*s.out:][:s.out], s.v)
	}
}

// floats returns rows of x from from, as floats.
func (s *sampled[T]) floats(from, rows int) []T {
	if s.bools == nil {
		return s.x[from*s.in:][:rows*s.in]
	}
	x := s.block[:rows*s.in]
	kernel.FromBools(x, s.bools[from*s.in:][:rows*s.in])
	return x
}

// dots adds up, strip by strip, the products of what stands abreast.
func (s *sampled[T]) dots(pool *kernel.Pool) {
	s.parts = min(pool.Workers(), max(1, len(s.v)*min(sparseStrip, s.rows)/sparseGrain))
	for from := 0; from < s.rows; from += sparseStrip {
		s.strip = min(sparseStrip, s.rows-from)
		kernel.Transpose(s.strip, s.in, s.floats(from, s.strip), s.in, s.xt, s.strip)
		kernel.Transpose(s.strip, s.out, s.y[from*s.out:], s.out, s.yt, s.strip)
		pool.Do(s.parts, s)
	}
}

// Part computes the i-th share of the elements.
func (s *sampled[T]) Part(_, i int) {
	from, to := i*s.in/s.parts, (i+1)*s.in/s.parts
	kernel.ListDots(s.lists, from, to, s.strip, s.out, s.xt, s.strip, s.yt, s.strip, s.v)
}
