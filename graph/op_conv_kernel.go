package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

func (o convOp) kernel(n *Node) evalFunc {
	x, w := n.in[0].typ, n.in[1].typ
	s := o.shape(x.Shape, w.Shape, n.typ.Shape)
	if x.DType == Float64 {
		return convKernel(s, o.spikes, (*kernel.Conv[float64]).Forward)
	}
	return convKernel(s, o.spikes, (*kernel.Conv[float32]).Forward)
}

func (o convInputOp) kernel(n *Node) evalFunc {
	gy, w := n.in[0].typ, n.in[1].typ
	s := o.shape(n.typ.Shape, w.Shape, gy.Shape)
	if gy.DType == Float64 {
		return convKernel(s, false, (*kernel.Conv[float64]).Input)
	}
	return convKernel(s, false, (*kernel.Conv[float32]).Input)
}

func (o convKernelOp) kernel(n *Node) evalFunc {
	x, gy := n.in[0].typ, n.in[1].typ
	s := o.shape(x.Shape, n.typ.Shape, gy.Shape)
	if x.DType == Float64 {
		return convKernel(s, o.spikes, (*kernel.Conv[float64]).Kernel)
	}
	return convKernel(s, o.spikes, (*kernel.Conv[float32]).Kernel)
}

// convKernel runs one of the three products of a convolution, in memory of its own.
func convKernel[T float32 | float64](s kernel.ConvShape, spikes bool, product func(c *kernel.Conv[T], p *kernel.Pool, out, a, b []T)) evalFunc {
	k := kernel.NewConv[T](s)
	k.Sparse = spikes
	return func(c *call) error {
		product(k, c.pool, kernel.View[T](c.out[0]), kernel.View[T](c.in[0]), kernel.View[T](c.in[1]))
		return nil
	}
}
