package checkpoint

import (
	"iter"

	"gorgonia.org/tensor"
)

// gather returns the elements of t in row-major order; data is t's slice, which is returned as it is
// where it has that order already. Views, transposed and column-major tensors are copied.
func gather[T any](t *tensor.Dense, data []T) []T {
	if packed(t) {
		return data[:t.Shape().TotalSize()]
	}
	xs := make([]T, 0, t.Shape().TotalSize())
	for at := range offsets(t.Shape(), t.Strides()) {
		xs = append(xs, data[at])
	}
	return xs
}

// scatter puts xs, in row-major order, into t, whose slice is data.
func scatter[T any](t *tensor.Dense, data, xs []T) {
	if packed(t) {
		copy(data, xs)
		return
	}
	i := 0
	for at := range offsets(t.Shape(), t.Strides()) {
		data[at] = xs[i]
		i++
	}
}

// packed says whether the elements of t follow each other in row-major order.
func packed(t *tensor.Dense) bool {
	step := 1
	for i := t.Dims() - 1; i >= 0; i-- {
		if n := t.Shape()[i]; n != 1 && t.Strides()[i] != step {
			return t.Shape().TotalSize() == 0
		}
		step *= t.Shape()[i]
	}
	return true
}

// offsets yields, in row-major order of the indices i, the sum over all dimensions of strides[d]*i[d].
func offsets(shape, strides []int) iter.Seq[int] {
	return func(yield func(int) bool) { walk(shape, strides, 0, yield) }
}

// walk yields the offsets of a sub-tensor that begins at the offset at; false: the caller has enough.
func walk(shape, strides []int, at int, yield func(int) bool) bool {
	if len(shape) == 0 {
		return yield(at)
	}
	for i := range shape[0] {
		if !walk(shape[1:], strides[1:], at+i*strides[0], yield) {
			return false
		}
	}
	return true
}
