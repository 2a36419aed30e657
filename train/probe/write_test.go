package probe_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/train/npz"
	"github.com/spikegraph/spikegraph/train/probe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func recording(t *testing.T) *probe.Recording {
	t.Helper()
	p := &probe.Probe[state]{Trainer: trainer(0), Watch: []probe.Watch{
		{Name: "hidden", Neurons: []int{2, 4}}, {Name: "Hidden.V", Every: 3}, {Name: "Hidden.V", Samples: []int{1}},
	}}
	r, err := p.Run(t.Context(), input(8, 2, 3))
	require.NoError(t, err)
	return r
}

func TestCSV(t *testing.T) {
	t.Parallel()
	r := recording(t)
	path := filepath.Join(t.TempDir(), "r.csv")
	require.NoError(t, r.SaveCSV(path))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+8*2*2+3*2*5+8*1*5)
	assert.Equal(t, []string{"name", "step", "sample", "neuron", "value"}, rows[0])
	last := rows[len(rows)-1]
	assert.Equal(t, []string{"Hidden.V", "7", "1", "4"}, last[:4])
	v, err := strconv.ParseFloat(last[4], 32)
	require.NoError(t, err)
	assert.Equal(t, r.Traces[2].At(7, 0, 4), v)
}

// Part by part, the rows are those of the whole recording; a writer that fails ends the run.
func TestStreamCSV(t *testing.T) {
	t.Parallel()
	for _, watch := range [][]probe.Watch{{{Name: "hidden", Every: 3}}, {{Name: "hidden"}, {Name: "Hidden.V", Neurons: []int{1}}}} {
		p := &probe.Probe[state]{Trainer: trainer(0), Watch: watch, Chunk: 3}
		x := input(8, 2, 3)
		r, err := p.Run(t.Context(), x)
		require.NoError(t, err)
		var whole, parts bytes.Buffer
		require.NoError(t, r.WriteCSV(&whole))
		require.NoError(t, p.StreamCSV(t.Context(), x, &parts))
		if len(watch) == 1 {
			assert.Equal(t, whole.String(), parts.String())
		}
		assert.ElementsMatch(t, strings.Split(whole.String(), "\n"), strings.Split(parts.String(), "\n"))
		w := &failing{after: 60}
		assert.ErrorIs(t, p.StreamCSV(t.Context(), x, w), errFull)
		assert.Equal(t, 1, w.failed, "nothing is written after an error")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		assert.ErrorIs(t, p.StreamCSV(ctx, x, &parts), context.Canceled)
	}
}

// failing takes so many bytes.
type failing struct{ after, failed int }

func (f *failing) Write(b []byte) (int, error) {
	if f.after -= len(b); f.after < 0 {
		f.failed++
		return 0, errFull
	}
	return len(b), nil
}

func TestNPZ(t *testing.T) {
	t.Parallel()
	r := recording(t)
	path := filepath.Join(t.TempDir(), "r.npz")
	require.NoError(t, r.SaveNPZ(path))
	f, err := npz.ReadFile(path)
	require.NoError(t, err)
	assert.Len(t, f.Tensors, 15)
	assert.Equal(t, r.Traces[2].Values().Float32s(), f.Tensor("Hidden.V#2").Data())
	assert.Equal(t, []int{8, 1, 5}, []int(f.Tensor("Hidden.V#2").Shape()))
	for name, want := range map[string][]int64{
		"hidden.neurons": {2, 4}, "hidden.shape": {5}, "Hidden.V.steps": {0, 3, 6}, "Hidden.V#2.samples": {1},
	} {
		assert.Equal(t, want, f.Tensor(name).Data(), name)
	}
}

// A part of a stream may have no sampled step.
func TestNoSteps(t *testing.T) {
	t.Parallel()
	p := &probe.Probe[state]{Trainer: trainer(4), Chunk: 2, Watch: []probe.Watch{{Name: "y", Every: 10}}}
	var last *probe.Recording
	for r, err := range p.Stream(t.Context(), input(2, 3)) {
		require.NoError(t, err)
		last = r
	}
	require.Empty(t, last.Traces[0].Steps)
	var b bytes.Buffer
	require.NoError(t, last.WriteCSV(&b))
	assert.Equal(t, 1, strings.Count(b.String(), "\n"))
	require.NoError(t, last.WriteNPZ(&b))
}

func TestFilesAreDeterministic(t *testing.T) {
	t.Parallel()
	var files [2]bytes.Buffer
	for i := range files {
		r := recording(t)
		require.NoError(t, r.WriteNPZ(&files[i]))
		require.NoError(t, r.WriteCSV(&files[i]))
	}
	assert.Equal(t, files[0].Bytes(), files[1].Bytes())
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	r := recording(t)
	assert.ErrorIs(t, r.WriteCSV(full{}), errFull)
	assert.ErrorIs(t, r.WriteNPZ(full{}), errFull)
	assert.ErrorIs(t, r.SaveNPZ(filepath.Join(t.TempDir(), "none", "r.npz")), os.ErrNotExist)
}

var errFull = errors.New("full")

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
