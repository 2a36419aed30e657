package checkpoint

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// saveAll saves the steps in order.
func saveAll(t *testing.T, s Series, steps ...int64) {
	t.Helper()
	for _, step := range steps {
		path, err := s.Save(step, numbered(float32(step)))
		require.NoError(t, err)
		requireNumber(t, float32(step), path)
	}
}

// held returns the steps in the directory.
func held(t *testing.T, s Series) []int64 {
	t.Helper()
	all, err := s.List()
	require.NoError(t, err)
	return steps(all)
}

func TestSeriesIsInNaturalOrder(t *testing.T) {
	t.Parallel()
	s := Series{Dir: filepath.Join(t.TempDir(), "a", "b")}
	assert.Empty(t, held(t, s), "no directory, no checkpoints")
	saveAll(t, s, 0, 9, 10, 100)
	assert.Equal(t, []int64{0, 9, 10, 100}, held(t, s))
	assert.FileExists(t, filepath.Join(s.Dir, "checkpoint-100.safetensors"))

	f, step, err := s.Latest()
	require.NoError(t, err)
	assert.Equal(t, int64(100), step)
	assert.Equal(t, []float32{100}, f.Tensor("x").Float32s())

	f, err = s.Load(9)
	require.NoError(t, err)
	assert.Equal(t, []float32{9}, f.Tensor("x").Float32s())
}

func TestSeriesLeavesOtherFilesAlone(t *testing.T) {
	t.Parallel()
	s := Series{Dir: t.TempDir(), Prefix: "net-", KeepLast: 1}
	others := []string{".net-1.safetensors.tmp-0", "net-1", "net--1.safetensors", "net-1.5.safetensors",
		"net-+1.safetensors", "net-x.safetensors", "other-1.safetensors", "1.safetensors", "net-99999999999999999999.safetensors"}
	for _, name := range others {
		require.NoError(t, os.WriteFile(filepath.Join(s.Dir, name), nil, 0o600))
	}
	saveAll(t, s, 1, 2, 3)
	assert.Equal(t, []int64{3}, held(t, s))
	assert.ElementsMatch(t, append(others, "net-3.safetensors"), names(t, s.Dir))
}

func TestSeriesGoesForward(t *testing.T) {
	t.Parallel()
	s := Series{Dir: t.TempDir()}
	saveAll(t, s, 5, 10)
	for _, step := range []int64{-1, 0, 7, 10} {
		_, err := s.Save(step, numbered(0))
		require.ErrorIs(t, err, ErrStep)
		assert.Regexp(t, `^checkpoint: step -?\d+: .* holds \[5 10\]$`, err)
	}
	require.NoError(t, s.Discard(5))
	assert.Equal(t, []int64{5}, held(t, s))
	saveAll(t, s, 7)
}

func TestSeriesSaysWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := Series{Dir: t.TempDir()}
	_, _, err := s.Latest()
	require.ErrorIs(t, err, ErrStep)
	saveAll(t, s, 1)
	_, err = s.Load(2)
	require.ErrorIs(t, err, ErrStep)
	assert.ErrorContains(t, err, "holds [1]")
}

// What killed writers left of this series goes, and nothing else.
func TestClean(t *testing.T) {
	t.Parallel()
	s := Series{Dir: t.TempDir(), Prefix: "net-"}
	require.NoError(t, Series{Dir: filepath.Join(s.Dir, "none")}.Clean())
	saveAll(t, s, 1)
	stay := []string{".net-1.safetensors", ".other-1.safetensors.tmp-0", "net-2.safetensors.tmp-0", ".net-1.tmp-0", "net-1.safetensors"}
	for _, name := range append(stay[:4:4], ".net-1.safetensors.tmp-0", ".net-22.safetensors.tmp-31") {
		require.NoError(t, os.WriteFile(filepath.Join(s.Dir, name), nil, 0o600))
	}
	require.NoError(t, s.Clean())
	assert.ElementsMatch(t, stay, names(t, s.Dir))
}
