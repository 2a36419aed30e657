package kernel

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reduced are shapes [outer n inner] around the edges of rows, chunks and nothing at all.
var reduced = [][3]int{{1, 1, 1}, {1, 0, 3}, {2, 0, 1}, {0, 3, 2}, {3, 5, 1}, {2, 7, 3}, {4, 1, 5}, {1, 33, 257},
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
func testReduction(t *testing.T, tol float64, f32 func(dst, x []float32, outer, n, inner int),
	f64 func(dst, x []float64, outer, n, inner int), want func(col []float64) float64) {
	t.Helper()
	for _, withSpecial := range []bool{false, true} {
		for _, s := range reduced {
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
				f32(d32, x32, s[0], s[1], s[2])
				f64(d64, x64, s[0], s[1], s[2])
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
	testReduction(t, 1e-5, Sum[float32], Sum[float64], func(col []float64) float64 {
		sum := 0.
		for _, v := range col {
			sum += v
		}
		return sum
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
	testReduction(t, 1e-5, Prod[float32], Prod[float64], func(col []float64) float64 {
		product := 1.
		for _, v := range col {
			product *= v
		}
		return product
	})
}

func TestMaxMin(t *testing.T) {
	testReduction(t, 0, Max[float32], Max[float64], func(col []float64) float64 {
		most := math.Inf(-1)
		for _, v := range col {
			most = max(most, v)
		}
		return most
	})
	testReduction(t, 0, Min[float32], Min[float64], func(col []float64) float64 {
		least := math.Inf(1)
		for _, v := range col {
			least = min(least, v)
		}
		return least
	})
}

func TestLogSumExp(t *testing.T) {
	testReduction(t, 3e-7, LogSumExp[float32], LogSumExp[float64], func(col []float64) float64 {
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
	for _, s := range reduced {
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
	for _, s := range [][3]int{{20, 30, 1}, {2, 3, 100}} {
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			Sum(dst, x, s[0], s[1], s[2])
			Max(dst, x, s[0], s[1], s[2])
			ArgMax(at, x, s[0], s[1], s[2])
			LogSumExp(dst, x, s[0], s[1], s[2])
			CumSum(dst, x, s[0], s[1], s[2], true, true)
		}))
	}
}

func BenchmarkSum(b *testing.B) {
	x := make([]float32, 128*1000)
	for _, s := range [][3]int{{128, 1000, 1}, {1, 128, 1000}, {1, 12800, 10}} {
		b.Run(fmt.Sprint(s), func(b *testing.B) {
			dst := make([]float32, s[0]*s[2])
			b.SetBytes(int64(4 * len(x)))
			for b.Loop() {
				Sum(dst, x, s[0], s[1], s[2])
			}
		})
	}
}
