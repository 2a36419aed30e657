package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/program"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recordings writes two takes of each of ten tones, 50 ms long, by each of the speakers; the second
// speaker's are higher.
func recordings(t *testing.T, speakers ...string) string {
	t.Helper()
	dir := t.TempDir()
	for who, name := range speakers {
		for digit := range 10 {
			for take := range 2 {
				hz := 200 * math.Pow(1.3, float64(digit)) * (1 + 0.03*float64(who))
				samples := make([]int16, 400)
				for i := range samples {
					samples[i] = int16(8000 * math.Sin(2*math.Pi*hz*float64(i+take)/8000))
				}
				path := filepath.Join(dir, fmt.Sprintf("%d_%s_%d.wav", digit, name, take))
				require.NoError(t, os.WriteFile(path, wav(t, samples), 0o644))
			}
		}
	}
	return dir
}

// wav returns a file of 8 kHz, 16 bits, one channel.
func wav(t *testing.T, samples []int16) []byte {
	t.Helper()
	var b bytes.Buffer
	size := uint32(2 * len(samples))
	for _, v := range []any{
		[]byte("RIFF"), 36 + size, []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(8000),
		uint32(16000), uint16(2), uint16(16), []byte("data"), size, samples,
	} {
		require.NoError(t, binary.Write(&b, binary.LittleEndian, v))
	}
	return b.Bytes()
}

// The program as it is run: it hears, learns, draws and writes weights.
func TestRun(t *testing.T) {
	out := t.TempDir()
	save := filepath.Join(out, "w.safetensors")
	c := config{dir: recordings(t, "ada", "bob", "eve"), held: "bob", omit: "eve", epochs: 1, hidden: 16, steps: 8, batch: 10, rate: 4e-3, seed: 1, files: program.Files{Out: out, Save: save}}
	require.NoError(t, run(context.Background(), c))
	assert.FileExists(t, filepath.Join(out, "spokendigits-curve.png"))
	store := graph.NewStore(0)
	require.NoError(t, train.LoadWeights(save, store, checkpoint.Rules{}))
	for name, shape := range map[string][]int{"conv1.W": {9, past1, sounds}, "back.W": {16, 16}, "hidden.DecayA": {16}, "fc2.W": {16, 10}} {
		p := store.Get(name)
		require.NotNil(t, p, name)
		assert.Equal(t, shape, []int(p.Value.Shape()), name)
	}
}

// Nobody is both learned from and tested, and those left out are neither.
func TestSpeakers(t *testing.T) {
	known, held, err := load(config{dir: recordings(t, "ada", "bob", "eve"), held: "bob", omit: "eve"})
	require.NoError(t, err)
	require.Len(t, known, 20)
	require.Len(t, held, 20)
	for i := range known {
		assert.Equal(t, "ada", known[i].Speaker)
		assert.Equal(t, "bob", held[i].Speaker)
	}
}

// Tones are told apart, though the speaker is another.
func TestLearns(t *testing.T) {
	c := config{dir: recordings(t, "ada", "bob"), held: "bob", hidden: 32, steps: 12, rate: 1e-2, seed: 1}
	known, held, err := load(c)
	require.NoError(t, err)
	voices, err := hear(known)
	require.NoError(t, err)
	unknown, err := hear(held)
	require.NoError(t, err)
	opt := datasets.BatchOptions{Size: 10, Shuffle: true, Seed: 1, Layout: datasets.TimeFirst}
	m := trainer(c, 60)
	_, err = m.Fit(context.Background(), train.FromSource(heard{Samples: voices, steps: c.steps}, opt), train.FitOptions{Epochs: 30})
	require.NoError(t, err)
	scores, err := m.Evaluate(context.Background(), train.FromSource(heard{Samples: unknown, steps: c.steps}, opt))
	require.NoError(t, err)
	accuracy, ok := scores.Metric("accuracy")
	require.True(t, ok)
	assert.Greater(t, accuracy, 0.6)
}

func TestFaults(t *testing.T) {
	ctx := context.Background()
	assert.ErrorContains(t, run(ctx, config{steps: 8}), "-dir is not given")
	assert.ErrorContains(t, run(ctx, config{dir: "x"}), "-steps is 0, want at least 1")
	assert.ErrorContains(t, run(ctx, config{steps: 8, dir: filepath.Join(t.TempDir(), "none")}), "datasets:")
	two := recordings(t, "ada", "bob")
	assert.ErrorContains(t, run(ctx, config{steps: 8, dir: two, held: "eve"}), `no recording by "eve"`)
	assert.ErrorContains(t, run(ctx, config{steps: 8, dir: two, held: "ada", omit: "eve"}), `no recording by "eve"`)
}
