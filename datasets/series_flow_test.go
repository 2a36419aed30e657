package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestLorenz(t *testing.T) {
	t.Parallel()
	run := func(n int, change func(l *datasets.Lorenz)) []float64 {
		t.Helper()
		l := datasets.NewLorenz()
		change(&l)
		s, err := l.Series(n)
		require.NoError(t, err)
		require.Equal(t, 3, s.Channels)
		return s.Values
	}
	t.Run("fixed points stay", func(t *testing.T) {
		c := math.Sqrt(8.0 / 3 * 27)
		x := run(100, func(l *datasets.Lorenz) { l.Start = [3]float64{c, c, 27} })
		for i, v := range x {
			require.InDelta(t, []float64{c, c, 27}[i%3], v, 1e-9)
		}
	})
	t.Run("on the axis z decays", func(t *testing.T) {
		x := run(100, func(l *datasets.Lorenz) { l.Start = [3]float64{0, 0, 5} })
		for i := range 100 {
			require.InDelta(t, 5*math.Exp(-8.0/3*0.01*float64(i)), x[3*i+2], 1e-8)
		}
	})
	t.Run("symmetry", func(t *testing.T) {
		a := run(500, func(l *datasets.Lorenz) { l.Start = [3]float64{1, 2, 3} })
		b := run(500, func(l *datasets.Lorenz) { l.Start = [3]float64{-1, -2, 3} })
		for i := range 500 {
			require.Equal(t, []float64{-a[3*i], -a[3*i+1], a[3*i+2]}, b[3*i:3*i+3])
		}
	})
	t.Run("fourth order", func(t *testing.T) {
		end := func(n int) []float64 {
			return run(n+1, func(l *datasets.Lorenz) { l.Dt = 0.5 / float64(n) })[3*n:]
		}
		exact := end(10_000)
		distance := func(n int) (sum float64) {
			for i, v := range end(n) {
				sum += (v - exact[i]) * (v - exact[i])
			}
			return math.Sqrt(sum)
		}
		assert.InDelta(t, 16, distance(100)/distance(200), 5)
	})
	t.Run("the attractor", func(t *testing.T) {
		x := run(20_000, func(*datasets.Lorenz) {})
		sum := 0.0
		for i := 1000; i < 20_000; i++ {
			require.Less(t, math.Abs(x[3*i]), 21.0)
			sum += x[3*i+2]
		}
		assert.InDelta(t, 23.55, sum/19_000, 0.3, "the well-known mean of z")
	})
}

func TestRossler(t *testing.T) {
	t.Parallel()
	r := datasets.NewRossler()
	root := math.Sqrt(5.7*5.7 - 4*0.2*0.2)
	z := (5.7 - root) / 0.4
	r.Start = [3]float64{0.2 * z, -z, z}
	s, err := r.Series(200)
	require.NoError(t, err)
	for i, v := range s.Values {
		require.InDelta(t, r.Start[i%3], v, 1e-9, "the fixed point")
	}
	// With B = 0, z stays 0 and x, y spiral: x'' - A x' + x = 0.
	r = datasets.Rossler{A: 0.2, C: 5.7, Start: [3]float64{1, 0, 0}, Dt: 0.01}
	s, err = r.Series(500)
	require.NoError(t, err)
	w := math.Sqrt(1 - 0.01)
	for i := range 500 {
		at := 0.01 * float64(i)
		x := math.Exp(0.1*at) * (math.Cos(w*at) - 0.1/w*math.Sin(w*at))
		require.InDelta(t, x, s.At(i)[0], 1e-8)
		require.Zero(t, s.At(i)[2])
	}
}

func TestFlowsRefuse(t *testing.T) {
	t.Parallel()
	l := datasets.NewLorenz()
	_, err := l.Series(0)
	assert.ErrorIs(t, err, datasets.ErrOption)
	l.Dt = 0
	_, err = l.Series(1)
	assert.ErrorIs(t, err, datasets.ErrOption)
	l = datasets.NewLorenz()
	l.Rho = math.Inf(1)
	_, err = l.Series(1)
	assert.ErrorIs(t, err, datasets.ErrOption)
	l = datasets.NewLorenz()
	l.Dt = 1
	_, err = l.Series(100)
	assert.ErrorIs(t, err, datasets.ErrNotFinite)
	r := datasets.NewRossler()
	r.Start[2] = math.NaN()
	_, err = r.Series(1)
	assert.ErrorIs(t, err, datasets.ErrOption)
	r = datasets.NewRossler()
	r.C = math.NaN()
	_, err = r.Series(1)
	assert.ErrorIs(t, err, datasets.ErrOption)
}
