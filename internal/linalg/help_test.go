package linalg_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"github.com/stretchr/testify/assert"
)

func normals[T linalg.Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

func doubles[T linalg.Float](x []T) []float64 {
	y := make([]float64, len(x))
	for i, e := range x {
		y[i] = float64(e)
	}
	return y
}

// epsilon is the distance from 1 to the next number.
func epsilon[T linalg.Float]() float64 {
	if e := T(1) + T(1e-10); e == 1 {
		return 1.2e-7
	}
	return 2.3e-16
}

// close asserts that x is y up to tol times the largest of y.
func near[T linalg.Float](t *testing.T, y []float64, x []T, tol float64) {
	t.Helper()
	most, worst := 0.0, 0.0
	for i, e := range y {
		most = max(most, math.Abs(e))
		d := math.Abs(e - float64(x[i]))
		if !(d <= worst) {
			worst = d
		}
	}
	assert.LessOrEqual(t, worst, tol*most)
}

// gram returns X'X + I and X, [rows n].
func gram(r *rand.Rand, n, rows int) (g, x []float64) {
	x, g = normals[float64](r, rows*n), make([]float64, n*n)
	for i := range n {
		for j := range n {
			for k := range rows {
				g[i*n+j] += x[k*n+i] * x[k*n+j]
			}
		}
		g[i*n+i]++
	}
	return g, x
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
