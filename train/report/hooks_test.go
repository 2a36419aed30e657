package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/report"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJoinHooks(t *testing.T) {
	t.Parallel()
	var calls []string
	stop := errors.New("stop")
	hooks := func(name string, err error) train.Hooks {
		note := func(what string) error {
			calls = append(calls, name+" "+what)
			return err
		}
		return train.Hooks{
			OnBatch:      func(train.Batch) error { return note("batch") },
			OnEpoch:      func(train.Epoch) error { return note("epoch") },
			OnCheckpoint: func(path string) { _ = note(path) },
		}
	}
	h := report.JoinHooks(hooks("a", nil), train.Hooks{}, hooks("b", stop), hooks("c", nil))
	assert.Equal(t, stop, h.OnBatch(train.Batch{}))
	assert.Equal(t, stop, h.OnEpoch(train.Epoch{}))
	h.OnCheckpoint("x")
	assert.Equal(t, []string{"a batch", "b batch", "a epoch", "b epoch", "a x", "b x", "c x"}, calls)
	none := report.JoinHooks()
	assert.NoError(t, none.OnBatch(train.Batch{}))
	assert.NoError(t, none.OnEpoch(train.Epoch{}))
}

// The page grows with the run: after the last epoch it is the page of the whole history.
func TestPageHooks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run.html")
	h, hooks := history(4), report.Page{Title: "Live"}.Hooks(path)
	for e := range h.Epochs {
		for _, b := range h.Batches[10*e : 10*e+10] {
			require.NoError(t, hooks.OnBatch(b))
		}
		require.NoError(t, hooks.OnEpoch(h.Epochs[e]))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, html(t, report.Page{Title: "Live", History: h}), string(got))
	assert.ErrorIs(t, report.Page{}.Hooks(t.TempDir()).OnEpoch(h.Epochs[0]), errIsDir(t))
}

// errIsDir is what writing over a directory gives.
func errIsDir(t *testing.T) error {
	t.Helper()
	err := os.WriteFile(t.TempDir(), nil, 0o644)
	return errors.Unwrap(err)
}

func TestPageHooksKeepTheLastBatches(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run.html")
	hooks := report.Page{}.Hooks(path)
	const many = 5000
	for i := range many {
		require.NoError(t, hooks.OnBatch(train.Batch{Updates: i + 1, GradNorm: 1}))
	}
	require.NoError(t, hooks.OnEpoch(train.Epoch{}))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Contains(t, string(got), ">5000</text>")
	assert.NotContains(t, string(got), ">2000</text>", "forgotten")
}
