package kernel

// ConvShape holds the extents of a convolution over three spatial axes, of which those in front may be
// 1. With x [Batch X… In], w [W… In/Groups Out] and y [Batch Y… Out], channels last, it is
//
//	y[b, o, j] = Σ x[b, i, c] · w[t, c, j]   over taps t and channels c of j's group,
//	i·XDilation = o·Stride - Low + t·WDilation   along each axis,
//
// where x is 0 at places that are no whole number or outside. The kernel is not flipped.
type ConvShape struct {
	Batch, In, Out, Groups int
	X, W, Y                [3]int
	Stride, Low            [3]int
	XDilation, WDilation   [3]int
}

// Conv computes convolutions of one shape and their derivatives. It gathers the patches of x that a few
// cells of y see into scratch memory that stays in cache, and leaves the rest to matrix products. No
// result depends on the number of workers: sums are in the order of taps, channels and cells. The
// steady state allocates nothing; a Conv serves one call at a time.
type Conv[T Float] struct {
	ConvShape
	// Sparse makes products with x skip what is 0 there, as EventGemm does, where few elements are not.
	Sparse bool

	in, out int // channels of a group
	k       int // elements of a patch
	grid    int // cells of an image of y
	cells   int // and of all of them

	at      [3][]int // at[a][o*W[a]+t] is the place along axis a of x that tap t of cell o sees, -1 for none
	runs    []run    // of taps along the last axis, for each o, where they lie side by side in x
	block   int      // cells of y whose patches are gathered at a time
	packed  []*Packed[T]
	scratch [][]T // by worker
	partial []T   // sums over chunks of cells, of the derivative by w

	pool    *Pool
	x, w, y []T
	few     bool // whether x is sparse this time
	parts   int
	chunks  chunks
}

// run is a stretch of taps that see neighbours in x: taps from lo to hi, the first sees place at.
type run struct{ lo, hi, at int }

// patchRoom is how many elements of patches are gathered at a time: half of a small L2.
const patchRoom = 1 << 15

// NewConv returns a Conv of the given shape, whose extents must fit together.
func NewConv[T Float](s ConvShape) *Conv[T] {
	c := &Conv[T]{ConvShape: s, in: s.In / s.Groups, out: s.Out / s.Groups}
	c.k = s.W[0] * s.W[1] * s.W[2] * c.in
	c.grid = s.Y[0] * s.Y[1] * s.Y[2]
	c.cells = s.Batch * c.grid
	c.block = min(max(patchRoom/max(c.k, 1)/wordBits, 1)*wordBits, 4*wordBits)
	for a := range c.at {
		c.at[a] = make([]int, s.Y[a]*s.W[a])
		for o := range s.Y[a] {
			for t := range s.W[a] {
				c.at[a][o*s.W[a]+t] = s.place(a, o, t)
			}
		}
	}
	if s.Groups == 1 && s.XDilation[2] == 1 && s.WDilation[2] == 1 {
		c.runs = make([]run, s.Y[2])
		for o := range c.runs {
			c.runs[o] = runOf(c.at[2][o*s.W[2]:][:s.W[2]])
		}
	}
	return c
}

// place returns where along axis a tap t of cell o falls in x, -1 if on no element.
func (s *ConvShape) place(a, o, t int) int {
	i := o*s.Stride[a] - s.Low[a] + t*s.WDilation[a]
	if i < 0 || i%s.XDilation[a] != 0 || i/s.XDilation[a] >= s.X[a] {
		return -1
	}
	return i / s.XDilation[a]
}

// runOf finds the taps that see an element, which are neighbours.
func runOf(at []int) run {
	r := run{}
	for r.lo < len(at) && at[r.lo] < 0 {
		r.lo++
	}
	for r.hi = r.lo; r.hi < len(at) && at[r.hi] >= 0; r.hi++ {
	}
	if r.lo < r.hi {
		r.at = at[r.lo]
	}
	return r
}

// flops counts the additions and multiplications of one product of the whole.
func (c *Conv[T]) flops() float64 { return 2 * float64(c.cells) * float64(c.k) * float64(c.Out) }

// start makes ready for a call.
func (c *Conv[T]) start(p *Pool, x, w, y []T) {
	c.pool, c.x, c.w, c.y = p, x, w, y
	for len(c.scratch) < p.workers {
		c.scratch = append(c.scratch, nil)
	}
	for i := range c.scratch {
		c.scratch[i] = grow(c.scratch[i], c.block*c.k)
	}
}

// sparseConv is the share of elements of x that are not 0 below which adding rows beats multiplying.
const sparseConv = 0.3

// count decides by the elements of x whether they are few.
func (c *Conv[T]) count() {
	c.few = c.Sparse && float64(CountNonzero(c.x)) < sparseConv*float64(len(c.x))
}

// share divides n items between the workers, in parts of which each has some; one part if the
// work is too small to wake anyone.
func (c *Conv[T]) share(n int) (parts int) {
	const partsPerWorker = 4
	if c.pool.workers == 1 || c.flops() < parallelFLOP {
		return min(n, 1)
	}
	return min(n, partsPerWorker*c.pool.workers)
}

// packKernels packs the kernel of each group, transposed if the flag is set.
func (c *Conv[T]) packKernels(trans bool) {
	for len(c.packed) < c.Groups {
		c.packed = append(c.packed, new(Packed[T]))
	}
	for g := range c.Groups {
		k, n := c.k, c.out
		if trans {
			k, n = n, k
		}
		PackB(c.packed[g], trans, k, n, c.w[g*c.out:], c.Out)
	}
}
