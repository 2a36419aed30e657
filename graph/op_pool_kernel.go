package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

func (o poolOp) kernel(n *Node) evalFunc {
	w := o.windows(n.in[0].typ.Shape, n.typ.Shape)
	if n.typ.DType == Float64 {
		return poolKernel[float64](w, o.kind)
	}
	return poolKernel[float32](w, o.kind)
}

func poolKernel[T float32 | float64](w *kernel.Windows, kind reduction) evalFunc {
	return poolTask(w, func(c *call, lo, hi int) {
		y, x := kernel.View[T](c.out[0]), kernel.View[T](c.in[0])
		if kind == redSum {
			kernel.WindowSum(w, y, x, lo, hi)
		} else {
			kernel.WindowExtreme(w, y, x, kind == redMin, lo, hi)
		}
	})
}

func (o poolSpreadOp) kernel(n *Node) evalFunc {
	w := o.windows(n.typ.Shape, n.in[0].typ.Shape)
	if n.typ.DType == Float64 {
		return spreadKernel[float64](w)
	}
	return spreadKernel[float32](w)
}

func spreadKernel[T float32 | float64](w *kernel.Windows) evalFunc {
	return poolTask(w, func(c *call, lo, hi int) {
		kernel.WindowSpread(w, kernel.View[T](c.out[0]), kernel.View[T](c.in[0]), lo, hi)
	})
}

func (o poolFindOp) kernel(n *Node) evalFunc {
	w := o.windows(n.in[0].typ.Shape, n.typ.Shape)
	if n.in[0].typ.DType == Float64 {
		return findKernel[float64](w)
	}
	return findKernel[float32](w)
}

func findKernel[T float32 | float64](w *kernel.Windows) evalFunc {
	return poolTask(w, func(c *call, lo, hi int) {
		kernel.WindowFind(w, c.out[0].I32(), kernel.View[T](c.in[0]), kernel.View[T](c.in[1]), lo, hi)
	})
}

func (o poolPickOp) kernel(n *Node) evalFunc {
	w := o.windows(n.in[0].typ.Shape, n.typ.Shape)
	if n.typ.DType == Float64 {
		return pickKernel[float64](w)
	}
	return pickKernel[float32](w)
}

func pickKernel[T float32 | float64](w *kernel.Windows) evalFunc {
	return poolTask(w, func(c *call, lo, hi int) {
		kernel.WindowPick(w, kernel.View[T](c.out[0]), kernel.View[T](c.in[0]), c.in[1].I32(), lo, hi)
	})
}

func (o poolPlaceOp) kernel(n *Node) evalFunc {
	w := o.windows(n.typ.Shape, n.in[0].typ.Shape)
	if n.typ.DType == Float64 {
		return placeKernel[float64](w)
	}
	return placeKernel[float32](w)
}

func placeKernel[T float32 | float64](w *kernel.Windows) evalFunc {
	return poolTask(w, func(c *call, lo, hi int) {
		kernel.WindowPlace(w, kernel.View[T](c.out[0]), kernel.View[T](c.in[0]), c.in[1].I32(), lo, hi)
	})
}

// poolTask runs a kernel over windows, whose items the workers share.
func poolTask(w *kernel.Windows, run func(c *call, lo, hi int)) evalFunc {
	t := &poolParts{run: run, items: w.Items()}
	return func(c *call) error {
		t.call, t.parts = c, 1
		if c.pool.Pays(float64(t.items*w.Reads()), parallelElements) {
			t.parts = min(t.items, c.pool.Workers())
		}
		c.pool.Do(t.parts, t)
		t.call = nil
		return nil
	}
}

// poolParts is the task of a kernel over windows: its parts are ranges of items.
type poolParts struct {
	run          func(c *call, lo, hi int)
	call         *call
	items, parts int
}

// Part runs the i-th range.
func (t *poolParts) Part(_, i int) { t.run(t.call, i*t.items/t.parts, (i+1)*t.items/t.parts) }
