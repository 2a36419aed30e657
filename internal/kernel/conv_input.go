package kernel

// Input computes the derivative by x, [Batch X… In], of Σ gy·y: it adds gy·wᵀ, one patch for each cell
// of y, to where the patches come from. It writes all of gx.
func (c *Conv[T]) Input(p *Pool, gx, gy, w []T) {
	c.start(p, gx, w, gy)
	c.packKernels(true)
	Clear(gx)
	c.parts = c.share(c.Batch)
	p.Do(c.parts*c.Groups, convInput[T]{c})
}

// convInput is the Task of Input: its parts are ranges of images, group by group.
type convInput[T Float] struct{ *Conv[T] }

// Part computes the i-th range.
func (c convInput[T]) Part(worker, i int) {
	ws, patches := &c.pool.lent[worker], c.scratch[worker]
	g, i := i/c.parts, i%c.parts
	end := (i + 1) * c.Batch / c.parts * c.grid
	for at := i * c.Batch / c.parts * c.grid; at < end; at += c.block {
		n := min(c.block, end-at)
		GemmPacked(ws, false, n, c.y[at*c.Out+g*c.out:], c.Out, c.packed[g], 0, patches, c.ld)
		c.scatter(patches, c.x, g, at, n)
	}
}
