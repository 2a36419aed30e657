package main

import (
	"context"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tone returns two samples in which the channels 20 to 39 always fire.
func tone(t *testing.T) *datasets.Spikes {
	t.Helper()
	s, err := datasets.NewSpikes(2, 40, 64, 1)
	require.NoError(t, err)
	for i := range 2 {
		for at := range 40 {
			for c := 20; c < 40; c++ {
				s.Set(i, at, c)
			}
		}
	}
	return s
}

// read returns a sample as it is heard in an epoch.
func read(s *datasets.Spikes, epoch, i int) []float32 {
	x := make([]float32, s.Steps*s.Channels)
	heard{s, 1, epoch}.Read(x, i)
	return x
}

func TestHeardVaries(t *testing.T) {
	s := tone(t)
	assert.Equal(t, read(s, 3, 0), read(s, 3, 0), "the same epoch")
	assert.NotEqual(t, read(s, 3, 0), read(s, 4, 0), "another epoch")
	assert.NotEqual(t, read(s, 3, 0), read(s, 3, 1), "another recording")
}

// What is heard is still the tone: most of its spikes, and few that are none.
func TestHeardIsTheSound(t *testing.T) {
	s := tone(t)
	var in, out, n float64
	for epoch := range 50 {
		for k, v := range read(s, epoch, 0) {
			switch c := k % 64; {
			case v != 0 && v != 1:
				t.Fatalf("%v is no spike", v)
			case c >= 29 && c < 31:
				in, n = in+float64(v), n+1
			case c < 8 || c > 52:
				out += float64(v)
			}
		}
	}
	assert.InDelta(t, 0.7, in/n, 0.2)
	assert.Less(t, out/(50*40*19), noise)
}

func TestVariedBatches(t *testing.T) {
	data := varied(tone(t), datasets.BatchOptions{Size: 2, Layout: datasets.TimeFirst})
	assert.Equal(t, 1, data.Batches)
	epoch := func(k int) any {
		for b, err := range data.Epoch(context.Background(), k) {
			require.NoError(t, err)
			assert.Equal(t, []int{40, 2, 64}, []int(b.X.Shape()))
			return b.X.Data()
		}
		return nil
	}
	assert.Equal(t, epoch(1), epoch(1))
	assert.NotEqual(t, epoch(1), epoch(2))
}
