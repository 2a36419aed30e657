package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A product that is computed as its transposed has the bits that it has otherwise.
func TestTurnedHasTheSameBits(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		turnedAgrees[float32](t, l)
		turnedAgrees[float64](t, l)
	})
}

func turnedAgrees[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(41, 42))
	plain := *tilesAt[T](l)
	plain.turn = nil
	turned := 0
	for range 60 {
		p := newProduct(r, true, false, 1+r.IntN(400), 1+r.IntN(24), 1+r.IntN(600), r.IntN(3), []T{0, 1, -0.75}[r.IntN(3)])
		spoil(r, p.A(), p.m, p.k)
		spoil(r, p.B(), p.k, p.n)
		if tilesAt[T](l).turns(p.A(), p.B(), p.m, p.n) {
			turned++
		}
		want := append([]T(nil), p.c...)
		plain.gemm(new(Workspace), p.A(), p.B(), p.m, p.n, p.k, p.beta, want, p.ldc)
		requireSameBits(t, want, p.run(l), p.String())
	}
	if l > portable {
		require.NotZero(t, turned)
	}
}

// checkTurn turns rows and columns, and adds them to what is there, and compares it with the definition.
func checkTurn[T Float](t *testing.T, l isa, r *rand.Rand, rows, cols int) {
	t.Helper()
	turn := tilesAt[T](l).turn
	if turn == nil {
		return
	}
	lds, ldd := cols+r.IntN(9), rows+r.IntN(9)
	src := make([]T, roundUp(rows, turnSide)*lds)
	for i := range src {
		if src[i] = T(r.NormFloat64()); i%9 == 4 {
			src[i] = odd[T](r)
		}
	}
	for _, add := range []bool{false, true} {
		dst := make([]T, (cols-1)*ldd+rows)
		for i := range dst {
			dst[i] = T(r.NormFloat64())
		}
		want := append([]T(nil), dst...)
		for i := range rows {
			for j := range cols {
				x := src[i*lds+j]
				if add {
					x += want[j*ldd+i]
				}
				want[j*ldd+i] = x
			}
		}
		turn(rows, cols, src, lds, dst, ldd, add)
		requireSameBits(t, want, dst, "turned")
	}
}
