package kernel

// Forward computes y, [Batch Y… Out], of x and w. It writes all of y.
func (c *Conv[T]) Forward(p *Pool, y, x, w []T) {
	c.Start(p, x, w)
	c.y, c.parts = y, c.share(c.cells)
	p.Do(c.parts, convForward[T]{c})
}

// Start makes ready for Rows of the result for x and w, by workers of p.
func (c *Conv[T]) Start(p *Pool, x, w []T) {
	c.start(p, x, w, nil)
	if c.pack(); !c.few {
		c.packKernels(false)
	}
}

// convForward is the Task of Forward: its parts are ranges of cells of y.
type convForward[T Float] struct{ *Conv[T] }

// Part computes the i-th range.
func (c convForward[T]) Part(worker, i int) {
	lo, hi := i*c.cells/c.parts, (i+1)*c.cells/c.parts
	c.Rows(worker, lo, hi, c.y[lo*c.Out:])
}

// Rows computes rows lo to hi of the result, seen as [Batch·Y… Out], into y. Each row has the same bits
// in whatever stretch it is computed. Calls with different workers may run at the same time.
func (c *Conv[T]) Rows(worker, lo, hi int, y []T) {
	ws, patches := &c.pool.lent[worker], c.scratch[worker]
	for at := lo; at < hi; at += c.step() {
		n := min(c.step(), hi-at)
		for g := range c.Groups {
			y := y[(at-lo)*c.Out+g*c.out:]
			if c.few {
				c.gatherBits(c.rows[worker], g, at, n)
				EventGemmBits(ws, n, c.out, c.k, c.rows[worker], c.words(), c.w[g*c.out:], c.Out, 0, y, c.Out)
			} else {
				c.gather(patches, c.x, g, at, n)
				GemmPacked(ws, false, n, patches, c.ld, c.packed[g], 0, y, c.Out)
			}
		}
	}
}
