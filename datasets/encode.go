package datasets

import (
	"math"
	"slices"

	"gorgonia.org/tensor"
)

// Interval says between which bounds the values of an encoder's input lie: u = (x-Min)/(Max-Min) is
// in [0, 1]. The bounds belong to it as float32 has them: 0.3 of the input is not above a Max of 0.3.
type Interval struct {
	Min  float64 // 0
	Max  float64 // > Min; both bounds left 0: 1
	Clip bool    // take values outside for the nearest bound, instead of refusing them
}

// unit returns u = (x-Min)/(Max-Min) of every value; ErrRange for one outside the interval unless
// Clip, ErrOption for bounds in the wrong order.
func (r Interval) unit(x []float32) ([]float64, error) {
	if r.Min == 0 && r.Max == 0 {
		r.Max = 1
	}
	if !(r.Min < r.Max) || math.IsInf(r.Max-r.Min, 0) {
		return nil, fail(ErrOption, "interval [%v, %v]", r.Min, r.Max)
	}
	u := make([]float64, len(x))
	for i, v := range x {
		if !r.Clip && (v < float32(r.Min) || v > float32(r.Max)) {
			return nil, fail(ErrRange, "element %d is %v, outside [%v, %v]", i, v, r.Min, r.Max)
		}
		u[i] = min(max((float64(v)-r.Min)/(r.Max-r.Min), 0), 1)
	}
	return u, nil
}

// frames is an input [...] and the sequence [T ...] that it becomes.
type frames struct {
	x     []float32
	out   []float32
	shape []int // [T ...]
}

// maxValues bounds an encoded input, so that a number of steps that is a slip is an error: 2^36
// values are 256 GiB.
const maxValues int64 = 1 << 36

// newFrames takes a float32 input of finite values and makes room for steps frames of its shape.
func newFrames(x *tensor.Dense, steps int) (*frames, error) { return newWideFrames(x, steps, 1) }

// newWideFrames is newFrames with room for so many values in place of each; the shape is still that
// of the input.
func newWideFrames(x *tensor.Dense, steps, each int) (*frames, error) {
	values, shape, err := floats(x)
	if err != nil {
		return nil, err
	}
	if i := firstNotFinite(values); i >= 0 {
		return nil, fail(ErrNotFinite, "element %d is %v", i, values[i])
	}
	if steps < 1 {
		return nil, fail(ErrOption, "%d steps, expected at least 1", steps)
	}
	most := min(maxValues, math.MaxInt/8) / int64(max(len(values), 1))
	if int64(steps) > most || int64(each) > most/int64(steps) {
		return nil, fail(ErrOption, "%d steps of %d times %d values, larger than any memory", steps, each, len(values))
	}
	out := make([]float32, steps*len(values)*each)
	return &frames{x: values, out: out, shape: slices.Insert(shape, 0, steps)}, nil
}

// frame returns the part of the output for step t.
func (f *frames) frame(t int) []float32 { return f.out[t*len(f.x) : (t+1)*len(f.x)] }

// set makes x the values of step t. It is a function of its own, as a collection of garbage can stop a goroutine where one is called.
//
//go:noinline
func (f *frames) set(t int, x []float32) { copy(f.frame(t), x) }

// tensor returns the output [T ...].
func (f *frames) tensor() *tensor.Dense {
	return tensor.New(tensor.WithShape(f.shape...), tensor.WithBacking(f.out))
}
