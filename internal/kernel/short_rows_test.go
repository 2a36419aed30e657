package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkTurned compares rows that are turned into columns with their elements.
func checkTurned[T Number](t *testing.T, l isa, x []T, rows, n int) {
	t.Helper()
	var tile columnTile[T]
	columns := turn(l, tile[:], x, rows, n)
	require.Positive(t, columns)
	for i := range n {
		for r := range columns {
			requireSame(t, float64(x[r*n+i]), float64(tile[i*columns+r]), "%d rows of %d, row %d, element %d", rows, n, r, i)
		}
	}
}

// checkSpread compares elements that are repeated along rows with the portable loop; what is behind the rows stays.
func checkSpread[T Float](t *testing.T, l *loops[T], x []T, truths []uint8, rows, inner, between int) {
	t.Helper()
	want, got := make([]T, rows*inner+1), make([]T, rows*inner+1)
	want[rows*inner], got[rows*inner] = 77, 77
	spreadGo(want[:rows*inner:rows*inner], inner, x, between)
	l.same.spread(got[:rows*inner], inner, x, between)
	requireSameBits(t, want, got, fmt.Sprint(rows, inner, between))
	spreadGo(want[:rows*inner:rows*inner], inner, truths, between)
	l.bools.spread(got[:rows*inner], inner, truths, between)
	requireSameBits(t, want, got, fmt.Sprint("bools", rows, inner, between))
}

// checkLogSumExp compares with the definition, in float64, which is NaN and infinite where that is.
func checkLogSumExp[T Float](t *testing.T, l isa, x []T, s [3]int, tol float64) {
	t.Helper()
	got := make([]T, s[0]*s[2]+1)
	got[len(got)-1] = 77
	logSumExpAt(l, got[:len(got)-1], x, s[0], s[1], s[2])
	require.Equal(t, T(77), got[len(got)-1])
	for i, y := range got[:len(got)-1] {
		col := column(x, s, i)
		most := math.Inf(-1)
		for _, v := range col {
			most = max(most, float64(v))
		}
		want := most
		if most-most == 0 {
			sum := 0.
			for _, v := range col {
				sum += math.Exp(float64(v) - most)
			}
			want = most + math.Log(sum)
		}
		requireClose(t, float64(T(want)), float64(y), tol)
	}
}

func checkShortRows[T Float](t *testing.T, l isa, loops *loops[T], r *rand.Rand, rows, n int) {
	t.Helper()
	x := unaligned(numbersOf[T](r, rows*n), 1)
	checkTurned(t, l, x, rows, n)
	truths := unaligned(make([]uint8, rows*n), 1)
	for i := range truths {
		truths[i] = uint8(r.IntN(2))
	}
	checkSpread(t, loops, x, truths, rows, n, 1)
	checkSpread(t, loops, x, truths, rows, r.IntN(300)+1, r.IntN(n+1))
	for pass := range 3 {
		checkReductions[T](t, l, r, [3]int{rows, n, 1}, pass)
	}
	tol := 3e-7
	if !isSingle[T]() {
		tol = 1e-13
	}
	for _, s := range [][3]int{{rows, n, 1}, {1, n, rows}, {1, rows, n}} {
		checkLogSumExp(t, l, x, s, tol)
		for i := range x {
			x[i] = T(r.NormFloat64() * 10)
		}
		checkLogSumExp(t, l, x, s, tol)
	}
}

// FuzzShortRows compares what many short rows become at all levels: columns, elements repeated along them, and
// reductions.
func FuzzShortRows(f *testing.F) {
	f.Add(uint64(1), uint16(8), uint8(10))
	f.Add(uint64(2), uint16(300), uint8(2))
	f.Add(uint64(3), uint16(77), uint8(127))
	f.Fuzz(func(t *testing.T, seed uint64, rows uint16, n uint8) {
		r := rand.New(rand.NewPCG(seed, 11))
		for l := portable; l <= supported(); l++ {
			checkShortRows(t, l, loops32[l], r, int(rows)%600+1, int(n)%150+1)
			checkShortRows(t, l, loops64[l], r, int(rows)%600+1, int(n)%150+1)
		}
	})
}

func TestShortRows(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for l := portable; l <= supported(); l++ {
		for _, rows := range []int{1, 7, 8, 9, 31, 64, 257, 300} {
			for _, n := range []int{1, 2, 3, 4, 5, 8, 9, 10, 16, 17, 20, 33, 64, 100, 127, 128} {
				checkShortRows(t, l, loops32[l], r, rows, n)
				checkShortRows(t, l, loops64[l], r, rows, n)
			}
		}
	}
}

// What a row becomes does not depend on how many rows there are, or on its place among them.
func TestRowsAreReducedAlikeInAnyCompany(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{2, 10, 127, 128, 200} {
		const rows = 70
		x := make([]float32, rows*n)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		for name, reduce := range map[string]func(dst, x []float32, outer, n, inner int){"Sum": Sum[float32], "LogSumExp": LogSumExp[float32]} {
			together, alone := make([]float32, rows), make([]float32, rows)
			reduce(together, x, rows, n, 1)
			for i := range rows {
				reduce(alone[i:i+1], x[i*n:], 1, n, 1)
			}
			assert.Equal(t, together, alone, "%s of %d", name, n)
		}
	}
}

// A class that is all but certain has a loss above 0: what is above 1 in the sum is not lost.
func TestLogSumExpNearCertainty(t *testing.T) {
	for l := portable; l <= supported(); l++ {
		got := make([]float32, 8)
		x := make([]float32, 8*2)
		for i := range 8 {
			x[2*i+1] = -20
		}
		logSumExpAt(l, got, x, 8, 2, 1)
		for _, y := range got {
			assert.InEpsilon(t, math.Log1p(math.Exp(-20)), y, 3e-7)
		}
	}
}
