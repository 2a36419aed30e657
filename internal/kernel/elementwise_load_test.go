package kernel

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Short rows are loaded many at a time: over the ends of outer axes, from any row on, whether a row is one
// element repeated, one of several that lie together, or one among columns.
func TestShortRowsAreLoadedFromAnywhere(t *testing.T) {
	t.Parallel()
	shape := []int{3, 5, 4, 7}
	src := make([]float32, volume(shape))
	for i := range src {
		src[i] = float32(i)
	}
	truths := make([]bool, len(src))
	for i := range truths {
		truths[i] = i%3 == 0
	}
	full := []int{140, 28, 7, 1}
	for which := range 16 {
		strides := make([]int, 4)
		for d := range strides {
			if which>>d&1 == 1 {
				strides[d] = full[d]
			}
		}
		for _, st := range [][]int{strides, {strides[1] / 7, strides[0] / 7, strides[3], strides[2]}} {
			s, _ := newSpace(shape, Float32, []Operand{{Float32, st}, {Float32, full}, {Float32, []int{0, 28, 0, 1}}, {Float32, []int{1, 0, 1, 0}}}, nil)
			require.Len(t, s.outer, 3, "no axes are collapsed")
			for _, from := range []int{0, 1, 3, 4, 19, 37, 59} {
				for _, rows := range []int{1, 2, 4, 23} {
					rows = min(rows, s.rows-from)
					got, bools := make([]float32, rows*7), make([]float32, rows*7)
					at := tileAt{row: from, start: from * 7, n: len(got)}
					load(loops32[active], got, Of(src), Float32, &s, 0, at, make([]int, 3))
					load(loops32[active], bools, Of(truths), Bool, &s, 0, at, make([]int, 3))
					for k := range got {
						e := from*7 + k
						want := e/140*st[0] + e/28%5*st[1] + e/7%4*st[2] + e%7*st[3]
						what := fmt.Sprintf("strides %v, %d rows from %d, element %d", st, rows, from, k)
						require.Equal(t, src[want], got[k], what)
						require.Equal(t, truths[want], bools[k] == 1, what)
					}
				}
			}
		}
	}
}

// BenchmarkShortRows loads what a row of ten classes has in common, and what all steps have.
func BenchmarkShortRows(b *testing.B) {
	shape := []int{25, 128, 10}
	in := []Operand{{Float32, []int{1280, 10, 1}}, {Float32, []int{128, 1, 0}}, {Float32, []int{0, 10, 1}}}
	e := NewElementwise(Float32, []Instr{{Op: OpSub, Dst: 3, A: 0, B: 1}, {Op: OpMul, Dst: 4, A: 3, B: 2}}, shape, in, []Output{{Kind: Float32, Reg: 4}})
	scratch := e.NewScratch()
	x, y, z, out := make([]float32, 32000), make([]float32, 3200), make([]float32, 1280), make([]float32, 32000)
	for range b.N {
		e.Run(scratch, 0, e.Blocks(), []Buf{Of(out)}, []Buf{Of(x), Of(y), Of(z)})
	}
}
