package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small is a model that takes no time.
func small() Settings {
	s := defaultSettings()
	s.Neurons, s.Density = 6, 0.5
	return s
}

// updates are some of every kind; number i is all there is to know of update i.
func updates(n int) (us []update) {
	var snapshot uint64
	for i := range n {
		v := float64(i)
		u := update{Op: "learn", X: []float64{v / 7}, Y: []float64{1 / (1 + v)}}
		switch i % 8 {
		case 3:
			u = update{Op: "predict", X: []float64{-v / 3}}
		case 5:
			u = update{Op: "snapshot"}
			snapshot = uint64(i)
		case 7:
			at := snapshot
			u = update{Op: "rollback", Snapshot: &at}
		}
		us = append(us, u)
	}
	return us
}

// stateOf returns all there is of a model, bit for bit.
func stateOf(t *testing.T, m *model) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	require.NoError(t, m.t.Save(path))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

// reference returns the states after 0 to n updates of a model that nothing happens to.
func reference(t *testing.T, s Settings, us []update) (states []string) {
	t.Helper()
	l := defaults()
	l.compact = 1 << 40
	d, err := openDurable(filepath.Join(t.TempDir(), "m"), s, l)
	require.NoError(t, err)
	states = append(states, stateOf(t, d.m))
	for i, u := range us {
		a, err := d.do(nil, u)
		require.NoErrorf(t, err, "update %d", i)
		require.NoError(t, a[0].err)
		states = append(states, stateOf(t, d.m))
	}
	require.NoError(t, d.close(errClosed))
	return states
}

func TestReopenedAfterEveryUpdate(t *testing.T) {
	t.Parallel()
	us := updates(40)
	want := reference(t, small(), us)
	for _, compact := range []uint64{1, 3, 11, 1000} {
		t.Run(fmt.Sprint(compact), func(t *testing.T) {
			t.Parallel()
			l, path := defaults(), filepath.Join(t.TempDir(), "m")
			l.compact, l.snapshots = compact, 2
			for i, u := range us {
				d, err := openDurable(path, small(), l)
				require.NoError(t, err)
				require.Equalf(t, want[i], stateOf(t, d.m), "before update %d", i)
				_, err = d.do(nil, u)
				require.NoErrorf(t, err, "update %d", i)
				require.Equalf(t, want[i+1], stateOf(t, d.m), "after update %d", i)
				require.LessOrEqual(t, len(d.snapshots), 2)
				require.NoError(t, d.close(errClosed))
			}
		})
	}
}

// A journal that ends anywhere gives the model after the updates that are whole.
func TestJournalCutAtEveryByte(t *testing.T) {
	t.Parallel()
	us := updates(9)
	want := reference(t, small(), us)
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	d, err := openDurable(path, small(), defaults())
	require.NoError(t, err)
	ends := []int64{d.journal.Size()}
	for _, u := range us {
		_, err := d.do(nil, u)
		require.NoError(t, err)
		ends = append(ends, d.journal.Size())
	}
	require.NoError(t, d.close(errClosed))
	data, err := os.ReadFile(path + ".journal")
	require.NoError(t, err)
	whole := 0
	for n := ends[0]; n <= int64(len(data)); n++ {
		if whole < len(us) && n == ends[whole+1] {
			whole++
		}
		require.NoError(t, os.WriteFile(path+".journal", data[:n], 0o600))
		d, err := openDurable(path, small(), defaults())
		require.NoErrorf(t, err, "cut at %d", n)
		require.EqualValues(t, whole, d.journal.Next())
		require.Equalf(t, want[whole], stateOf(t, d.m), "cut at %d", n)
		require.NoError(t, d.close(errClosed))
	}
	assert.Equal(t, len(us), whole)
}

// A crash between the two steps of a compaction leaves a state that is newer than the journal's
// beginning.
func TestCrashWithinCompaction(t *testing.T) {
	t.Parallel()
	us := updates(20)
	want := reference(t, small(), us)
	path := filepath.Join(t.TempDir(), "m")
	d, err := openDurable(path, small(), defaults())
	require.NoError(t, err)
	for i, u := range us {
		if i == 10 {
			require.NoError(t, d.m.t.Save(d.file("state", 10)))
		}
		_, err := d.do(nil, u)
		require.NoError(t, err)
	}
	require.NoError(t, d.close(errClosed))
	d, err = openDurable(path, small(), defaults())
	require.NoError(t, err)
	assert.EqualValues(t, 10, d.base)
	assert.Equal(t, want[20], stateOf(t, d.m))
	require.NoError(t, d.close(errClosed))

	require.NoError(t, os.Remove(path+".journal"))
	_, err = openDurable(path, small(), defaults())
	assert.ErrorContains(t, err, "the journal ends at update 0, the state is of 10")
}

// A disk that fails is told, and nothing is promised after that.
func TestUpdatesEndWithTheDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "m")
	d, err := openDurable(path, small(), defaults())
	require.NoError(t, err)
	before := stateOf(t, d.m)
	require.NoError(t, d.journal.Close())
	for range 2 {
		_, err = d.do(nil, updates(1)...)
		require.ErrorContains(t, err, "closed")
		assert.Equal(t, 503, statusOf(err))
	}
	assert.Equal(t, before, stateOf(t, d.m))
}

func TestDeletionThatWasInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, err := openRegistry(dir, defaults())
	require.NoError(t, err)
	require.NoError(t, r.create("m", small()))
	require.NoError(t, r.close())
	require.NoError(t, mark(filepath.Join(dir, "m"), deletedKey, true))
	r, err = openRegistry(dir, defaults())
	require.NoError(t, err)
	_, err = r.get("m")
	require.Equal(t, 404, statusOf(err))
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	assert.Empty(t, files)
	require.NoError(t, r.create("m", small()), "the name is free")
	require.NoError(t, r.close())
}
