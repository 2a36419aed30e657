package linalg_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// definite returns a matrix that is cheap to make and positive definite.
func definite(n int) []float64 {
	g := normals[float64](random(1), n*n)
	for i := range n {
		g[i*n+i] = float64(4 * n)
		for j := range i {
			g[i*n+j] = g[j*n+i]
		}
	}
	return g
}

func BenchmarkCholesky(b *testing.B) {
	for _, n := range []int{500, 1000, 2000} {
		g, a := definite(n), make([]float64, n*n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := linalg.NewSolver[float64](1)
			b.ReportAllocs()
			for b.Loop() {
				copy(a, g)
				s.Cholesky(n, a, n)
			}
		})
		b.Run(fmt.Sprint(n, "/gonum"), func(b *testing.B) {
			var c mat.Cholesky
			sym := mat.NewSymDense(n, g)
			for b.Loop() {
				c.Factorize(sym)
			}
		})
	}
}

func BenchmarkSyrk(b *testing.B) {
	const n, k = 1000, 2000
	x, c := normals[float64](random(1), k*n), make([]float64, n*n)
	b.Run("2000x1000", func(b *testing.B) {
		s := linalg.NewSolver[float64](1)
		b.ReportAllocs()
		for b.Loop() {
			s.Syrk(n, k, x, n, 0, c, n)
		}
	})
	b.Run("2000x1000/gonum", func(b *testing.B) {
		xm := blas64.General{Rows: k, Cols: n, Stride: n, Data: x}
		for b.Loop() {
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, xm, xm, 0, blas64.General{Rows: n, Cols: n, Stride: n, Data: c})
		}
	})
}

func BenchmarkSolve(b *testing.B) {
	const n, q = 2000, 10
	g := definite(n)
	s := linalg.NewSolver[float64](1)
	s.Cholesky(n, g, n)
	rhs := normals[float64](random(1), n*q)
	b.Run("2000x10", func(b *testing.B) {
		for b.Loop() {
			s.Solve(n, q, g, n, rhs, q)
		}
	})
}

func BenchmarkRLS(b *testing.B) {
	for _, n := range []int{1000, 2000} {
		x, k := normals[float64](random(1), n), make([]float64, n)
		for _, m := range []int{1, 16, 32} {
			b.Run(fmt.Sprint(n, "/deferred", m), func(b *testing.B) {
				r := linalg.NewRLS(linalg.NewSolver[float64](1), n, 1, 1, m)
				b.ReportAllocs()
				for b.Loop() {
					r.Step(1, x, k)
				}
			})
		}
		b.Run(fmt.Sprint(n, "/gonum"), func(b *testing.B) {
			p := blas64.Symmetric{N: n, Stride: n, Data: definite(n), Uplo: blas.Upper}
			xv, kv := blas64.Vector{N: n, Inc: 1, Data: x}, blas64.Vector{N: n, Inc: 1, Data: k}
			for b.Loop() {
				blas64.Symv(1, p, xv, 0, kv)
				blas64.Syr(-1/(1+blas64.Dot(xv, kv)), kv, p)
			}
		})
	}
}
