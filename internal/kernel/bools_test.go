package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// someTrue returns n elements at an odd address, and how many of them are true.
func someTrue(r *rand.Rand, n int) (x []bool, count int) {
	x = make([]bool, n+1)[1:]
	for i := range x {
		if x[i] = r.IntN(3) == 0; x[i] {
			count++
		}
	}
	return x, count
}

func TestPackBools(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, size := range [][2]int{{0, 5}, {1, 1}, {3, 7}, {2, 8}, {5, 64}, {4, 65}, {3, 200}, {1, wordBits*wordsAtOnce + 64}, {2, wordBits*wordsAtOnce + 7}, {1, 2*wordBits*wordsAtOnce + 63}} {
			checkPackBools(t, l, r, size[0], size[1])
		}
	})
}

func checkPackBools(t *testing.T, l isa, r *rand.Rand, rows, cols int) {
	t.Helper()
	x, _ := someTrue(r, rows*cols)
	ld := (cols+63)/64 + 1
	dst := make([]uint64, rows*ld)
	for i := range dst {
		dst[i] = r.Uint64()
	}
	packBoolsAt(l, dst, ld, x, rows, cols)
	for i := range rows {
		for j := range ld * 64 {
			if want := j < cols && x[i*cols+j]; want != (dst[i*ld+j/64]>>(j%64)&1 == 1) {
				t.Fatalf("%d rows of %d: element %d of row %d is %v", rows, cols, j, i, want)
			}
		}
	}
}

func TestCountTrue(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, n := range []int{0, 1, 7, 8, 63, 64, 65, 127, 128, 129, 1000, 2*wordBits*wordsAtOnce + 3} {
			checkCountTrue(t, l, r, n)
		}
	})
}

func checkCountTrue(t *testing.T, l isa, r *rand.Rand, n int) {
	t.Helper()
	x, want := someTrue(r, n)
	require.Equal(t, want, countTrueAt(l, x), "%d elements", n)
	for i := range x {
		x[i] = true
	}
	require.Equal(t, n, countTrueAt(l, x), "all true")
}

func TestFromBools(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{0, 1, 15, 16, 17, 1000} {
		testFromBools[float32](t, r, n)
		testFromBools[float64](t, r, n)
	}
}

func testFromBools[T Float](t *testing.T, r *rand.Rand, n int) {
	x, _ := someTrue(r, n)
	f := make([]T, n+1)
	f[n] = 77
	FromBools(f, x)
	for i, b := range x {
		require.Equal(t, T(bit(b)), f[i])
	}
	require.Equal(t, T(77), f[n], "writes beyond its end")
}

func TestBoolsAllocateNothing(t *testing.T) {
	x, dst, f := make([]bool, 1000), make([]uint64, 20), make([]float32, 1000)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		PackBools(dst, 8, x, 2, 500)
		CountTrue(x)
		FromBools(f, x)
	}))
}

func BenchmarkBools(b *testing.B) {
	const rows, cols = 128, 784
	x, _ := someTrue(rand.New(rand.NewPCG(1, 2)), rows*cols)
	dst, f := make([]uint64, rows*13), make([]float32, rows*cols)
	for _, work := range []struct {
		name string
		work func(l isa)
	}{
		{"Pack", func(l isa) { packBoolsAt(l, dst, 13, x, rows, cols) }},
		{"Count", func(l isa) { countTrueAt(l, x) }},
		{"From", func(l isa) { loops32[l].bools.row(f, bytesOf(x)) }},
	} {
		benchAtLevels(b, work.name, func(b *testing.B, l isa) {
			for b.Loop() {
				work.work(l)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(rows*cols), "ns/element")
		})
	}
}
