package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// rowProduct is a product that is computed some rows at a time: the same bits as computed whole.
type rowProduct[T float32 | float64] interface {
	// start makes ready for a call, of which the first inputs are the factors.
	start(c *call)
	// rows computes rows lo to hi of the result into z.
	rows(worker, lo, hi int, z []T)
}

// rowBlock returns how many rows of the product p are computed at a time, 0 if it is not computed so, or
// if that does not pay.
func rowBlock(p *Node) int {
	if p.typ.DType == Float64 {
		return rowBlockOf[float64](p)
	}
	return rowBlockOf[float32](p)
}

func rowBlockOf[T float32 | float64](p *Node) int {
	n := p.typ.Shape.last()
	block := kernel.RowBlock[T](n)
	switch o := p.op.(type) {
	case matMulOp:
		if len(p.typ.Shape) != 2 || o.spikes && o.ta {
			return 0
		}
		if m, n, k, _ := o.sizes(p.in[0].typ.Shape, p.in[1].typ.Shape); kernel.PaysByRows[T](m, n, k) {
			return block
		}
	case convOp:
		if p.typ.Shape.Size()/n >= 2*block {
			return block
		}
	}
	return 0
}

func newRowProduct[T float32 | float64](p *Node) rowProduct[T] {
	if o, ok := p.op.(convOp); ok {
		k := kernel.NewConv[T](o.shape(p.in[0].typ.Shape, p.in[1].typ.Shape, p.typ.Shape))
		k.Sparse = o.spikes
		return convRows[T]{k}
	}
	o, a, b := p.op.(matMulOp), p.in[0].typ, p.in[1].typ
	m, n, k, _ := o.sizes(a.Shape, b.Shape)
	g := &gemmRows[T]{o: o, n: n, k: k, lda: a.Shape[1], ldb: b.Shape[1]}
	if o.spikes {
		return &eventRows[T]{gemmRows: g, p: newEventProduct[T](m, n, k)}
	}
	if p.in[1].keptPacked(p) {
		g.kept = newKeptFactor[T](o, n, k, g.ldb)
	}
	return g
}

// gemmRows multiplies, with the right factor packed.
type gemmRows[T float32 | float64] struct {
	o              matMulOp
	n, k, lda, ldb int
	x              []T
	kept           *keptFactor[T] // nil where the right factor is packed in each call
	packed         *kernel.Packed[T]
	mem            *productMemory[T]
}

func (p *gemmRows[T]) start(c *call) {
	p.x = kernel.View[T](c.in[0])
	p.pack(c)
}

func (p *gemmRows[T]) pack(c *call) {
	p.mem = memoryOf[T](c.env)
	if p.kept != nil {
		p.packed = p.kept.of(c)
	} else {
		p.packed = kernel.PackParallel(c.pool, p.o.tb, p.k, p.n, kernel.View[T](c.in[1]), p.ldb)
	}
}

func (p *gemmRows[T]) rows(worker, lo, hi int, z []T) {
	at := lo * p.lda
	if p.o.ta {
		at = lo
	}
	kernel.GemmPacked(&p.mem.work[worker].ws, p.o.ta, hi-lo, p.x[at:], p.lda, p.packed, 0, z, p.n)
}

// eventRows adds rows where a binary left factor has few ones, and multiplies where it has many.
type eventRows[T float32 | float64] struct {
	*gemmRows[T]
	p   *eventProduct[T]
	few bool
}

func (r *eventRows[T]) start(c *call) {
	if _, r.few = r.p.look(c); r.few {
		r.p.y = kernel.View[T](c.in[1])
		return
	}
	r.pack(c)
}

func (r *eventRows[T]) rows(worker, lo, hi int, z []T) {
	if r.few {
		r.p.add(worker, lo, hi, z)
		return
	}
	w := &r.mem.work[worker]
	w.floats = atLeast(w.floats, (hi-lo)*r.k)
	x := w.floats[:(hi-lo)*r.k]
	r.p.expand(x, lo, hi)
	kernel.GemmPacked(&w.ws, false, hi-lo, x, r.k, r.packed, 0, z, r.n)
}

// convRows is a convolution: its rows are the cells of all images.
type convRows[T float32 | float64] struct{ k *kernel.Conv[T] }

func (r convRows[T]) start(c *call) {
	r.k.Start(c.pool, kernel.View[T](c.in[0]), kernel.View[T](c.in[1]))
}

func (r convRows[T]) rows(worker, lo, hi int, z []T) { r.k.Rows(worker, lo, hi, z) }
