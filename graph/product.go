package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// Shares of ones below which adding rows beats multiplying, for a product with the spikes and for
// one with their transposition (a gradient of weights). Measured: see docs/performance.md.
const (
	sparseForward  = 0.3
	sparseBackward = 0.4
)

// spikeKernel computes the product of a binary left factor by the quicker of two ways. Which it is
// depends on the data alone.
func spikeKernel[T float32 | float64](o matMulOp, a, b *Node, beta T) evalFunc {
	m, n, k, _ := o.sizes(a.typ.Shape, b.typ.Shape)
	p := &eventProduct[T]{trans: o.ta, m: m, n: n, k: k, lda: a.typ.Shape[1], beta: beta}
	limit := sparseForward
	if o.ta {
		limit = sparseBackward
	}
	few := int(limit * float64(m*k))
	return func(c *call) error {
		first := len(c.in) - 2 // the factors come last
		x, y, z := kernel.View[T](c.in[first]), kernel.View[T](c.in[first+1]), kernel.View[T](c.out[0])
		ones := kernel.CountNonzero(x)
		if ones > few {
			kernel.GemmParallel(c.pool, o.ta, false, m, n, k, x, p.lda, y, n, beta, z, n)
			return nil
		}
		p.run(c.pool, x, y, z, ones)
		return nil
	}
}

// eventProduct adds rows of b where a has ones, in parts of the rows of the result.
type eventProduct[T float32 | float64] struct {
	trans        bool
	m, n, k, lda int
	beta         T
	parts        int
	x, y, z      []T
	work         []kernel.Workspace
}

// eventGrain is the number of additions from which another worker is woken.
const eventGrain = 1 << 20

func (p *eventProduct[T]) run(pool *kernel.Pool, x, y, z []T, ones int) {
	p.parts = min(pool.Workers(), max(1, (ones+p.m)*p.n/eventGrain), p.m)
	for len(p.work) < pool.Workers() {
		p.work = append(p.work, kernel.Workspace{})
	}
	p.x, p.y, p.z = x, y, z
	pool.Do(p.parts, p)
}

// Part computes the i-th share of the rows.
func (p *eventProduct[T]) Part(worker, i int) {
	lo, hi := i*p.m/p.parts, (i+1)*p.m/p.parts
	ws, z := &p.work[worker], p.z[lo*p.n:]
	if p.trans {
		kernel.EventGemmTN(ws, hi-lo, p.n, p.k, p.x[lo:], p.lda, p.y, p.n, p.beta, z, p.n)
	} else {
		kernel.EventGemm(ws, hi-lo, p.n, p.k, p.x[lo*p.lda:], p.lda, p.y, p.n, p.beta, z, p.n)
	}
}
