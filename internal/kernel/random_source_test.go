package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var _ rand.Source = (*Source)(nil)

// Every element has its own numbers, whatever was drawn before.
func TestSourceIsAFunctionOfItsElement(t *testing.T) {
	var s Source
	draw := func(key [2]uint32, stream uint32, element, n int) (x []uint64) {
		s.Seek(key, stream, element)
		for range n {
			x = append(x, s.Uint64())
		}
		return x
	}
	want := draw(testKey, 7, 5, 9)
	draw(testKey, 7, 1<<40, 3)
	require.Equal(t, want, draw(testKey, 7, 5, 9))
	for _, other := range [][]uint64{draw(testKey, 7, 6, 9), draw(testKey, 8, 5, 9), draw(FoldIn(testKey, 1), 7, 5, 9)} {
		for i := range want {
			assert.NotContains(t, want, other[i])
		}
	}
	block := Philox([4]uint32{5, 0, 7, 1<<31 + 2}, testKey)
	assert.Equal(t, uint64(block[0])<<32|uint64(block[1]), want[4])
}

func TestSourceNumbers(t *testing.T) {
	var s Source
	s.Seek(testKey, 0, 0)
	x, counts := make([]float64, 100_000), make([]int, 100)
	for i := range x {
		x[i] = s.Positive()
		require.True(t, x[i] > 0 && x[i] < 1)
		counts[s.Below(100)]++
	}
	assert.Less(t, chiSquare(counts), plausible)
	clear(counts)
	for _, v := range x {
		counts[int(v*100)]++
	}
	assert.Less(t, chiSquare(counts), plausible)
}
