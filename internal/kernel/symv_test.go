package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func checkSymv[T Float](t *testing.T, seed uint64, n, pad int, eps float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	lda := n + pad
	a, x := make([]T, n*lda), make([]T, n)
	for i := range a {
		a[i] = T(r.NormFloat64())
	}
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	if n > 0 && seed%2 == 1 {
		a[n-1], x[r.IntN(n)] = odd[T](r), odd[T](r)
	}
	for i := range n { // what is not read may be anything
		for j := range i {
			a[i*lda+j] = T(math.NaN())
		}
	}
	for l := portable; l <= active; l++ {
		y := make([]T, n+1)
		y[n] = 7
		symvAt(l, n, a, lda, pad%2 == 1, x, y[:n])
		for i := range n {
			want, size := 0.0, 0.0
			for j := range n {
				term := float64(a[min(i, j)*lda+max(i, j)]) * float64(x[j])
				want, size = want+term, size+math.Abs(term)
			}
			require.Truef(t, within(want, float64(y[i]), eps*float64(n+1)*size+float64(n)*least[T]()), "%v: n %d, element %d is %v, want %v", l, n, i, y[i], want)
		}
		require.Equal(t, T(7), y[n])
	}
}

func TestSymv(t *testing.T) {
	for n := range 70 {
		checkSymv[float32](t, uint64(n), n, n%3, 1.2e-7)
		checkSymv[float64](t, uint64(n), n, n%3, 2.3e-16)
	}
	checkSymv[float32](t, 1, 333, 0, 1.2e-7)
	checkSymv[float64](t, 1, 333, 0, 2.3e-16)
}

func TestSymvOfNumbersThatAreNone(t *testing.T) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		a := make([]float32, 20*20)
		a[19] = bad
		x := make([]float32, 20)
		x[19] = 1
		for l := portable; l <= active; l++ {
			y := make([]float32, 20)
			symvAt(l, 20, a, 20, false, x, y)
			assert.Equal(t, fmt.Sprint(bad), fmt.Sprint(y[0]), l)
			assert.Equal(t, "NaN", fmt.Sprint(y[19]), "0 times it: %v", l)
			assert.Equal(t, float32(0), y[5])
		}
	}
}

func FuzzSymv(f *testing.F) {
	f.Add(uint64(1), uint8(21), uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, n, pad uint8) {
		checkSymv[float32](t, seed, int(n), int(pad), 1.2e-7)
		checkSymv[float64](t, seed, int(n), int(pad), 2.3e-16)
	})
}

func BenchmarkSymv(b *testing.B) {
	const n = 1000
	x, y := make([]float32, n), make([]float32, n)
	a := make([]float32, n*n)
	b.Run("F32/1000", func(b *testing.B) {
		upwards := false
		for b.Loop() {
			Symv(n, a, n, upwards, x, y)
			upwards = !upwards
		}
	})
}
