package offline

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func column(x ...float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(x), 1), tensor.WithBacking(x))
}

// TestSamplesOutOfRangeAreNamed: inputs of 1e200 are not a matter of planes or penalties.
func TestSamplesOutOfRangeAreNamed(t *testing.T) {
	for says, c := range map[string]struct {
		l       Logistic
		x       float64
		weights []float64
	}{
		"features reach 1e+200, weights of samples 1, and Alpha is 0: sums of squares are +Inf": {Logistic{}, 1e200, nil},
		"features reach 1e+307":                             {Logistic{Alpha: 1}, -1e307, nil},
		"of which products of 2 leave the range of float64": {Logistic{Degree: 2}, 1e200, nil},
		"features reach 2, weights of samples 1e+308":       {Logistic{}, 1, []float64{1e308, 1e308, 1e308, 1e308}},
		"weights of samples 1e+307, and Alpha is 1.8e+308":  {Logistic{Alpha: math.MaxFloat64}, 1, []float64{1e307, 1, 1, 1}},
	} {
		x, y := column(c.x, 2, -1, 1), column(0, 1, 1, 0)
		_, err := FitWeighted(c.l, x, y, c.weights, Options{Bias: true})
		require.ErrorIs(t, err, ErrValue, says)
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, "expected finite numbers; scale the samples")
	}
	_, err := FitWeighted(Logistic{}, column(1, 2), column(0, 1), []float64{0, 0}, Options{})
	require.ErrorIs(t, err, ErrEmpty)
	assert.ErrorContains(t, err, "all 2 weigh 0")
	m, err := FitWeighted(Logistic{Alpha: 1}, column(1e200, 1, 2), column(0, 0, 1), []float64{0, 1, 1}, Options{})
	require.NoError(t, err, "what weighs nothing is no harm")
	assert.Empty(t, m.Warnings)
}

// TestTheUnitOfAFeatureDoesNotMatter: in other units, powers of two, the weights are the same numbers
// in theirs, whether the Hessian is factored or not.
func TestTheUnitOfAFeatureDoesNotMatter(t *testing.T) {
	x, y := classes(200, 3)
	for _, direct := range []int{0, newtonFeatures} {
		fit := func(units [3]float64) []float64 {
			scaled := x.Clone().(*tensor.Dense)
			for i := range scaled.Float64s() {
				scaled.Float64s()[i] *= units[i%3]
			}
			f := &logistic{}
			require.NoError(t, f.Add(scaled, y, nil))
			l := likelihood{samples: &f.s, solver: linalg.NewSolver[float64](1), direct: direct}
			w, _, end := l.maximum(100)
			require.Equal(t, converged, end, "%v", units)
			for j, u := range units {
				w[j] *= u
			}
			return w
		}
		want := fit([3]float64{1, 1, 1})
		require.Greater(t, want[0], 1.0)
		for _, units := range [][3]float64{
			{0x1p-500, 0x1p-500, 0x1p-500}, {0x1p500, 0x1p500, 0x1p500}, {0x1p-40, 1, 0x1p40}, {0x1p300, 0x1p-300, 1},
		} {
			assert.InDeltaSlice(t, want, fit(units), 1e-9, "%v, %d", units, direct)
		}
	}
}

// TestWhyThereIsNoMinimumIsSaid: each ending has its own reason, and numbers that lie far apart are named.
func TestWhyThereIsNoMinimumIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		l       Logistic
		x, y    []float64 // two inputs
		weights []float64
		says    []string
	}{
		"separable, to the end": {Logistic{}, []float64{-2, 1, -1, -1, 1, 2, 2, 0}, []float64{0, 0, 1, 1}, nil,
			[]string{"1 of 1 targets", "a plane separates the classes"}},
		"separable, cut short": {Logistic{MaxIter: 3}, []float64{-2, 1, -1, -1, 1, 2, 2, 0}, []float64{0, 0, 1, 1}, nil,
			[]string{"in 3 steps: a plane separates the classes"}},
		"separable, next to no penalty": {Logistic{Alpha: 1e-20}, []float64{-2, 1, -1, -1, 1, 2, 2, 0}, []float64{0, 0, 1, 1}, nil,
			[]string{"a plane separates the classes", "or a greater one"}},
		"separable, far apart": {Logistic{}, []float64{-2, 1e9, -1, -1e9, 1, 2e9, 2, 0}, []float64{0, 0, 1, 1}, nil,
			[]string{"a plane separates", "features reach from 2 to 2e+09, which is far apart"}},
		"nearly the same twice": {Logistic{}, []float64{1, 1 + 1e-12, 2, 2, -1, -1 - 1e-12, 3, 3, 1, 1}, []float64{0, 1, 1, 0, 1}, nil,
			[]string{"in 100 steps: features all but depend on one another"}},
		"squares vanish": {Logistic{}, []float64{1e-200, 2e-200, 3e-200, 1e-200, -1e-200, 0, 0, 1e-200}, []float64{0, 1, 0, 1}, nil,
			[]string{"or their squares vanish"}},
		"cut short": {Logistic{MaxIter: 1}, []float64{1, 2, 2, 1, -1, 3, 1, 2, 2, 1}, []float64{0, 1, 0, 1, 0}, nil,
			[]string{"in 1 steps: a plane may separate the classes", "a greater MaxIter"}},
	} {
		n := len(c.y)
		m, err := FitWeighted(c.l, tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(c.x)), column(c.y...), c.weights, Options{})
		require.NoError(t, err, name)
		require.Len(t, m.Warnings, 1, name)
		for _, says := range c.says {
			assert.Contains(t, m.Warnings[0], says, name)
		}
		assert.Equal(t, name == "separable, far apart", strings.Contains(m.Warnings[0], "far apart"), name)
	}
}

// TestEachEndingIsTold: of several targets, each with its own number and reason.
func TestEachEndingIsTold(t *testing.T) {
	assert.Empty(t, warnings([endings]int{converged: 3}, 7, [2]float64{1, 1e9}))
	got := warnings([endings]int{1, 2, 3, 4, 5, 6}, 7, [2]float64{1, 1e5})
	require.Len(t, got, int(endings)-1)
	for i, w := range got {
		assert.True(t, strings.HasPrefix(w, fmt.Sprintf("%d of 21 targets have not converged in 7 steps: ", i+2)), w)
		assert.True(t, strings.HasSuffix(w, reasons[i+1]), w)
		assert.NotEmpty(t, reasons[i+1])
	}
	x, y := classes(60, 2)
	targets := tensor.New(tensor.WithShape(60, 2), tensor.Of(tensor.Float64))
	for i, v := range y.Float64s() {
		targets.Float64s()[2*i] = v
		if x.Float64s()[2*i] > 0 {
			targets.Float64s()[2*i+1] = 1
		}
	}
	m, err := Fit(Logistic{}, x, targets, Options{Bias: true})
	require.NoError(t, err)
	require.Len(t, m.Warnings, 1)
	assert.Contains(t, m.Warnings[0], "1 of 2 targets")
}
