package graph

import "github.com/spikegraph/spikegraph/internal/kernel"

// fillKernel writes one value to every element.
func fillKernel(t Type, v float64) evalFunc {
	switch t.DType {
	case Float64:
		return filling(t, v)
	case Int32:
		return filling(t, int32(v))
	case Bool:
		return filling(t, v != 0)
	}
	return filling(t, float32(v))
}

func filling[T kernel.Element](t Type, v T) evalFunc {
	f := &fillParts[T]{v: v}
	return func(c *call) error {
		f.dst, f.parts = kernel.View[T](c.out[0]), 1
		if c.pool.Pays(float64(t.Shape.Size()), parallelElements) {
			f.parts = c.pool.Workers()
		}
		c.pool.Do(f.parts, f)
		f.dst = nil
		return nil
	}
}

// fillParts is the task of writing a value to every element: its parts are ranges of these.
type fillParts[T kernel.Element] struct {
	dst   []T
	v     T
	parts int
}

// Part writes the i-th range.
func (f *fillParts[T]) Part(_, i int) {
	n := len(f.dst)
	kernel.Fill(f.dst[i*n/f.parts:(i+1)*n/f.parts], f.v)
}
