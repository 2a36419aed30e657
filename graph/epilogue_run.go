package graph

import (
	"unsafe"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// epilogueKernel computes the product of n and its group block by block.
func epilogueKernel[T float32 | float64](o epilogueOp, n *Node) evalFunc {
	r := &rowRun[T]{epilogue: o.epilogue, product: newRowProduct[T](o.productOf(n)), in: make([]kernel.Buf, len(o.group.in))}
	parts := (o.m + o.block - 1) / o.block
	return func(c *call) error {
		r.begin(c)
		r.product.start(c)
		c.pool.Do(parts, r)
		return nil
	}
}

// rowRun runs an epilogue: its parts are blocks of rows.
type rowRun[T float32 | float64] struct {
	*epilogue
	product rowProduct[T]
	work    []rowWork
	mem     *productMemory[T]
	in, out []kernel.Buf // of the group
	home    int          // the result in whose place the product is computed, -1 if in none
}

// rowWork is what one worker needs.
type rowWork struct {
	whole, end *kernel.Scratch
	in, out    []kernel.Buf
}

// begin makes ready for a call.
func (r *rowRun[T]) begin(c *call) {
	for len(r.work) < c.pool.Workers() {
		r.work = append(r.work, rowWork{
			whole: r.whole.NewScratch(), end: r.end.NewScratch(),
			in: make([]kernel.Buf, len(r.in)), out: make([]kernel.Buf, len(c.out)),
		})
	}
	r.mem = memoryOf[T](c.env)
	r.mem.workers(c.pool.Workers())
	others := c.in[r.factors:]
	copy(r.in, others[:r.at])
	copy(r.in[r.at+1:], others[r.at:])
	r.in[r.at], r.out = kernel.Buf{}, c.out
	r.home = r.findHome()
}

// findHome returns a result of the product's type that is not written over an operand, -1 if there is none:
// in its place the product saves the second-level cache a place of its own.
func (r *rowRun[T]) findHome() int {
next:
	for j, out := range r.group.outs {
		if out.Kind != kinds[r.typ.DType] || r.group.reduces(j) {
			continue
		}
		for _, x := range r.in {
			if x.P == r.out[j].P {
				continue next
			}
		}
		return j
	}
	return -1
}

// Part computes block i of the product, and the group over it.
func (r *rowRun[T]) Part(worker, i int) {
	lo := i * r.block
	hi := min(lo+r.block, r.m)
	w := &r.work[worker]
	for j, out := range r.group.outs {
		w.out[j] = r.out[j].Slice(lo*r.results[j], hi*r.results[j], out.Kind.Size())
	}
	for j, x := range r.group.in {
		if j != r.at {
			w.in[j] = r.in[j].Slice(lo*r.strides[j], r.in[j].N, x.Kind.Size())
		}
	}
	w.in[r.at] = r.place(worker, hi-lo)
	r.product.rows(worker, lo, hi, kernel.View[T](w.in[r.at]))
	e, scratch := r.whole, w.whole
	if hi-lo < r.block {
		e, scratch = r.end, w.end
	}
	e.Run(scratch, 0, e.Blocks(), w.out, w.in)
	e.Finish(scratch, w.out)
}

// place returns the memory for so many rows of the product.
func (r *rowRun[T]) place(worker, rows int) kernel.Buf {
	if r.home >= 0 {
		return r.work[worker].out[r.home]
	}
	m := &r.mem.work[worker]
	m.block = atLeast(m.block, r.block*r.n)
	return kernel.Buf{P: unsafe.Pointer(&m.block[0]), N: rows * r.n}
}
