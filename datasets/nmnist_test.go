package datasets

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// nmnistSample is a real recording.
func nmnistSample(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/nmnist/sample_nmnist.bin")
	require.NoError(t, err)
	return b
}

// What the sample holds was read from its bytes by hand: the first is 07 0f 80 02 8e.
func TestReadNMNISTRealRecording(t *testing.T) {
	t.Parallel()
	e, err := ReadNMNIST(bytes.NewReader(nmnistSample(t)), nmnistSensor)
	require.NoError(t, err)
	require.NoError(t, e.Check())
	assert.Len(t, e.List, 4325)
	assert.Equal(t, Rejected{}, e.Rejected)
	assert.Equal(t, []Event{{654, 7, 15, 1}, {2999, 19, 18, 0}, {3017, 21, 17, 0}}, e.List[:3])
	assert.Equal(t, Event{311175, 21, 14, 1}, e.List[4324])
}

func TestReadNMNISTByHand(t *testing.T) {
	t.Parallel()
	e, err := ReadNMNIST(bytes.NewReader([]byte{33, 0, 0x7f, 0xff, 0xff, 34, 0, 0, 0, 1, 0, 33, 0x80, 0, 2}), nmnistSensor)
	require.NoError(t, err)
	assert.Equal(t, []Event{{2, 0, 33, 1}, {1<<23 - 1, 33, 0, 0}}, e.List)
	assert.Equal(t, Rejected{Outside: 1, Reordered: 1}, e.Rejected)

	_, err = ReadNMNIST(bytes.NewReader(make([]byte, 13)), nmnistSensor)
	assert.ErrorIs(t, err, ErrTruncated)
	assert.ErrorContains(t, err, "datasets: N-MNIST: truncated: 3 bytes after event 2, expected 5")
	_, err = ReadNMNIST(bytes.NewReader(nil), Sensor{})
	assert.ErrorIs(t, err, ErrOption)
}

func TestNMNISTDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, _, err := NMNIST(dir)
	assert.ErrorIs(t, err, os.ErrNotExist)
	for _, part := range []string{"Train", "Test"} {
		for c := range 10 {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, part, string(rune('0'+c))), 0o755))
		}
	}
	_, _, err = NMNIST(dir)
	assert.ErrorIs(t, err, ErrEmpty)
	write := func(name string, b []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	write("Train/3/00002.bin", nmnistSample(t))
	write("Train/3/notes.txt", nil)
	write("Train/0/00009.bin", []byte{1, 2, 0, 0, 3})
	write("Test/9/00001.bin", []byte{1, 2, 3})
	train, test, err := NMNIST(dir)
	require.NoError(t, err)
	assert.Equal(t, []int32{0, 3}, train.Labels)
	s, report, err := train.Spikes(Bins{Window: 20_000, Frames: 15})
	require.NoError(t, err)
	assert.Equal(t, 4326, report.Kept+report.Merged+report.Left)
	assert.Positive(t, report.Left, "events after 300 ms")
	assert.True(t, s.At(0, 0, 2*34+1))
	_, err = test.Recording(0)
	assert.ErrorIs(t, err, ErrTruncated)
	assert.ErrorContains(t, err, "Test/9/00001.bin")
}

func FuzzReadNMNIST(f *testing.F) {
	f.Add(nmnistSample(f)[:200])
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ReadNMNIST(bytes.NewReader(b), nmnistSensor)
		if err != nil {
			require.Nil(t, e)
			return
		}
		require.NoError(t, e.Check())
		require.Equal(t, len(b)/5, len(e.List)+e.Rejected.Lost())
	})
}
