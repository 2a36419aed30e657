package graph

import "slices"

// spikesPass marks products, also with sparse matrices, and convolutions whose left factor is binary:
// their kernel counts the ones and, if they are few, adds rows of the right factor instead of
// multiplying. Products read their left factor as bits, which are made once for all of them. That a 0 there hides a NaN or an infinity in the right factor is part of the bargain. The storage of spikes that a
// backward pass needs is the residuals pass's.
func spikesPass(u unit, _ *compiler) unit {
	b := findBinaries(u)
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}}
	r.node = func(n *Node, in []*Node) *Node {
		if o, ok := n.op.(matMulOp); ok && len(n.typ.Shape) == 2 && !o.tb && b[n.in[0]] {
			o.spikes = true
			if o.ta {
				return r.inside.add(o, []*Node{stored(in[0]), in[1]})
			}
			o.bits = n.in[0].columns()
			return r.inside.add(o, []*Node{r.inside.bitsOf(in[0]), in[1]})
		}
		switch o := n.op.(type) {
		case packBitsOp:
			return r.inside.bitsOf(in[0])
		case timeSumOp:
			if !b[n.in[1]] {
				return nil
			}
			o.op = ofSpikes(o.op)
			return r.inside.add(o, []*Node{in[0], stored(in[1]), in[2]})
		case sparseOp:
			if o.spikes = b[n.in[0]]; o.spikes && len(in) == 2 {
				in = []*Node{stored(in[0]), in[1]}
			}
			return r.inside.add(o, in)
		case jitOp:
			o.spikes = b[n.in[0]]
			return r.inside.add(o, in)
		case sampledOp:
			if o.spikes = b[n.in[0]]; o.spikes {
				in = []*Node{stored(in[0]), in[1]}
			}
			return r.inside.add(o, in)
		case convOp:
			o.spikes = b[n.in[0]]
			return r.inside.add(o, in)
		case convKernelOp:
			o.spikes = b[n.in[0]]
			return r.inside.add(o, in)
		}
		return nil
	}
	return r.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// ofSpikes returns the product whose left factor is binary.
func ofSpikes(op Op) Op {
	switch o := op.(type) {
	case matMulOp:
		o.spikes = true
		return o
	case convKernelOp:
		o.spikes = true
		return o
	case sampledOp:
		o.spikes = true
		return o
	}
	return op
}

// bitsOf returns the bits of a binary value, from where it is stored.
func (g *Graph) bitsOf(x *Node) *Node {
	x = stored(x)
	if x.op == opNe && isConst(x.in[1], 0) && slices.Equal(x.typ.Shape, x.in[0].typ.Shape) {
		x = stored(x.in[0])
	}
	if _, ok := x.op.(expandBitsOp); ok {
		return x.in[0]
	}
	return g.add(packBitsOp{}, []*Node{x})
}

// stored returns a binary value as it is stored.
func stored(x *Node) *Node {
	if _, ok := x.op.(castOp); ok && x.in[0].typ.DType == Bool {
		return x.in[0]
	}
	return x
}
