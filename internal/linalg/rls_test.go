package linalg_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plainRLS is the recursion as it is written, with all of P.
type plainRLS struct {
	n      int
	p      []float64
	forget float64
}

func (r *plainRLS) step(x []float64) (k []float64) {
	k = make([]float64, r.n)
	den := r.forget
	for i := range k {
		for j := range k {
			k[i] += r.p[i*r.n+j] * x[j]
		}
		den += k[i] * x[i]
	}
	for i := range k {
		for j := range k {
			r.p[i*r.n+j] = (r.p[i*r.n+j] - k[i]*k[j]/den) / r.forget
		}
	}
	for i := range k {
		k[i] /= den
	}
	return k
}

func TestRLSIsTheRecursion(t *testing.T) {
	t.Run("float64", testRLS[float64])
	t.Run("float32", testRLS[float32])
}

func testRLS[T linalg.Float](t *testing.T) {
	const n, steps = 53, 40
	for _, forget := range []float64{1, 0.97} {
		for _, m := range []int{1, 4, 20} { // samples at a time; 8 corrections are put off
			want := &plainRLS{n, make([]float64, n*n), forget}
			for i := range n {
				want.p[i*n+i] = 0.7
			}
			got := linalg.NewRLS(linalg.NewSolver[T](2), n, 0.7, T(forget), 8)
			x, k := normals[T](random(5), steps*n), make([]T, m*n)
			for at := 0; at < steps; at += m {
				require.NoError(t, got.Step(m, x[at*n:], k))
				for i := range m {
					near(t, want.step(doubles(x[(at+i)*n:(at+i+1)*n])), k[i*n:(i+1)*n], 1e4*epsilon[T]())
				}
			}
			p := make([]T, n*n)
			got.P(p)
			near(t, want.p, p, 1e4*epsilon[T]())
		}
	}
}

// As many corrections are put off as may be, and fewer only where much is forgotten meanwhile.
func TestRLSPutsOffCorrections(t *testing.T) {
	const n = 3
	for forget, want := range map[float64]int{1: 8, 0.99: 8, 0.2: 4} {
		_, v, _, _ := linalg.NewRLS(linalg.NewSolver[float64](1), n, 1, forget, 8).State()
		assert.Len(t, v, want*n, "%v", forget)
	}
}

func TestRLSStateGoesOn(t *testing.T) {
	const n = 11
	x, k1, k2 := normals[float64](random(2), 20*n), make([]float64, 20*n), make([]float64, 20*n)
	a := linalg.NewRLS(linalg.NewSolver[float64](1), n, 1, 0.9, 8)
	b := linalg.NewRLS(linalg.NewSolver[float64](1), n, 1, 0.9, 8)
	require.NoError(t, a.Step(13, x, k1))
	require.NoError(t, b.SetState(a.State()))
	require.NoError(t, a.Step(7, x[13*n:], k1))
	require.NoError(t, b.Step(7, x[13*n:], k2))
	assert.Equal(t, k1[:7*n], k2[:7*n])
	assert.Error(t, b.SetState(nil, nil, 1, 0))
	assert.Error(t, b.SetState(make([]float64, n*n), make([]float64, 8*n), math.Inf(1), 0))
	bad := append([]float64(nil), x...)
	bad[0] = -1
	assert.Error(t, b.SetState(bad[:n*n], make([]float64, 8*n), 1, 9))
}

func TestRLSReportsLostDefiniteness(t *testing.T) {
	r := linalg.NewRLS(linalg.NewSolver[float64](1), 2, -1, 1, 2)
	err := r.Step(1, []float64{3, 0}, make([]float64, 2))
	require.ErrorIs(t, err, linalg.ErrIndefinite)
	assert.ErrorContains(t, err, "is -8, expected a number above 0")
}

// TestRLSReportsOverflow: neither of these is a loss of definiteness, and both leave P.
func TestRLSReportsOverflow(t *testing.T) {
	k := make([]float64, 4)
	for says, x := range map[string][]float64{
		"inputs reach 3e+200, P 0.5": {-3e200, 1}, "inputs reach +Inf": {math.Inf(-1), 0}, "inputs reach NaN": {1, math.NaN()},
	} {
		r := linalg.NewRLS(linalg.NewSolver[float64](1), 2, 0.5, 1, 2)
		for _, m := range []int{1, 2} {
			_, _, rho, pending := r.State()
			err := r.Step(m, append([]float64{1, 2}, x...)[4-2*m:], k)
			require.ErrorIs(t, err, linalg.ErrOverflow)
			assert.NotErrorIs(t, err, linalg.ErrIndefinite)
			assert.ErrorContains(t, err, says)
			r.Rewind(rho, pending)
			p := make([]float64, 4)
			r.P(p)
			assert.Equal(t, []float64{0.5, 0, 0, 0.5}, p)
		}
	}
}

// TestRLSDoesNotWindUp has inputs along one axis: P along the other grows by 1/λ a sample.
func TestRLSDoesNotWindUp(t *testing.T) {
	t.Run("float64", testWindup[float64])
	t.Run("float32", testWindup[float32])
}

func testWindup[T linalg.Float](t *testing.T) {
	for _, forget := range []T{0.5, 0.01, 1e-3} {
		for _, m := range []int{1, 3} {
			r := linalg.NewRLS(linalg.NewSolver[T](1), 2, 1, forget, 32)
			x, k, p := []T{1, 0, 1, 0, 1, 0}, make([]T, 6), make([]T, 4)
			steps, err := 0, error(nil)
			for ; err == nil; steps++ {
				require.Less(t, steps, 5000)
				_, _, rho, pending := r.State()
				if err = r.Step(m, x[:2*m], k[:2*m]); err != nil {
					r.Rewind(rho, pending)
				}
			}
			require.ErrorIs(t, err, linalg.ErrWindup)
			assert.ErrorContains(t, err, fmt.Sprintf("grows by 1/%v a sample up to %.3g", forget, linalg.RLSLimit[T]()))
			r.P(p)
			for _, e := range p {
				assert.Zero(t, e-e, "P is finite after %d steps: %v", steps, p)
			}
			assert.Greater(t, float64(p[3]), 1e18, "P grew almost as far as it may")
			assert.ErrorIs(t, r.Step(m, x[:2*m], k[:2*m]), linalg.ErrWindup, "it goes on to say so")
		}
	}
}
