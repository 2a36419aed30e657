package datasets_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestFirst(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3, 5} {
		v, err := datasets.First(counted(5), n)
		require.NoError(t, err)
		assert.Equal(t, []int{0, 1, 2, 3, 4}[:n], v.Index())
	}
	for _, n := range []int{-1, 0, 6} {
		_, err := datasets.First(counted(5), n)
		assert.ErrorIs(t, err, datasets.ErrRange)
		assert.ErrorContains(t, err, fmt.Sprintf("the first %d samples of 5", n))
	}
	_, err := datasets.First(nil, 1)
	assert.Error(t, err)
}

func TestSelect(t *testing.T) {
	t.Parallel()
	v, err := datasets.Select(counted(5), []int{4, 0, 4})
	require.NoError(t, err)
	inner, err := datasets.Select(v, []int{2, 1})
	require.NoError(t, err)
	got, err := collect(t.Context(), inner, datasets.BatchOptions{Size: 2})
	require.NoError(t, err)
	assert.Equal(t, []float32{40, 41, 42, 43, 44, 45, 0, 1, 2, 3, 4, 5}, got[0].X.Float32s())
	assert.Equal(t, []int32{1, 0}, got[0].Y.Int32s())
	assert.Equal(t, []int{0, 1}, got[0].Index, "positions in the view")
	assert.Equal(t, []int{4, 0, 4}, v.Index())

	for _, bad := range []int{-1, 5} {
		_, err = datasets.Select(counted(5), []int{0, bad})
		require.ErrorIs(t, err, datasets.ErrRange)
		assert.ErrorContains(t, err, "position 1")
	}
	none, err := datasets.Select(counted(5), nil)
	require.NoError(t, err)
	_, err = collect(t.Context(), none, datasets.BatchOptions{Size: 1})
	assert.ErrorIs(t, err, datasets.ErrEmpty)
}

func TestSplit(t *testing.T) {
	t.Parallel()
	src := counted(40)
	a, b, err := datasets.Split(src, 0.7, 5)
	require.NoError(t, err)
	assert.Equal(t, 28, a.Len())
	assert.Equal(t, 12, b.Len())
	assert.True(t, slices.IsSorted(a.Index()))
	all := slices.Sorted(slices.Values(slices.Concat(a.Index(), b.Index())))
	for i, s := range all {
		require.Equal(t, i, s)
	}
	again, _, err := datasets.Split(src, 0.7, 5)
	require.NoError(t, err)
	assert.Equal(t, a.Index(), again.Index())
	other, _, err := datasets.Split(src, 0.7, 6)
	require.NoError(t, err)
	assert.NotEqual(t, a.Index(), other.Index())

	// The part is not the beginning of the shuffled order of the same seed.
	shuffled, err := collect(t.Context(), src, datasets.BatchOptions{Size: 40, Shuffle: true, Seed: 5})
	require.NoError(t, err)
	assert.NotEqual(t, a.Index(), slices.Sorted(slices.Values(shuffled[0].Index[:28])))

	// What happens to one part does not change the order of the other.
	before, err := collect(t.Context(), b, datasets.BatchOptions{Size: 5, Shuffle: true, Seed: 5})
	require.NoError(t, err)
	_, err = collect(t.Context(), a, datasets.BatchOptions{Size: 3, Shuffle: true, Seed: 5})
	require.NoError(t, err)
	after, err := collect(t.Context(), b, datasets.BatchOptions{Size: 5, Shuffle: true, Seed: 5})
	require.NoError(t, err)
	assert.Equal(t, order(before), order(after))
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	for _, fraction := range []float64{0, 1, -0.1, 1.1, math.NaN()} {
		_, _, err := datasets.Split(counted(10), fraction, 1)
		assert.ErrorIs(t, err, datasets.ErrOption, "%v", fraction)
	}
	for _, n := range []int{0, 1, 10} {
		_, _, err := datasets.Split(counted(n), 0.01, 1)
		assert.ErrorIs(t, err, datasets.ErrEmpty, "%d", n)
	}
}

func TestOfClasses(t *testing.T) {
	t.Parallel()
	high, err := datasets.OfClasses(images(), 1)
	require.NoError(t, err)
	assert.Equal(t, []int{0}, high.Index())
	task, err := datasets.SpikeTask(40, 1, 1)
	require.NoError(t, err)
	threes, err := datasets.OfClasses(task, 3)
	require.NoError(t, err)
	assert.Equal(t, []int{3, 23}, threes.Index())

	v, err := datasets.OfClasses(counted(7), 2, 0, 2)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 2, 3, 5, 6}, v.Index())
	c, ok := v.Label(1)
	assert.True(t, ok)
	assert.EqualValues(t, 2, c)
	_, err = datasets.OfClasses(counted(7))
	assert.ErrorIs(t, err, datasets.ErrOption)
	assert.ErrorContains(t, err, "no classes")
	_, err = datasets.OfClasses(counted(7), 3)
	require.ErrorIs(t, err, datasets.ErrEmpty)
	_, err = datasets.OfClasses(&datasets.Samples{X: []float32{1}}, 0)
	assert.ErrorIs(t, err, datasets.ErrOption)
}

func TestPerClass(t *testing.T) {
	t.Parallel()
	v, err := datasets.PerClass(counted(8), 2)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2, 3, 4, 5}, v.Index())
	_, err = datasets.PerClass(counted(8), 3)
	require.ErrorIs(t, err, datasets.ErrEmpty)
	assert.ErrorContains(t, err, "class 2 has 2 samples, expected 3")
	_, err = datasets.PerClass(counted(8), 0)
	require.ErrorIs(t, err, datasets.ErrOption)
	_, err = datasets.PerClass(&datasets.Samples{X: []float32{1}}, 1)
	assert.ErrorIs(t, err, datasets.ErrOption)
}
