package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fanInCase draws lists [out k] over in inputs, of which some elements come from nowhere.
func fanInCase[T Float](r *rand.Rand, in, out, k int) (pre []int32, w, x []T) {
	for range out * k {
		p := r.IntN(in + 1)
		if r.IntN(4) == 0 {
			p = in
		}
		pre, w = append(pre, int32(p)), append(w, T(r.NormFloat64()))
	}
	for range in {
		x = append(x, T(r.NormFloat64()))
	}
	if in > 0 && r.IntN(2) == 0 { // smaller than the normal ones
		x[r.IntN(in)] = T(least[T]()) * T(1+r.IntN(9))
	}
	return pre, w, x
}

// fanInRef is the sum as the comment of FanIn writes it, in float64, and that of the magnitudes.
func fanInRef[T Float](out, k int, pre []int32, w, x []T) (y, size []float64) {
	y, size = make([]float64, out), make([]float64, out)
	for i, p := range pre {
		if int(p) < len(x) {
			term := float64(w[i]) * float64(x[p])
			y[i/k] += term
			size[i/k] += math.Abs(term)
		}
	}
	return y, size
}

func checkFanIn[T Float](t *testing.T, old *FanIn[T], seed uint64, in, out, k int, eps float64) *FanIn[T] {
	t.Helper()
	pre, w, x := fanInCase[T](rand.New(rand.NewPCG(seed, 1)), in, out, k)
	f, bad := PackFanIn(old, in, out, k, pre, w)
	require.Equal(t, -1, bad)
	f.Load(x)
	want, size := fanInRef(out, k, pre, w, x)
	for l := portable; l <= active; l++ {
		y := make([]T, out)
		f.timesAt(l, y, 0, f.Slices())
		for j := range y {
			require.InDeltaf(t, want[j], float64(y[j]), eps*float64(k+1)*size[j]+float64(k)*least[T](), "%v: [%d %d %d], element %d", l, in, out, k, j)
		}
		parts := make([]T, out)
		for s := f.Slices(); s > 0; s-- {
			f.timesAt(l, parts, s-1, s)
		}
		require.Equal(t, y, parts, "slice by slice")
		f.Load(x)
		again := make([]T, out)
		f.timesAt(l, again, 0, f.Slices())
		require.Equal(t, y, again, "in the other order of slices")
	}
	return f
}

func TestFanIn(t *testing.T) {
	var single *FanIn[float32]
	var double *FanIn[float64]
	for i, c := range [][3]int{{1, 1, 1}, {5, 7, 3}, {16, 16, 16}, {17, 33, 1}, {31, 15, 40}, {33, 48, 9}, {300, 100, 60}, {1000, 130, 5}, {64, 20, 0}, {0, 3, 2}, {9000, 2, 20000}} {
		single = checkFanIn(t, single, uint64(i), c[0], c[1], c[2], 1.2e-7)
		double = checkFanIn(t, double, uint64(i), c[0], c[1], c[2], 2.3e-16)
	}
}

// Places in order and out of it, repeated and from nowhere, give the same bits: of one place the
// elements keep their order.
func TestFanInForgetsTheOrderOfPlaces(t *testing.T) {
	a, _ := PackFanIn[float32](nil, 40, 1, 4, []int32{39, 2, 40, 20}, []float32{1, 2, 3, 4})
	b, _ := PackFanIn[float32](nil, 40, 1, 4, []int32{2, 20, 39, 40}, []float32{2, 4, 1, 3})
	assert.Equal(t, a.weights, b.weights)
	assert.Equal(t, a.places, b.places)
	assert.Equal(t, a.at, b.at)
}

func TestFanInRefusesPlaces(t *testing.T) {
	for _, p := range []int32{-1, 6} {
		_, bad := PackFanIn[float32](nil, 5, 1, 2, []int32{5, p}, make([]float32, 2))
		assert.Equal(t, 1, bad)
	}
	assert.Panics(t, func() { PackFanIn[float32](nil, 5, 1, 2, []int32{5}, make([]float32, 2)) })
}

func TestFanInOfNumbersThatAreNone(t *testing.T) {
	f, _ := PackFanIn[float32](nil, 3, 1, 3, []int32{0, 1, 2}, []float32{1, 1, 1})
	for _, x := range [][]float32{{float32(math.NaN()), 1, 2}, {float32(math.Inf(1)), 1, 2}, {1e-42, 0, 1e-42}} {
		f.Load(x)
		var want [1]float32
		f.timesAt(portable, want[:], 0, 1)
		for l := portable; l <= active; l++ {
			var y [1]float32
			f.timesAt(l, y[:], 0, 1)
			assert.Equal(t, math.Float32bits(want[0]), math.Float32bits(y[0]), "%v %v", l, x)
		}
	}
}

func FuzzFanIn(f *testing.F) {
	f.Add(uint64(1), uint8(40), uint8(20), uint8(5))
	f.Fuzz(func(t *testing.T, seed uint64, in, out, k uint8) {
		checkFanIn[float32](t, nil, seed, int(in), int(out), int(k%64), 1.2e-7)
		checkFanIn[float64](t, nil, seed, int(in), int(out), int(k%64), 2.3e-16)
	})
}

func BenchmarkFanIn(b *testing.B) {
	for _, c := range [][2]int{{1000, 5}, {1000, 100}, {2000, 200}} {
		n, k := c[0], c[1]
		pre, w, x := fanInCase[float32](rand.New(rand.NewPCG(1, 1)), n, n, k)
		f, _ := PackFanIn(nil, n, n, k, pre, w)
		y := make([]float32, n)
		b.Run(fmt.Sprintf("N=%d/links=%d", n, k), func(b *testing.B) {
			b.SetBytes(int64(f.Bytes()))
			for b.Loop() {
				f.Load(x)
				f.Times(y, 0, f.Slices())
			}
		})
	}
}
