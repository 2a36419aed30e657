package datasets

import (
	"math"
	"slices"
)

// Streams of random numbers of the series, within forSeries.
const (
	seriesNARMA uint64 = iota
	seriesMemory
	seriesParity
)

// MemoryTask is to recall a noise of the past: u(t) is uniform in [-1, 1], and output k is
//
//	y_k(t) = u(t-k),   k = 1 ... Delays
//
// with zeros before the beginning. MemoryCapacity measures how well. Source: Jaeger, "Short term
// memory in echo state networks", GMD report 152, 2001.
type MemoryTask struct {
	Delays int // K, >= 1
}

// Task returns n steps: In [n 1], Out [n K]. The same seed gives the same numbers. Errors:
// ErrOption.
func (m MemoryTask) Task(n int, seed uint64) (Task, error) {
	if err := checkSteps(n); err != nil {
		return Task{}, named("MemoryTask", err)
	}
	if m.Delays < 1 || m.Delays > maxSteps/n {
		return Task{}, named("MemoryTask", fail(ErrOption, "%d delays over %d steps", m.Delays, n))
	}
	rng := newRand(seed, forSeries, seriesMemory)
	in := &Series{Values: make([]float64, n), Channels: 1}
	out := &Series{Values: make([]float64, n*m.Delays), Channels: m.Delays}
	for t := range n {
		in.Values[t] = 2*rng.Float64() - 1
		for k := 1; k <= min(m.Delays, t); k++ {
			out.At(t)[k-1] = in.Values[t-k]
		}
	}
	return Task{in, out}, nil
}

// MemoryCapacity returns the squared correlation of each channel of y with that of target,
//
//	MC_k = cov(y_k, target_k)^2 / (var(y_k) var(target_k)),   in [0, 1]
//
// [K], and their sum, the memory capacity; 0 for a channel that is constant. Source: Jaeger, GMD
// report 152, 2001, definition 1. It returns ErrShape for series of different shapes, ErrNotFinite.
func MemoryCapacity(y, target *Series) (each []float64, sum float64, err error) {
	if y.Channels != target.Channels || len(y.Values) != len(target.Values) || len(y.Values) == 0 {
		return nil, 0, named("MemoryCapacity", fail(ErrShape, "[%d %d] and [%d %d]",
			len(y.Values)/max(y.Channels, 1), y.Channels, len(target.Values)/max(target.Channels, 1), target.Channels))
	}
	for _, s := range []*Series{y, target} {
		if err := finite(s.Values); err != nil {
			return nil, 0, named("MemoryCapacity", err)
		}
	}
	for k := range y.Channels {
		r2 := squaredCorrelation(y.Channel(k), target.Channel(k))
		each = append(each, r2)
		sum += r2
	}
	return each, sum, nil
}

// squaredCorrelation returns cov(a, b)^2 / (var(a) var(b)), or 0 if one is constant.
func squaredCorrelation(a, b []float64) float64 {
	if slices.Min(a) == slices.Max(a) || slices.Min(b) == slices.Max(b) {
		return 0
	}
	n := float64(len(a))
	var ma, mb float64
	for i := range a {
		ma += a[i] / n
		mb += b[i] / n
	}
	var aa, bb, ab float64
	for i := range a {
		da, db := a[i]-ma, b[i]-mb
		aa += da * da
		bb += db * db
		ab += da * db
	}
	if aa == 0 || bb == 0 { // differences too small to be squared
		return 0
	}
	return math.Min(ab/aa*(ab/bb), 1)
}

// ParityTask is to say whether an odd number of ones is among the last bits: u(t) is 0 or 1 with
// equal probability, and
//
//	y(t) = (u(t-Delay) + u(t-Delay-1) + ... + u(t-Delay-Bits+1)) mod 2
//
// with zeros before the beginning. No linear readout of the past input does better than chance for
// Bits above 1. Source: Bertschinger and Natschläger, "Real-time computation at the edge of chaos in
// recurrent neural networks", Neural Comput. 16, 2004, doi:10.1162/089976604323057443, section 4.
type ParityTask struct {
	Bits  int // n, >= 1
	Delay int // tau, >= 0
}

// Task returns n steps: In and Out, [n 1]. The same seed gives the same numbers. Errors: ErrOption.
func (p ParityTask) Task(n int, seed uint64) (Task, error) {
	if err := checkSteps(n); err != nil {
		return Task{}, named("ParityTask", err)
	}
	if p.Bits < 1 || p.Bits > maxSteps || p.Delay < 0 || p.Delay > maxSteps {
		return Task{}, named("ParityTask", fail(ErrOption, "%d bits after a delay of %d", p.Bits, p.Delay))
	}
	rng := newRand(seed, forSeries, seriesParity)
	in, out := make([]float64, n), make([]float64, n)
	ones := 0
	for t := range n {
		in[t] = float64(rng.Uint64() >> 63)
		if k := t - p.Delay; k >= 0 {
			ones += int(in[k])
		}
		if k := t - p.Delay - p.Bits; k >= 0 {
			ones -= int(in[k])
		}
		out[t] = float64(ones % 2)
	}
	return Task{&Series{in, 1}, &Series{out, 1}}, nil
}
