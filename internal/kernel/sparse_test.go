package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomLists returns a pattern of rows times cols, of which some rows are empty and some places named
// twice, and for elements w the matrix in full.
func randomLists[T Float](r *rand.Rand, rows, cols int) (l Lists, w, full []T) {
	l.Start = []int32{0}
	full = make([]T, rows*cols)
	for i := range rows {
		for range r.IntN(2*cols) * r.IntN(2) {
			j := r.IntN(cols)
			l.Index = append(l.Index, uint32(j))
			w = append(w, T(r.NormFloat64()))
			full[i*cols+j] += w[len(w)-1]
		}
		l.Start = append(l.Start, int32(len(l.Index)))
	}
	return l, w, full
}

func normals[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n+1)[1:] // at an odd address
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

func testLists[T Float](t *testing.T, tol float64) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		checkLists[T](t, r, tol)
	}
}

func checkLists[T Float](t *testing.T, r *rand.Rand, tol float64) {
	t.Helper()
	m, k, n := 1+r.IntN(20), 1+r.IntN(40), r.IntN(70)
	l, w, full := randomLists[T](r, m, k)
	require.NotPanics(t, func() { l.Check(k) })
	b, ldb, ldc := normals[T](r, k*(n+3)), n+3, n+2
	c := normals[T](r, m*ldc)
	before := append([]T(nil), c...)
	ListGemm(l, w, n, k, b, ldb, c, ldc)
	for i := range m {
		for j := range ldc {
			want := float64(before[i*ldc+j])
			if j < n {
				want = 0
				for q := range k {
					want += float64(full[i*k+q]) * float64(b[q*ldb+j])
				}
			}
			require.InDelta(t, want, float64(c[i*ldc+j]), tol)
		}
	}
	x, y := normals[T](r, m), normals[T](r, k)
	ListScatter(l, w, x, y)
	z := normals[T](r, m)
	ListMatVec(l, w, b[:k], z)
	v, g := make([]T, len(w)), normals[T](r, k)
	ListOuter(l, x, g, v)
	for i := range m {
		want := 0.0
		for j := range k {
			want += float64(full[i*k+j]) * float64(b[j])
		}
		require.InDelta(t, want, float64(z[i]), tol)
		for e := l.Start[i]; e < l.Start[i+1]; e++ {
			require.InDelta(t, float64(x[i])*float64(g[l.Index[e]]), float64(v[e]), tol)
		}
	}
	for j := range k {
		want := 0.0
		for i := range m {
			want += float64(x[i]) * float64(full[i*k+j])
		}
		require.InDelta(t, want, float64(y[j]), tol)
	}

	for i := range x {
		x[i] = T(r.IntN(2))
	}
	words := make([]uint64, (m+63)/64)
	PackBits(words, x)
	ListScatter(l, w, x, y)
	again := normals[T](r, k)
	ListScatterBits(l, w, words, again)
	require.Equal(t, y, again, "the same sums in the same order")
	clear(v)
	ListOuter(l, x, g, v)
	u := make([]T, len(w))
	ListOuterBits(l, words, g, u)
	require.Equal(t, v, u)
	for i := range w {
		w[i] = 1
	}
	ListScatter(l, w, x, y)
	for _, f := range []func(y []T){
		func(y []T) { ListScatter(l, nil, x, y) }, func(y []T) { ListScatterBits(l, nil, words, y) },
	} {
		f(again)
		require.Equal(t, y, again, "without weights")
	}
	ListMatVec(l, w, b[:k], z)
	ones := make([]T, m)
	ListMatVec(l, nil, b[:k], ones)
	require.Equal(t, z, ones, "without weights")

	a := normals[T](r, m*ldb)
	d := make([]T, len(w))
	ListDots(l, 0, m/2, n, k, a, ldb, b, ldb, d)
	ListDots(l, m/2, m, n, k, a, ldb, b, ldb, d)
	for i := range m {
		for e := l.Start[i]; e < l.Start[i+1]; e++ {
			want := 0.0
			for j := range n {
				want += float64(a[i*ldb+j]) * float64(b[int(l.Index[e])*ldb+j])
			}
			require.InDelta(t, want, float64(d[e]), tol)
		}
	}
}

func TestLists(t *testing.T) {
	testLists[float32](t, 1e-4)
	testLists[float64](t, 1e-12)
}

// What is not finite comes through where an element meets it, and nowhere else.
func TestListsOfWhatIsNotFinite(t *testing.T) {
	l := Lists{Start: []int32{0, 1, 2, 2}, Index: []uint32{1, 0}}
	c := make([]float32, 3)
	ListGemm(l, []float32{2, 0}, 1, 2, []float32{float32(math.Inf(1)), float32(math.NaN())}, 1, c, 1)
	assert.True(t, math.IsNaN(float64(c[0])) && math.IsNaN(float64(c[1])))
	assert.Zero(t, c[2])
}

func TestListsCheck(t *testing.T) {
	for name, l := range map[string]Lists{
		"none": {}, "short": {Start: []int32{0, 1}}, "late": {Start: []int32{1, 1}, Index: []uint32{0}},
		"descends": {Start: []int32{0, 2, 1, 2}, Index: []uint32{0, 0}}, "beyond": {Start: []int32{0, 1}, Index: []uint32{2}},
	} {
		assert.Panics(t, func() { l.Check(2) }, name)
	}
}

// At every level a dot is that of the portable one within the rounding of its terms, whatever the size
// and the alignment; what is not finite comes through where it is met, and rows that are not listed are
// not read.
func TestDots(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		dotsAgree[float32](t, l, 1e-6)
		dotsAgree[float64](t, l, 1e-15)
	})
}

func dotsAgree[T Float](t *testing.T, l isa, ulp float64) {
	r := rand.New(rand.NewPCG(7, 8))
	for round := range 400 {
		checkDots[T](t, l, r, round, ulp)
	}
}

func checkDots[T Float](t *testing.T, l isa, r *rand.Rand, round int, ulp float64) {
	t.Helper()
	n, k := r.IntN(300), 1+r.IntN(9)
	ldb := n + r.IntN(5)
	a, b := normals[T](r, n), normals[T](r, k*ldb+1)[1:]
	switch special := []T{T(math.NaN()), T(math.Inf(1)), T(5e-324), T(1e-45), 0, T(math.Copysign(0, -1))}; {
	case n > 0 && round%4 == 0:
		a[r.IntN(n)] = special[r.IntN(len(special))]
	case n > 0 && round%4 == 1:
		b[r.IntN(k)*ldb+r.IntN(n)] = special[r.IntN(len(special))]
	}
	index := make([]uint32, r.IntN(7))
	for e := range index {
		index[e] = uint32(r.IntN(k))
	}
	sums := normals[T](r, len(index))
	want := append([]T(nil), sums...)
	dotsAt(l, index, a, b, ldb, sums)
	for e, j := range index {
		exact, size := float64(want[e]), math.Abs(float64(want[e]))
		for i, x := range a {
			term := float64(x) * float64(b[int(j)*ldb+i])
			exact, size = exact+term, size+math.Abs(term)
		}
		switch got := float64(sums[e]); {
		case math.IsNaN(exact):
			require.True(t, math.IsNaN(got), "%d elements", n)
		case math.IsInf(exact, 0):
			require.Equal(t, exact, got)
		default:
			require.InDelta(t, exact, got, ulp*(1+size)*4, "%d elements", n)
		}
	}
}

// FuzzLists compares products of lists with their definitions, and dots at all levels.
func FuzzLists(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 10))
		checkLists[float32](t, r, 1e-4)
		checkLists[float64](t, r, 1e-12)
		for l := portable; l <= supported(); l++ {
			checkDots[float32](t, l, r, int(seed%4), 1e-6)
			checkDots[float64](t, l, r, int(seed%4), 1e-15)
		}
	})
}
