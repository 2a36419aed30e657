package gorgonia

import (
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
)

// dense returns a new tensor of float type dt with the elements x.
func dense(dt tensor.Dtype, shape []int, x []float64) *tensor.Dense {
	if dt == tensor.Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64(nil), x...)))
	}
	y := make([]float32, len(x))
	for i, e := range x {
		y[i] = float32(e)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(y))
}

// lift returns a copy of a tensor of ours as floats of type dt, in the shape it has in a lowered
// graph: whole numbers as they are, Bools as 0 and 1.
func lift(dt tensor.Dtype, shape []int, t *tensor.Dense) *tensor.Dense {
	var x []float64
	switch v := t.Data().(type) {
	case []float64:
		x = v
	case []float32:
		x = widen(v)
	case []int32:
		x = widen(v)
	case []bool:
		x = make([]float64, len(v))
		for i, b := range v {
			if b {
				x[i] = 1
			}
		}
	case float64:
		x = []float64{v}
	case float32:
		x = []float64{float64(v)}
	case int32:
		x = []float64{float64(v)}
	case bool:
		x = []float64{0}
		if v {
			x[0] = 1
		}
	}
	return dense(dt, boxed(shape), x)
}

func widen[T float32 | int32](v []T) []float64 {
	x := make([]float64, len(v))
	for i, e := range v {
		x[i] = float64(e)
	}
	return x
}

// lower returns the elements of a Gorgonia value as a new tensor of type t.
func land(t graph.Type, v tensor.Tensor) *tensor.Dense {
	var x []float64
	switch d := v.Data().(type) {
	case []float64:
		x = d
	case []float32:
		x = widen(d)
	case float64:
		x = []float64{d}
	case float32:
		x = []float64{float64(d)}
	}
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

func narrow[T float32 | int32](x []float64) []T {
	y := make([]T, len(x))
	for i, e := range x {
		y[i] = T(e)
	}
	return y
}
