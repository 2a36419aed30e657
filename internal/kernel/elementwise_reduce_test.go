package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// keptStrides returns the strides of a result that has no axes from first on.
func keptStrides(shape []int, first int) []int {
	return append(denseStrides(shape[:first]), make([]int, len(shape)-first)...)
}

// lastStrides returns the strides of a result that has the axes from first on alone.
func lastStrides(shape []int, first int) []int {
	return append(make([]int, first), denseStrides(shape[first:])...)
}

// kept returns how many elements of a reduced output there are.
func kept(shape []int, o Output) int {
	n := 1
	for d, stride := range o.Strides {
		if stride != 0 {
			n *= shape[d]
		}
	}
	return n
}

// drawReductions reduces some outputs over the last axes or the first, as far as the program can.
func drawReductions(t *rapid.T, compute Kind, shape []int, in []Operand, out []Output) {
	for j := range out {
		if !rapid.Bool().Draw(t, "reduced") {
			continue
		}
		plain := out[j]
		out[j].Kind, out[j].Reduce = compute, Reduction(rapid.IntRange(1, int(reductions)-1).Draw(t, "reduction"))
		out[j].Strides = keptStrides(shape, rapid.IntRange(0, len(shape)).Draw(t, "kept"))
		if rapid.Bool().Draw(t, "first axes") {
			out[j].Strides = lastStrides(shape, rapid.IntRange(0, len(shape)).Draw(t, "kept"))
		}
		if !Reduces(compute, shape, in, out) {
			out[j] = plain
		}
	}
}

// checkReduced compares a reduced output with the reduction of all its elements: to the bit, unless
// these were added in the order of tiles of more than one row.
func checkReduced[T Number](t *rapid.T, loops *loops[T], e *Elementwise, o Output, x []T, got Buf) {
	want := make([]T, got.N)
	n := len(x) / got.N
	if how := loops.reducers[o.Reduce]; got.N > 1 && o.Strides[0] == 0 {
		var acc [chunk]float64
		how.columns(&acc, x, got.N)
		for i := range want {
			want[i] = T(acc[i])
		}
	} else {
		how.rows(make([]T, columnRoom), want, x, n)
	}
	size := 0.
	for _, v := range x {
		size += math.Abs(float64(v))
	}
	for i, w := range want {
		y := getFrom(got, o.Kind, i)
		if o.Reduce != ReduceSum || got.N > 1 || e.space.rows == 1 || e.space.blocks == 1 {
			requireSame(t, float64(w), y, "%d of %d, each of %d", i, got.N, n)
		} else if size <= math.MaxFloat32 {
			require.InDelta(t, float64(w), y, 1e-6*size)
		}
	}
}

// Rows longer than a part, and all elements of a tensor, are reduced to the bits of the functions of their names,
// however parts are shared out.
func TestLongRowsAreReducedInParts(t *testing.T) {
	t.Parallel()
	eachLevel(t, func(t *testing.T, l isa) {
		testLongRows(t, l, Float32, loops32[l])
		testLongRows(t, l, Float64, loops64[l])
	})
}

func testLongRows[T float32 | float64](t *testing.T, l isa, kind Kind, loops *loops[T]) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, shape := range [][]int{{1, 65_535}, {1, 65_536}, {3, 65_537}, {1, 200_001}, {2, 140_000}, {4, 5000}} {
		x := make([]T, volume(shape))
		for i := range x {
			x[i] = T(r.NormFloat64())
		}
		for how := ReduceSum; how <= ReduceMin; how++ {
			for first := range 2 {
				out := []Output{{Kind: kind, Reg: 1, Reduce: how, Strides: keptStrides(shape, first)}}
				e := NewElementwise(kind, []Instr{{Op: OpAffine, Dst: 1, Imm0: 1, Imm1: math.Copysign(0, -1)}}, shape,
					[]Operand{{kind, denseStrides(shape)}}, out)
				n := kept(shape, out[0])
				want, got := make([]T, n), make([]T, n)
				loops.reducers[how].rows(make([]T, columnRoom), want, x, len(x)/n)
				if len(x) > 1<<17 {
					require.Greater(t, e.Blocks(), 1)
				}
				s := e.scratchAt(l)
				for i := e.Blocks() - 1; i >= 0; i-- {
					e.Run(e.anotherAt(l, s), i, i+1, []Buf{Of(got)}, []Buf{Of(x)})
				}
				e.Finish(s, []Buf{Of(got)})
				assert.Equal(t, want, got, fmt.Sprint(shape, how, first))
			}
		}
	}
}

// What a program cannot reduce it says before, and is refused.
func TestReducesSaysWhat(t *testing.T) {
	dense, rows := []int{12, 4, 1}, []int{4, 1, 0}
	for _, c := range []struct {
		what    string
		want    bool
		compute Kind
		in      []int
		out     []Output
	}{
		{"the last axis", true, Float32, dense, []Output{{Kind: Float32, Reduce: ReduceLogSumExp, Strides: []int{3, 1, 0}}}},
		{"the last two", true, Float32, dense, []Output{{Kind: Float32, Reduce: ReduceMax, Strides: []int{1, 0, 0}}}},
		{"all", true, Float64, rows, []Output{{Kind: Float64, Reduce: ReduceSum, Strides: []int{0, 0, 0}}}},
		{"the last and all", true, Float32, dense, []Output{{Kind: Float32, Reduce: ReduceSum, Strides: []int{3, 1, 0}}, {Kind: Float32, Reduce: ReduceSum, Strides: []int{0, 0, 0}}}},
		{"the first axis", true, Float32, dense, []Output{{Kind: Float32, Reduce: ReduceSum, Strides: []int{0, 4, 1}}}},
		{"the greatest along the first axis", false, Float32, dense, []Output{{Kind: Float32, Reduce: ReduceMax, Strides: []int{0, 4, 1}}}},
		{"the axis between", false, Float32, dense, []Output{{Kind: Float32, Reduce: ReduceSum, Strides: []int{4, 0, 1}}}},
		{"two, along one of which an input is broadcast", false, Float32, rows, []Output{{Kind: Float32, Reduce: ReduceSum, Strides: []int{1, 0, 0}}}},
		{"LogSumExp of all in one tile", true, Float32, rows, []Output{{Kind: Float32, Reduce: ReduceLogSumExp, Strides: []int{0, 0, 0}}}},
		{"another type", false, Float32, dense, []Output{{Kind: Float64, Reduce: ReduceSum, Strides: []int{3, 1, 0}}}},
		{"integers", false, Int32, dense, []Output{{Kind: Int32, Reduce: ReduceSum, Strides: []int{3, 1, 0}}}},
	} {
		in := []Operand{{c.compute, c.in}}
		assert.Equal(t, c.want, Reduces(c.compute, []int{2, 3, 4}, in, c.out), c.what)
		if !c.want {
			assert.Panics(t, func() { NewElementwise(c.compute, nil, []int{2, 3, 4}, in, c.out) }, c.what)
		}
	}
}

func BenchmarkElementwiseReduce(b *testing.B) {
	const rows, n = 3200, 10
	x, y, z := make([]float32, rows*n), make([]float32, rows*n), make([]float32, rows)
	in := []Operand{{Float32, []int{n, 1}}, {Float32, []int{n, 1}}}
	code := []Instr{{Op: OpMul, Dst: 2, A: 0, B: 1}}
	plain := NewElementwise(Float32, code, []int{rows, n}, in, []Output{{Kind: Float32, Reg: 2}})
	fused := NewElementwise(Float32, code, []int{rows, n}, in, []Output{{Kind: Float32, Reg: 2, Reduce: ReduceSum, Strides: []int{1, 0}}})
	b.Run("apart", func(b *testing.B) {
		s, product := plain.NewScratch(), make([]float32, rows*n)
		for b.Loop() {
			plain.Run(s, 0, plain.Blocks(), []Buf{Of(product)}, []Buf{Of(x), Of(y)})
			Sum(z, product, rows, n, 1)
		}
	})
	b.Run("fused", func(b *testing.B) {
		s := fused.NewScratch()
		for b.Loop() {
			fused.Run(s, 0, fused.Blocks(), []Buf{Of(z)}, []Buf{Of(x), Of(y)})
		}
	})
}
