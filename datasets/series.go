package datasets

import (
	"math"
	"slices"

	"gorgonia.org/tensor"
)

// Series is a sequence over time of C numbers each.
type Series struct {
	Values   []float64 // [T C], row-major
	Channels int       // C, >= 1
}

// Task is an input and what is to be made of it, step by step: series of the same length.
type Task struct{ In, Out *Series }

// Len returns the number of steps T.
func (s *Series) Len() int { return len(s.Values) / s.Channels }

// At returns the numbers of step t, [C]: a part of Values, not a copy.
func (s *Series) At(t int) []float64 {
	return s.Values[t*s.Channels : (t+1)*s.Channels : (t+1)*s.Channels]
}

// Channel returns the numbers of channel c over time, [T]: a copy.
func (s *Series) Channel(c int) []float64 {
	x := make([]float64, s.Len())
	for t := range x {
		x[t] = s.At(t)[c]
	}
	return x
}

// Slice returns the steps from <= t < to: a part of s, not a copy.
func (s *Series) Slice(from, to int) *Series {
	return &Series{Values: s.Values[from*s.Channels : to*s.Channels], Channels: s.Channels}
}

// Tensor returns a copy as float64 [T 1 C]: time, a batch of one, channels.
func (s *Series) Tensor() *tensor.Dense {
	return tensor.New(tensor.WithShape(s.Len(), 1, s.Channels), tensor.WithBacking(slices.Clone(s.Values)))
}

// Rescaled returns a copy in which every channel runs from low to high:
// (x - min) / (max - min) (high - low) + low. It returns ErrRange for a channel that is constant,
// ErrNotFinite, ErrOption unless low < high.
func (s *Series) Rescaled(low, high float64) (*Series, error) {
	if !(low < high) || math.IsInf(high-low, 0) {
		return nil, named("Rescaled", fail(ErrOption, "to [%v, %v]", low, high))
	}
	out := &Series{Values: slices.Clone(s.Values), Channels: s.Channels}
	for c := range s.Channels {
		x := s.Channel(c)
		if err := finite(x); err != nil {
			return nil, named("Rescaled", err)
		}
		if len(x) == 0 || slices.Min(x) == slices.Max(x) {
			return nil, named("Rescaled", fail(ErrRange, "channel %d is constant over %d steps", c, len(x)))
		}
		from, to := slices.Min(x), slices.Max(x)
		for t := range x {
			out.At(t)[c] = (x[t]-from)/(to-from)*(high-low) + low
		}
	}
	return out, nil
}

// Ahead returns the task to say what comes k steps later: In is s without its last k steps, Out is
// s without its first k. Both are parts of s, not copies. It returns ErrOption unless 0 < k < T.
func (s *Series) Ahead(k int) (Task, error) {
	if k < 1 || k >= s.Len() {
		return Task{}, named("Ahead", fail(ErrOption, "%d steps ahead in a series of %d", k, s.Len()))
	}
	return Task{In: s.Slice(0, s.Len()-k), Out: s.Slice(k, s.Len())}, nil
}

// finite returns ErrNotFinite for the first NaN or infinity.
func finite(x []float64) error {
	if t := slices.IndexFunc(x, func(v float64) bool { return v-v != 0 }); t >= 0 {
		return fail(ErrNotFinite, "step %d is %v", t, x[t])
	}
	return nil
}

// maxSteps bounds a generated series.
const maxSteps = 1 << 28

// checkSteps returns ErrOption unless a series of n steps can be made.
func checkSteps(n int) error {
	if n < 1 || n > maxSteps {
		return fail(ErrOption, "%d steps, expected 1 to %d", n, maxSteps)
	}
	return nil
}

// checkParameters returns ErrOption for a parameter that is not finite.
func checkParameters(values ...float64) error {
	for _, v := range values {
		if v-v != 0 {
			return fail(ErrOption, "parameter %v among %v", v, values)
		}
	}
	return nil
}
