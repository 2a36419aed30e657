package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// eachLevel runs a test for every level that this processor has.
func eachLevel(t *testing.T, test func(t *testing.T, l isa)) {
	t.Helper()
	for l := portable; l <= supported(); l++ {
		t.Run(l.String(), func(t *testing.T) {
			t.Parallel()
			test(t, l)
		})
	}
}

// product is one call of Gemm with its operands. Rows are longer than they need be, and slices begin at
// odd places; what lies between is NaN, which spoils the result if it is read.
type product[T Float] struct {
	transA, transB bool
	m, n, k        int
	a              []T
	lda            int
	b              []T
	ldb            int
	beta           T
	c              []T
	ldc            int
	absent         bool // what is 0 in A adds nothing
}

func newProduct[T Float](r *rand.Rand, transA, transB bool, m, n, k, pad int, beta T) *product[T] {
	p := &product[T]{transA: transA, transB: transB, m: m, n: n, k: k, beta: beta}
	p.a, p.lda = storage[T](r, transA, m, k, pad)
	p.b, p.ldb = storage[T](r, transB, k, n, pad)
	p.c, p.ldc = storage[T](r, false, m, n, pad)
	if beta == 0 {
		fill(p.c, T(math.NaN()))
	}
	return p
}

// storage returns the elements of a random matrix whose transposed or plain form is [rows cols].
func storage[T Float](r *rand.Rand, trans bool, rows, cols, pad int) (x []T, ld int) {
	if trans {
		rows, cols = cols, rows
	}
	ld = cols + pad
	x = make([]T, rows*ld+pad)[pad:]
	fill(x, T(math.NaN()))
	for i := range rows {
		for j := range cols {
			x[i*ld+j] = T(r.Float64() - 0.5)
		}
	}
	return x, ld
}

func fill[T Float](x []T, v T) {
	for i := range x {
		x[i] = v
	}
}

func (p *product[T]) A() matrix[T] { return operand(p.a, p.lda, p.transA) }
func (p *product[T]) B() matrix[T] { return operand(p.b, p.ldb, p.transB) }

func (x matrix[T]) at(i, j int) T { return x.data[i*x.rs+j*x.cs] }

// naive returns the [m n] product in float64, and how far rounding may carry each element from it: with
// unit roundoff u, (k+2)·u times the sum of the magnitudes.
func (p *product[T]) naive() (y, bound []float64) {
	a, b := p.A(), p.B()
	u := 0x1p-24
	if unsafe.Sizeof(T(0)) == 8 {
		u = 0x1p-53
	}
	for i := range p.m {
		for j := range p.n {
			var s, abs float64
			if p.beta != 0 {
				s = float64(p.beta) * float64(p.c[i*p.ldc+j])
				abs = math.Abs(s)
			}
			for l := range p.k {
				if p.absent && a.at(i, l) == 0 {
					continue
				}
				x := float64(a.at(i, l)) * float64(b.at(l, j))
				s, abs = s+x, abs+math.Abs(x)
			}
			// In float64 this sum is rounded as often as the other.
			y, bound = append(y, s), append(bound, 2*float64(p.k+2)*u*abs)
		}
	}
	return y, bound
}

// run computes the product at a level into a copy of C.
func (p *product[T]) run(l isa) []T {
	c := append([]T(nil), p.c...)
	tilesAt[T](l).gemm(new(Workspace), p.A(), p.B(), p.m, p.n, p.k, p.beta, c, p.ldc)
	return c
}

// requireClose compares C with the naive product, and what lies beside C with what was there before.
func (p *product[T]) requireClose(t *testing.T, got []T) {
	t.Helper()
	want, bound := p.naive()
	for i := range p.m {
		for j := range p.n {
			w, g := want[i*p.n+j], float64(got[i*p.ldc+j])
			if !within(w, g, bound[i*p.n+j]+float64(p.k+2)*least[T]()) {
				require.Failf(t, "wrong element", "C[%d %d] of %s is %v, want %v", i, j, p, g, w)
			}
		}
		for j := i*p.ldc + p.n; j < min((i+1)*p.ldc, len(got)); j++ {
			require.True(t, sameBits(p.c[j], got[j]), "%s wrote beside row %d", p, i)
		}
	}
}

// within reports whether got is want up to a bound, or not finite as want is.
func within(want, got, bound float64) bool {
	if want-want != 0 {
		return want == got || want != want && got != got
	}
	return math.Abs(want-got) <= bound
}

// least is the smallest number above 0.
func least[T Float]() float64 {
	if isSingle[T]() {
		return math.SmallestNonzeroFloat32
	}
	return math.SmallestNonzeroFloat64
}

// spoil makes a few elements of a matrix NaN, infinite, zero or smaller than a normal number.
func spoil[T Float](r *rand.Rand, x matrix[T], rows, cols int) {
	for range (rows*cols + 19) / 20 {
		x.data[r.IntN(rows)*x.rs+r.IntN(cols)*x.cs] = odd[T](r)
	}
}

// odd returns NaN, an infinity, a zero, or a number smaller than the normal ones.
func odd[T Float](r *rand.Rand) T {
	x := []T{T(math.NaN()), T(math.Inf(1)), 0, 3 * T(least[T]()), T(1e-40), T(least[T]())}[r.IntN(6)]
	if r.IntN(2) == 0 {
		x = -x
	}
	return x
}

func (p *product[T]) String() string {
	return fmt.Sprintf("%T %dx%dx%d transA=%t transB=%t ld %d %d %d beta=%v",
		p.beta, p.m, p.n, p.k, p.transA, p.transB, p.lda, p.ldb, p.ldc, p.beta)
}

func sameBits[T Float](x, y T) bool {
	return math.Float64bits(float64(x)) == math.Float64bits(float64(y)) || x != x && y != y
}

func requireSameBits[T Float](t *testing.T, want, got []T, msg string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.True(t, sameBits(want[i], got[i]), "%s: element %d is %v, want %v", msg, i, got[i], want[i])
	}
}

// Sizes around the edges of tiles, vectors and blocks.
var sizes = [][3]int{
	{1, 1, 1}, {3, 4, 5}, {2, 3, 0}, {0, 3, 2}, {3, 0, 2}, {1, 10, 20}, {1, 301, 7}, {7, 1, 300},
	{5, 7, 9}, {6, 16, 31}, {8, 48, 4}, {9, 49, 257}, {13, 17, 1}, {14, 33, 12}, {15, 47, 16},
	{16, 24, 64}, {17, 25, 256}, {23, 100, 33}, {31, 63, 8}, {128, 10, 100}, {129, 53, 40},
	{40, 130, 515}, {137, 250, 30}, {20, 1013, 20},
}

func TestGemmAgreesWithNaive(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		gemmAgrees[float32](t, l)
		gemmAgrees[float64](t, l)
	})
}

func gemmAgrees[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(1, 2))
	for i, s := range sizes {
		for form := range 4 {
			beta := []T{0, 1, -0.75}[(i+form)%3]
			p := newProduct(r, form&1 != 0, form&2 != 0, s[0], s[1], s[2], []int{0, 3, 8}[r.IntN(3)], beta)
			p.requireClose(t, p.run(l))
		}
	}
}

// Every shape of tile, with and without beta.
func TestGemmSmallSizes(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		gemmSmall[float32](t, l)
		gemmSmall[float64](t, l)
	})
}

func gemmSmall[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(3, 4))
	for m := 1; m <= 17; m++ {
		for n := 1; n <= 50; n++ {
			k := 1 + r.IntN(5)
			p := newProduct(r, r.IntN(2) == 0, r.IntN(2) == 0, m, n, k, r.IntN(3), T(r.IntN(2)))
			p.requireClose(t, p.run(l))
		}
	}
}

// A part of C has the bits it has in the whole of C.
func TestGemmDoesNotDependOnTheDivision(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		gemmDivided[float32](t, l)
		gemmDivided[float64](t, l)
	})
}

func gemmDivided[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(5, 6))
	tl, ws := tilesAt[T](l), new(Workspace)
	for form := range 4 {
		p := newProduct(r, form&1 != 0, form&2 != 0, 45, 210, 300, 1, T(form/2)*0.5)
		want := p.run(l)
		for range 40 {
			i0, j0 := r.IntN(p.m), r.IntN(p.n)
			m, n := 1+r.IntN(p.m-i0), 1+r.IntN(p.n-j0)
			c := append([]T(nil), p.c[i0*p.ldc+j0:]...)
			tl.gemm(ws, p.A().from(i0, 0), p.B().from(0, j0), m, n, p.k, p.beta, c, p.ldc)
			for i := range m {
				at := (i0+i)*p.ldc + j0
				requireSameBits(t, want[at:at+n], c[i*p.ldc:i*p.ldc+n], p.String())
			}
		}
	}
}

func TestVectorLevelsAgreeToTheBit(t *testing.T) {
	if supported() < avx512 {
		t.Skip("the processor has no two vector levels")
	}
	r := rand.New(rand.NewPCG(7, 8))
	for _, s := range sizes {
		p := newProduct[float32](r, false, true, s[0], s[1], s[2], 1, 1)
		requireSameBits(t, p.run(avx2), p.run(avx512), p.String())
		q := newProduct[float64](r, true, false, s[0], s[1], s[2], 1, 0)
		requireSameBits(t, q.run(avx2), q.run(avx512), q.String())
	}
}

func TestGemmSpreadsNaNAndInf(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for _, s := range [][3]int{{3, 5, 4}, {20, 60, 30}} {
				r := rand.New(rand.NewPCG(9, 10))
				p := newProduct[float32](r, false, false, s[0], s[1], s[2], 0, 0)
				p.a[1*p.lda+2] = float32(x)
				p.b[2*p.ldb+3] = 0 // 0·NaN and 0·Inf are NaN
				p.b[2*p.ldb+4] = 1
				c := p.run(l)
				assert.True(t, math.IsNaN(float64(c[1*p.ldc+3])))
				assert.True(t, sameBits(float32(x), c[1*p.ldc+4]) || math.IsNaN(x) && c[1*p.ldc+4] != c[1*p.ldc+4])
				assert.False(t, math.IsNaN(float64(c[0])))
			}
		}
	})
}

func TestGemmPackedHasTheBitsOfGemm(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		packedAgrees[float32](t, l)
		packedAgrees[float64](t, l)
	})
}

func packedAgrees[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(11, 12))
	ws, packed := new(Workspace), new(Packed[T])
	for i, s := range sizes {
		p := newProduct(r, i%2 == 0, i%3 == 0, s[0], s[1], s[2], 2, T(i%2))
		packWith(tilesAt[T](l), packed, p.B(), p.k, p.n)
		c := append([]T(nil), p.c...)
		GemmPacked(ws, p.transA, p.m, p.a, p.lda, packed, p.beta, c, p.ldc)
		requireSameBits(t, p.run(l), c, p.String())
	}
}

func TestGemmParallelHasTheBitsOfGemm(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, s := range [][3]int{{130, 200, 300}, {700, 270, 40}, {513, 300, 290}, {3000, 10, 100}, {20, 1100, 100}, {3, 4, 5}, {1, 2, 0},
		{64, 128, 64}, {70, 90, 90}, {16, 128, 256}, {1000, 10, 60}, {60, 20, 500}, {5, 300, 400}} {
		p := newProduct[float32](r, true, true, s[0], s[1], s[2], 1, 1)
		q := newProduct[float64](r, false, false, s[0], s[1], s[2], 0, 0)
		want32, want64 := p.run(active), q.run(active)
		packed := PackB[float64](nil, q.transB, q.k, q.n, q.b, q.ldb)
		for _, workers := range []int{1, 2, 3, 8} {
			pool := NewPool(workers)
			c32, c64, d64 := append([]float32(nil), p.c...), make([]float64, len(q.c)), make([]float64, len(q.c))
			GemmParallel(pool, p.transA, p.transB, p.m, p.n, p.k, p.a, p.lda, p.b, p.ldb, p.beta, c32, p.ldc)
			GemmParallel(pool, q.transA, q.transB, q.m, q.n, q.k, q.a, q.lda, q.b, q.ldb, q.beta, c64, q.ldc)
			GemmPackedParallel(pool, q.transA, q.m, q.a, q.lda, packed, q.beta, d64, q.ldc)
			pool.Close()
			requireSameBits(t, want32, c32, p.String())
			requireSameBits(t, want64, c64, q.String())
			requireSameBits(t, want64, d64, q.String())
		}
	}
}

// A factor has one packed form, whoever packs it, and rows of the product one value.
func TestPackParallelHasTheBitsOfPackB(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for i, s := range sizes {
		p := newProduct[float32](r, i%2 == 0, i%3 == 0, s[0], s[1], s[2], 2, 0)
		for _, workers := range []int{1, 3} {
			pool := NewPool(workers)
			packed, ws := PackParallel(pool, p.transB, p.k, p.n, p.b, p.ldb), new(Workspace)
			c := append([]float32(nil), p.c...)
			for lo, rows := 0, 0; lo < p.m; lo += rows {
				rows = min(1+r.IntN(20), p.m-lo)
				GemmPacked(ws, p.transA, rows, p.A().from(lo, 0).data, p.lda, packed, 0, c[lo*p.ldc:], p.ldc)
			}
			pool.Close()
			requireSameBits(t, p.run(active), c, p.String())
		}
	}
}

func TestGemmRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	x, ws := make([]float32, 12), new(Workspace)
	for name, call := range map[string]func(){
		"A short":       func() { Gemm(ws, false, false, 3, 2, 5, x, 5, x, 2, 0, x, 2) },
		"B short":       func() { Gemm(ws, false, true, 2, 5, 3, x, 3, x, 3, 0, x, 5) },
		"C short":       func() { Gemm(ws, false, false, 3, 5, 1, x, 1, x, 5, 0, x, 5) },
		"ld below cols": func() { Gemm(ws, false, false, 3, 3, 3, x, 2, x, 3, 0, x, 3) },
		"negative":      func() { Gemm(ws, false, false, -1, 3, 3, x, 3, x, 3, 0, x, 3) },
	} {
		assert.Panics(t, call, name)
	}
}

func TestGemmDoesNotAllocate(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	ws, pool := new(Workspace), NewPool(2)
	defer pool.Close()
	packed := new(Packed[float32])
	for _, s := range [][3]int{{3, 4, 5}, {40, 500, 300}, {200, 200, 100}, {600, 300, 100}} {
		p := newProduct[float32](r, false, true, s[0], s[1], s[2], 1, 1)
		assert.Zero(t, testing.AllocsPerRun(3, func() {
			Gemm(ws, p.transA, p.transB, p.m, p.n, p.k, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc)
			PackB(packed, p.transB, p.k, p.n, p.b, p.ldb)
			GemmPacked(ws, p.transA, p.m, p.a, p.lda, packed, p.beta, p.c, p.ldc)
			GemmParallel(pool, p.transA, p.transB, p.m, p.n, p.k, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc)
		}), "%v", s)
	}
}

func TestTranspose(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		transposeAgrees[float32](t, l)
		transposeAgrees[float64](t, l)
	})
}

func transposeAgrees[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(17, 18))
	for rows := 1; rows < 40; rows += 3 {
		for cols := 1; cols < 40; cols++ {
			checkTranspose[T](t, l, r, rows, cols)
		}
	}
}

func checkTranspose[T Float](t *testing.T, l isa, r *rand.Rand, rows, cols int) {
	t.Helper()
	src, lds := storage[T](r, false, rows, cols, r.IntN(4))
	dst, ldd := storage[T](r, true, rows, cols, r.IntN(4))
	spoil(r, operand(src, lds, false), rows, cols)
	want := append([]T(nil), dst...)
	transposeGo(rows, cols, src, lds, want, ldd)
	tilesAt[T](l).transpose(rows, cols, src, lds, dst, ldd)
	requireSameBits(t, want, dst, fmt.Sprint(rows, cols))
}

// checkCopyRows compares rows that are copied as they are packed; what is behind a row may be spoiled.
func checkCopyRows[T Float](t *testing.T, l isa, r *rand.Rand, rows, cols int) {
	t.Helper()
	tiles := tilesAt[T](l)
	cols = min(cols, tiles.nr)
	src, lds := storage[T](r, false, rows, cols, r.IntN(4))
	spoil(r, operand(src, lds, false), rows, cols)
	dst, ldd := storage[T](r, false, rows, tiles.nr, slack)
	tiles.copyRows(rows, cols, src, lds, dst, ldd)
	for i := range rows {
		requireSameBits(t, src[i*lds:][:cols], dst[i*ldd:][:cols], fmt.Sprint(rows, cols))
	}
}

// FuzzTranspose compares transpositions, and rows as they are packed or turned, with the portable ones.
func FuzzTranspose(f *testing.F) {
	f.Add(uint64(1), uint8(8), uint8(8))
	f.Add(uint64(2), uint8(33), uint8(77))
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols uint8) {
		r := rand.New(rand.NewPCG(seed, 4))
		for l := portable; l <= supported(); l++ {
			checkTranspose[float32](t, l, r, int(rows)+1, int(cols)+1)
			checkTranspose[float64](t, l, r, int(rows)+1, int(cols)+1)
			checkCopyRows[float32](t, l, r, int(rows)+1, int(cols)+1)
			checkCopyRows[float64](t, l, r, int(rows)+1, int(cols)+1)
			checkTurn[float32](t, l, r, int(rows)+1, int(cols)+1)
			checkTurn[float64](t, l, r, int(rows)+1, int(cols)+1)
		}
	})
}

// FuzzGemm takes sizes, leading dimensions, offsets and flags from its input and compares all levels
// with the naive product.
func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(4), uint8(5), uint8(0))
	f.Add(uint64(2), uint8(17), uint8(95), uint8(255), uint8(7))
	f.Add(uint64(3), uint8(64), uint8(49), uint8(0), uint8(93))
	f.Add(uint64(4), uint8(9), uint8(50), uint8(33), uint8(48))
	f.Add(uint64(5), uint8(133), uint8(10), uint8(70), uint8(21))
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k, flags uint8) {
		r := rand.New(rand.NewPCG(seed, 0))
		beta := []float64{0, 1, 0.5}[flags>>2%3]
		pad := int(flags >> 5)
		p := newProduct(r, flags&1 != 0, flags&2 != 0, int(m), int(n), int(k), pad, float32(beta))
		q := newProduct(r, flags&1 != 0, flags&2 != 0, int(m), int(n), int(k), pad, beta)
		if flags&16 != 0 {
			spoil(r, p.A(), p.m, p.k)
			spoil(r, p.B(), p.k, p.n)
			spoil(r, q.A(), q.m, q.k)
			spoil(r, q.B(), q.k, q.n)
		}
		for l := portable; l <= supported(); l++ {
			p.requireClose(t, p.run(l))
			q.requireClose(t, q.run(l))
		}
	})
}

// A named type of a float's kind is as good as the float.
func TestGemmOfNamedType(t *testing.T) {
	t.Parallel()
	type weight float32
	c := make([]weight, 1)
	Gemm(new(Workspace), false, false, 1, 1, 2, []weight{2, 3}, 2, []weight{5, 7}, 1, 0, c, 1)
	assert.Equal(t, weight(31), c[0])
}

func TestChooseLevel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		best, want isa
	}{
		{"", avx2, avx2}, {"portable", avx512, portable}, {"avx2", avx512, avx2},
		{"avx512", avx2, avx2}, {"avx512", avx512, avx512}, {"sse9", avx512, avx512}, {"avx2", portable, portable},
	} {
		assert.Equal(t, c.want, chooseLevel(c.name, c.best), "%v", c)
	}
	assert.Contains(t, levelNames, Level())
}

var benchmarkProducts = []struct {
	name           string
	transA, transB bool
	m, n, k        int
}{
	{"128x784x1000", false, false, 128, 1000, 784},
	{"784x128x1000TN", true, false, 784, 1000, 128},
	{"128x1000x784NT", false, true, 128, 784, 1000},
	{"1024x1024x1024", false, false, 1024, 1024, 1024},
	{"128x1000x10", false, false, 128, 10, 1000},
	{"128x10x1000NT", false, true, 128, 1000, 10},
	{"1x1000x1000", false, false, 1, 1000, 1000},
	{"1x1000x1000NT", false, true, 1, 1000, 1000},
	{"8x1000x1000", false, false, 8, 1000, 1000},
	{"3x4x5", false, false, 3, 5, 4},
}

// BenchmarkGemm names sizes as m×k×n.
func BenchmarkGemm(b *testing.B) {
	for _, s := range benchmarkProducts {
		for l := portable; l <= supported(); l++ {
			b.Run(s.name+"/"+l.String(), func(b *testing.B) {
				benchmarkGemm[float32](b, l, s.transA, s.transB, s.m, s.n, s.k)
			})
		}
	}
	for l := portable; l <= supported(); l++ {
		b.Run("f64/1000x1000x1000/"+l.String(), func(b *testing.B) {
			benchmarkGemm[float64](b, l, false, false, 1000, 1000, 1000)
		})
	}
}

func benchmarkGemm[T Float](b *testing.B, l isa, transA, transB bool, m, n, k int) {
	p := newProduct[T](rand.New(rand.NewPCG(1, 1)), transA, transB, m, n, k, 0, 0)
	t, ws := tilesAt[T](l), new(Workspace)
	b.ReportAllocs()
	for b.Loop() {
		t.gemm(ws, p.A(), p.B(), p.m, p.n, p.k, p.beta, p.c, p.ldc)
	}
	reportGFLOPS(b, m, n, k)
}

func reportGFLOPS(b *testing.B, m, n, k int) {
	ops := 2 * float64(m) * float64(n) * float64(k) * float64(b.N)
	b.ReportMetric(ops/1e9/b.Elapsed().Seconds(), "GFLOP/s")
}

func BenchmarkGemmPacked(b *testing.B) {
	p := newProduct[float32](rand.New(rand.NewPCG(1, 1)), false, false, 128, 1000, 784, 0, 0)
	packed, ws := PackB[float32](nil, false, p.k, p.n, p.b, p.ldb), new(Workspace)
	b.ReportAllocs()
	for b.Loop() {
		GemmPacked(ws, false, p.m, p.a, p.lda, packed, 0, p.c, p.ldc)
	}
	reportGFLOPS(b, p.m, p.n, p.k)
}

func BenchmarkGemmParallel(b *testing.B) {
	p := newProduct[float32](rand.New(rand.NewPCG(1, 1)), false, false, 128, 1000, 784, 0, 0)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			pool := NewPool(workers)
			defer pool.Close()
			for b.Loop() {
				GemmParallel(pool, false, false, p.m, p.n, p.k, p.a, p.lda, p.b, p.ldb, 0, p.c, p.ldc)
			}
			reportGFLOPS(b, p.m, p.n, p.k)
		})
	}
}
