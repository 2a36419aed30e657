package main

import (
	"context"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tones returns two samples in which the channels 20 to 39 are loud for 40 steps.
func tones() *datasets.Samples {
	s := &datasets.Samples{
		X: slices.Repeat([]float32{silence}, 2*longest*channels), Shape: []int{longest, channels},
		Labels: make([]int32, 2), Classes: 10,
	}
	for i := range 2 {
		for at := range 40 {
			for c := 20; c < 40; c++ {
				s.X[(i*longest+at)*channels+c] = 0
			}
		}
	}
	return s
}

// read returns a sample as it is heard in an epoch.
func read(h heard, epoch, i int) []float32 {
	h.epoch = epoch
	x := make([]float32, h.steps*channels)
	h.Read(x, i)
	return x
}

func TestHeardVaries(t *testing.T) {
	h := heard{Samples: tones(), steps: 60, seed: 1, vary: true}
	assert.Equal(t, read(h, 3, 0), read(h, 3, 0), "the same epoch")
	assert.NotEqual(t, read(h, 3, 0), read(h, 4, 0), "another epoch")
	assert.NotEqual(t, read(h, 3, 0), read(h, 3, 1), "another recording")
	h.vary = false
	assert.Equal(t, read(h, 3, 0), read(h, 4, 1), "as it is")
}

// As it is, a sound begins after a while and is where it was; the loudest of it is a current of 2.
func TestHeardAsItIs(t *testing.T) {
	x := read(heard{Samples: tones(), steps: 60}, 0, 0)
	for t0 := range 60 {
		for c := range channels {
			v := x[t0*channels+c]
			if c < 20 || c >= 40 || t0 < start || t0 >= start+40 {
				assert.Zero(t, v, "step %d, channel %d", t0, c)
			} else {
				assert.Greater(t, v, float32(1.5), "step %d, channel %d", t0, c)
			}
		}
	}
	assert.InDelta(t, 2, slices.Max(x), 1e-6)
}

// What is heard when it varies is still the tone, louder than its surroundings.
func TestHeardIsTheSound(t *testing.T) {
	h := heard{Samples: tones(), steps: 60, seed: 1, vary: true}
	var in, out float64
	for epoch := range 50 {
		for k, v := range read(h, epoch, 0) {
			assert.True(t, v >= 0 && v <= 2, "%v", v)
			switch t0, c := k/channels, k%channels; {
			case t0 >= 15 && t0 < 28 && c >= 28 && c < 32:
				in += float64(v) / (50 * 13 * 4)
			case c < 8:
				out += float64(v) / (50 * 60 * 8)
			}
		}
	}
	assert.Greater(t, in, 1.2)
	assert.Less(t, out, 0.5)
}

func TestVariedBatches(t *testing.T) {
	h := heard{Samples: tones(), steps: 40, seed: 1, vary: true}
	data := varied(h, datasets.BatchOptions{Size: 2, Layout: datasets.TimeFirst})
	assert.Equal(t, 1, data.Batches)
	epoch := func(k int) any {
		for b, err := range data.Epoch(context.Background(), k) {
			require.NoError(t, err)
			assert.Equal(t, []int{40, 2, channels}, []int(b.X.Shape()))
			return b.X.Data()
		}
		return nil
	}
	assert.Equal(t, epoch(1), epoch(1))
	assert.NotEqual(t, epoch(1), epoch(2))
}
