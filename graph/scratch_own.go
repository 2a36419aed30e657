package graph

// The kernels below keep all that they take for themselves.

// A group of elementwise nodes keeps tiles for each worker.
func (o fusedOp) scratch(_ *Node, workers int) scratch {
	if !o.isWide(workers) {
		workers = 1
	}
	return scratch{own: workers * o.program.Room()}
}

// A reduction of axes that are no neighbours brings them together first.
func (o reduceOp) scratch(n *Node, _ int) (s scratch) {
	if axes := o.axes.slice(); len(axes) > 0 && axes[len(axes)-1]-axes[0] != len(axes)-1 {
		s.own = n.in[0].typ.Bytes()
	}
	return s
}

// A product with a sparse matrix keeps its values by column, and strips.
func (o sparseOp) scratch(n *Node, workers int) (s scratch) {
	in, out := o.ends()
	size, rows := n.typ.DType.Size(), n.typ.Shape[0]
	if rows >= sparseFew || n.in[0].typ.DType == Bool {
		s.own += workers * (2*in + out) * min(sparseStrip, rows) * size
	}
	if len(n.in) == 2 && (!o.trans || o.spikes) {
		s.own += o.m.Len() * size
	}
	if o.spikes {
		s.own += 8 * workers * wordsOfCols(in)
	}
	return s
}

func (o sampledOp) scratch(n *Node, _ int) (s scratch) {
	in, out := sparseOp{m: o.m, trans: o.trans}.ends()
	size, wide := n.typ.DType.Size(), min(sparseStrip, n.in[0].typ.Shape[0])
	s.own = (in+out)*wide*size + 8*wordsOfCols(in)
	if n.in[0].typ.DType == Bool {
		s.own += in * wide * size
	}
	if o.trans {
		s.own += o.m.Len() * size
	}
	return s
}

// A product with a matrix that is drawn keeps strips; its lines are small.
func (o jitOp) scratch(n *Node, _ int) scratch {
	in, out := o.ends()
	return scratch{own: (in + out) * min(jitStrip, n.typ.Shape[0]) * n.typ.DType.Size()}
}

// What arrives by lists: the lists as they came, and their packets, which are about twice as many elements.
func (fanInOp) scratch(n *Node, _ int) scratch {
	const packets, place, number = 2, 1, 4
	size := n.typ.DType.Size()
	return scratch{own: n.in[1].typ.Shape.Size() * (number + size + packets*(place+size))}
}

// What is sorted: the elements of a line and their order.
func (o argSortOp) scratch(n *Node, _ int) scratch {
	return scratch{own: n.typ.Shape[o.axis] * (n.in[0].typ.DType.Size() + 4)}
}

func (o solveOp) scratch(n *Node, _ int) scratch {
	rank := len(n.typ.Shape)
	return systemScratch(n.typ.Shape[rank-2], n.typ.Shape[rank-1])
}

func (o choleskyOp) scratch(n *Node, _ int) scratch {
	return systemScratch(n.typ.Shape[len(n.typ.Shape)-1], 0)
}

func (rootOp) scratch(n *Node, _ int) scratch     { return eigenScratch(n) }
func (lyapunovOp) scratch(n *Node, _ int) scratch { return eigenScratch(n) }

// eigenScratch is the memory of newEigen.
func eigenScratch(n *Node) scratch {
	rows := n.typ.Shape[len(n.typ.Shape)-1]
	return scratch{own: 8 * (3*rows*rows + rows + eigenWork(rows))}
}

// systemScratch is the memory of newSystem.
func systemScratch(n, cols int) scratch { return scratch{own: 8 * n * (n + cols + 6)} }
