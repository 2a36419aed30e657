package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWordsAgreeAtEveryLevel holds the words of a buffer to the blocks they are defined as, also where
// the lower word of the counter overflows.
func TestWordsAgreeAtEveryLevel(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, first := range []uint64{0, 1, 1<<32 - 70, 1<<32 - 64, 1<<32 - 63, 1<<32 - 20, 1<<32 - 1, 1 << 32, 7<<32 + 5} {
			checkWords(t, l, [2]uint32{r.Uint32(), r.Uint32()}, r.Uint32(), r.Uint32N(3), first)
		}
	})
}

func checkWords(t *testing.T, l isa, key [2]uint32, stream, domain uint32, first uint64) {
	t.Helper()
	d := draws{level: l}
	d.fill(key, stream, domain, first)
	for i, w := range d.words {
		at := first + uint64(i/4)
		block := Philox([4]uint32{uint32(at), uint32(at >> 32), stream, domain}, key)
		require.Equal(t, block[i%4], w, "word %d of block %d on", i, first)
	}
}

var (
	drawnLengths = []int{0, 1, 3, 5, 31, 32, 33, 63, 64, 65, 127, 130, 255, 256, 257, 300, 1000, 1<<15 + 77}
	drawnFrom    = []int{0, 1, 2, 3, 4, 255, 4<<32 - 130, 4<<32 - 3, 5 << 32}
)

func TestUniformAgreesAtEveryLevel(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		for _, lo := range drawnFrom {
			for _, n := range drawnLengths {
				testUniformAgrees[float32](t, l, n, lo)
				testUniformAgrees[float64](t, l, n, lo)
			}
		}
	})
}

func testUniformAgrees[T Float](t *testing.T, l isa, n, lo int) {
	want, got := make([]T, n), make([]T, n+2)
	uniformAt(portable, want, testKey, 9, lo)
	got[0], got[n+1] = 77, 78
	uniformAt(l, got[1:n+1], testKey, 9, lo)
	require.Equal(t, want, got[1:n+1], "%d from %d", n, lo)
	require.Equal(t, [2]T{77, 78}, [2]T{got[0], got[n+1]})
}

func TestBernoulliBoolAgreesAtEveryLevel(t *testing.T) {
	special := []float64{0, 1, 0.3, -1, 2, math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 1e-45}
	eachLevel(t, func(t *testing.T, l isa) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, lo := range drawnFrom {
			for _, n := range drawnLengths {
				p := make([]float64, n)
				for i := range p {
					if p[i] = r.Float64(); i%5 == 0 {
						p[i] = special[r.IntN(len(special))]
					}
				}
				one := special[r.IntN(len(special))]
				testBernoulliAgrees[float32](t, l, n, lo, p, one)
				testBernoulliAgrees[float64](t, l, n, lo, p, one)
			}
		}
	})
}

func testBernoulliAgrees[T Float](t *testing.T, l isa, n, lo int, probabilities []float64, one float64) {
	u, p, got := make([]T, n), make([]T, n), make([]bool, n+2)
	for i := range p {
		p[i] = T(probabilities[i])
	}
	uniformAt(portable, u, testKey, 9, lo)
	bernoulliBoolAt(l, got[1:n+1], p, testKey, 9, lo)
	for i := range u {
		require.Equal(t, u[i] < p[i], got[1+i], "%d of %d from %d", i, n, lo)
	}
	bernoulliBoolAt(l, got[1:n+1], []T{T(one)}, testKey, 9, lo)
	for i := range u {
		require.Equal(t, u[i] < T(one), got[1+i], "%v: %d of %d from %d", one, i, n, lo)
	}
	require.Equal(t, [2]bool{}, [2]bool{got[0], got[n+1]}, "writes beyond its end")
}

// FuzzDraws compares words, uniform numbers and Bernoulli draws of any stretch of a stream at all levels.
func FuzzDraws(f *testing.F) {
	f.Add(uint64(1), uint64(4<<32-130), uint16(300))
	f.Fuzz(func(t *testing.T, seed, from uint64, size uint16) {
		r, n, lo := rand.New(rand.NewPCG(seed, 8)), int(size)%3000, int(from%(1<<36))
		p := make([]float64, n)
		for i := range p {
			if p[i] = r.Float64(); i%5 == 0 {
				p[i] = odd[float64](r)
			}
		}
		one := p[:min(n, 1)]
		for l := portable; l <= supported(); l++ {
			checkWords(t, l, [2]uint32{r.Uint32(), r.Uint32()}, r.Uint32(), r.Uint32N(3), from)
			testUniformAgrees[float32](t, l, n, lo)
			testUniformAgrees[float64](t, l, n, lo)
			for _, v := range one {
				testBernoulliAgrees[float32](t, l, n, lo, p, v)
				testBernoulliAgrees[float64](t, l, n, lo, p, v)
			}
		}
	})
}

func TestUniformReachesItsEnds(t *testing.T) {
	x := make([]float32, 1<<20)
	Uniform(x, testKey, 2, 0)
	least, most := x[0], x[0]
	for _, v := range x {
		least, most = min(least, v), max(most, v)
	}
	require.Less(t, least, float32(1e-5))
	require.Greater(t, most, float32(1-1e-5))
	require.Less(t, most, float32(1))
}

func BenchmarkDraws(b *testing.B) {
	const n = 16 << 10
	x, y, spikes, p := make([]float32, n), make([]float64, n), make([]bool, n), make([]float32, n)
	Uniform(p, testKey, 0, 0)
	for _, draw := range []struct {
		name string
		draw func(l isa)
	}{
		{"Uniform32", func(l isa) { uniformAt(l, x, testKey, 0, 0) }},
		{"Uniform64", func(l isa) { uniformAt(l, y, testKey, 0, 0) }},
		{"Bernoulli", func(l isa) { bernoulliBoolAt(l, spikes, p[:1], testKey, 0, 0) }},
		{"BernoulliEach", func(l isa) { bernoulliBoolAt(l, spikes, p, testKey, 0, 0) }},
	} {
		benchAtLevels(b, draw.name, func(b *testing.B, l isa) {
			for b.Loop() {
				draw.draw(l)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}
