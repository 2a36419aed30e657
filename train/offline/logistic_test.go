package offline

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func classes(n, p int) (x, y *tensor.Dense) {
	r := rand.New(rand.NewPCG(1, 2))
	x = tensor.New(tensor.WithShape(n, p), tensor.Of(tensor.Float64))
	y = tensor.New(tensor.WithShape(n, 1), tensor.Of(tensor.Float64))
	for i := range n {
		for j := range p {
			x.Float64s()[i*p+j] = r.NormFloat64()
		}
		if x.Float64s()[i*p]+r.NormFloat64() > 0 {
			y.Float64s()[i] = 1
		}
	}
	return x, y
}

func TestConjugateGradientsFindTheSameMaximum(t *testing.T) {
	x, y := classes(200, 7)
	f := &logistic{l: Logistic{Alpha: 0.2}, s: samples{plan: plan{o: Options{Bias: true, FreeBias: true}}}}
	require.NoError(t, f.Add(x, y, nil))
	want, err := f.Fit()
	require.NoError(t, err)
	assert.Empty(t, want.Warnings)
	l := likelihood{samples: &f.s, alpha: 0.2, direct: 0}
	w, _, end := l.maximum(100)
	require.Equal(t, converged, end)
	assert.InDeltaSlice(t, want.W.Float64s(), w, 1e-9)
}

// A feature that is zero has no weight, and of two that are one each has half of its weight.
func TestLogisticOfDependentFeatures(t *testing.T) {
	x, y := classes(200, 3)
	want, err := Fit(Logistic{}, x, y, Options{Bias: true})
	require.NoError(t, err)
	wide := tensor.New(tensor.WithShape(200, 5), tensor.Of(tensor.Float64))
	for i := range 200 {
		row := x.Float64s()[3*i : 3*i+3]
		copy(wide.Float64s()[5*i:], []float64{row[0], 0, row[1], row[2], row[1]})
	}
	got, err := Fit(Logistic{}, wide, y, Options{Bias: true})
	require.NoError(t, err)
	assert.Empty(t, got.Warnings)
	w := want.W.Float64s()
	assert.InDeltaSlice(t, []float64{w[0], w[1], 0, w[2] / 2, w[3], w[2] / 2}, got.W.Float64s(), 1e-8)
}

// With fewer samples than features any classes are separated: told, and told apart.
func TestLogisticOfFewSamples(t *testing.T) {
	x, y := classes(20, 30)
	m, err := Fit(Logistic{}, x, y, Options{Bias: true})
	require.NoError(t, err)
	require.Len(t, m.Warnings, 1)
	assert.Contains(t, m.Warnings[0], "a plane separates")
	p, err := m.Predict(x)
	require.NoError(t, err)
	assert.InDeltaSlice(t, y.Float64s(), p.Float64s(), 0.01)
}

func TestSeparableClassesAreReported(t *testing.T) {
	x := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{-2, -1, 1, 2}))
	y := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{0, 0, 1, 1}))
	for _, l := range []Logistic{{MaxIter: 10}, {}} {
		m, err := Fit(l, x, y, Options{})
		require.NoError(t, err)
		require.Len(t, m.Warnings, 1, "MaxIter %d", l.MaxIter)
		assert.Contains(t, m.Warnings[0], "a plane separates")
	}
	m, err := Fit(Logistic{Alpha: 0.1}, x, y, Options{})
	require.NoError(t, err)
	assert.Empty(t, m.Warnings)
}
