package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFindWindowAgreesWithPortable finds extremes, and what is not there, in rows of any width.
func TestFindWindowAgreesWithPortable(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		findsWindows[float32](t, l)
		findsWindows[float64](t, l)
	})
}

func findsWindows[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(41, 42))
	for lanes := 1; lanes < 70; lanes++ {
		checkWindow[T](t, l, r, lanes)
	}
}

func checkWindow[T Float](t *testing.T, l isa, r *rand.Rand, lanes int) {
	t.Helper()
	x := make([]T, 9*lanes+3)[3:]
	for i := range x {
		x[i] = []T{0, T(math.Copysign(0, -1)), 1, 2, T(math.Inf(1)), T(math.NaN()), T(least[T]())}[r.IntN(7)]
	}
	seen := []int32{7, 2, 3, 8, 0}[:1+r.IntN(5)]
	want := make([]T, lanes+1)[1:]
	for i := range want {
		want[i] = x[int(seen[r.IntN(len(seen))])*lanes+i]
	}
	expected, got := make([]int32, lanes), make([]int32, lanes+1)[1:]
	findWindowGo(expected, seen, x, want)
	findWindow(l, got, seen, x, want)
	require.Equal(t, expected, got, "%d lanes", lanes)
}

// FuzzWindows finds extremes in windows of any width at all levels.
func FuzzWindows(f *testing.F) {
	f.Add(uint64(1), uint16(17))
	f.Fuzz(func(t *testing.T, seed uint64, lanes uint16) {
		r := rand.New(rand.NewPCG(seed, 7))
		for l := portable; l <= supported(); l++ {
			checkWindow[float32](t, l, r, int(lanes)%1000+1)
			checkWindow[float64](t, l, r, int(lanes)%1000+1)
		}
	})
}
