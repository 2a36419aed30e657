package train_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// timeless returns the history without what a clock decides.
func timeless(h *train.History) *train.History {
	for i := range h.Epochs {
		h.Epochs[i].Seconds = 0
	}
	return h
}

// runOptions are those of the runs that are interrupted: 3 epochs of 5 batches, the last short.
func runOptions(dir string) train.FitOptions {
	return train.FitOptions{Epochs: 3, Validation: blobData(12, 5), Monitor: train.Monitor{Patience: 50},
		Checkpoint: train.Checkpoint{Dir: dir, Resume: true}}
}

// scheduled is an optimizer whose rate depends on the number of the update.
func scheduled() train.Optimizer {
	o := optim.NewAdam(0.01)
	o.LR = optim.ExponentialDecay{LR: 0.01, Steps: 3, Decay: 0.8}
	return o
}

func TestResumedRunEqualsUninterrupted(t *testing.T) {
	t.Parallel()
	for name, accumulate := range map[string]int{"plain": 1, "accumulating": 3} {
		trainer := func() *train.BPTT[lifState] {
			b := blobTrainer()
			b.Optimizer, b.Accumulate = scheduled(), accumulate
			return b
		}
		whole := trainer()
		want := timeless(fitted(t, whole, blobData(34, 8), train.FitOptions{Epochs: 3, Validation: blobData(12, 5), Monitor: train.Monitor{Patience: 50}}))
		for stop := range 15 {
			t.Run(fmt.Sprint(name, " after batch ", stop), func(t *testing.T) {
				t.Parallel()
				o := runOptions(t.TempDir())
				ctx, cancel := context.WithCancel(t.Context())
				o.Hooks.OnBatch = func(r train.Batch) error {
					if r.Epoch*5+r.Batch == stop {
						cancel()
					}
					return nil
				}
				_, err := trainer().Fit(ctx, blobData(34, 8), o)
				require.ErrorIs(t, err, context.Canceled)

				trained := 0
				o.Hooks.OnBatch = func(train.Batch) error { trained++; return nil }
				again := trainer()
				got := fitted(t, again, blobData(34, 8), o)
				assert.Equal(t, weights(whole.Store), weights(again.Store))
				assert.Equal(t, want, timeless(got))
				assert.Equal(t, 14-stop, trained, "no batch is trained twice")
			})
		}
	}
}

// Interrupted after every batch, each time by a new process.
func TestResumeAgainAndAgain(t *testing.T) {
	t.Parallel()
	whole := recallTrainer()
	whole.Chunks = train.Chunks{K: 4, Stride: 2}
	data := train.FromBatches(sequences(7, 3, 1, 1), sequences(7, 3, 1, 2), sequences(5, 2, 1, 3))
	want := timeless(fitted(t, whole, data, train.FitOptions{Epochs: 2}))
	o := train.FitOptions{Epochs: 2, Checkpoint: train.Checkpoint{Dir: t.TempDir(), Resume: true},
		Hooks: train.Hooks{OnBatch: func(train.Batch) error { return train.ErrStop }}}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 6 {
		b := recallTrainer()
		b.Chunks = whole.Chunks
		require.Len(t, fitted(t, b, data, o).Batches, i+1)
		again := recallTrainer()
		again.Chunks = whole.Chunks
		h, err := again.Fit(done, data, o) // interrupted before anything is done
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, checkpoint.ErrStep)
		require.Len(t, h.Batches, i+1)
	}
	last := recallTrainer()
	last.Chunks = whole.Chunks
	o.Hooks = train.Hooks{}
	got := fitted(t, last, data, o)
	assert.Equal(t, want, timeless(got))
	assert.Equal(t, weights(whole.Store), weights(last.Store))
	assert.Empty(t, got.Stopped)
}

// A run that ended goes on when more is asked of it.
func TestResumeFurther(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]train.FitOptions{"epochs": {Epochs: 2}, "updates": {Updates: 7}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, first, second := blobTrainer(), blobTrainer(), blobTrainer()
			want := fitted(t, whole, blobData(34, 8), train.FitOptions{Epochs: 4})
			part.Checkpoint = train.Checkpoint{Dir: t.TempDir(), Resume: true}
			fitted(t, first, blobData(34, 8), part)
			part.Epochs, part.Updates = 4, 0
			got := fitted(t, second, blobData(34, 8), part)
			assert.Equal(t, weights(whole.Store), weights(second.Store))
			assert.Equal(t, timeless(want), timeless(got))
		})
	}
}

// A run that was stopped early stays stopped, and its model is there.
func TestResumeOfAFinishedRun(t *testing.T) {
	t.Parallel()
	still := func() *train.BPTT[lifState] {
		b := blobTrainer()
		b.Net, b.Optimizer = spiking(2, 12, 2, 0), optim.NewSGD(0)
		return b
	}
	o := runOptions(t.TempDir())
	o.Epochs, o.Monitor.Patience = 30, 2
	first := still()
	want := fitted(t, first, blobData(8, 8), o)
	require.NotEmpty(t, want.Stopped)
	b := still()
	b.Store = graph.NewStore(7)
	got := fitted(t, b, blobData(8, 8), o)
	assert.Equal(t, timeless(want), timeless(got))
	assert.Equal(t, weights(first.Store), weights(b.Store))
}

func TestCheckpointFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := runOptions(dir)
	o.Checkpoint.Every, o.Checkpoint.KeepLast = 2, 3
	var saved []string
	o.Hooks.OnCheckpoint = func(path string) { saved = append(saved, filepath.Base(path)) }
	fitted(t, blobTrainer(), blobData(34, 8), o)
	assert.Equal(t, []string{
		"checkpoint-2.safetensors", "checkpoint-4.safetensors", "checkpoint-6.safetensors",
		"checkpoint-8.safetensors", "checkpoint-10.safetensors", "checkpoint-12.safetensors",
		"checkpoint-14.safetensors", "checkpoint-16.safetensors", "checkpoint-18.safetensors"}, saved)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	assert.Equal(t, []string{"best.safetensors", "checkpoint-14.safetensors", "checkpoint-16.safetensors", "checkpoint-18.safetensors"}, names)

	o.Checkpoint.Resume = false
	_, err = blobTrainer().Fit(t.Context(), blobData(34, 8), o)
	assert.ErrorIs(t, err, train.ErrSettings)
	assert.ErrorContains(t, err, "holds checkpoints")
}

func TestResumeRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fitted(t, blobTrainer(), blobData(16, 8), train.FitOptions{Epochs: 1, Checkpoint: train.Checkpoint{Dir: dir}})
	path := filepath.Join(dir, "checkpoint-3.safetensors")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	resume := func(t *testing.T, content []byte, b *train.BPTT[lifState], d train.Data) error {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "checkpoint-3.safetensors"), content, 0o600))
		_, err := b.Fit(t.Context(), d, train.FitOptions{Epochs: 2, Checkpoint: train.Checkpoint{Dir: dir, Resume: true}})
		require.Error(t, err)
		assert.True(t, strings.HasPrefix(err.Error(), "train: resuming from "+dir), err)
		return err
	}
	swap := func(i int) []byte {
		c := append([]byte(nil), whole...)
		c[i] ^= 1
		return c
	}
	data := blobData(16, 8)
	for name, c := range map[string]struct {
		content []byte
		is      error
	}{
		"truncated":        {whole[:len(whole)-3], checkpoint.ErrTruncated},
		"a changed byte":   {swap(len(whole) - 20), checkpoint.ErrChecksum},
		"empty":            {nil, checkpoint.ErrTruncated},
		"newer":            {[]byte(strings.Replace(string(whole), `"spikegraph.version":"1"`, `"spikegraph.version":"9"`, 1)), checkpoint.ErrVersion},
		"something else":   {swap(3), nil},
		"another's kind":   {encoded(t, &checkpoint.File{Kind: "weights"}), checkpoint.ErrMismatch},
		"no such position": {encoded(t, stateFile(`{"At":{"Epoch":-1}}`)), checkpoint.ErrFormat},
		"lost columns":     {encoded(t, stateFile(`{"At":{"Total":{"Samples":1,"Sums":["1"]}}}`)), checkpoint.ErrFormat},
		"without a state":  {encoded(t, &checkpoint.File{Kind: "spikegraph.train"}), checkpoint.ErrFormat},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := resume(t, c.content, blobTrainer(), data)
			if c.is != nil {
				assert.ErrorIs(t, err, c.is)
			}
		})
	}
	t.Run("another model", func(t *testing.T) {
		t.Parallel()
		b := blobTrainer()
		b.Net, b.Model, b.Seed = spiking(2, 13, 2, 0.2), "a wider one", 8
		err := resume(t, whole, b, data)
		assert.ErrorIs(t, err, checkpoint.ErrMismatch)
		for _, text := range []string{"hidden.W F32 [2 12]", "hidden.W F32 [2 13]", "out.W F32 [12 2]", "out.W F32 [13 2]",
			"optim.hidden.W.m", "it is of seed 7, not 8, model ``, not `a wider one`"} {
			assert.ErrorContains(t, err, text)
		}
	})
	t.Run("parts of a description", func(t *testing.T) {
		t.Parallel()
		b := blobTrainer()
		b.Model = "dt 1; a; b"
		dir := t.TempDir()
		o := train.FitOptions{Epochs: 1, Checkpoint: train.Checkpoint{Dir: dir}}
		_, err := b.Fit(t.Context(), data, o)
		require.NoError(t, err)
		b = blobTrainer()
		b.Model, o.Checkpoint.Resume = "dt 1; a; c", true
		_, err = b.Fit(t.Context(), data, o)
		assert.ErrorContains(t, err, "it is of model `b`, not `c`")
		assert.NotContains(t, err.Error(), "dt 1", "what is the same is not told")
	})
	t.Run("another optimizer", func(t *testing.T) {
		t.Parallel()
		b := blobTrainer()
		b.Optimizer = optim.NewMomentum(0.1)
		err := resume(t, whole, b, data)
		assert.ErrorContains(t, err, "unexpected in the file: optim.hidden.W.m")
	})
	t.Run("other data", func(t *testing.T) {
		t.Parallel()
		other := data
		other.Seed = 99
		assert.ErrorContains(t, resume(t, whole, blobTrainer(), other), "seed of the data 3, not 99")
		assert.ErrorIs(t, resume(t, whole, blobTrainer(), train.FromBatches()), datasets.ErrEmpty)
	})
}

// A mismatch changes nothing of the model.
func TestResumeRefusalChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := blobTrainer()
	fitted(t, b, blobData(16, 8), train.FitOptions{Epochs: 1, Checkpoint: train.Checkpoint{Dir: dir}})
	other := blobTrainer()
	other.Seed = 8
	_, err := other.Fit(t.Context(), blobData(16, 8), train.FitOptions{Epochs: 2, Checkpoint: train.Checkpoint{Dir: dir, Resume: true}})
	require.ErrorIs(t, err, checkpoint.ErrMismatch)
	fresh := blobTrainer()
	fresh.Seed = 8
	_, err = fresh.Evaluate(t.Context(), blobData(16, 8))
	require.NoError(t, err)
	assert.Equal(t, weights(fresh.Store)["hidden.W"], weights(other.Store)["hidden.W"])
}

func stateFile(state string) *checkpoint.File {
	return &checkpoint.File{Kind: "spikegraph.train", Metadata: map[string]string{"spikegraph.train": state}}
}

func encoded(t *testing.T, f *checkpoint.File) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, checkpoint.WriteFile(path, f))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// A directory that cannot be written is an error of training.
func TestCheckpointCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := blobTrainer().Fit(t.Context(), blobData(8, 8), train.FitOptions{Epochs: 1,
		Checkpoint: train.Checkpoint{Dir: filepath.Join(file, "dir")}})
	var at *os.PathError
	assert.True(t, errors.As(err, &at), err)
}
