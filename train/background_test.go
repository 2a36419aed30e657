package train_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Checkpoints that are written beside the training hold what those hold that it waits for, and the
// hook hears of each once it is on disk: when the next is due, or at the end.
func TestBackgroundCheckpoints(t *testing.T) {
	t.Parallel()
	run := func(background bool) (dir string, events []string) {
		o := runOptions(t.TempDir())
		o.Checkpoint.Every, o.Checkpoint.Background = 2, background
		o.Hooks.OnBatch = func(b train.Batch) error {
			events = append(events, fmt.Sprint("batch ", b.Epoch*5+b.Batch))
			return nil
		}
		o.Hooks.OnCheckpoint = func(path string) {
			_, err := checkpoint.ReadFile(path)
			require.NoError(t, err)
			events = append(events, filepath.Base(path))
		}
		fitted(t, blobTrainer(), blobData(34, 8), o)
		return o.Checkpoint.Dir, events
	}
	waited, _ := run(false)
	beside, events := run(true)
	assert.Equal(t, []string{"batch 0", "batch 1", "batch 2", "batch 3", "checkpoint-2.safetensors", "batch 4", "checkpoint-4.safetensors",
		"batch 5", "batch 6", "checkpoint-6.safetensors"}, events[:10])
	assert.Equal(t, "checkpoint-18.safetensors", events[len(events)-1])
	want, err := filepath.Glob(filepath.Join(waited, "*"))
	require.NoError(t, err)
	require.Len(t, want, 10)
	for _, path := range want {
		a, err := checkpoint.ReadFile(path)
		require.NoError(t, err)
		b, err := checkpoint.ReadFile(filepath.Join(beside, filepath.Base(path)))
		require.NoError(t, err)
		require.Equal(t, len(a.Tensors), len(b.Tensors))
		for i := range a.Tensors {
			assert.Equal(t, a.Tensors[i].Name, b.Tensors[i].Name)
			assert.Equal(t, a.Tensors[i].Value.Data(), b.Tensors[i].Value.Data(), "%s: %s", path, a.Tensors[i].Name)
		}
	}
}

// A checkpoint that cannot be written ends the training, at the latest when that is over.
func TestBackgroundErrors(t *testing.T) {
	t.Parallel()
	for epochs, want := range map[int]int{1: 1, 5: 2} {
		dir := filepath.Join(t.TempDir(), "run")
		o := train.FitOptions{Epochs: epochs, Checkpoint: train.Checkpoint{Dir: dir, Background: true}}
		o.Hooks.OnBatch = func(train.Batch) error { return os.WriteFile(dir, nil, 0o600) } // a file is in the way
		h, err := blobTrainer().Fit(t.Context(), blobData(8, 8), o)
		var at *os.PathError
		require.ErrorAs(t, err, &at)
		assert.Len(t, h.Epochs, want, "the next checkpoint is one too many")
	}
}

// What is kept: the last, some of the others, and the best by what is monitored.
func TestCheckpointsKept(t *testing.T) {
	t.Parallel()
	kept := func(c train.Checkpoint, m train.Monitor) (steps []int64, h *train.History) {
		c.Dir = t.TempDir()
		h = fitted(t, blobTrainer(), blobData(34, 8), train.FitOptions{Epochs: 4, Validation: blobData(12, 5), Checkpoint: c, Monitor: m})
		all, err := checkpoint.Series{Dir: c.Dir}.List()
		require.NoError(t, err)
		for _, s := range all {
			steps = append(steps, s.Step)
		}
		return steps, h
	}
	all, _ := kept(train.Checkpoint{Every: 3}, train.Monitor{}) // 5 batches and the end of each of 4 epochs
	assert.Equal(t, []int64{3, 6, 9, 12, 15, 18, 21, 24}, all)
	some, _ := kept(train.Checkpoint{Every: 3, KeepLast: 2, KeepEvery: 7}, train.Monitor{})
	assert.Equal(t, []int64{3, 12, 21, 24}, some)
	for _, higher := range []bool{false, true} {
		best, h := kept(train.Checkpoint{Every: 3, KeepBest: 1}, train.Monitor{Higher: higher})
		at := 0
		for i, e := range h.Epochs {
			if gain := h.Epochs[at].Validation.Loss - e.Validation.Loss; i > 0 && (gain >= 0) != higher {
				at = i
			}
		}
		want := []int64{int64(6 * (at + 1)), 24}
		if at == 3 {
			want = want[1:]
		}
		assert.Equal(t, want, best, "higher is better: %v", higher)
	}
}

// killDir names the directory of the run that is to be killed, to the process that does it.
const killDir = "SPIKEGRAPH_TEST_KILL"

// killedRun is the run of TestKilledWriter: a checkpoint after every batch, written beside the training.
func killedRun(dir string, epochs int) train.FitOptions {
	o := runOptions(dir)
	o.Epochs, o.Checkpoint.Every, o.Checkpoint.KeepLast, o.Checkpoint.Background = epochs, 1, 2, true
	return o
}

// A run whose process is killed, again and again, at any moment, goes on from files that are whole, and
// comes to what a run comes to that no one disturbed.
func TestKilledWriter(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" { // this is the process to be killed
		fitted(t, blobTrainer(), blobData(34, 8), killedRun(dir, 1<<30))
	}
	t.Parallel()
	dir := t.TempDir()
	series := checkpoint.Series{Dir: dir}
	var last int64
	for i := range 5 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$", "-test.timeout=2m") // it does not outlive this one by long
		child.Env = append(os.Environ(), killDir+"="+dir)
		require.NoError(t, child.Start())
		goal := last + 3
		for patience := time.Now(); last < goal; {
			all, err := series.List()
			require.NoError(t, err)
			if len(all) > 0 {
				last = all[len(all)-1].Step
			}
			require.Less(t, time.Since(patience), time.Minute, "no checkpoint comes")
			time.Sleep(time.Millisecond / 4)
		}
		time.Sleep(time.Duration(i) * 300 * time.Microsecond)
		require.NoError(t, child.Process.Kill())
		require.Error(t, child.Wait())
		all, err := series.List()
		require.NoError(t, err)
		require.NotEmpty(t, all)
		for _, s := range all {
			_, err := checkpoint.ReadFile(s.Path)
			require.NoError(t, err)
		}
		last = all[len(all)-1].Step
	}
	epochs := int(last)/6 + 2
	again := blobTrainer()
	got := fitted(t, again, blobData(34, 8), killedRun(dir, epochs))
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, left, "what the killed ones left")
	whole := blobTrainer()
	o := killedRun("", epochs)
	o.Checkpoint = train.Checkpoint{}
	want := fitted(t, whole, blobData(34, 8), o)
	assert.Equal(t, timeless(want), timeless(got))
	assert.Equal(t, weights(whole.Store), weights(again.Store))
}
