package linalg_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestQR(t *testing.T) {
	t.Run("float64", testQR[float64])
	t.Run("float32", testQR[float32])
}

// testQR compares with gonum's factors, which may differ by the signs of rows of R alone, and numbers of workers
// with one another.
func testQR[T linalg.Float](t *testing.T) {
	for _, size := range [][3]int{{1, 1, 1}, {5, 5, 0}, {9, 3, 2}, {70, 33, 1}, {301, 131, 4}, {400, 300, 3}} {
		n, p, q := size[0], size[1], size[2]
		ldx, ldy := p+3, q+2
		x, y := normals[T](random(uint64(n)), n*ldx), normals[T](random(2), n*ldy)
		var want mat.QR
		want.Factorize(mat.NewDense(n, ldx, doubles(x)).Slice(0, n, 0, p))
		var wantR, wantQ, wantB mat.Dense
		want.RTo(&wantR)
		want.QTo(&wantQ)
		wantB.Mul(wantQ.T(), mat.NewDense(n, ldy, doubles(y)))
		var gotR, gotB []T
		for _, workers := range []int{1, 3} {
			s := linalg.NewSolver[T](workers)
			r, b := s.QR(n, p, q, x, ldx, y, ldy)
			s.Close()
			if gotR == nil {
				gotR, gotB = r, b
			}
			require.Equal(t, gotR, r, "%v workers %d", size, workers)
			require.Equal(t, gotB, b, "%v workers %d", size, workers)
		}
		var r, b []float64
		for i := range p {
			sign := 1.0
			if float64(gotR[i*p+i])*wantR.At(i, i) < 0 {
				sign = -1
			}
			for j := range p {
				r = append(r, sign*wantR.At(i, j))
			}
			for k := range q {
				b = append(b, sign*wantB.At(i, k))
			}
		}
		near(t, r, gotR, 1e3*epsilon[T]())
		near(t, b, gotB, 1e3*epsilon[T]())
	}
}

// TestQROfColumnsThatHaveNoSquare: lengths from 1e-200 to 1e200 beside columns of zeros.
func TestQROfColumnsThatHaveNoSquare(t *testing.T) {
	const n, p = 6, 4
	x := normals[float64](random(1), n*p)
	columns := make([]float64, p)
	for i := range x {
		x[i] *= []float64{1e-200, 0, 1e200, 1}[i%p]
		columns[i%p] = math.Hypot(columns[i%p], x[i])
	}
	r, _ := linalg.NewSolver[float64](1).QR(n, p, 0, x, p, nil, 0)
	for j, length := range columns {
		got := 0.0
		for i := range p {
			got = math.Hypot(got, r[i*p+j])
		}
		assert.InDelta(t, length, got, 1e-14*length)
	}
}
