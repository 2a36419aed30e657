package layers_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// square returns the matrix of the elements at(i, j).
func square(n int, at func(i, j int) float64) []float64 {
	w := make([]float64, n*n)
	for i := range w {
		w[i] = at(i/n, i%n)
	}
	return w
}

// listed returns the elements of w that are not 0.
func listed(t *testing.T, n int, w []float64) (layers.CSR, []float64) {
	t.Helper()
	var pre, post []int32
	var x []float64
	for i, v := range w {
		if v != 0 {
			pre, post, x = append(pre, int32(i/n)), append(post, int32(i%n)), append(x, v)
		}
	}
	m, _, err := layers.CSRFromPairs(n, n, pre, post)
	require.NoError(t, err)
	return m, x
}

// turned returns Q·D·Qᵀ for a random orthogonal Q and the D of diagonal d whose first two rows are
// (a b; -b a), of eigenvalues a ± ib.
func turned(t *testing.T, a, b float64, d []float64) []float64 {
	t.Helper()
	n := len(d)
	q, err := layers.NewOrthogonal().Init([]int{n, n}, rng())
	require.NoError(t, err)
	m := mat.NewDense(n, n, nil)
	for i, v := range d {
		m.Set(i, i, v)
	}
	m.SetRow(0, append([]float64{a, b}, make([]float64, n-2)...))
	m.SetRow(1, append([]float64{-b, a}, make([]float64, n-2)...))
	Q := mat.NewDense(n, n, q)
	m.Mul(Q, m)
	m.Mul(m, Q.T())
	return m.RawMatrix().Data
}

func TestSpectralRadiusOfKnownSpectra(t *testing.T) {
	t.Parallel()
	spread := func(n int) []float64 {
		d := make([]float64, n)
		for i := range d {
			d[i] = 1 - 2*float64(i)/float64(n)
		}
		return d
	}
	for name, c := range map[string]struct {
		n         int
		w         []float64
		want, tol float64
	}{
		"one number":               {1, []float64{-3}, 3, 0},
		"a rotation":               {2, []float64{3, 4, -4, 3}, 5, 1e-14},
		"triangular":               {3, []float64{1, 1e6, 7, 0, -2, 1e6, 0, 0, 0.5}, 2, 1e-12},
		"zeros, large":             {300, make([]float64, 300*300), 0, 0},
		"large, complex":           {300, turned(t, 3, -4, spread(300)), 5, 1e-9},
		"large, near the next one": {300, turned(t, 0.6, 0.81, spread(300)), math.Hypot(0.6, 0.81), 1e-9},
		"a chain, which has 0 alone": {220, square(220, func(i, j int) float64 {
			if j == i+1 {
				return 1
			}
			return 0
		}), 0, 1e-12},
		"a ring, all of one size": {220, square(220, func(i, j int) float64 {
			if j == (i+1)%220 {
				return 0.9
			}
			return 0
		}), 0.9, 1e-12},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := layers.SpectralRadius(c.w, c.n)
			require.NoError(t, err)
			assert.InDelta(t, c.want, r, c.tol)
			m, w := listed(t, c.n, c.w)
			r, err = m.SpectralRadius(w)
			require.NoError(t, err)
			assert.InDelta(t, c.want, r, c.tol, "as a list")
		})
	}
}

// Of random matrices the eigenvalues crowd at the rim; a full decomposition is the reference.
func TestSpectralRadiusOfRandomMatrices(t *testing.T) {
	t.Parallel()
	const n = 300
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 2))
		w := square(n, func(int, int) float64 {
			if r.Float64() < 0.1 {
				return r.NormFloat64() + 0.02*float64(seed)
			}
			return 0
		})
		var e mat.Eigen
		require.True(t, e.Factorize(mat.NewDense(n, n, w), mat.EigenNone))
		want := 0.
		for _, v := range e.Values(nil) {
			want = max(want, math.Hypot(real(v), imag(v)))
		}
		m, x := listed(t, n, w)
		got, err := m.SpectralRadius(x)
		require.NoError(t, err)
		assert.InEpsilon(t, want, got, 1e-8, "seed %d", seed)
	}
}

func TestSpectralRadiusRefuses(t *testing.T) {
	t.Parallel()
	_, err := layers.SpectralRadius([]float64{1, 2}, 2)
	require.ErrorIs(t, err, graph.ErrShape)
	_, err = layers.SpectralRadius([]float64{math.NaN()}, 1)
	require.ErrorIs(t, err, graph.ErrValue)
	m := layers.CSR{Out: 2, Start: []int32{0, 1}, Post: []int32{1}}
	_, err = m.SpectralRadius([]float64{1})
	require.ErrorIs(t, err, graph.ErrShape, "not square")
	m = layers.CSR{Out: 1, Start: []int32{0, 1}, Post: []int32{0}}
	_, err = m.SpectralRadius([]float64{1, 2})
	require.ErrorIs(t, err, graph.ErrShape, "too many weights")
	_, err = m.SpectralRadius([]float64{math.Inf(1)})
	require.ErrorIs(t, err, graph.ErrValue)
	_, err = layers.CSR{}.SpectralRadius(nil)
	require.ErrorIs(t, err, graph.ErrShape)
}
