package model_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pictures has several batches in a pass, for methods of both kinds.
const pictures = "seed = 4\n[data]\nset = \"fashion_small\"\nlimit = 60\ntest_limit = 20\nbatch = 10\neval_batch = 10\n" +
	"[[layer]]\ntype = \"dense\"\nname = \"rate\"\nout = 12\n[[layer]]\ntype = \"activation\"\nfunc = \"tanh\"\n[[layer]]\ntype = \"dense\"\nname = \"out\"\nout = 10\n"

var methods = map[string]string{
	"ridge": pictures + "[readout]\ntype = \"ridge\"\nalpha = 0.1\n[train]\nsteps = 2\n",
	"rls":   pictures + "[readout]\ntype = \"rls\"\nevery = 3\n[train]\nsteps = 2\nepochs = 2\n",
}

// fitted returns the model after a fit that is interrupted and resumed after every batch, or, without a
// directory, is not.
func fitted(t *testing.T, text, dir string) (m *model.Model, h *train.History, runs int) {
	t.Helper()
	for {
		runs++
		m = open(t, text)
		o := m.Fit
		ctx, cancel := context.WithCancel(t.Context())
		if dir != "" {
			o.Checkpoint = train.Checkpoint{Dir: dir, Every: 1, KeepLast: 2, KeepBest: 1, Resume: true, Background: true}
			o.Hooks.OnCheckpoint = func(string) { cancel() }
		}
		h, err := m.FitReadout(ctx, o)
		cancel()
		if err == nil {
			return m, h, runs
		}
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestReadoutResumes(t *testing.T) {
	t.Parallel()
	for name, text := range methods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole, want, runs := fitted(t, text, "")
			require.Equal(t, 1, runs)
			dir := t.TempDir()
			parts, got, runs := fitted(t, text, dir)
			assert.Greater(t, runs, 3)
			for _, p := range whole.Trainer.Store.Params() {
				assert.Equal(t, p.Value.Data(), parts.Trainer.Store.Get(p.Name).Value.Data(), p.Name)
			}
			require.Len(t, got.Epochs, len(want.Epochs))
			for i, e := range want.Epochs {
				e.Seconds, got.Epochs[i].Seconds = 0, 0
				assert.Equal(t, e, got.Epochs[i])
			}
			all, err := checkpoint.Series{Dir: dir}.List()
			require.NoError(t, err)
			assert.LessOrEqual(t, len(all), 3)
			best, err := checkpoint.ReadFile(filepath.Join(dir, "best.safetensors"))
			require.NoError(t, err)
			assert.NotNil(t, best.Tensor("out.W"))
			_, h, runs := fitted(t, text, dir)
			assert.Equal(t, 1, runs, "nothing is left to do")
			assert.Len(t, h.Epochs, len(want.Epochs))
		})
	}
}

// The checkpoint of another method, network or seed is refused, and so is one without a position.
func TestReadoutResumesItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m := open(t, methods["ridge"])
	o := m.Fit
	o.Checkpoint = train.Checkpoint{Dir: dir, Resume: true}
	_, err := m.FitReadout(t.Context(), o)
	require.NoError(t, err)
	for _, text := range []string{methods["rls"], "seed = 5\n" + methods["ridge"][len("seed = 4\n"):], pictures + "[readout]\nalpha = 0.2\n[train]\nsteps = 2\n"} {
		_, err = open(t, text).FitReadout(t.Context(), o)
		assert.ErrorIs(t, err, checkpoint.ErrMismatch)
		assert.ErrorContains(t, err, "resuming from "+dir)
	}
	f, _, err := checkpoint.Series{Dir: dir}.Latest()
	require.NoError(t, err)
	for _, position := range []string{"", "{}x", `{"At":{"Epoch":-1}}`, `{"At":{"Epoch":1}}`} {
		f.Metadata["spikegraph.train"] = position
		other := t.TempDir()
		_, err = checkpoint.Series{Dir: other}.Save(1, f)
		require.NoError(t, err)
		o.Checkpoint.Dir = other
		_, err = open(t, methods["ridge"]).FitReadout(t.Context(), o)
		assert.ErrorIs(t, err, checkpoint.ErrFormat, position)
	}
}
