package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// records opens the journal at path and returns what it holds, as "number:record".
func records(path string) (*Journal, []string, error) {
	var all []string
	j, err := OpenJournal(path, func(n uint64, r []byte) error {
		all = append(all, fmt.Sprintf("%d:%s", n, r))
		return nil
	})
	return j, all, err
}

// written returns the path of a journal of six records in four frames, and where these end.
func written(t testing.TB) (path string, ends []int64) {
	path = filepath.Join(t.TempDir(), "journal")
	j, have, err := records(path)
	require.NoError(t, err)
	require.Empty(t, have)
	ends = []int64{j.Size()}
	for _, frame := range [][]string{{"a"}, {"bb", "", "cccc"}, {strings.Repeat("d", 300)}, {"e"}} {
		var rs [][]byte
		for _, r := range frame {
			rs = append(rs, []byte(r))
		}
		require.NoError(t, j.Append(rs...))
		ends = append(ends, j.Size())
	}
	assert.EqualValues(t, 6, j.Next())
	require.NoError(t, j.Append(), "nothing is no frame")
	assert.Equal(t, ends[4], j.Size())
	require.NoError(t, j.Close())
	return path, ends
}

// firsts are the records of the first so many frames of written.
func firsts(frames int) []string {
	all := []string{"0:a", "1:bb", "2:", "3:cccc", "4:" + strings.Repeat("d", 300), "5:e"}
	return all[:[]int{0, 1, 4, 5, 6}[frames]]
}

func TestJournalKeepsWhatWasAppended(t *testing.T) {
	t.Parallel()
	path, _ := written(t)
	j, have, err := records(path)
	require.NoError(t, err)
	assert.Equal(t, firsts(4), have)
	assert.EqualValues(t, 6, j.Next())
	require.NoError(t, j.Close())
	assert.ErrorIs(t, j.Append([]byte("late")), os.ErrClosed)
}

// A journal that ends anywhere, as after a crash, holds the frames before the end, and takes more.
func TestJournalCutAtEveryByte(t *testing.T) {
	t.Parallel()
	path, ends := written(t)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	frames := 0
	for n := ends[0]; n <= int64(len(data)); n++ {
		if frames < 4 && n == ends[frames+1] {
			frames++
		}
		require.NoError(t, os.WriteFile(path, data[:n], 0o600))
		j, have, err := records(path)
		require.NoErrorf(t, err, "cut at %d", n)
		require.ElementsMatchf(t, firsts(frames), have, "cut at %d", n)
		require.NoError(t, j.Append([]byte("new")))
		require.NoError(t, j.Close())
		j, have, err = records(path)
		require.NoError(t, err)
		want := append(append([]string{}, firsts(frames)...), fmt.Sprintf("%d:new", len(firsts(frames))))
		require.Equalf(t, want, have, "cut at %d, then appended to", n)
		require.NoError(t, j.Close())
	}
	for n := range ends[0] { // the head is written atomically
		require.NoError(t, os.WriteFile(path, data[:n], 0o600))
		_, _, err := records(path)
		require.ErrorIsf(t, err, ErrJournal, "cut at %d", n)
	}
}

// A byte that changed is found: in the last frame it looks like a write that a crash has torn, and
// before that it is an error, as records that were acknowledged would be lost.
func TestJournalFindsEveryDamagedByte(t *testing.T) {
	t.Parallel()
	path, ends := written(t)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 0x10
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		j, have, err := records(path)
		switch at := int64(i); {
		case at < ends[0]:
			require.ErrorIsf(t, err, ErrJournal, "byte %d", i)
		case at < ends[3]:
			require.ErrorIsf(t, err, ErrChecksum, "byte %d", i)
		default:
			require.NoErrorf(t, err, "byte %d", i)
			require.Equal(t, firsts(3), have)
			require.NoError(t, j.Close())
		}
	}
}

// Some file systems make a file longer before they write into it.
func TestJournalCutsZerosOff(t *testing.T) {
	t.Parallel()
	path, ends := written(t)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(data[:ends[2]:ends[2]], make([]byte, 9000)...), 0o600))
	j, have, err := records(path)
	require.NoError(t, err)
	defer j.Close()
	assert.Equal(t, firsts(2), have)
	assert.Equal(t, ends[2], j.Size())
}

func TestJournalRestartGoesOnCounting(t *testing.T) {
	t.Parallel()
	path, ends := written(t)
	j, _, err := records(path)
	require.NoError(t, err)
	require.NoError(t, j.Restart())
	assert.Equal(t, ends[0], j.Size())
	require.NoError(t, j.Append([]byte("x"), []byte("y")))
	require.NoError(t, j.Close())
	j, have, err := records(path)
	require.NoError(t, err)
	defer j.Close()
	assert.Equal(t, []string{"6:x", "7:y"}, have)
	assert.EqualValues(t, 8, j.Next())
}

func TestJournalOfManyGoroutines(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	j, _, err := records(path)
	require.NoError(t, err)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 10 {
				assert.NoError(t, j.Append(fmt.Appendf(nil, "%d.%d", g, i)))
			}
		})
	}
	all.Wait()
	require.NoError(t, j.Close())
	j, have, err := records(path)
	require.NoError(t, err)
	defer j.Close()
	assert.Len(t, have, 40)
}

func TestJournalRefuses(t *testing.T) {
	t.Parallel()
	path, _ := written(t)
	fault := errors.New("no")
	_, err := OpenJournal(path, func(n uint64, _ []byte) error {
		if n == 2 {
			return fault
		}
		return nil
	})
	require.ErrorIs(t, err, fault)
	assert.EqualError(t, err, "checkpoint: "+path+": record 2: no")

	_, _, err = records(t.TempDir())
	assert.Error(t, err, "a directory")

	j, _, err := records(path)
	require.NoError(t, err)
	defer j.Close()
	require.ErrorIs(t, j.Append(make([]byte, maxFrame)), ErrJournal)
	assert.NoError(t, j.Append([]byte("it still takes others")))
}

// failingFile lets one call fail.
type failingFile struct {
	journalFile
	write, sync error
}

func (f *failingFile) Write(b []byte) (int, error) {
	if f.write != nil {
		n, _ := f.journalFile.Write(b[:len(b)/2])
		return n, f.write
	}
	return f.journalFile.Write(b)
}

func (f *failingFile) Sync() error {
	if f.sync != nil {
		return f.sync
	}
	return f.journalFile.Sync()
}

// After a write that failed nobody knows what is on disk: nothing more is promised.
func TestJournalThatFailedTakesNoMore(t *testing.T) {
	t.Parallel()
	fault := errors.New("disk is full")
	for name, f := range map[string]*failingFile{"write": {write: fault}, "sync": {sync: fault}} {
		t.Run(name, func(t *testing.T) {
			path, _ := written(t)
			j, _, err := records(path)
			require.NoError(t, err)
			f.journalFile, j.file = j.file, f
			require.ErrorIs(t, j.Append([]byte("lost")), fault)
			f.write, f.sync = nil, nil
			require.ErrorIs(t, j.Append([]byte("after")), fault)
			require.ErrorIs(t, j.Restart(), fault)
			assert.EqualValues(t, 6, j.Next())
			require.NoError(t, j.Close())
			j, have, err := records(path)
			require.NoError(t, err)
			defer j.Close()
			assert.Equal(t, firsts(4), have[:6])
		})
	}
}

// Whatever the bytes are, what is replayed is a whole part at their beginning, which alone gives the
// same records.
func FuzzJournal(f *testing.F) {
	path, ends := written(f)
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)-3])
	f.Add(append(data[:ends[1]:ends[1]], data[ends[2]:]...))
	read := func(data []byte) (r journalReader, have []string, err error) {
		r = journalReader{file: bytes.NewReader(data), size: int64(len(data))}
		err = r.all(func(n uint64, record []byte) error {
			have = append(have, fmt.Sprintf("%d:%s", n, record))
			return nil
		})
		return r, have, err
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, have, err := read(data)
		if err != nil {
			return
		}
		require.LessOrEqual(t, r.at, int64(len(data)))
		whole, again, err := read(data[:r.at])
		require.NoError(t, err)
		require.Equal(t, have, again)
		require.Equal(t, r.at, whole.at)
	})
}
