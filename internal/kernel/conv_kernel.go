package kernel

// Kernel computes the derivative by w, [W… In/Groups Out], of Σ gy·y: the patches of all cells,
// transposed, times gy. It writes all of gw.
//
// The cells are added up in chunks whose number the shape alone decides, and the chunks in order, so
// that the workers may share them.
func (c *Conv[T]) Kernel(p *Pool, gw, x, gy []T) {
	c.start(p, x, gw, gy)
	c.pack()
	c.divide(p.workers, len(gw))
	c.partial = grow(c.partial, (c.chunks.n-1)*len(gw))
	Clear(gw)
	p.Do(c.chunks.n*c.Groups*c.chunks.strips, convKernel[T]{c})
	for i := range c.chunks.n - 1 {
		addTo(gw, c.partial[i*len(gw):][:len(gw)])
	}
}

// chunks is how the derivative by w is divided: n chunks of cells, and strips of the columns of a
// group, as wide as width.
type chunks struct{ n, strips, width int }

const (
	chunkFLOP  = 8 << 20 // work that is worth a chunk
	mostChunks = 8
	chunkRoom  = 1 << 22 // elements of all partial sums, at most
)

// divide chooses the chunks of a derivative of so many elements by the shape, and the strips by what that
// leaves to share.
func (c *Conv[T]) divide(workers, elements int) {
	n := min(int(c.flops()/chunkFLOP), mostChunks, 1+chunkRoom/max(elements, 1), c.cells/c.block)
	c.chunks = chunks{n: max(n, 1), strips: 1, width: max(c.out, 1)}
	unit := tilesOf[T]().nr
	if busy := c.chunks.n * c.Groups; busy < workers && c.flops() >= parallelFLOP {
		want := (workers + busy - 1) / busy
		c.chunks.width = roundUp((c.out+want-1)/want, unit)
		c.chunks.strips = (c.out + c.chunks.width - 1) / c.chunks.width
	}
}

// convKernel is the Task of Kernel: its parts are chunks, of them groups, of them strips.
type convKernel[T Float] struct{ *Conv[T] }

// Part computes the i-th part.
func (c convKernel[T]) Part(worker, i int) {
	ws, patches := &c.pool.lent[worker], c.scratch[worker]
	strip, group, chunk := i%c.chunks.strips, i/c.chunks.strips%c.Groups, i/c.chunks.strips/c.Groups
	col, cols := group*c.out+strip*c.chunks.width, min(c.chunks.width, c.out-strip*c.chunks.width)
	sum := c.w
	if chunk > 0 {
		sum = c.partial[(chunk-1)*len(c.w):][:len(c.w)]
	}
	var beta T
	end := (chunk + 1) * c.cells / c.chunks.n
	for at := chunk * c.cells / c.chunks.n; at < end; at += c.step() {
		n := min(c.step(), end-at)
		if c.few {
			c.gatherBits(c.rows[worker], group, at, n)
			EventGemmBitsTN(ws, c.k, cols, n, c.rows[worker], c.words(), c.y[at*c.Out+col:], c.Out, beta, sum[col:], c.Out)
		} else {
			c.gather(patches, c.x, group, at, n)
			Gemm(ws, true, false, c.k, cols, n, patches, c.ld, c.y[at*c.Out+col:], c.Out, beta, sum[col:], c.Out)
		}
		beta = 1
	}
}
