package graph

import (
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

var negInf = math.Inf(-1)

// call is what a kernel works on: the memory of the node's results and inputs, and its workers.
type call struct {
	out, in []kernel.Buf
	pool    *kernel.Pool
	env     *env
	// events are what a product with spikes, or under a mask, met over all calls.
	events events
}

// events are what products with spikes, or under a mask, met: how many ones of how many elements, and how
// many of the products looked at those alone.
type events struct{ ones, elements, sparse, calls int }

// note adds one product.
func (e *events) note(ones, elements int, sparse bool) {
	e.ones, e.elements, e.calls = e.ones+ones, e.elements+elements, e.calls+1
	if sparse {
		e.sparse++
	}
}

// add adds what another met.
func (e *events) add(o events) {
	e.ones, e.elements, e.sparse, e.calls = e.ones+o.ones, e.elements+o.elements, e.sparse+o.sparse, e.calls+o.calls
}

// since returns what was met after o was.
func (e events) since(o events) events {
	return events{e.ones - o.ones, e.elements - o.elements, e.sparse - o.sparse, e.calls - o.calls}
}

// evalFunc computes a node. An error is one of the data: a position out of range, a matrix that is
// singular.
type evalFunc func(c *call) error

var kinds = [...]kernel.Kind{Float32: kernel.Float32, Float64: kernel.Float64, Int32: kernel.Int32, Bool: kernel.Bool}

// copyKernel copies elements between strided places: t is the type of what is moved.
func copyKernel(t Type, dst []int, dstOff int, src []int, srcOff int, shape Shape) evalFunc {
	cp := kernel.NewCopier(shape, dst, src)
	size := t.DType.Size()
	return func(c *call) error {
		cp.Run(c.out[0], dstOff, c.in[0], srcOff, size)
		return nil
	}
}

// castKernel converts between element types.
func castKernel(from Type, to DType) evalFunc {
	switch from.DType {
	case Float32:
		return castFrom[float32](to)
	case Float64:
		return castFrom[float64](to)
	case Int32:
		return castFrom[int32](to)
	}
	return func(c *call) error { // from Bool
		x := c.in[0].Bool()
		switch out := c.out[0]; to {
		case Float32:
			boolsTo(out.F32(), x)
		case Float64:
			boolsTo(out.F64(), x)
		case Int32:
			boolsTo(out.I32(), x)
		}
		return nil
	}
}

func castFrom[T float32 | float64 | int32](to DType) evalFunc {
	return func(c *call) error {
		x := kernel.View[T](c.in[0])
		switch out := c.out[0]; to {
		case Float32:
			castTo(out.F32(), x)
		case Float64:
			castTo(out.F64(), x)
		case Int32:
			castTo(out.I32(), x)
		case Bool:
			for i, b := 0, out.Bool(); i < len(x); i++ {
				b[i] = x[i] != 0
			}
		}
		return nil
	}
}

func castTo[D, S float32 | float64 | int32](dst []D, src []S) {
	for i, x := range src {
		dst[i] = D(x)
	}
}

func boolsTo[D float32 | float64 | int32](dst []D, src []bool) {
	for i, x := range src {
		dst[i] = 0
		if x {
			dst[i] = 1
		}
	}
}

// kernel of a reduction: the axes are brought together first if they are not neighbours.
func (o reduceOp) kernel(n *Node) evalFunc {
	x := n.in[0].typ
	axes := o.axes.slice()
	if len(axes) == 0 || axes[len(axes)-1]-axes[0] == len(axes)-1 {
		outer, m, inner := x.Shape.Size(), 1, 1
		if len(axes) > 0 {
			outer, m, inner = around(x.Shape, axes[0], axes[len(axes)-1])
		}
		return o.rows(x.DType, outer, m, inner)
	}
	// permute kept axes first
	var perm []int
	for i := range x.Shape {
		if !slices.Contains(axes, i) {
			perm = append(perm, i)
		}
	}
	perm = append(perm, axes...)
	st, from, shape := make([]int, len(perm)), x.Shape.strides(), make(Shape, len(perm))
	for i, a := range perm {
		st[i], shape[i] = from[a], x.Shape[a]
	}
	gather := copyKernel(x, shape.strides(), 0, st, 0, shape)
	kept := shape[:len(shape)-len(axes)].Size()
	rows := o.rows(x.DType, kept, x.Shape.Size()/max(kept, 1), 1)
	scratch := newBuf(x)
	inner := &call{in: make([]kernel.Buf, 1), out: []kernel.Buf{scratch}}
	return func(c *call) error {
		inner.in[0], inner.out[0], inner.pool = c.in[0], scratch, c.pool
		if err := gather(inner); err != nil {
			return err
		}
		inner.in[0], inner.out[0] = scratch, c.out[0]
		return rows(inner)
	}
}

// rows reduces the middle of [outer m inner].
func (o reduceOp) rows(d DType, outer, m, inner int) evalFunc {
	switch d {
	case Float64:
		return reduceRows[float64](o.kind, outer, m, inner)
	case Float32:
		return reduceRows[float32](o.kind, outer, m, inner)
	}
	return func(c *call) error {
		kernel.SumI32(c.out[0].I32(), c.in[0].I32(), outer, m, inner)
		return nil
	}
}

func reduceRows[T float32 | float64](kind reduction, outer, m, inner int) evalFunc {
	if kind == redArgMax {
		return func(c *call) error {
			kernel.ArgMax(c.out[0].I32(), kernel.View[T](c.in[0]), outer, m, inner)
			return nil
		}
	}
	t := &reduceParts[T]{outer: outer, n: m, inner: inner, size: outer * m * inner * (reduceOp{kind: kind}).cost()}
	t.whole = map[reduction]func(dst, x []T, outer, n, inner int){
		redSum: kernel.Sum[T], redProd: kernel.Prod[T], redMax: kernel.Max[T], redMin: kernel.Min[T], redLogSumExp: kernel.LogSumExp[T],
	}[kind]
	if kind == redSum && outer == 1 && inner > 1 {
		t.columns = kernel.SumColumns[T]
	}
	return t.run
}

// newBuf allocates memory of its own for a kernel.
func newBuf(t Type) kernel.Buf {
	n := t.Shape.Size()
	switch t.DType {
	case Float64:
		return kernel.Of(make([]float64, n))
	case Int32:
		return kernel.Of(make([]int32, n))
	case Bool:
		return kernel.Of(make([]bool, n))
	}
	return kernel.Of(make([]float32, n))
}
