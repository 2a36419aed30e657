package offline_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/train/offline"
	"gonum.org/v1/gonum/mat"
)

func BenchmarkRidge(b *testing.B) {
	for _, size := range [][2]int{{4000, 1000}, {10000, 2000}} {
		for _, workers := range []int{1, 2} {
			ridge(b, size[0], size[1], workers)
		}
	}
}

// ridge times a fit of n samples of p numbers.
func ridge(b *testing.B, n, p, workers int) {
	x, y := normal(1, n, p), normal(2, n, 1)
	b.Run(fmt.Sprintf("%dx%d,%d", n, p, workers), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := offline.Fit(offline.Ridge{Alpha: 1e-7}, x, y, offline.Options{Workers: workers}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRidgeGonum is what BenchmarkRidge is compared with.
func BenchmarkRidgeGonum(b *testing.B) {
	const n, p = 4000, 1000
	x, y := normal(1, n, p), normal(2, n, 1)
	xm, ym := mat.NewDense(n, p, x.Float64s()), mat.NewDense(n, 1, y.Float64s())
	for b.Loop() {
		var g, c, w mat.Dense
		g.Mul(xm.T(), xm)
		c.Mul(xm.T(), ym)
		sym := mat.NewSymDense(p, g.RawMatrix().Data)
		for i := range p {
			sym.SetSym(i, i, sym.At(i, i)+1e-7)
		}
		var chol mat.Cholesky
		chol.Factorize(sym)
		if err := chol.SolveTo(&w, &c); err != nil {
			b.Fatal(err)
		}
	}
}
