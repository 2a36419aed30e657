package graph

// scratch is memory that kernels take besides the values of a block: what a kernel keeps for itself,
// factors in packed form and blocks of bits, and what the workers lend to one product at a time. The
// tiles of fused kernels, which stay in the first-level cache, are not counted.
type scratch struct {
	own    int // bytes, of all kernels
	shared int // bytes that products with spikes use one after another
	lent   int // bytes, of one worker
}

// The blocks of a product, as the kernels divide it: see internal/kernel.
const (
	productRows  = 128
	productDepth = 256
	productCols  = 1008
	productUnit  = 48
	eventStrip   = 64 * 512 // bytes of a strip of rows that are added
	patchRoom    = 1 << 15  // elements of patches, at most
	convChunks   = 8        // partial sums of a convolution's kernel, at most
)

// scratch returns what the kernels of the block take, run by so many workers.
func (b *block) scratch(workers int) scratch {
	var s scratch
	for _, p := range b.steps {
		if _, isView := b.views[p.out[0]]; isView {
			continue
		}
		s.take(scratchOf(p.node, workers))
		shards := 1
		if p.loop != nil {
			shards = p.loop.spec.split.shards()
		}
		for _, inner := range p.inner {
			if shards == 1 {
				s.take(inner.scratch(workers))
				continue
			}
			t := inner.scratch(1) // each shard has a worker of its own
			s.own += shards * (t.own + t.shared + t.lent)
		}
	}
	return s
}

// take adds what another kernel takes; what is shared or lent, one has at a time.
func (s *scratch) take(t scratch) {
	s.own, s.shared, s.lent = s.own+t.own, max(s.shared, t.shared), max(s.lent, t.lent)
}

// scratchOf estimates what the kernel of n takes.
func scratchOf(n *Node, workers int) scratch {
	switch o := n.op.(type) {
	case matMulOp:
		return o.scratch(n, workers)
	case timeSumOp:
		if _, ok := o.op.(matMulOp); ok {
			longest := o.steps * stepOf(n.in[2].typ).Shape[0]
			return transposedScratch(n.typ, n.in[1].typ, n.in[2].typ, longest, o.bits > 0, workers)
		}
		x, d := stepOf(n.in[1].typ), stepOf(n.in[2].typ)
		batch := o.steps * x.Shape[0]
		x.Shape, d.Shape = append(Shape{batch}, x.Shape[1:]...), append(Shape{batch}, d.Shape[1:]...)
		var s scratch
		if k, ok := o.op.(convKernelOp); ok {
			s = convScratch(k.conv, Type{d.DType, x.Shape}, n.typ.Shape, d.Shape, convChunks, workers)
		}
		s.own += n.typ.Bytes()
		if x.DType == Bool {
			s.own += x.Shape.Size() * d.DType.Size()
		}
		return s
	case convOp:
		return convScratch(o.conv, n.in[0].typ, n.in[1].typ.Shape, n.typ.Shape, 1, workers)
	case convInputOp:
		return convScratch(o.conv, n.typ, n.in[1].typ.Shape, n.in[0].typ.Shape, 1, workers)
	case convKernelOp:
		return convScratch(o.conv, n.in[0].typ, n.typ.Shape, n.in[1].typ.Shape, convChunks, workers)
	case reduceOp:
		if axes := o.axes.slice(); len(axes) > 0 && axes[len(axes)-1]-axes[0] != len(axes)-1 {
			return scratch{own: n.in[0].typ.Bytes()}
		}
	}
	return scratch{}
}

func (o matMulOp) scratch(n *Node, workers int) scratch {
	a, b := n.in[0], n.in[1]
	if len(a.typ.Shape) < 2 || len(b.typ.Shape) < 2 {
		return scratch{}
	}
	m, cols, k, _ := o.sizes(a.typ.Shape, b.typ.Shape)
	size := n.typ.DType.Size()
	switch {
	case o.spikes && o.ta:
		return transposedScratch(n.typ, a.typ, b.typ, blockRows, false, workers)
	case o.spikes:
		s := scratch{lent: lent(cols, k, size)}
		if a.typ.DType == Bool {
			s.shared += min(blockRows, m) * k * size
		}
		if cols >= sparseColumns {
			s.shared += m*wordsOfCols(k)*8 + patterns(m, k, workers)
		}
		return s
	case b.keptPacked(n):
		return scratch{own: k * padded(cols) * size, lent: productRows * min(k, productDepth) * size}
	}
	return scratch{lent: lent(cols, k, size)}
}

// transposedScratch is what a sum of products with a transposed factor takes, so many rows at a time.
func transposedScratch(z, x, d Type, rows int, packed bool, workers int) scratch {
	size, all := d.DType.Size(), d.Shape.Size()/max(1, z.Shape[1])
	rows = min(rows, all)
	s := scratch{shared: workers * lent(z.Shape[1], rows, size)}
	if z.Shape[1] >= sparseColumns {
		if words := all * wordsOfCols(z.Shape[0]); !packed {
			s.shared += 8 * min(words, max(phaseWords, rows*wordsOfCols(z.Shape[0])))
		}
		s.shared += patterns(rows, z.Shape[0], workers)
	} else if packed || x.DType == Bool {
		s.shared += min(rows, blockRows) * z.Shape[0] * size
	}
	return s
}

// convScratch is what a convolution takes: patches of each worker, the kernel in packed form or sums of
// it, and patches as bits where the input is binary.
func convScratch(c conv, x Type, w, y Shape, sums, workers int) scratch {
	size, channels := x.DType.Size(), max(1, w[len(w)-1])
	k := w.Size() / channels
	rows := min(max(patchRoom/max(k, 1)/wordBits, 1)*wordBits, 4*wordBits)
	s := scratch{own: workers*rows*k*size + sums*k*padded(channels)*size, lent: lent(channels/c.groups, k, size)}
	if c.spikes {
		s.own += x.Shape.Size()/8 + workers*8*rows*wordsOfCols(k)
	}
	return s
}

// lent is what a worker lends to a product of cols columns and depth k.
func lent(cols, k, size int) int {
	depth := min(k, productDepth)
	return (productRows*depth + depth*min(padded(cols), productCols)) * size
}

// patterns is what the workers keep of a matrix of ones, of which rows are added.
func patterns(rows, cols, workers int) int { return 8*rows*wordsOfCols(cols) + workers*eventStrip }

func padded(cols int) int      { return (cols + productUnit - 1) / productUnit * productUnit }
func wordsOfCols(cols int) int { return (cols + wordBits - 1) / wordBits }
