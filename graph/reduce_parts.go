package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// reduceParts is the task of a reduction over the middle of [outer n inner], which workers share by its rows, or by its
// columns where there is one row; what an element of the result becomes does not depend on that.
type reduceParts[T float32 | float64] struct {
	whole           func(dst, x []T, outer, n, inner int)
	columns         func(dst, x []T, n, ld int) // of one row; nil if it has no code for some of them
	outer, n, inner int
	size            int // elements, weighed

	dst, x []T
	parts  int
}

// run is the kernel.
func (t *reduceParts[T]) run(c *call) error {
	t.dst, t.x, t.parts = kernel.View[T](c.out[0]), kernel.View[T](c.in[0]), 1
	if c.pool.Pays(float64(t.size), parallelElements) {
		t.parts = min(c.pool.Workers(), t.units())
	}
	c.pool.Do(t.parts, t)
	t.dst, t.x = nil, nil
	return nil
}

// reduceColumns is how many columns a worker takes at least.
const reduceColumns = 64

// units returns in how many pieces the work can be cut.
func (t *reduceParts[T]) units() int {
	if t.columns == nil {
		return max(1, t.outer)
	}
	return (t.inner + reduceColumns - 1) / reduceColumns
}

// Part does the i-th share.
func (t *reduceParts[T]) Part(_, i int) {
	lo, hi := i*t.units()/t.parts, (i+1)*t.units()/t.parts
	if t.columns == nil {
		t.whole(t.dst[lo*t.inner:hi*t.inner], t.x[lo*t.n*t.inner:hi*t.n*t.inner], hi-lo, t.n, t.inner)
		return
	}
	lo, hi = lo*reduceColumns, min(hi*reduceColumns, t.inner)
	t.columns(t.dst[lo:hi], t.x[min(lo, len(t.x)):], t.n, t.inner)
}
