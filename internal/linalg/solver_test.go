package linalg_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestGemmOfAColumn: A'·b is the product that gonum computes, whatever way is taken for it, and C is not read
// where beta is 0.
func TestGemmOfAColumn(t *testing.T) {
	const m, k = 203, 391
	for _, beta := range []float64{0, 1, 0.5} {
		for _, ld := range []int{1, 2} {
			r := random(7)
			a, b, c := normals[float64](r, k*m), normals[float64](r, k*ld), normals[float64](r, m*ld)
			want := make([]float64, m)
			sum := mat.NewVecDense(m, nil)
			sum.MulVec(mat.NewDense(k, m, a).T(), mat.NewDense(k, ld, b).ColView(0))
			for i := range want {
				want[i] = sum.AtVec(i) + beta*c[i*ld]
				if beta == 0 {
					c[i*ld] = math.NaN()
				}
			}
			var first []float64
			for _, workers := range []int{1, 3} {
				s, got := linalg.NewSolver[float64](workers), append([]float64(nil), c...)
				s.Gemm(true, false, m, 1, k, a, m, b, ld, beta, got, ld)
				s.Close()
				column := make([]float64, m)
				for i := range column {
					column[i] = got[i*ld]
				}
				near(t, want, column, 1e-12)
				if first == nil {
					first = column
				}
				require.Equal(t, first, column, "workers %d", workers)
			}
		}
	}
}
