package hdf5_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func Example() {
	b, err := hdf5.Encode(&hdf5.Group{Members: []hdf5.Member{
		{Name: "weights", Array: &hdf5.Array{Shape: []int{1, 2}, Data: []float32{0.5, -1}}},
	}})
	root, derr := hdf5.Decode(b)
	fmt.Println(root.Member("weights").Array.Data, err, derr)
	// Output: [0.5 -1] <nil> <nil>
}

func ExampleFile_Dataset() {
	file, err := os.Open("testdata/sequences.h5")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	info, _ := file.Stat()
	f, err := hdf5.Open(file, info.Size())
	if err != nil {
		fmt.Println(err)
		return
	}
	times, err := f.Dataset("g/times")
	if err != nil {
		fmt.Println(err)
		return
	}
	first, err := times.Sequence(0)
	fmt.Println(times.Shape, first, err)
	// Output: [2 2] [0.5 1.5] <nil>
}

// sequencesFile returns the file with sequences, as bytes and open.
func sequencesFile(t testing.TB) ([]byte, *hdf5.File) {
	t.Helper()
	b, err := os.ReadFile("testdata/sequences.h5")
	require.NoError(t, err)
	f, err := hdf5.Open(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	return b, f
}

func TestSequences(t *testing.T) {
	t.Parallel()
	_, f := sequencesFile(t)
	long := make([]uint16, 3000)
	for i := range long {
		long[i] = uint16(i)
	}
	for path, want := range map[string][]any{
		"g/times": {[]float32{0.5, 1.5}, []float32{2.5}, []float32{}, []float32{3.5, 4.5, 5.5}},
		"g/units": {[]uint16{1, 700}, []uint16{}, long},
	} {
		d, err := f.Dataset(path)
		require.NoError(t, err)
		n, err := d.Sequences()
		require.NoError(t, err)
		require.Len(t, want, n)
		var all sync.WaitGroup
		for i, w := range want {
			all.Go(func() {
				got, err := d.Sequence(i)
				assert.NoError(t, err)
				assert.Equal(t, w, got)
			})
		}
		all.Wait()
		for _, i := range []int{-1, n} {
			_, err = d.Sequence(i)
			assert.ErrorIs(t, err, hdf5.ErrFormat)
		}
		_, err = d.Array()
		assert.ErrorContains(t, err, "sequences of variable length, want numbers or strings")
	}
}

func TestDatasetArrays(t *testing.T) {
	t.Parallel()
	_, f := sequencesFile(t)
	for path, want := range map[string]any{
		"numbers": []int16{3, -4}, "words": []string{"one", "", "three"}, "zeros": make([]float32, 100000),
	} {
		d, err := f.Dataset(path)
		require.NoError(t, err)
		a, err := d.Array()
		require.NoError(t, err)
		assert.Equal(t, d.Shape, a.Shape)
		assert.Equal(t, want, a.Data)
		_, err = d.Sequences()
		assert.ErrorIs(t, err, hdf5.ErrFormat)
		_, err = d.Sequence(0)
		assert.ErrorContains(t, err, "want sequences")
	}
}

func TestDatasetRefuses(t *testing.T) {
	t.Parallel()
	b, f := sequencesFile(t)
	for path, says := range map[string]string{
		"g": "a group, want a data set", "g/none": `g/none: hdf5: not a file this package can read: the file has no member "none"`,
		"linked": "a soft link", "numbers/more": `the file has no member "more"`, "": `the file has no member ""`,
	} {
		_, err := f.Dataset(path)
		assert.ErrorIs(t, err, hdf5.ErrFormat)
		assert.ErrorContains(t, err, says)
	}
	_, err := hdf5.Decode(b)
	assert.ErrorIs(t, err, hdf5.ErrFormat, "sequences are not for Decode")
	_, err = hdf5.Open(bytes.NewReader(b), -1)
	assert.ErrorIs(t, err, hdf5.ErrTruncated)
	short, err := hdf5.Open(bytes.NewReader(b[:100]), int64(len(b)))
	require.NoError(t, err)
	_, err = short.Dataset("numbers")
	assert.ErrorIs(t, err, hdf5.ErrTruncated, "a reader with less than was said")
}

// failing is a disk that stops after some reads.
type failing struct {
	io.ReaderAt
	left int
}

var errDisk = errors.New("the disk is gone")

func (f *failing) ReadAt(b []byte, at int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, errDisk
	}
	return f.ReaderAt.ReadAt(b, at)
}

func TestErrorsOfTheReader(t *testing.T) {
	t.Parallel()
	b, _ := sequencesFile(t)
	read := func(r io.ReaderAt) error {
		f, err := hdf5.Open(r, int64(len(b)))
		if err != nil {
			return err
		}
		d, err := f.Dataset("g/units")
		if err != nil {
			return err
		}
		_, err = d.Sequence(2)
		return err
	}
	reads := 0
	for ; reads < 1000; reads++ {
		err := read(&failing{bytes.NewReader(b), reads})
		if err == nil {
			break
		}
		require.ErrorIs(t, err, errDisk)
	}
	assert.Greater(t, reads, 10)
	assert.Less(t, reads, 100)
}

func FuzzSequences(f *testing.F) {
	b, _ := sequencesFile(f)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := hdf5.Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for _, path := range []string{"g/times", "g/units", "words", "zeros"} {
			d, err := file.Dataset(path)
			if err != nil {
				continue
			}
			n, _ := d.Sequences()
			for i := range min(n, 20) {
				if v, err := d.Sequence(i); err == nil {
					require.NotNil(t, v)
				}
			}
			_, _ = d.Array()
		}
	})
}
