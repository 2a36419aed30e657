package program

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestCode(t *testing.T) {
	ran := 0
	run := func(err error) func(context.Context) error {
		return func(context.Context) error { ran++; return err }
	}
	var errs bytes.Buffer
	assert.Equal(t, 0, code(context.Background(), nil, &errs, run(nil)))
	assert.Empty(t, errs.String())
	assert.Equal(t, 1, code(context.Background(), nil, &errs, run(errors.New("no data"))))
	assert.Equal(t, "no data\n", errs.String())
	errs.Reset()
	assert.Equal(t, 1, code(context.Background(), []string{"mnist", "x"}, &errs, run(nil)))
	assert.Contains(t, errs.String(), `"mnist" is no flag`)
	assert.Equal(t, 2, ran, "not with arguments that would be passed over")
}

func TestFlags(t *testing.T) {
	var f Files
	set := flag.NewFlagSet("x", flag.ContinueOnError)
	f.Flags(set)
	require.NoError(t, set.Parse([]string{"-out", "a", "-save", "b"}))
	assert.Equal(t, Files{Out: "a", Save: "b"}, f)
}

// Directories are made before training, and what cannot be is said then.
func TestReady(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, Files{}.Ready())
	f := Files{Out: filepath.Join(dir, "a/b"), Save: filepath.Join(dir, "c/w.safetensors")}
	require.NoError(t, f.Ready())
	assert.DirExists(t, f.Out)
	assert.DirExists(t, filepath.Dir(f.Save))
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	assert.ErrorContains(t, Files{Out: file}.Ready(), "-out: ")
	assert.ErrorContains(t, Files{Save: filepath.Join(file, "w")}.Ready(), "-save: ")
	assert.ErrorContains(t, Files{Save: dir}.Ready(), "is a directory")
	if runtime.GOOS == "linux" {
		assert.ErrorContains(t, Files{Out: "/proc"}.Ready(), "-out: ", "a directory that takes no files")
	}
	left, err := os.ReadDir(f.Out)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// Weights and picture are there afterwards; the weights also where the picture cannot be.
func TestFinish(t *testing.T) {
	dir := t.TempDir()
	store := graph.NewStore(0)
	require.NoError(t, store.Put("w", tensor.New(tensor.WithShape(2), tensor.WithBacking([]float32{1, 2})), true))
	scores := train.Scores{Metrics: []train.Value{{Name: "accuracy", Value: 0.5}}}
	h := &train.History{Epochs: []train.Epoch{{Scores: scores}, {Epoch: 1, Scores: scores, Validation: &scores}}}
	run := Run{Name: "x", History: h, Test: Validated(h), Store: store, Start: time.Now()}
	require.Equal(t, &scores, run.Test)
	require.NoError(t, Files{}.Finish(run))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, files)

	f := Files{Out: dir, Save: filepath.Join(dir, "w.safetensors")}
	require.NoError(t, f.Finish(run))
	assert.FileExists(t, filepath.Join(dir, "x-curve.png"))
	assert.FileExists(t, f.Save)
	f = Files{Out: filepath.Join(dir, "none"), Save: filepath.Join(dir, "again.safetensors")}
	assert.Error(t, f.Finish(run))
	assert.FileExists(t, f.Save)
	assert.Nil(t, Validated(&train.History{}), "interrupted")
}
