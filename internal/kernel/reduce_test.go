package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reducedShapes are shapes [outer n inner] around the edges of rows, chunks and nothing at all.
var reducedShapes = [][3]int{{1, 1, 1}, {1, 0, 3}, {2, 0, 1}, {0, 3, 2}, {3, 5, 1}, {2, 7, 3}, {4, 1, 5}, {1, 33, 257},
	{2, 3, 600}, {5, 1001, 1}, {3, 2, 256}, {2, 4, 0}}

// column returns the elements that are reduced to element i of the result.
func column[T any](x []T, shape [3]int, i int) []T {
	n, inner := shape[1], shape[2]
	o, c := i/inner, i%inner
	var col []T
	for r := range n {
		col = append(col, x[(o*n+r)*inner+c])
	}
	return col
}

// testReduction compares reduce, in float32 and float64, with a function of one column.
func testReduction(t *testing.T, tol float64, f32 func(l isa, dst, x []float32, outer, n, inner int),
	f64 func(l isa, dst, x []float64, outer, n, inner int), want func(col []float64) float64) {
	t.Helper()
	eachLevel(t, func(t *testing.T, l isa) { testReductionAt(t, l, tol, f32, f64, want) })
}

func testReductionAt(t *testing.T, l isa, tol float64, f32 func(l isa, dst, x []float32, outer, n, inner int),
	f64 func(l isa, dst, x []float64, outer, n, inner int), want func(col []float64) float64) {
	t.Helper()
	for _, withSpecial := range []bool{false, true} {
		for _, s := range reducedShapes {
			t.Run(fmt.Sprint(s, withSpecial), func(t *testing.T) {
				x64 := make([]float64, s[0]*s[1]*s[2])
				Normal(x64, [2]uint32{1, 2}, 3, 0)
				x32 := make([]float32, len(x64))
				for i := range x64 {
					if withSpecial && i%5 == 0 {
						x64[i] = []float64{math.Inf(1), math.Inf(-1), math.Inf(-1), math.NaN()}[i/5%4]
					}
					x32[i] = float32(x64[i])
					x64[i] = float64(x32[i])
				}
				d32, d64 := make([]float32, s[0]*s[2]), make([]float64, s[0]*s[2])
				f32(l, d32, x32, s[0], s[1], s[2])
				f64(l, d64, x64, s[0], s[1], s[2])
				for i := range d64 {
					w := want(column(x64, s, i))
					requireClose(t, w, d64[i], tol*1e-6)
					requireClose(t, w, float64(d32[i]), tol)
				}
			})
		}
	}
}

func requireClose(t *testing.T, want, got, tol float64) {
	t.Helper()
	if want == got || want != want && got != got {
		return
	}
	require.InDelta(t, want, got, tol*max(1, math.Abs(want)))
}

func TestSum(t *testing.T) {
	testReduction(t, 1e-5, sumAt[float32], sumAt[float64], func(col []float64) float64 {
		sum := 0.
		for _, v := range col {
			sum += v
		}
		return sum
	})
}

// prodAt is Prod, which is the same at every level.
func prodAt[T Float](_ isa, dst, x []T, outer, n, inner int) { Prod(dst, x, outer, n, inner) }

// TestReductionsAgreeAtEveryLevel holds sums and extremes to the bits of the portable ones.
func TestReductionsAgreeAtEveryLevel(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		testReductionsAgree[float32](t, l)
		testReductionsAgree[float64](t, l)
	})
}

func testReductionsAgree[T Float](t *testing.T, l isa) {
	r := rand.New(rand.NewPCG(5, 6))
	shapes := append([][3]int{{2, 127, 1}, {2, 128, 1}, {3, 129, 1}, {1, 1023, 1}, {1, 40_001, 1}, {1, 700, 10}, {2, 33, 31},
		{2, 40, 33}, {1, 3, 1000}}, reducedShapes...)
	for cols := range 70 {
		shapes = append(shapes, [3]int{1, 35, cols})
	}
	for _, s := range shapes {
		for pass := range 3 {
			checkReductions[T](t, l, r, s, pass)
		}
	}
}

// checkReductions compares sums and extremes of all numbers, of finite ones, or of zeros of both signs.
func checkReductions[T Float](t *testing.T, l isa, r *rand.Rand, s [3]int, pass int) {
	t.Helper()
	x := unaligned(numbersOf[T](r, s[0]*s[1]*s[2]), 1)
	if pass > 0 {
		for i := range x {
			x[i] = T(r.NormFloat64())
			if pass == 2 {
				x[i] = T(math.Copysign(0, r.Float64()-0.5))
			}
		}
	}
	for name, reduce := range map[string]func(l isa, dst, x []T, outer, n, inner int){
		"sum": sumAt[T], "max": maxAt[T], "min": minAt[T]} {
		want, got := make([]T, s[0]*s[2]), make([]T, s[0]*s[2]+1)
		got[len(want)] = 77
		reduce(portable, want, x, s[0], s[1], s[2])
		reduce(l, got[:len(want)], x, s[0], s[1], s[2])
		require.Equal(t, T(77), got[len(want)])
		for i := range want {
			requireSame(t, float64(want[i]), float64(got[i]), "%s of %v at %d", name, s, i)
		}
	}
}

// Some columns have the sums that all have.
func TestSumColumns(t *testing.T) {
	const n, inner = 37, 700
	x := numbersOf[float32](rand.New(rand.NewPCG(1, 7)), n*inner)
	want, got := make([]float32, inner), make([]float32, inner)
	Sum(want, x, 1, n, inner)
	for _, cut := range []int{0, 1, 64, 300, inner} {
		SumColumns(got[:cut], x, n, inner)
		SumColumns(got[cut:], x[cut:], n, inner)
		for i := range want {
			requireSame(t, float64(want[i]), float64(got[i]), "column %d, cut at %d", i, cut)
		}
	}
}

// FuzzReductions compares sums and extremes of any shape at all levels.
func FuzzReductions(f *testing.F) {
	f.Add(uint64(1), uint8(2), uint16(65), uint8(1))
	f.Add(uint64(2), uint8(1), uint16(33), uint8(31))
	f.Fuzz(func(t *testing.T, seed uint64, outer uint8, n uint16, inner uint8) {
		r := rand.New(rand.NewPCG(seed, 9))
		s := [3]int{int(outer) % 5, int(n) % 1500, int(inner) % 80}
		for l := portable; l <= supported(); l++ {
			checkReductions[float32](t, l, r, s, int(seed%3))
			checkReductions[float64](t, l, r, s, int(seed%3))
		}
	})
}

func TestSumIsCareful(t *testing.T) {
	const n = 1_000_000
	x := make([]float32, n)
	Fill(x, 0.1)
	dst := make([]float32, 2)
	Sum(dst, x, 1, n, 1)
	assert.InEpsilon(t, n*float64(float32(0.1)), dst[0], 1e-7)
	Sum(dst, x, 1, n/2, 2)
	assert.InEpsilon(t, n/2*float64(float32(0.1)), dst[0], 1e-7)
}

func TestProd(t *testing.T) {
	testReduction(t, 1e-5, prodAt[float32], prodAt[float64], func(col []float64) float64 {
		product := 1.
		for _, v := range col {
			product *= v
		}
		return product
	})
}

func TestMaxMin(t *testing.T) {
	testReduction(t, 0, maxAt[float32], maxAt[float64], func(col []float64) float64 {
		most := math.Inf(-1)
		for _, v := range col {
			most = max(most, v)
		}
		return most
	})
	testReduction(t, 0, minAt[float32], minAt[float64], func(col []float64) float64 {
		least := math.Inf(1)
		for _, v := range col {
			least = min(least, v)
		}
		return least
	})
}

func TestLogSumExp(t *testing.T) {
	testReduction(t, 3e-7, logSumExpAt[float32], logSumExpAt[float64], func(col []float64) float64 {
		most, sum := math.Inf(-1), 0.
		for _, v := range col {
			most = max(most, v)
		}
		if math.IsInf(most, 0) {
			return most
		}
		for _, v := range col {
			sum += math.Exp(v - most)
		}
		return most + math.Log(sum)
	})
	dst := make([]float32, 2)
	LogSumExp(dst, []float32{1e30, 1e30, -1e30, -1e30}, 2, 2, 1)
	assert.Equal(t, []float32{1e30, -1e30}, dst)
}

func TestArgMax(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tests := []struct {
		name string
		x    []float32
		want int32
	}{
		{"none", nil, 0}, {"one", []float32{4}, 0}, {"first of equals", []float32{1, 3, 3}, 1},
		{"NaN", []float32{1, nan, inf, nan}, 1}, {"NaN first", []float32{nan, 2}, 0},
		{"all -Inf", []float32{-inf, -inf}, 0}, {"last", []float32{-3, -2, -1}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := len(test.x)
			got := []int32{9}
			ArgMax(got, test.x, 1, n, 1)
			assert.Equal(t, test.want, got[0])

			const inner = 300 // the same in every column
			wide := make([]float32, n*inner)
			StridedCopy(wide, test.x, []int{n, inner}, []int{1, 0}, 0)
			columns := make([]int32, inner)
			ArgMax(columns, wide, 1, n, inner)
			for _, at := range columns {
				assert.Equal(t, test.want, at)
			}
		})
	}
}

func TestCumSum(t *testing.T) {
	for _, s := range reducedShapes {
		for mode := range 4 {
			reverse, exclusive := mode&1 != 0, mode&2 != 0
			x := make([]float64, s[0]*s[1]*s[2])
			Normal(x, [2]uint32{5, 6}, 0, 0)
			got := make([]float64, len(x))
			CumSum(got, x, s[0], s[1], s[2], reverse, exclusive)
			for i := range s[0] * s[2] {
				in, out := column(x, s, i), column(got, s, i)
				sum := 0.
				for k := range in {
					if reverse {
						k = len(in) - 1 - k
					}
					if exclusive {
						assert.InDelta(t, sum, out[k], 1e-12)
					}
					sum += in[k]
					if !exclusive {
						assert.InDelta(t, sum, out[k], 1e-12)
					}
				}
			}
			CumSum(x, x, s[0], s[1], s[2], reverse, exclusive)
			assert.Equal(t, got, x, "in place")
		}
	}
}

func TestIntegerReductions(t *testing.T) {
	x := []int32{1, -2, 3, 4, 5, -6} // [1 3 2]
	got := make([]int32, 2)
	SumI32(got, x, 1, 3, 2)
	assert.Equal(t, []int32{9, -4}, got)
	ProdI32(got, x, 1, 3, 2)
	assert.Equal(t, []int32{15, 48}, got)
	Max(got, x, 1, 3, 2)
	assert.Equal(t, []int32{5, 4}, got)
	Min(got, x, 1, 3, 2)
	assert.Equal(t, []int32{1, -6}, got)
	Max(got, nil, 1, 0, 2)
	assert.Equal(t, []int32{math.MinInt32, math.MinInt32}, got)
	Min(got, nil, 2, 0, 1)
	assert.Equal(t, []int32{math.MaxInt32, math.MaxInt32}, got)
	ArgMax(got, x, 2, 3, 1)
	assert.Equal(t, []int32{2, 1}, got)
}

func TestBoolReductions(t *testing.T) {
	x := []bool{true, false, true, true, false, false} // [2 3 1]
	counts, flags := make([]int32, 2), make([]bool, 2)
	CountBool(counts, x, 2, 3, 1)
	assert.Equal(t, []int32{2, 1}, counts)
	AnyBool(flags, x, 2, 3, 1)
	assert.Equal(t, []bool{true, true}, flags)
	AllBool(flags, []bool{true, true, true, false}, 2, 2, 1)
	assert.Equal(t, []bool{true, false}, flags)
	AllBool(flags, nil, 2, 0, 1)
	assert.Equal(t, []bool{true, true}, flags)
}

func TestReductionsAllocateNothing(t *testing.T) {
	x, dst, at := make([]float32, 600), make([]float32, 600), make([]int32, 600)
	for _, s := range [][3]int{{20, 30, 1}, {2, 300, 1}, {2, 3, 100}} {
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			for l := portable; l <= supported(); l++ {
				sumAt(l, dst, x, s[0], s[1], s[2])
				maxAt(l, dst, x, s[0], s[1], s[2])
				logSumExpAt(l, dst, x, s[0], s[1], s[2])
			}
			ArgMax(at, x, s[0], s[1], s[2])
			CumSum(dst, x, s[0], s[1], s[2], true, true)
		}))
	}
}

func BenchmarkReduce(b *testing.B) {
	x := make([]float32, 128*1000)
	Normal(x, [2]uint32{1, 2}, 0, 0)
	for _, f := range []struct {
		name   string
		reduce func(l isa, dst, x []float32, outer, n, inner int)
	}{{"Sum", sumAt[float32]}, {"Max", maxAt[float32]}, {"LogSumExp", logSumExpAt[float32]}} {
		for _, s := range [][3]int{{128, 1000, 1}, {12800, 10, 1}, {1, 128, 1000}, {1, 12800, 10}} {
			benchAtLevels(b, fmt.Sprintf("%s/%v", f.name, s), func(b *testing.B, l isa) {
				dst := make([]float32, s[0]*s[2])
				b.ReportAllocs()
				for b.Loop() {
					f.reduce(l, dst, x, s[0], s[1], s[2])
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/element")
			})
		}
	}
}
