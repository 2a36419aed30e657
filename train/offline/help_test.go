package offline_test

import (
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func dense(shape []int, x ...float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

func normal(seed uint64, shape ...int) *tensor.Dense {
	r, n := rand.New(rand.NewPCG(seed, 0)), 1
	for _, s := range shape {
		n *= s
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return dense(shape, x...)
}

// rows returns some rows of x.
func rows(x *tensor.Dense, at ...int) *tensor.Dense {
	c := x.Shape()[1]
	var out []float64
	for _, i := range at {
		out = append(out, x.Float64s()[i*c:(i+1)*c]...)
	}
	return dense([]int{len(at), c}, out...)
}

func span(from, to int) []int {
	var s []int
	for i := from; i < to; i++ {
		s = append(s, i)
	}
	return s
}

func fit(t *testing.T, m offline.Method, x, y *tensor.Dense, w []float64, o offline.Options) *offline.Model {
	t.Helper()
	r, err := offline.FitWeighted(m, x, y, w, o)
	require.NoError(t, err)
	return r
}

func same(t *testing.T, want, got *tensor.Dense, tol float64) {
	t.Helper()
	require.Equal(t, want.Shape(), got.Shape())
	assert.InDeltaSlice(t, want.Float64s(), got.Float64s(), tol)
}

var methods = map[string]offline.Method{
	"linear":           offline.Linear{},
	"ridge":            offline.Ridge{Alpha: 0.3},
	"polynomial ridge": offline.Ridge{Alpha: 0.3, Degree: 2},
	"lasso":            offline.Lasso{Alpha: 2},
	"elastic net":      offline.ElasticNet{Alpha: 2, L1Ratio: 0.4, Raw: true},
	"k-fold":           offline.RidgeChoice{Alphas: []float64{0.1, 10}, Folds: 3, Block: 5},
	"leave one out":    offline.RidgeChoice{Alphas: []float64{0.1, 10}},
	"logistic":         offline.Logistic{Alpha: 0.1},
}
