package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVowels(t *testing.T) {
	dir := t.TempDir()
	s, err := run(io.Discard, config{neurons: 150, seed: 1, out: dir})
	require.NoError(t, err)
	assert.Greater(t, s.frames, 0.88)
	assert.Greater(t, s.utterances, 0.93)
	info, err := os.Stat(filepath.Join(dir, "vowels.png"))
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(10000))
}

// TestScore has two utterances: of the first two frames are right, of the second the last one, which
// does not outweigh the others.
func TestScore(t *testing.T) {
	test := &datasets.Utterances{Classes: 2, Labels: []int32{0, 1}}
	s := score([][]float64{{1, 0, 1, 0}, {5, 0, 1, 0, 0, 2}}, test)
	assert.InDelta(t, 3./5, s.frames, 1e-15)
	assert.InDelta(t, 0.5, s.utterances, 1e-15)
	assert.InDeltaSlice(t, []float64{0.5, 0.5, 0.5}, s.after, 1e-15)
}
