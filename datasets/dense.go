package datasets

import "gorgonia.org/tensor"

// contiguous returns t, or a row-major copy where t is a slice or a transpose of another tensor.
func contiguous(t *tensor.Dense) *tensor.Dense {
	if !t.RequiresIterator() && t.DataOrder().IsRowMajor() {
		return t
	}
	return t.Materialize().(*tensor.Dense)
}

// floats returns the values of a float32 tensor in row-major order, and its shape.
func floats(t *tensor.Dense) (values []float32, shape []int, err error) {
	if t == nil {
		return nil, nil, fail(ErrShape, "no tensor, expected float32")
	}
	if t.Dtype() != tensor.Float32 {
		return nil, nil, fail(ErrShape, "tensor of %v %v, expected float32", t.Dtype(), t.Shape())
	}
	return contiguous(t).Float32s(), append([]int{}, t.Shape()...), nil
}
