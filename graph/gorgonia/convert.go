package gorgonia

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
)

// dense returns a new tensor of float type dt with the elements x.
func dense(dt tensor.Dtype, shape []int, x []float64) *tensor.Dense {
	var back any = append([]float64(nil), x...)
	if dt == tensor.Float32 {
		back = narrow[float32](x)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(back))
}

// lift returns a copy of a tensor of ours as floats of type dt, in the shape it has in a lowered
// graph: whole numbers as they are, Bools as 0 and 1.
func lift(dt tensor.Dtype, shape []int, t *tensor.Dense) *tensor.Dense {
	return dense(dt, boxed(shape), numbers(t))
}

// numbers returns the elements of a tensor; those of a Float64 are not copied.
func numbers(t *tensor.Dense) []float64 {
	switch graph.DTypeOf(t) {
	case graph.Float32:
		return widen(t.Float32s())
	case graph.Int32:
		return widen(t.Int32s())
	case graph.Bool:
		x := make([]float64, t.Shape().TotalSize())
		for i, b := range t.Bools() {
			if b {
				x[i] = 1
			}
		}
		return x
	}
	return t.Float64s()
}

// land returns the elements of a tensor of floats as a new tensor of type t.
func land(t graph.Type, v *tensor.Dense) *tensor.Dense {
	x := numbers(v)
	var back any
	switch t.DType {
	case graph.Float64:
		back = append([]float64(nil), x...)
	case graph.Float32:
		back = narrow[float32](x)
	case graph.Int32:
		back = narrow[int32](x)
	case graph.Bool:
		b := make([]bool, len(x))
		for i, e := range x {
			b[i] = e != 0
		}
		back = b
	}
	return tensor.New(tensor.WithShape(t.Shape...), tensor.WithBacking(back))
}

func widen[T float32 | int32](v []T) []float64 {
	x := make([]float64, len(v))
	for i, e := range v {
		x[i] = float64(e)
	}
	return x
}

func narrow[T float32 | int32](x []float64) []T {
	y := make([]T, len(x))
	for i, e := range x {
		y[i] = T(e)
	}
	return y
}

// theirs returns a tensor of floats as a value: Gorgonia has types of its own for scalars.
func theirs(t *tensor.Dense) G.Value {
	switch {
	case t.Dims() > 0:
		return t
	case t.Dtype() == tensor.Float32:
		return G.NewF32(t.Float32s()[0])
	}
	return G.NewF64(t.Float64s()[0])
}
