package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// jitStrip is the number of rows that stand abreast: for each strip the matrix is drawn once.
const jitStrip = 256

// jitProduct computes x·M or x·Mᵀ for a matrix that is drawn line by line.
type jitProduct[T float32 | float64] struct {
	m       kernel.JIT
	scatter bool // whether a line is of what goes in
	spikes  bool
	in, out int
	rows    int
	xt, yt  []T // a strip abreast
	strip   int // rows of the strip at hand
	parts   int
	lines   []kernel.JITLine[T] // of each worker
}

// jitKernel returns the kernel of a product with a matrix that is drawn.
func jitKernel[T float32 | float64](o jitOp, n *Node) evalFunc {
	m, some := o.m.lines()
	p := &jitProduct[T]{m: m, scatter: o.m.ByRow != o.trans, spikes: o.spikes, rows: n.typ.Shape[0]}
	p.in, p.out = o.ends()
	wide := min(jitStrip, p.rows)
	p.xt, p.yt = make([]T, p.in*wide), make([]T, p.out*wide)
	return func(c *call) error {
		x, y := kernel.View[T](c.in[0]), kernel.View[T](c.out[0])
		if !some {
			kernel.Clear(y)
			return nil
		}
		for len(p.lines) < c.pool.Workers() {
			p.lines = append(p.lines, kernel.JITLine[T]{})
		}
		for from := 0; from < p.rows; from += jitStrip {
			p.strip = min(jitStrip, p.rows-from)
			kernel.Transpose(p.strip, p.in, x[from*p.in:], p.in, p.xt, p.strip)
			p.run(c.pool)
			kernel.Transpose(p.out, p.strip, p.yt, p.strip, y[from*p.out:], p.out)
		}
		return nil
	}
}

// jitGrain is the number of sums from which another worker is woken.
const jitGrain = 1 << 18

// run multiplies a strip: workers share lines that are summed up, or rows of the strip to whose
// elements lines are added, which each of them draws.
func (p *jitProduct[T]) run(pool *kernel.Pool) {
	p.parts = min(pool.Workers(), max(1, p.m.Lines*(p.m.Length/p.m.Longest+1)*p.strip/jitGrain))
	if p.scatter {
		p.parts = min(p.parts, max(1, p.strip/sparseNarrow))
	}
	pool.Do(p.parts, p)
}

// Part does the i-th share of a strip.
func (p *jitProduct[T]) Part(worker, i int) {
	line := &p.lines[worker]
	if p.scatter {
		from, to := i*p.strip/p.parts, (i+1)*p.strip/p.parts
		kernel.JITScatter(p.m, line, p.spikes, to-from, p.xt[from:], p.strip, p.yt[from:], p.strip)
		return
	}
	from, to := i*p.m.Lines/p.parts, (i+1)*p.m.Lines/p.parts
	kernel.JITGather(p.m, line, from, to, p.strip, p.xt, p.strip, p.yt, p.strip)
}
