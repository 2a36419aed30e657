package kernel

// Forward computes y, [Batch Y… Out], of x and w. It writes all of y.
func (c *Conv[T]) Forward(p *Pool, y, x, w []T) {
	c.start(p, x, w, y)
	if c.pack(); !c.few {
		c.packKernels(false)
	}
	c.parts = c.share(c.cells)
	p.Do(c.parts, convForward[T]{c})
}

// convForward is the Task of Forward: its parts are ranges of cells of y.
type convForward[T Float] struct{ *Conv[T] }

// Part computes the i-th range.
func (c convForward[T]) Part(worker, i int) {
	ws, patches := &c.pool.lent[worker], c.scratch[worker]
	end := (i + 1) * c.cells / c.parts
	for at := i * c.cells / c.parts; at < end; at += c.step() {
		n := min(c.step(), end-at)
		for g := range c.Groups {
			y := c.y[at*c.Out+g*c.out:]
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
