package datasets

import (
	"math"
	"slices"

	"gorgonia.org/tensor"
)

// Source is a set of samples in memory that Batches can draw from: *Images, *Samples, *Spikes, a
// *View of another, or the caller's own. Its methods are called from one goroutine at a time, with
// prefetching another one than the caller's; they only read.
type Source interface {
	// Len returns the number of samples N.
	Len() int
	// SampleShape returns the shape of one sample, without the axis of samples.
	SampleShape() []int
	// Read writes sample i, row-major, to dst, which has as many elements as a sample.
	Read(dst []float32, i int)
	// Label returns the class of sample i; ok is false for sources that have none.
	Label(i int) (class int32, ok bool)
	// Targets returns what is to be learned of the samples index: labels int32 [B], values float32
	// [B ...], or nil.
	Targets(index []int) *tensor.Dense
	// Check returns what is wrong with the source: counts that disagree, labels out of range,
	// numbers that are not finite. Batches calls it before the first batch.
	Check() error
}

// labelTensor returns the labels of the samples index: int32 [B].
func labelTensor(labels []int32, index []int) *tensor.Dense {
	y := make([]int32, len(index))
	for k, i := range index {
		y[k] = labels[i]
	}
	return tensor.New(tensor.WithShape(len(y)), tensor.WithBacking(y))
}

// checkLabels returns an error for the first label outside [0, classes).
func checkLabels(labels []int32, classes int) error {
	for i, c := range labels {
		if c < 0 || int(c) >= classes {
			return fail(ErrLabel, "sample %d has label %d, expected 0 to %d", i, c, classes-1)
		}
	}
	return nil
}

// checkFinite returns an error for the first of the values [N width] that is NaN or infinite.
func checkFinite(what string, values []float32, width int) error {
	if i := firstNotFinite(values); i >= 0 {
		return fail(ErrNotFinite, "%s of sample %d, element %d, is %v", what, i/width, i%width, values[i])
	}
	return nil
}

// firstNotFinite returns the position of the first NaN or infinity, or -1.
func firstNotFinite(values []float32) int {
	return slices.IndexFunc(values, func(v float32) bool { return v-v != 0 })
}

// checkVolume returns an error unless every axis is positive and the shape, times n, has count
// elements.
func checkVolume(what string, shape []int, n, count int) error {
	width := 1
	for _, d := range shape {
		if d <= 0 || width > math.MaxInt/d {
			return fail(ErrShape, "%s of shape %v", what, shape)
		}
		width *= d
	}
	if n > math.MaxInt/width || n*width != count {
		return fail(ErrShape, "%d values for %d %s of shape %v", count, n, what, shape)
	}
	return nil
}
