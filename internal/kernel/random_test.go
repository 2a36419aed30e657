package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var testKey = [2]uint32{0xdecade, 42}

// testSplit requires that draw gives every element the same value however a range is cut in two.
func testSplit[T comparable](t *testing.T, draw func(dst []T, lo int)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.SampledFrom([]int{0, 1, 3, 250, 1<<34 + 5}).Draw(t, "lo")
		n := rapid.IntRange(0, 700).Draw(t, "n")
		cut := rapid.IntRange(0, n).Draw(t, "cut")
		whole, parts := make([]T, n), make([]T, n)
		draw(whole, lo)
		draw(parts[:cut], lo)
		draw(parts[cut:], lo+cut)
		require.Equal(t, whole, parts)
	})
}

func TestDrawsDoNotDependOnSplit(t *testing.T) {
	half := []float32{0.5}
	testSplit(t, func(dst []float32, lo int) { Uniform(dst, testKey, 1, lo) })
	testSplit(t, func(dst []float64, lo int) { Uniform(dst, testKey, 1, lo) })
	testSplit(t, func(dst []float32, lo int) { Normal(dst, testKey, 1, lo) })
	testSplit(t, func(dst []float64, lo int) { Normal(dst, testKey, 1, lo) })
	testSplit(t, func(dst []int32, lo int) { Integers(dst, -5, 1000, testKey, 1, lo) })
	testSplit(t, func(dst []bool, lo int) { BernoulliBool(dst, half, testKey, 1, lo) })
	testSplit(t, func(dst []float64, lo int) { Bernoulli(dst, []float64{0.5}, testKey, 1, lo) })
}

func TestUniformIsDocumentedWord(t *testing.T) {
	const e, stream = 4*(1<<33) + 2, 9
	var x [1]float32
	Uniform(x[:], testKey, stream, e)
	word := Philox([4]uint32{0, 2, stream, 0}, testKey)[2]
	assert.Equal(t, float32(word>>8)/(1<<24), x[0])
}

// moments returns the mean and the variance of x.
func moments[T Float](x []T) (mean, variance float64) {
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		d := float64(v) - mean
		variance += d * d / float64(len(x))
	}
	return mean, variance
}

// chiSquare returns the statistic of counts against equal expectations.
func chiSquare(counts []int) float64 {
	total := 0
	for _, c := range counts {
		total += c
	}
	expected, sum := float64(total)/float64(len(counts)), 0.
	for _, c := range counts {
		d := float64(c) - expected
		sum += d * d / expected
	}
	return sum
}

// plausible is the 99.9 % point of chi-square with 99 degrees of freedom.
const plausible = 148.2

func testUniform[T Float](t *testing.T) {
	x := make([]T, 100_000)
	Uniform(x, testKey, 0, 0)
	mean, variance := moments(x)
	assert.InDelta(t, 0.5, mean, 0.004)
	assert.InDelta(t, 1./12, variance, 0.001)
	counts := make([]int, 100)
	for _, v := range x {
		require.True(t, v >= 0 && v < 1)
		counts[int(v*100)]++
	}
	assert.Less(t, chiSquare(counts), plausible)
}

func TestUniform(t *testing.T) {
	testUniform[float32](t)
	testUniform[float64](t)
}

func testNormal[T Float](t *testing.T) {
	x := make([]T, 100_000)
	Normal(x, testKey, 0, 0)
	mean, variance := moments(x)
	assert.InDelta(t, 0, mean, 0.015)
	assert.InDelta(t, 1, variance, 0.02)
	counts := make([]int, 100)
	product := 0.
	for i, v := range x {
		cdf := math.Erfc(-float64(v)/math.Sqrt2) / 2
		counts[min(int(cdf*100), 99)]++
		product += float64(x[i]) * float64(x[i^1]) / float64(len(x))
	}
	assert.Less(t, chiSquare(counts), plausible)
	assert.InDelta(t, 0, product, 0.02, "the two of a pair are uncorrelated")
}

func TestNormal(t *testing.T) {
	testNormal[float32](t)
	testNormal[float64](t)
}

func TestBernoulli(t *testing.T) {
	const n = 30_000
	u, x, spikes := make([]float32, n), make([]float32, n), make([]bool, n)
	p := []float32{0.2}
	Uniform(u, testKey, 3, 7)
	Bernoulli(x, p, testKey, 3, 7)
	BernoulliBool(spikes, p, testKey, 3, 7)
	mean, _ := moments(x)
	assert.InDelta(t, 0.2, mean, 0.01)
	rates := make([]float32, n)
	Normal(rates, testKey, 5, 0)
	y := make([]float32, n)
	Bernoulli(y, rates, testKey, 3, 7)
	for i := range u {
		require.Equal(t, u[i] < 0.2, x[i] == 1)
		require.Equal(t, u[i] < 0.2, spikes[i])
		require.Equal(t, u[i] < rates[i], y[i] == 1)
	}
	Bernoulli(x, []float32{0}, testKey, 3, 0)
	assert.Equal(t, float32(0), slices.Max(x), "never at 0")
	Bernoulli(x, []float32{1}, testKey, 3, 0)
	assert.Equal(t, float32(1), slices.Min(x), "always at 1")
	assert.Panics(t, func() { Bernoulli(x, rates[:2], testKey, 3, 0) })
}

func TestIntegers(t *testing.T) {
	x := make([]int32, 100_000)
	Integers(x, -50, 50, testKey, 0, 0)
	counts := make([]int, 100)
	for _, v := range x {
		counts[v+50]++ // panics out of range
	}
	assert.Less(t, chiSquare(counts), plausible)
	Integers(x, math.MinInt32, math.MaxInt32, testKey, 0, 0)
	assert.Less(t, slices.Min(x), int32(-2_100_000_000))
	assert.Greater(t, slices.Max(x), int32(2_100_000_000))
	assert.Panics(t, func() { Integers(x, 3, 3, testKey, 0, 0) })
}

func TestPermutation(t *testing.T) {
	for _, n := range []int{0, 1, 2, 127, 128, 129, 1000} {
		x := make([]int32, n)
		Permutation(x, testKey, 1)
		slices.Sort(x)
		for i, v := range x {
			require.Equal(t, int32(i), v)
		}
	}
	counts := make([]int, 100) // where each of ten goes
	for stream := range uint32(20_000) {
		var x [10]int32
		Permutation(x[:], testKey, stream)
		for i, v := range x {
			counts[i*10+int(v)]++
		}
	}
	assert.Less(t, chiSquare(counts), plausible)
}

func TestStreamsAndKeysDiffer(t *testing.T) {
	a, b, c := make([]float32, 64), make([]float32, 64), make([]float32, 64)
	Uniform(a, testKey, 0, 0)
	Uniform(b, testKey, 1, 0)
	Uniform(c, FoldIn(testKey, 0), 0, 0)
	for i := range a {
		assert.True(t, a[i] != b[i] && b[i] != c[i] && a[i] != c[i])
	}
}

func TestDrawsAllocateNothing(t *testing.T) {
	x, n, spikes := make([]float32, 500), make([]int32, 500), make([]bool, 500)
	p := []float32{0.5}
	y := make([]float64, 500)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		Uniform(x, testKey, 0, 3)
		Uniform(y, testKey, 0, 3)
		BernoulliBool(spikes, x, testKey, 0, 3)
		Normal(x, testKey, 0, 3)
		BernoulliBool(spikes, p, testKey, 0, 3)
		Integers(n, 0, 9, testKey, 0, 3)
		Permutation(n, testKey, 0)
	}))
}

func BenchmarkRandom(b *testing.B) {
	x := make([]float32, 16<<10)
	for _, draw := range []struct {
		name string
		draw func([]float32, [2]uint32, uint32, int)
	}{{"Uniform", Uniform[float32]}, {"Normal", Normal[float32]}} {
		b.Run(draw.name, func(b *testing.B) {
			b.SetBytes(int64(4 * len(x)))
			for b.Loop() {
				draw.draw(x, testKey, 0, 0)
			}
		})
	}
}
