package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

// mackeyGlass returns a series without transient, one number a step of the integration.
func mackeyGlass(t *testing.T, n int, change func(m *datasets.MackeyGlass)) []float64 {
	t.Helper()
	m := datasets.NewMackeyGlass()
	m.Discard = 0
	m.Every = 1
	change(&m)
	s, err := m.Series(n)
	require.NoError(t, err)
	require.Equal(t, n, s.Len())
	return s.Values
}

// As long as the delayed value is the constant past, the equation is linear:
// x(t) = p + (x0-p) exp(-Gamma t), p = Beta d / (1 + d^N) / Gamma.
func TestMackeyGlassFirstDelay(t *testing.T) {
	t.Parallel()
	x := mackeyGlass(t, 170, func(*datasets.MackeyGlass) {})
	d := 1.2
	p := 0.2 * d / (1 + math.Pow(d, 10)) / 0.1
	for i, v := range x {
		at := 0.1 * float64(i+1)
		require.InDelta(t, p+(d-p)*math.Exp(-0.1*at), v, 1e-10, "t = %v", at)
	}
}

// Half the step, a sixteenth of the error.
func TestMackeyGlassIsOfFourthOrder(t *testing.T) {
	t.Parallel()
	at := func(dt float64) float64 {
		n := int(math.Round(85 / dt))
		return mackeyGlass(t, n, func(m *datasets.MackeyGlass) { m.Dt = dt })[n-1]
	}
	exact := at(17.0 / 2048)
	a, b := math.Abs(at(17.0/32)-exact), math.Abs(at(17.0/64)-exact)
	assert.InDelta(t, 16, a/b, 6)
	assert.Less(t, math.Abs(at(17.0/170)-exact), 1e-6)
}

// The definition that benchmarks of reservoirs use, written as there: linear interpolation half
// way, the first number after one step.
func TestMackeyGlassAgainstLinearInterpolation(t *testing.T) {
	t.Parallel()
	const lag, n = 170, 2000
	x := make([]float64, n+lag+1)
	for i := range lag + 1 {
		x[i] = 1.2
	}
	f := func(v, d float64) float64 { return 0.2*d/(1+math.Pow(d, 10)) - 0.1*v }
	for i := lag; i < n+lag; i++ {
		v, d0, d1 := x[i], x[i-lag], x[i-lag+1]
		dm := (d0 + d1) / 2
		k1 := f(v, d0)
		k2 := f(v+0.05*k1, dm)
		k3 := f(v+0.05*k2, dm)
		x[i+1] = v + 0.1/6*(k1+2*k2+2*k3+f(v+0.1*k3, d1))
	}
	got := mackeyGlass(t, n, func(*datasets.MackeyGlass) {})
	assert.InDeltaSlice(t, x[lag+1:], got, 2e-3)

	m := datasets.NewMackeyGlass()
	m.Discard = 5
	s, err := m.Series(3)
	require.NoError(t, err)
	assert.Equal(t, []float64{got[50], got[60], got[70]}, s.Values, "every tenth, after five")
}

// The well-known file MackeyGlass_t17.txt (10,000 numbers, from the ESN example of Lukoševičius) is
// tanh(x-1) of this equation; these are its statistics.
func TestMackeyGlassStatistics(t *testing.T) {
	t.Parallel()
	s, err := datasets.NewMackeyGlass().Series(10_000)
	require.NoError(t, err)
	x := s.Values
	low, high, mean, square := math.Inf(1), math.Inf(-1), 0.0, 0.0
	for _, v := range x {
		low, high = min(low, v), max(high, v)
		mean += v / 1e4
		square += v * v / 1e4
	}
	variance := square - mean*mean
	assert.InDelta(t, 0.4124, low, 0.02)
	assert.InDelta(t, 1.3217, high, 0.01)
	assert.InDelta(t, 0.9293, mean, 0.005)
	assert.InDelta(t, 0.2258, math.Sqrt(variance), 0.004)
	for lag, want := range map[int]float64{1: 0.9893, 6: 0.6614, 17: -0.5003, 25: -0.8088, 50: 0.7109} {
		sum := 0.0
		for i := range len(x) - lag {
			sum += (x[i] - mean) * (x[i+lag] - mean)
		}
		assert.InDelta(t, want, sum/float64(len(x)-lag)/variance, 0.03, "autocorrelation at %d", lag)
	}
}

func TestMackeyGlassRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(m *datasets.MackeyGlass){
		"delay":   func(m *datasets.MackeyGlass) { m.Tau = 0.05 },
		"step":    func(m *datasets.MackeyGlass) { m.Dt = 0 },
		"past":    func(m *datasets.MackeyGlass) { m.X0 = -1 },
		"every":   func(m *datasets.MackeyGlass) { m.Every = 0 },
		"discard": func(m *datasets.MackeyGlass) { m.Discard = -1 },
		"size":    func(m *datasets.MackeyGlass) { m.Every = math.MaxInt },
		"NaN":     func(m *datasets.MackeyGlass) { m.Beta = math.NaN() },
	} {
		m := datasets.NewMackeyGlass()
		change(&m)
		_, err := m.Series(10)
		assert.ErrorIs(t, err, datasets.ErrOption, name)
	}
	_, err := datasets.NewMackeyGlass().Series(0)
	assert.ErrorIs(t, err, datasets.ErrOption)
	m := datasets.NewMackeyGlass()
	m.Gamma = -100
	_, err = m.Series(1000)
	assert.ErrorIs(t, err, datasets.ErrNotFinite)
	m = datasets.NewMackeyGlass()
	m.Tau = m.Dt
	_, err = m.Series(10)
	assert.NoError(t, err, "the shortest delay")
}
