package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

func (o matMulOp) scratch(n *Node, workers int) scratch {
	if n.typ.DType == Float64 {
		return productScratch[float64](o, n, workers)
	}
	return productScratch[float32](o, n, workers)
}

// productScratch is what a product takes.
func productScratch[T float32 | float64](o matMulOp, n *Node, workers int) (s scratch) {
	a, b, i := n.in[0].typ, n.in[1].typ, precision(n.typ.DType)
	m, cols, k, _ := o.sizes(a.Shape, b.Shape)
	size := n.typ.DType.Size()
	switch {
	case o.isRow(a.Shape):
		return s
	case o.spikes && o.ta:
		ranges := (a.Shape[0] + blockRows - 1) / blockRows
		s.shared[i] = timeProductRoom[T](n.typ, a.DType == Bool, false, true, a.Shape[0], blockRows, ranges, workers)
		return s
	case !o.spikes && n.in[1].keptPacked(n):
		s.own = kernel.PackedBytes[T](k, cols)
		s.lent[i] = kernel.GemmPackedRoom[T](o.ta, m, cols, k)
		return s
	}
	rows := m
	if o.spikes {
		rows = min(blockRows, m)
		s.shared[i].floats = rows * k * size
	}
	s.shared[i].packed, s.lent[i] = kernel.GemmParallelRoom[T](workers, o.ta, o.tb, rows, cols, k)
	if o.spikes {
		s.shared[i].work = kernel.EventRoom[T](false, m, cols, k)
	}
	return s
}

// timeProductRoom is what a timeProduct takes, of x with so many rows in all, of which it takes some at a
// time in so many ranges. Workers share its columns.
func timeProductRoom[T float32 | float64](z Type, bools, packed, spikes bool, all, rows, ranges, workers int) (r sharedRoom) {
	m, n, size := z.Shape[0], z.Shape[1], z.DType.Size()
	blocks := (m + blockColumns - 1) / blockColumns
	parts := max(1, timeProductParts(workers, blocks, all*n, m))
	cols := min(m, (blocks+parts-1)/parts*blockColumns)
	rows = min(rows, all)
	at := min(rows, blockRows)
	r.ones = 8 * ranges * blocks
	r.work = kernel.GemmRoom[T](true, false, cols, n, at)
	r.work.Cover(kernel.GemmRoom[T](true, false, m%blockColumns, n, at)) // the last block, by itself
	if bools || packed {
		r.workFloats = at * cols * size
	}
	if spikes && looksForOnes(n, bools || packed) {
		r.work.Cover(kernel.EventRoom[T](true, cols, n, rows))
		if !packed {
			words := wordsOfCols(m)
			r.bits = 8 * min(all*words, max(phaseWords, rows*words))
		}
	}
	return r
}

func (o timeSumOp) scratch(n *Node, workers int) (s scratch) {
	x, d := n.in[1].typ, n.in[2].typ
	walk := o.walk(x.Shape[0])
	longest := 0
	for _, w := range walk {
		longest = max(longest, w.to-w.from)
	}
	if p, ok := o.op.(matMulOp); ok {
		f := timeProductRoom[float32]
		if d.DType == Float64 {
			f = timeProductRoom[float64]
		}
		batch := x.Shape[1]
		s.shared[precision(d.DType)] = f(n.typ, x.DType == Bool, o.bits > 0, p.spikes, x.Shape[0]*batch, longest*batch, len(walk), workers)
		return s
	}
	seen := map[int]bool{}
	for _, w := range walk { // each length has a kernel of its own
		if k := w.to - w.from; !seen[k] {
			seen[k] = true
			s.take(o.op.(roomy).scratch(o.stretch(n, k), workers))
		}
	}
	s.own += n.typ.Bytes()
	if x.DType == Bool {
		s.own += o.stretch(n, longest).in[0].typ.Bytes()
	}
	return s
}

func (o convOp) scratch(n *Node, workers int) scratch {
	c := o.shape(n.in[0].typ.Shape, n.in[1].typ.Shape, n.typ.Shape)
	return convScratch(n.typ.DType, c, o.spikes, (*kernel.Conv[float32]).ForwardRoom, (*kernel.Conv[float64]).ForwardRoom, workers)
}

func (o convInputOp) scratch(n *Node, workers int) scratch {
	c := o.shape(n.typ.Shape, n.in[1].typ.Shape, n.in[0].typ.Shape)
	return convScratch(n.typ.DType, c, false, (*kernel.Conv[float32]).InputRoom, (*kernel.Conv[float64]).InputRoom, workers)
}

func (o convKernelOp) scratch(n *Node, workers int) scratch {
	c := o.shape(n.in[0].typ.Shape, n.typ.Shape, n.in[1].typ.Shape)
	return convScratch(n.typ.DType, c, o.spikes, (*kernel.Conv[float32]).KernelRoom, (*kernel.Conv[float64]).KernelRoom, workers)
}

// convScratch asks the kernel of a convolution what it takes.
func convScratch(d DType, c kernel.ConvShape, spikes bool, f32 func(*kernel.Conv[float32], int) (int, kernel.Room),
	f64 func(*kernel.Conv[float64], int) (int, kernel.Room), workers int) (s scratch) {
	if d == Float64 {
		k := kernel.NewConv[float64](c)
		k.Sparse = spikes
		s.own, s.lent[1] = f64(k, workers)
		return s
	}
	k := kernel.NewConv[float32](c)
	k.Sparse = spikes
	s.own, s.lent[0] = f32(k, workers)
	return s
}
