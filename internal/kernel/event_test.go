package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sparsen leaves a share of the elements of op(A) and makes them 1, or, weighted, some of them.
func (p *product[T]) sparsen(r *rand.Rand, density float64, weighted bool) {
	a := p.A()
	for i := range p.m {
		for l := range p.k {
			x := &a.data[i*a.rs+l*a.cs]
			switch {
			case r.Float64() >= density:
				*x = 0
				if r.IntN(2) == 0 {
					*x = T(math.Copysign(0, -1))
				}
			case !weighted || r.IntN(2) == 0:
				*x = 1
			}
		}
	}
}

// events computes the product at a level by the event-driven kernel.
func (p *product[T]) events(l isa) []T {
	c := append([]T(nil), p.c...)
	s := spikes[T]{codes: codesAt[T](l), dense: p.a, ld: p.lda}
	s.product(new(Workspace), p.transA, p.m, p.n, p.k, p.b, p.ldb, p.beta, c, p.ldc)
	return c
}

func newEvents[T Float](r *rand.Rand, trans bool, m, n, k, pad int, beta T,
	density float64, weighted bool) *product[T] {
	p := newProduct(r, trans, false, m, n, k, pad, beta)
	p.sparsen(r, density, weighted)
	p.absent = true
	return p
}

var eventSizes = [][3]int{
	{1, 1, 1}, {3, 4, 5}, {0, 3, 2}, {3, 0, 2}, {2, 3, 0}, {7, 16, 63}, {9, 33, 64}, {65, 31, 65},
	{64, 250, 128}, {130, 257, 100}, {20, 527, 129}, {3, 20, 4097}, {70, 9, 4200},
}

func TestEventGemmAgreesWithNaive(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		eventsAgree[float32](t, l)
		eventsAgree[float64](t, l)
	})
}

func eventsAgree[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(21, 22))
	for i, s := range eventSizes {
		for form := range 4 {
			density := []float64{0, 0.03, 0.2, 1}[r.IntN(4)]
			p := newEvents(r, form&1 != 0, s[0], s[1], s[2], i%4, []T{0, 1, -0.5}[(i+form)%3], density, form&2 != 0)
			p.requireClose(t, p.events(l))
		}
	}
}

func TestEventGemmAddsRowsInAscendingOrder(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		r := rand.New(rand.NewPCG(23, 24))
		for _, trans := range []bool{false, true} {
			p := newEvents[float32](r, trans, 67, 101, 300, 1, 1, 0.2, false)
			got := p.events(l)
			for i := range p.m {
				for j := range p.n {
					want := p.c[i*p.ldc+j]
					for k := range p.k {
						if p.A().at(i, k) != 0 {
							want += p.B().at(k, j)
						}
					}
					require.True(t, sameBits(want, got[i*p.ldc+j]), "C[%d %d]", i, j)
				}
			}
		}
	})
}

func TestEventGemmDoesNotDependOnTheDivision(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		r := rand.New(rand.NewPCG(25, 26))
		p := newEvents[float32](r, false, 45, 300, 200, 1, 0, 0.1, true)
		want := p.events(l)
		for range 40 {
			i0, j0 := r.IntN(p.m), r.IntN(p.n)
			m, n := 1+r.IntN(p.m-i0), 1+r.IntN(p.n-j0)
			c := make([]float32, m*n)
			s := spikes[float32]{codes: codesAt[float32](l), dense: p.a[i0*p.lda:], ld: p.lda}
			s.product(new(Workspace), false, m, n, p.k, p.b[j0:], p.ldb, 0, c, n)
			for i := range m {
				at := (i0+i)*p.ldc + j0
				requireSameBits(t, want[at:at+n], c[i*n:(i+1)*n], "part")
			}
		}
	})
}

func TestEventGemmSkipsOnlyZeros(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		nan, inf := float32(math.NaN()), float32(math.Inf(1))
		for _, trans := range []bool{false, true} {
			p := newEvents[float32](rand.New(rand.NewPCG(27, 28)), trans, 2, 70, 70, 0, 0, 0, false)
			a := p.A()
			a.data[0*a.rs+68*a.cs] = nan
			a.data[1*a.rs+3*a.cs] = 2
			fill(p.b, 1)
			p.b[3*p.ldb+69] = inf
			p.b[5*p.ldb] = nan // met by zeros alone
			c := p.events(l)
			assert.True(t, c[0] != c[0], "a NaN in A spreads")
			assert.Equal(t, float32(2), c[p.ldc])
			assert.Equal(t, inf, c[p.ldc+69])
		}
	})
}

func TestEventGemmBitsAgrees(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 30))
	for _, s := range eventSizes {
		for _, trans := range []bool{false, true} {
			p := newEvents[float64](r, trans, s[0], s[1], s[2], 0, 0, 0.1, false)
			rows, cols, product := p.m, p.k, EventGemmBits[float64]
			if trans {
				rows, cols, product = p.k, p.m, EventGemmBitsTN[float64]
			}
			ld := (cols + 63) / 64
			packed := make([]uint64, rows*ld)
			for i := range rows {
				require.True(t, PackBits(packed[i*ld:(i+1)*ld], p.a[i*p.lda:i*p.lda+cols]))
			}
			for i := range packed {
				if last := cols % 64; last != 0 && i%ld == ld-1 {
					packed[i] |= ^uint64(0) << last // to be ignored
				}
			}
			c := append([]float64(nil), p.c...)
			product(new(Workspace), p.m, p.n, p.k, packed, ld, p.b, p.ldb, 0, c, p.ldc)
			requireSameBits(t, p.events(active), c, p.String())
		}
	}
}

func TestEventGemmDoesNotAllocate(t *testing.T) {
	r, ws := rand.New(rand.NewPCG(31, 32)), new(Workspace)
	p := newEvents[float32](r, false, 70, 80, 90, 0, 0, 0.2, true)
	bits, c := make([]uint64, 2*70), make([]float32, 90*80)
	assert.Zero(t, testing.AllocsPerRun(5, func() {
		EventGemm(ws, p.m, p.n, p.k, p.a, p.lda, p.b, p.ldb, 0, p.c, p.ldc)
		EventGemmTN(ws, p.k, p.n, p.m, p.a, p.lda, p.b, p.ldb, 0, c, p.n)
		EventGemmBits(ws, p.m, p.n, p.k, bits, 2, p.b, p.ldb, 0, p.c, p.ldc)
		CountNonzero(p.a)
		PackBits(bits[:2], p.a[:90])
		PackBitRows(bits, p.a, 70, 90)
	}))
}

func TestBitPatterns(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		bitPatterns[float32](t, l)
		bitPatterns[float64](t, l)
	})
}

func bitPatterns[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(33, 34))
	for n := range 300 {
		checkBits[T](t, l, r, n, n%2 == 1)
	}
}

// checkBits packs, counts and expands n numbers, with some that are neither 0 nor 1 if odd is set.
func checkBits[T Float](t *testing.T, l isa, r *rand.Rand, n int, odd bool) {
	t.Helper()
	codes := codesAt[T](l)
	x := make([]T, n+3)[3:]
	nonzero, other := 0, false
	values := []T{0, 1, T(math.Copysign(0, -1)), 1, T(math.NaN()), -1, T(math.Inf(1)), T(least[T]()), 1 + 0x1p-23}
	if !odd {
		values = values[:4]
	}
	for i := range x {
		x[i] = values[r.IntN(len(values))]
		if x[i] != 0 {
			nonzero++
			other = other || x[i] != 1
		}
	}
	words := make([]uint64, (n+63)/64)
	for i := range words {
		words[i] = r.Uint64()
	}
	assert.Equal(t, other, codes.pack(words, x))
	assert.Equal(t, nonzero, CountBits(words))
	assert.Equal(t, nonzero, codes.count(x))
	y := make([]T, n+1)
	fill(y, 7)
	codes.expand(y[:n], words)
	for i := range x {
		require.Equal(t, x[i] != 0, y[i] == 1, "%d of %d", i, n)
		require.True(t, y[i] == 0 || y[i] == 1)
	}
	require.Equal(t, T(7), y[n], "writes beyond its end")
}

// checkPackRows compares rows packed together with rows packed one by one.
func checkPackRows[T Float](t *testing.T, l isa, r *rand.Rand, rows, cols int) {
	t.Helper()
	codes, words := codesAt[T](l), (cols+63)/64
	x := make([]T, rows*cols)
	for i := range x {
		switch r.IntN(3) {
		case 0:
			x[i] = 1
		case 1:
			if r.IntN(50) == 0 {
				x[i] = odd[T](r)
			}
		}
	}
	want, got := make([]uint64, rows*words), make([]uint64, rows*words+1)
	other := false
	for i := range rows {
		other = codes.pack(want[i*words:(i+1)*words], x[i*cols:(i+1)*cols]) || other
	}
	got[rows*words] = 7
	require.Equal(t, other, codes.packRows(got[:rows*words], x, rows, cols))
	require.Equal(t, append(want, 7), got)
}

// FuzzBits packs, counts, expands and transposes bits of numbers and of Bools at all levels.
func FuzzBits(f *testing.F) {
	f.Add(uint64(1), uint16(130), uint8(3))
	f.Add(uint64(2), uint16(64), uint8(65))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, rows uint8) {
		r, size := rand.New(rand.NewPCG(seed, 5)), int(n)%5000
		for l := portable; l <= supported(); l++ {
			checkBits[float32](t, l, r, size, seed%2 == 1)
			checkBits[float64](t, l, r, size, seed%2 == 1)
			checkPackBools(t, l, r, int(rows), size%300)
			checkPackRows[float32](t, l, r, int(rows), size%300)
			checkPackRows[float64](t, l, r, int(rows), size%300)
			checkCountTrue(t, l, r, size)
			checkBoolConversions(t, loops32[l], r, size)
			checkBoolConversions(t, loops64[l], r, size)
		}
	})
}

// FuzzEventGemm compares all levels with the naive product.
func FuzzEventGemm(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(4), uint8(5), uint8(20), uint8(0))
	f.Add(uint64(2), uint8(70), uint8(255), uint8(129), uint8(100), uint8(255))
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k, density, flags uint8) {
		r := rand.New(rand.NewPCG(seed, 0))
		beta := []float64{0, 1, 0.5}[flags>>2%3]
		d, pad := float64(density)/255, int(flags>>5)
		p := newEvents(r, flags&1 != 0, int(m), int(n), int(k), pad, float32(beta), d, flags&2 != 0)
		q := newEvents(r, flags&1 != 0, int(m), int(n), int(k), pad, beta, d, flags&2 != 0)
		if flags&16 != 0 {
			spoil(r, p.B(), p.k, p.n)
			spoil(r, q.B(), q.k, q.n)
		}
		for l := portable; l <= supported(); l++ {
			p.requireClose(t, p.events(l))
			q.requireClose(t, q.events(l))
		}
	})
}

// BenchmarkEventGemm names sizes as m×k×n, and the density of A.
func BenchmarkEventGemm(b *testing.B) {
	for _, trans := range []bool{false, true} {
		for _, density := range []float64{0.02, 0.1, 0.2} {
			for l := portable; l <= supported(); l++ {
				name := fmt.Sprintf("128x784x1008/%v/%v", density, l)
				m, k := 128, 784
				if trans {
					name = fmt.Sprintf("784x128x1008TN/%v/%v", density, l)
					m, k = 784, 128
				}
				b.Run(name, func(b *testing.B) { benchmarkEvents(b, l, trans, m, 1008, k, density) })
			}
		}
	}
}

func benchmarkEvents(b *testing.B, l isa, trans bool, m, n, k int, density float64) {
	p := newEvents[float32](rand.New(rand.NewPCG(1, 1)), trans, m, n, k, 0, 0, density, false)
	s, ws := spikes[float32]{codes: codesAt[float32](l), dense: p.a, ld: p.lda}, new(Workspace)
	b.ReportAllocs()
	for b.Loop() {
		s.product(ws, trans, m, n, k, p.b, p.ldb, 0, p.c, p.ldc)
	}
}

func BenchmarkPackBits(b *testing.B) {
	x, words := make([]float32, 128000), make([]uint64, 2000)
	for b.Loop() {
		PackBits(words, x)
	}
}

func BenchmarkExpandBits(b *testing.B) {
	x, words := make([]float32, 128000), make([]uint64, 2000)
	for b.Loop() {
		ExpandBits(x, words)
	}
}

func BenchmarkCountNonzero(b *testing.B) {
	x := make([]float32, 128000)
	for b.Loop() {
		CountNonzero(x)
	}
}
