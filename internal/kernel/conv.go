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
	// Sparse makes products with an x of few ones and otherwise zeros add rows, as EventGemm does:
	// what is 0 hides a NaN or an infinity in the other factor.
	Sparse bool

	in, out int // channels of a group
	k       int // elements of a patch
	ld      int // distance between patches
	grid    int // cells of an image of y
	cells   int // and of all of them

	at      [3][]int // at[a][o*W[a]+t] is the place along axis a of x that tap t of cell o sees, -1 for none
	whole   []piece  // taps along the last axis that can be gathered together
	block   int      // cells of y whose patches are gathered at a time, as numbers
	packed  []*Packed[T]
	scratch [][]T // by worker
	partial []T   // sums over chunks of cells, of the derivative by w

	bits []uint64   // x, where it is binary
	runs [][]run    // see runsOf
	rows [][]uint64 // patches as bits, by worker

	pool    *Pool
	x, w, y []T
	few     bool // whether x is binary and sparse this time
	parts   int
	chunks  chunks
}

// patchRoom is how many elements of patches are gathered at a time: half of a small L2.
const patchRoom = 1 << 15

// patchUnit is a multiple of what the distance between patches is.
const patchUnit = 8

// NewConv returns a Conv of the given shape, whose extents must fit together.
func NewConv[T Float](s ConvShape) *Conv[T] {
	c := &Conv[T]{ConvShape: s, in: s.In / s.Groups, out: s.Out / s.Groups}
	c.k = s.W[0] * s.W[1] * s.W[2] * c.in
	c.ld = roundUp(c.k+slack, patchUnit)
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
	c.whole = c.pieces()
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

// flops counts the additions and multiplications of one product of the whole.
func (c *Conv[T]) flops() float64 { return 2 * float64(c.cells) * float64(c.k) * float64(c.Out) }

// start makes ready for a call.
func (c *Conv[T]) start(p *Pool, x, w, y []T) {
	c.pool, c.x, c.w, c.y = p, x, w, y
	for len(c.scratch) < p.workers {
		c.scratch = append(c.scratch, nil)
	}
	for i := range c.scratch {
		c.scratch[i] = grow(c.scratch[i], c.block*c.ld)
	}
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
