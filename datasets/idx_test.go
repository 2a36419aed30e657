package datasets

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gzipped returns b packed.
func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, err := z.Write(b)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return buf.Bytes()
}

// idxBytes returns the file of an array of bytes.
func idxBytes(t testing.TB, data []uint8, shape ...int) []byte {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, (&IDX{Shape: shape, Data: data}).Write(&buf))
	return buf.Bytes()
}

// Files written by hand from the description of the format.
func TestReadIDXTypes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		file []byte
		want IDX
	}{
		{"uint8", []byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255},
			IDX{[]int{2, 3}, []uint8{1, 2, 3, 4, 5, 255}}},
		{"int8", []byte{0, 0, 9, 1, 0, 0, 0, 2, 0x80, 1}, IDX{[]int{2}, []int8{-128, 1}}},
		{"int16", []byte{0, 0, 0xb, 1, 0, 0, 0, 2, 1, 2, 0xff, 0xff}, IDX{[]int{2}, []int16{258, -1}}},
		{"int32", []byte{0, 0, 0xc, 1, 0, 0, 0, 1, 1, 2, 3, 4}, IDX{[]int{1}, []int32{16909060}}},
		{"float32", []byte{0, 0, 0xd, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0}, IDX{[]int{1}, []float32{1}}},
		{"float64", []byte{0, 0, 0xe, 1, 0, 0, 0, 1, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0},
			IDX{[]int{1}, []float64{-1}}},
		{"no rows", []byte{0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 3}, IDX{[]int{0, 3}, []uint8{}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, file := range [][]byte{c.file, gzipped(t, c.file)} {
				x, err := ReadIDX(bytes.NewReader(file))
				require.NoError(t, err)
				assert.Equal(t, c.want, *x)
			}
			var buf bytes.Buffer
			require.NoError(t, c.want.Write(&buf))
			assert.Equal(t, c.file, buf.Bytes())
		})
	}
}

func TestReadIDXRefuses(t *testing.T) {
	t.Parallel()
	good := []byte{0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9}
	packed := gzipped(t, good)
	damaged := bytes.Clone(packed)
	damaged[len(damaged)-6] ^= 1 // within the checksum
	cases := []struct {
		name string
		file []byte
		kind error
		says string
	}{
		{"nothing", nil, ErrTruncated, "0 bytes of magic number, expected 4"},
		{"half a magic number", []byte{0, 0}, ErrTruncated, "2 bytes of magic number, expected 4"},
		{"text", []byte("<html>"), ErrFormat, "magic number 3c 68 74 6d"},
		{"no axes", []byte{0, 0, 8, 0}, ErrFormat, "at least 1 axis"},
		{"unknown type", []byte{0, 0, 10, 1, 0, 0, 0, 0}, ErrFormat, "element type 0x0a"},
		{"half a shape", good[:6], ErrTruncated, "2 bytes of shape, expected 4"},
		{"half the data", good[:10], ErrTruncated, "2 bytes of data, expected 3"},
		{"trailing byte", append(bytes.Clone(good), 5), ErrFormat, "the first is 0x05"},
		{"negative axis", []byte{0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff}, ErrFormat, "axis 0 of 1 has size 4294967295"},
		{"overflowing axes", []byte{0, 0, 14, 3, 0x7f, 0, 0, 0, 0x7f, 0, 0, 0, 0x7f, 0, 0, 0}, ErrFormat,
			"claim more than the limit"},
		{"overflow after an empty axis", []byte{0, 0, 8, 2, 0, 0, 0, 0, 0xff, 0, 0, 0}, ErrFormat, "axis 1 of 2"},
		{"cut gzip", packed[:len(packed)-3], ErrTruncated, ""},
		{"cut gzip header", packed[:5], ErrTruncated, ""},
		{"damaged gzip", damaged, ErrChecksum, ""},
		{"not really gzip", []byte{0x1f, 0x8b, 0, 0, 0, 0, 0, 0, 0, 0, 0}, ErrFormat, ""},
		{"text after gzip", append(bytes.Clone(packed), "and further text"...), ErrFormat, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x, err := ReadIDX(bytes.NewReader(c.file))
			require.ErrorIs(t, err, c.kind)
			assert.Nil(t, x)
			assert.True(t, strings.HasPrefix(err.Error(), "datasets: "), err)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestReadIDXPassesReaderErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	head := []byte{0, 0, 8, 1, 0, 0, 0, 3, 7}
	_, err := ReadIDX(io.MultiReader(bytes.NewReader(head), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
}

// Not parallel: it looks at what the process allocates.
func TestReadIDXAllocatesWhatArrives(t *testing.T) {
	claim := []byte{0, 0, 8, 1, 0x7f, 0xff, 0xff, 0xff, 1, 2} // 2 GB claimed, 2 bytes there
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadIDX(bytes.NewReader(claim))
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, ErrTruncated)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func TestReadIDXLimit(t *testing.T) {
	t.Parallel()
	file := gzipped(t, idxBytes(t, make([]uint8, 1000), 1000))
	_, err := readIDX(bytes.NewReader(file), 999)
	require.ErrorIs(t, err, ErrFormat)
	_, err = readIDX(bytes.NewReader(file), 1000)
	require.NoError(t, err)
}

func TestWriteIDXRefuses(t *testing.T) {
	t.Parallel()
	assert.ErrorIs(t, (&IDX{[]int{2}, []uint8{1}}).Write(io.Discard), ErrShape)
	assert.ErrorIs(t, (&IDX{nil, []uint8{1}}).Write(io.Discard), ErrShape)
	assert.ErrorIs(t, (&IDX{[]int{1}, []string{"a"}}).Write(io.Discard), ErrFormat)
	assert.ErrorIs(t, (&IDX{[]int{1}, nil}).Write(io.Discard), ErrFormat)
}

// Any bytes: no panic, and what is read can be written and read again.
func FuzzIDX(f *testing.F) {
	f.Add([]byte{0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9})
	f.Add([]byte{0, 0, 14, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x7f, 0xf8, 0, 0, 0, 0, 0, 1})
	f.Add([]byte{0, 0, 11, 3, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Add(gzipped(f, []byte{0, 0, 9, 1, 0, 0, 0, 2, 1, 2}))
	f.Fuzz(func(t *testing.T, file []byte) {
		x, err := readIDX(bytes.NewReader(file), 1<<20)
		if err != nil {
			require.Nil(t, x)
			return
		}
		var first, second bytes.Buffer
		require.NoError(t, x.Write(&first))
		again, err := ReadIDX(bytes.NewReader(first.Bytes()))
		require.NoError(t, err)
		require.NoError(t, again.Write(&second))
		require.Equal(t, first.Bytes(), second.Bytes())
	})
}

func TestIDXKeepsNaN(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	require.NoError(t, (&IDX{[]int{1}, []float32{float32(math.NaN())}}).Write(&buf))
	x, err := ReadIDX(&buf)
	require.NoError(t, err)
	assert.True(t, math.IsNaN(float64(x.Data.([]float32)[0])))
}
