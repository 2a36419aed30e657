package kernel

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGatherRows(t *testing.T) {
	for _, rowLen := range []int{1, 2, 5} {
		table, got := make([]float64, 4*rowLen), make([]float64, 3*rowLen)
		Iota(table, 0, 1)
		idx := []int32{3, 0, 3}
		assert.Equal(t, -1, GatherRows(Of(got), Of(table), idx, 4, rowLen, 8))
		for i, row := range idx {
			assert.Equal(t, table[int(row)*rowLen:][:rowLen], got[i*rowLen:][:rowLen])
		}
		assert.Equal(t, 1, GatherRows(Of(got), Of(table), []int32{3, 4, -1}, 4, rowLen, 8))
		assert.Equal(t, 0, GatherRows(Of(got), Of(table), []int32{-1}, 4, rowLen, 8))
	}
	singles, flags := make([]float32, 2), make([]bool, 2)
	assert.Equal(t, -1, GatherRows(Of(singles), Of([]float32{5, 6, 7}), []int32{2, 0}, 3, 1, 4))
	assert.Equal(t, []float32{7, 5}, singles)
	assert.Equal(t, 0, GatherRows(Of(singles), Of([]float32{5, 6, 7}), []int32{3}, 3, 1, 4))
	assert.Equal(t, -1, GatherRows(Of(flags), Of([]bool{true, false}), []int32{1, 0}, 2, 1, 1))
	assert.Equal(t, []bool{false, true}, flags)
}

func TestScatterAddRows(t *testing.T) {
	dst := []float32{1, 1, 1, 1, 1, 1} // [3 2]
	assert.Equal(t, -1, ScatterAddRows(dst, []int32{2, 0, 2}, []float32{1, 2, 3, 4, 5, 6}, 2))
	assert.Equal(t, []float32{4, 5, 1, 1, 7, 9}, dst)
	assert.Equal(t, 1, ScatterAddRows(dst, []int32{1, 3}, []float32{0, 0, 0, 0}, 2))
	assert.Equal(t, 0, ScatterAddRows(dst, []int32{-1}, []float32{0, 0}, 2))
	assert.Equal(t, -1, ScatterAddRows(dst, []int32{9}, nil, 0))
}

func TestOneHot(t *testing.T) {
	dst := []float32{7, 7, 7, 7, 7, 7}
	assert.Equal(t, -1, OneHot(dst, []int32{2, 0}, 3))
	assert.Equal(t, []float32{0, 0, 1, 1, 0, 0}, dst)
	assert.Equal(t, 1, OneHot(dst, []int32{2, 3}, 3))
	assert.Equal(t, 0, OneHot(dst, []int32{-1, 0}, 3))
}

func TestTriangle(t *testing.T) {
	const batch, rows, cols = 2, 3, 4
	src := make([]int32, batch*rows*cols)
	Iota(src, 1, 1)
	for diagonal := -5; diagonal <= 5; diagonal++ {
		for _, upper := range []bool{false, true} {
			want, got := make([]int32, len(src)), make([]int32, len(src))
			for i, v := range src {
				d := i%cols - i/cols%rows
				if upper && d >= diagonal || !upper && d <= diagonal {
					want[i] = v
				}
			}
			Triangle(got, src, batch, rows, cols, diagonal, upper)
			assert.Equal(t, want, got, "diagonal %d upper %v", diagonal, upper)
		}
	}
}

// Copies and fillings of several pieces, and of their edges, are whole.
func TestPieces(t *testing.T) {
	t.Parallel()
	piece := pieceOf[float32]()
	for _, n := range []int{0, 1, piece - 1, piece, piece + 1, 3*piece + 5} {
		x, y := make([]float32, n+2), make([]float32, n+2)
		Iota(x, 1, 1)
		Copy(y[:n], x)
		assert.Equal(t, x[:n], y[:n])
		assert.Zero(t, y[n], "behind")
		Fill(x[:n], 7)
		assert.Equal(t, slices.Repeat([]float32{7}, n), x[:n])
		assert.Equal(t, []float32{float32(n + 1), float32(n + 2)}, x[n:])
		Clear(x[:n])
		assert.Equal(t, make([]float32, n), x[:n])
		assert.Equal(t, []float32{float32(n + 1), float32(n + 2)}, x[n:])
	}
	Copy(make([]struct{}, 3), make([]struct{}, 4)) // of nothing
}

func TestFillAndIota(t *testing.T) {
	x := make([]float32, 4)
	Fill(x, 3)
	assert.Equal(t, []float32{3, 3, 3, 3}, x)
	Iota(x, -1, 0.5)
	assert.Equal(t, []float32{-1, -0.5, 0, 0.5}, x)
}
