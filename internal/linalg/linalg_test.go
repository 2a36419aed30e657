package linalg_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

var sizes = []int{1, 2, 15, 16, 17, 48, 97, 193, 260, 401}

func upper[T linalg.Float](n int, a []T, lda int) []float64 {
	var u []float64
	for i := range n {
		u = append(u, doubles(a[i*lda+i:i*lda+n])...)
	}
	return u
}

func TestSyrk(t *testing.T) {
	t.Run("float64", testSyrk[float64])
	t.Run("float32", testSyrk[float32])
}

func testSyrk[T linalg.Float](t *testing.T) {
	for _, n := range sizes {
		r := random(uint64(n))
		k, ld := 37, n+3
		x, c := normals[T](r, k*ld), normals[T](r, n*ld)
		sum := mat.NewDense(n, n, nil)
		xm := mat.NewDense(k, ld, doubles(x)).Slice(0, k, 0, n)
		sum.Mul(xm.T(), xm)
		old := mat.NewDense(n, ld, doubles(c)).Slice(0, n, 0, n)
		var scaled mat.Dense
		scaled.Scale(2, old)
		sum.Add(sum, &scaled)
		s := linalg.NewSolver[T](3)
		s.Syrk(n, k, x, ld, 2, c, ld)
		near(t, upper(n, sum.RawMatrix().Data, n), toT[T](upper(n, c, ld)), 100*epsilon[T]())
		s.Close()
	}
}

func toT[T linalg.Float](x []float64) []T {
	y := make([]T, len(x))
	for i, e := range x {
		y[i] = T(e)
	}
	return y
}

func TestSyrkOfNoRows(t *testing.T) {
	s := linalg.NewSolver[float64](1)
	c := []float64{1, 2, 3, 4}
	s.Syrk(2, 0, nil, 2, 0.5, c, 2)
	assert.Equal(t, []float64{0.5, 1}, c[:2])
	assert.Equal(t, 2.0, c[3])
}

func TestCholesky(t *testing.T) {
	t.Run("float64", testCholesky[float64])
	t.Run("float32", testCholesky[float32])
}

func testCholesky[T linalg.Float](t *testing.T) {
	for _, n := range sizes {
		g, _ := gram(random(uint64(n)), n, n+20)
		var want mat.Cholesky
		require.True(t, want.Factorize(mat.NewSymDense(n, append([]float64(nil), g...))))
		u := want.RawU().(*mat.TriDense).RawTriangular()
		s, a := linalg.NewSolver[T](2), toT[T](g)
		row, ok := s.Cholesky(n, a, n)
		require.True(t, ok, "%d at %d", n, row)
		near(t, upper(n, u.Data, u.Stride), toT[T](upper(n, a, n)), 1e3*epsilon[T]())

		q := 5
		b := normals[T](random(3), n*q)
		var x mat.Dense
		require.NoError(t, want.SolveTo(&x, mat.NewDense(n, q, doubles(b))))
		s.Solve(n, q, a, n, b, q)
		near(t, x.RawMatrix().Data, b, 1e4*epsilon[T]())
		s.Close()
	}
}

func TestCholeskyOfIndefiniteSaysWhere(t *testing.T) {
	s := linalg.NewSolver[float64](1)
	for _, bad := range []int{0, 1, 17, 230} {
		g, _ := gram(random(1), 250, 260)
		g[bad*250+bad] = -1
		row, ok := s.Cholesky(250, g, 250)
		assert.False(t, ok)
		assert.Equal(t, bad, row)
	}
}

func TestTriangularSolvesUndoProducts(t *testing.T) {
	for _, n := range sizes {
		for _, q := range []int{1, 7, 300} {
			r := random(uint64(n + q))
			u, x := normals[float64](r, n*n), normals[float64](r, n*q)
			for i := range n {
				for j := range n {
					u[i*n+j] /= float64(n)
				}
				u[i*n+i] = 2
			}
			tri := mat.NewTriDense(n, mat.Upper, append([]float64(nil), u...))
			var b mat.Dense
			s := linalg.NewSolver[float64](2)
			b.Mul(tri, mat.NewDense(n, q, x))
			s.SolveUpper(n, q, u, n, b.RawMatrix().Data, q)
			near(t, x, b.RawMatrix().Data, 1e-13)
			b.Mul(tri.T(), mat.NewDense(n, q, x))
			s.SolveUpperT(n, q, u, n, b.RawMatrix().Data, q)
			near(t, x, b.RawMatrix().Data, 1e-13)
			s.Close()
		}
	}
}

func TestSymm(t *testing.T) {
	for _, n := range sizes {
		for _, m := range []int{1, 3} {
			g, _ := gram(random(uint64(n)), n, 5)
			x, y := normals[float64](random(2), m*n), make([]float64, m*n)
			var want mat.Dense
			want.Mul(mat.NewDense(m, n, x), mat.NewDense(n, n, g))
			for i := range n { // what is below the diagonal is not read
				for j := range i {
					g[i*n+j] = 1e9
				}
			}
			linalg.NewSolver[float64](1).Symm(m, n, g, n, n%2 == 1, x, n, y, n)
			near(t, want.RawMatrix().Data, y, 1e-13)
		}
	}
}

func TestMirror(t *testing.T) {
	n := 101
	a := normals[float64](random(1), n*n)
	linalg.Mirror(n, a, n)
	for i := range n {
		for j := range n {
			require.Equal(t, a[i*n+j], a[j*n+i])
		}
	}
}

func TestBitsDoNotDependOnWorkers(t *testing.T) {
	n, k, q := 403, 300, 250
	run := func(workers int) (g, b []float64) {
		s := linalg.NewSolver[float64](workers)
		defer s.Close()
		r := random(8)
		x := normals[float64](r, k*n)
		g, b = make([]float64, n*n), normals[float64](r, n*q)
		s.Syrk(n, k, x, n, 0, g, n)
		for i := range n {
			g[i*n+i] += 3
		}
		_, ok := s.Cholesky(n, g, n)
		require.True(t, ok)
		s.Solve(n, q, g, n, b, q)
		return g, b
	}
	g1, b1 := run(1)
	g3, b3 := run(3)
	assert.Equal(t, upper(n, g1, n), upper(n, g3, n))
	assert.Equal(t, b1, b3)
}

func TestConditionEstimate(t *testing.T) {
	n := 60
	g, _ := gram(random(4), n, 70)
	sym := mat.NewSymDense(n, append([]float64(nil), g...))
	var inv mat.Dense
	require.NoError(t, inv.Inverse(sym))
	assert.InEpsilon(t, mat.Norm(sym, 1), linalg.Norm1(n, g, n), 1e-12)
	s := linalg.NewSolver[float64](1)
	_, ok := s.Cholesky(n, g, n)
	require.True(t, ok)
	est, want := s.InverseNorm1(n, g, n), mat.Norm(&inv, 1)
	assert.LessOrEqual(t, est, want*(1+1e-10))
	assert.GreaterOrEqual(t, est, want/3)
}

func TestNothingIsAllocated(t *testing.T) {
	n := 250
	s := linalg.NewSolver[float64](1)
	x, g := normals[float64](random(1), n*n), make([]float64, n*n)
	b, k := normals[float64](random(1), n*3), make([]float64, n)
	rls := linalg.NewRLS(s, n, 1, 1, 8)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		s.Syrk(n, n, x, n, 0, g, n)
		s.Cholesky(n, g, n)
		s.Solve(n, 3, g, n, b, 3)
		rls.Step(1, x, k)
	}))
}

func ExampleSolver() {
	s := linalg.NewSolver[float64](1)
	defer s.Close()
	g := []float64{4, 2, 2, 3}
	s.Cholesky(2, g, 2)
	b := []float64{8, 8}
	s.Solve(2, 1, g, 2, b, 1)
	fmt.Printf("%.1f\n", b)
	// Output: [1.0 2.0]
}
