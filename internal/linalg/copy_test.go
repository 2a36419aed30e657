package linalg_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"github.com/stretchr/testify/assert"
)

func TestClone(t *testing.T) {
	x := []float64{1, 2, 3}
	y := linalg.Clone(x)
	x[0] = 9
	assert.Equal(t, []float64{1, 2, 3}, y)
	assert.Empty(t, linalg.Clone([]float64(nil)))
}

func TestAppend(t *testing.T) {
	var x, want []int
	for n := range 200 {
		y := make([]int, n)
		for i := range y {
			y[i] = n*1000 + i
		}
		before := cap(x)
		x, want = linalg.Append(x, y), append(want, y...)
		assert.Equal(t, want, x)
		if cap(x) != before {
			assert.GreaterOrEqual(t, cap(x), before+before/4, "so that memory is seldom made")
		}
	}
	room := make([]int, 1, 4)
	assert.Same(t, &room[0], &linalg.Append(room, []int{1, 2, 3})[0], "in the memory that there is")
}
