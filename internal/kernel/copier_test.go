package kernel

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// walk calls f with every index of shape in row-major order.
func walk(shape []int, f func(k int, index []int)) {
	for k := range volume(shape) {
		index, rest := make([]int, len(shape)), k
		for d := len(shape) - 1; d >= 0; d-- {
			index[d], rest = rest%shape[d], rest/shape[d]
		}
		f(k, index)
	}
}

func at(index, strides []int) int {
	sum := 0
	for d, i := range index {
		sum += i * strides[d]
	}
	return sum
}

// drawStrides draws a layout without overlap: permuted, spaced and flipped. offset is that of index 0.
func drawStrides(t *rapid.T, shape []int, name string) (strides []int, offset, size int) {
	strides = make([]int, len(shape))
	order := make([]int, len(shape))
	for d := range order {
		order[d] = d
	}
	if len(order) > 0 {
		order = rapid.Permutation(order).Draw(t, name+"Order")
	}
	size = rapid.IntRange(1, 2).Draw(t, name+"Step")
	for _, d := range order {
		strides[d] = size
		size *= max(shape[d], 1) + rapid.IntRange(0, 1).Draw(t, name+"Pad")
		if rapid.IntRange(0, 3).Draw(t, name+"Flip") == 0 {
			offset += strides[d] * max(shape[d]-1, 0)
			strides[d] = -strides[d]
		}
	}
	return strides, offset, size
}

func TestCopierAgainstIndices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.SampledFrom([]int{0, 1, 2, 3, 5, 33, 70}), 0, 4).Draw(t, "shape")
		for volume(shape) > 20000 {
			shape = shape[1:]
		}
		dstStrides, dstOffset, dstSize := drawStrides(t, shape, "dst")
		srcStrides, srcOffset, srcSize := drawStrides(t, shape, "src")
		for d := range shape {
			if rapid.IntRange(0, 5).Draw(t, "broadcast") == 0 {
				if srcStrides[d] < 0 {
					srcOffset += srcStrides[d] * (shape[d] - 1)
				}
				srcStrides[d] = 0
			}
		}
		src, got, want := make([]int32, srcSize+4), make([]int32, dstSize+4), make([]int32, dstSize+4)
		Iota(src, 1, 1)
		walk(shape, func(_ int, index []int) {
			want[dstOffset+at(index, dstStrides)] = src[srcOffset+at(index, srcStrides)]
		})
		c := NewCopier(shape, dstStrides, srcStrides)
		c.Run(Of(got), dstOffset, Of(src), srcOffset, 4)
		require.Equal(t, want, got)
	})
}

func TestCopierElementSizes(t *testing.T) {
	c := NewCopier([]int{2, 3}, []int{1, 2}, []int{3, 1}) // a transposition
	bools := make([]bool, 6)
	c.Run(Of(bools), 0, Of([]bool{true, true, false, false, true, false}), 0, 1)
	assert.Equal(t, []bool{true, false, true, true, false, false}, bools)
	doubles := make([]float64, 6)
	c.Run(Of(doubles), 0, Of([]float64{0, 1, 2, 3, 4, 5}), 0, 8)
	assert.Equal(t, []float64{0, 3, 1, 4, 2, 5}, doubles)
	assert.Panics(t, func() { c.Run(Of(bools), 0, Of(bools), 0, 2) })
	assert.Panics(t, func() { NewCopier([]int{2}, []int{1}, nil) })
}

func TestStridedCopyAndStore(t *testing.T) {
	src := []string{"a", "b", "c", "d", "e", "f"} // [2 3]
	got := make([]string, 4)
	StridedCopy(got, src, []int{2, 2}, []int{3, -2}, 2)
	assert.Equal(t, []string{"c", "a", "f", "d"}, got)

	padded := make([]int, 12) // [3 4], filled from row 1, column 1
	StridedStore(padded, []int{1, 2, 3, 4}, []int{2, 2}, []int{4, 1}, 5)
	assert.Equal(t, []int{0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0}, padded)
}

func TestCopierAllocatesNothing(t *testing.T) {
	src, dst := Of(make([]float32, 60)), Of(make([]float32, 60))
	c := NewCopier([]int{3, 4, 5}, []int{20, 5, 1}, []int{1, 3, 12})
	assert.Zero(t, testing.AllocsPerRun(10, func() { c.Run(dst, 0, src, 0, 4) }))
}

func BenchmarkCopier(b *testing.B) {
	for _, s := range [][]int{{784, 1000}, {1024, 1024}} {
		b.Run(fmt.Sprintf("transpose/%v", s), func(b *testing.B) {
			n := volume(s)
			src, dst := Of(make([]float32, n)), Of(make([]float32, n))
			c := NewCopier([]int{s[1], s[0]}, []int{s[0], 1}, []int{1, s[1]})
			b.SetBytes(int64(4 * n))
			for b.Loop() {
				c.Run(dst, 0, src, 0, 4)
			}
		})
	}
}
