package datasets

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heidelbergFile returns a file that another program wrote; all hold the same recordings.
func heidelbergFile(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata/heidelberg", name))
	require.NoError(t, err)
	defer f.Close()
	body, err := unpacked(f)
	require.NoError(t, err)
	b, err := io.ReadAll(body)
	require.NoError(t, err)
	return b
}

var heidelbergFiles = []string{"pytables.h5.gz", "h5py-chunked.h5", "h5py-latest.h5"}

// openBytes opens a file in memory.
func openBytes(b []byte) (*EventSet, error) {
	return OpenHeidelberg(bytes.NewReader(b), int64(len(b)), shdClasses)
}

func TestOpenHeidelberg(t *testing.T) {
	t.Parallel()
	for _, name := range heidelbergFiles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := openBytes(heidelbergFile(t, name))
			require.NoError(t, err)
			assert.Equal(t, []int32{3, 19, 0, 7, 11}, s.Labels)
			assert.Equal(t, []int32{0, 4, 5, 11, 1}, s.Groups)
			want := map[int][]Event{
				0: {{T: 0, X: 0}, {T: 250_000, X: 350}, {T: 1_000_000, X: 699}},
				1: {},
				3: {{T: 417236, X: 660}, {T: 418701, X: 416}, {T: 748535, X: 140}, {T: 871094, X: 193},
					{T: 900879, X: 606}, {T: 901367, X: 572}, {T: 1059570, X: 489}},
				4: {{T: 14000, X: 130}},
			}
			for i, n := range []int{3, 0, 40, 7, 1} {
				e, err := s.Recording(i)
				require.NoError(t, err)
				require.NoError(t, e.Check())
				require.Len(t, e.List, n)
				assert.Equal(t, Rejected{}, e.Rejected)
				if w, ok := want[i]; ok {
					assert.ElementsMatch(t, w, e.List)
				}
			}
		})
	}
}

func TestSHDAndSSCDirectories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, _, err := SHD(dir)
	assert.ErrorIs(t, err, os.ErrNotExist)
	plain := heidelbergFile(t, "h5py-latest.h5")
	write := func(name string, b []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	write("shd_train.h5", plain)
	_, _, err = SHD(dir)
	assert.ErrorIs(t, err, os.ErrNotExist, "no test set")
	write("shd_test.h5.gz", gzipped(t, plain))
	train, test, err := SHD(dir)
	require.NoError(t, err)
	assert.Equal(t, "neun", test.Classes[19])
	for _, set := range []*EventSet{train, test} {
		s, report, err := set.Spikes(Bins{Window: 14_000, Frames: 100})
		require.NoError(t, err)
		assert.Equal(t, 51, report.Kept+report.Merged)
		assert.True(t, s.At(0, 17, 350), "at 250 ms")
		assert.NoError(t, set.Close())
	}
	_, err = train.Recording(0)
	assert.ErrorIs(t, err, os.ErrClosed)

	for _, name := range []string{"ssc_train.h5", "ssc_valid.h5", "ssc_test.h5"} {
		write(name, plain)
	}
	a, b, c, err := SSC(dir)
	require.NoError(t, err)
	for _, set := range []*EventSet{a, b, c} {
		assert.Len(t, set.Classes, 35)
		require.NoError(t, set.Close())
	}
	write("ssc_test.h5", plain[:1000])
	_, _, _, err = SSC(dir)
	assert.ErrorIs(t, err, ErrTruncated)
}

func TestOpenHeidelbergRefuses(t *testing.T) {
	t.Parallel()
	_, err := openBytes([]byte("not the file that is meant here, but as long as a superblock"))
	assert.ErrorIs(t, err, ErrFormat)
	_, err = openBytes(nil)
	assert.ErrorIs(t, err, ErrTruncated)
	b := heidelbergFile(t, "h5py-latest.h5")
	_, err = OpenHeidelberg(bytes.NewReader(b), int64(len(b)), shdClasses[:5])
	assert.ErrorIs(t, err, ErrLabel)
	_, err = openBytes(bytes.ReplaceAll(b, []byte("times"), []byte("tides")))
	assert.ErrorIs(t, err, ErrChecksum)
	old := heidelbergFile(t, "h5py-chunked.h5")
	_, err = openBytes(bytes.ReplaceAll(old, []byte("times"), []byte("tides")))
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "datasets: Heidelberg file: wrong format: spikes/times: ")
	assert.ErrorContains(t, err, `the file has no member "times"`)
	for cut := 0; cut < len(b); cut += 97 {
		s, err := openBytes(b[:cut])
		if err == nil {
			err = readAllRecordings(s)
		}
		require.Error(t, err, "%d of %d bytes", cut, len(b))
	}
}

// A damaged file does not pass for one that says no speakers.
func TestOpenHeidelbergOfDamagedSpeakers(t *testing.T) {
	t.Parallel()
	b := heidelbergFile(t, "h5py-latest.h5")
	refused := 0
	for at := range b {
		damaged := bytes.Clone(b)
		damaged[at] ^= 0x10
		s, err := openBytes(damaged)
		if err != nil {
			refused++
			continue
		}
		require.NotNil(t, s.Groups, "byte %d", at)
	}
	assert.Positive(t, refused)
}

// readAllRecordings returns the first error of the recordings.
func readAllRecordings(s *EventSet) error {
	for i := range s.Len() {
		if _, err := s.Recording(i); err != nil {
			return err
		}
	}
	return nil
}

// A damaged file gives an error or other numbers, and never more than the file could hold.
func TestOpenHeidelbergSurvivesDamage(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range heidelbergFiles[1:] {
		good := heidelbergFile(t, name)
		refused := 0
		for range 4000 {
			b := bytes.Clone(good)
			for range 1 + rng.IntN(3) {
				b[rng.IntN(len(b))] = byte(rng.UintN(256))
			}
			s, err := openBytes(b)
			if err == nil {
				err = readAllRecordings(s)
			}
			if err != nil {
				refused++
				require.ErrorContains(t, err, "datasets: ")
			}
		}
		assert.Greater(t, refused, 100, name)
	}
}

func TestCochleaEventsCounts(t *testing.T) {
	t.Parallel()
	e := &Events{Sensor: heidelbergSensor}
	for _, v := range [][2]float64{{0.5, 3}, {math.NaN(), 3}, {math.Inf(1), 3}, {-0.1, 3}, {1e12, 3}, {0.5, 700}, {0.5, -1},
		{0.5, 2.5}, {0.5, math.NaN()}} {
		e.addSeconds(v[0], v[1])
	}
	assert.Equal(t, []Event{{T: 500_000, X: 3}}, e.List)
	assert.Equal(t, Rejected{Outside: 3, NotFinite: 3, BadTime: 2}, e.Rejected)
}

func FuzzOpenHeidelberg(f *testing.F) {
	for _, name := range heidelbergFiles[1:] {
		f.Add(heidelbergFile(f, name))
	}
	f.Add([]byte("\x89HDF\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := openBytes(b)
		if err != nil {
			return
		}
		for i := range min(s.Len(), 50) {
			if e, err := s.Recording(i); err == nil {
				require.NoError(t, e.Check())
			}
		}
	})
}
