package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// container returns a file with this header and n bytes of zeros for data.
func container(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

// declares returns a header with one tensor, "w".
func declares(dtype, shape, offsets string) string {
	return `{"w":{"dtype":` + dtype + `,"shape":` + shape + `,"data_offsets":` + offsets + `}}`
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	const a, b = `"a":{"dtype":"U8","shape":[4],"data_offsets":`, `"b":{"dtype":"U8","shape":[4],"data_offsets":`
	for name, c := range map[string]struct {
		file []byte
		is   error
		says string
	}{
		"empty file":          {nil, checkpoint.ErrTruncated, "0 bytes"},
		"header over limit":   {binary.LittleEndian.AppendUint64(nil, 1<<63), checkpoint.ErrFormat, "9223372036854775808 bytes, at most 100000000"},
		"header over file":    {append(binary.LittleEndian.AppendUint64(nil, 99_000_000), "{}"...), checkpoint.ErrTruncated, "99000000 bytes, file has 2:"},
		"no header":           {container("", 0), checkpoint.ErrFormat, "begins with"},
		"blank in front":      {container(" {}", 0), checkpoint.ErrFormat, "begins with"},
		"not JSON":            {container("{nope}", 0), checkpoint.ErrFormat, "invalid character"},
		"JSON cut":            {container(`{"w":`, 0), checkpoint.ErrFormat, "header"},
		"JSON followed":       {container(`{} {}`, 0), checkpoint.ErrFormat, "bytes follow"},
		"not UTF-8":           {container("{\"\xff\":1}", 0), checkpoint.ErrFormat, "UTF-8"},
		"metadata no object":  {container(`{"__metadata__":[]}`, 0), checkpoint.ErrFormat, "expected an object, got []"},
		"metadata null":       {container(`{"__metadata__":null}`, 0), checkpoint.ErrFormat, "expected an object, got null"},
		"metadata no string":  {container(`{"__metadata__":{"k":1}}`, 0), checkpoint.ErrFormat, `"k": expected a string, got 1`},
		"metadata twice":      {container(`{"__metadata__":{},"__metadata__":{}}`, 0), checkpoint.ErrFormat, `"__metadata__" is there twice`},
		"metadata key twice":  {container(`{"__metadata__":{"k":"","k":""}}`, 0), checkpoint.ErrFormat, `"k" is there twice`},
		"tensor twice":        {container("{"+a+"[0,4]},"+a+"[4,8]}}", 8), checkpoint.ErrFormat, `"a" is there twice`},
		"tensor null":         {container(`{"w":null}`, 0), checkpoint.ErrFormat, `tensor "w": expected an object`},
		"field missing":       {container(`{"w":{"dtype":"U8","shape":[1]}}`, 1), checkpoint.ErrFormat, "data_offsets is missing"},
		"field twice":         {container(`{"w":{"dtype":"U8","dtype":"U8"}}`, 1), checkpoint.ErrFormat, `"dtype" is there twice`},
		"field in other case": {container(`{"w":{"DType":"U8","shape":[1],"data_offsets":[0,1]}}`, 1), checkpoint.ErrFormat, "dtype is missing"},
		"dtype unsupported":   {container(declares(`"F8_E4M3"`, "[1]", "[0,1]"), 1), checkpoint.ErrFormat, `dtype "F8_E4M3" is not supported`},
		"dtype unknown":       {container(declares(`"f32"`, "[1]", "[0,4]"), 4), checkpoint.ErrFormat, `dtype "f32" is not supported`},
		"dtype no string":     {container(declares(`32`, "[1]", "[0,4]"), 4), checkpoint.ErrFormat, "dtype: expected a string"},
		"shape null":          {container(declares(`"U8"`, "null", "[0,1]"), 1), checkpoint.ErrFormat, "shape: expected an array"},
		"dimension null":      {container(declares(`"U8"`, "[null]", "[0,0]"), 0), checkpoint.ErrFormat, "shape: expected an array"},
		"dimension negative":  {container(declares(`"U8"`, "[-1]", "[0,1]"), 1), checkpoint.ErrFormat, "shape: expected an array"},
		"dimension fraction":  {container(declares(`"U8"`, "[1.0]", "[0,1]"), 1), checkpoint.ErrFormat, "shape: expected an array"},
		"dimension too large": {container(declares(`"U8"`, "[18446744073709551616]", "[0,1]"), 1), checkpoint.ErrFormat, "shape: expected an array"},
		"product overflows":   {container(declares(`"U8"`, "[4294967296,4294967296]", "[0,0]"), 0), checkpoint.ErrFormat, "shape [4294967296 4294967296] overflows"},
		"bytes overflow":      {container(declares(`"F64"`, "[2305843009213693952]", "[0,0]"), 0), checkpoint.ErrFormat, "overflows"},
		"empty but overflows": {container(declares(`"U8"`, "[0,4294967296,4294967296]", "[0,0]"), 0), checkpoint.ErrFormat, "overflows"},
		"one offset":          {container(declares(`"U8"`, "[1]", "[0]"), 1), checkpoint.ErrFormat, "expected [begin end]"},
		"offsets reversed":    {container(declares(`"U8"`, "[1]", "[1,0]"), 1), checkpoint.ErrFormat, "expected [begin end]"},
		"bytes disagree":      {container(declares(`"F32"`, "[2]", "[0,7]"), 7), checkpoint.ErrFormat, "are 7 bytes, F32 [2] takes 8"},
		"hole in front":       {container(declares(`"U8"`, "[1]", "[1,2]"), 2), checkpoint.ErrFormat, "hole: data begin at byte 1, expected 0"},
		"hole":                {container("{"+a+"[0,4]},"+b+"[5,9]}}", 9), checkpoint.ErrFormat, `"b": hole`},
		"overlap":             {container("{"+a+"[0,4]},"+b+"[3,7]}}", 7), checkpoint.ErrFormat, `"b": overlap: data begin at byte 3, expected 4`},
		"same bytes":          {container("{"+a+"[0,4]},"+b+"[0,4]}}", 4), checkpoint.ErrFormat, `"b": overlap`},
		"out of range":        {container(declares(`"U8"`, "[9]", "[0,9]"), 8), checkpoint.ErrTruncated, "promises 9 bytes of data, file has 8"},
		"far out of range":    {container(declares(`"U8"`, "[9223372036854775807]", "[0,9223372036854775807]"), 8), checkpoint.ErrTruncated, "file has 8"},
		"trailing bytes":      {container(declares(`"U8"`, "[7]", "[0,7]"), 8), checkpoint.ErrFormat, "1 too many"},
		"bool of two":         {append(container(declares(`"BOOL"`, "[1]", "[0,1]"), 0), 2), checkpoint.ErrFormat, `"w": element 0 is 2`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := decoded(c.file)
			require.ErrorIs(t, err, c.is)
			assert.Regexp(t, "^checkpoint: ", err)
			assert.ErrorContains(t, err, c.says)
			assert.Nil(t, f)
		})
	}
}

func TestTruncatedAtEveryByte(t *testing.T) {
	t.Parallel()
	b := encoded(t, tinyFile())
	for n := range b {
		_, err := decoded(b[:n])
		require.ErrorIs(t, err, checkpoint.ErrTruncated, n)
		require.Regexp(t, "^checkpoint: ", err)

		_, err = checkpoint.Decode(bytes.NewReader(b[:n]), int64(len(b))) // the size is that of the whole
		require.ErrorIs(t, err, checkpoint.ErrTruncated, n)
	}
}

// A file cannot make Decode allocate more than a small multiple of the file.
func TestLyingFilesDoNotAllocate(t *testing.T) {
	for _, file := range [][]byte{
		append(binary.LittleEndian.AppendUint64(nil, maxHeader), "{}"...),
		container(declares(`"F64"`, "[1000000000]", "[0,8000000000]"), 8),
		container(declares(`"F64"`, "[1000000000]", "[0,8]"), 8),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decoded(file)
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	}
}

// maxHeader is the limit of the reference implementation.
const maxHeader = 100_000_000

// broken fails to read at and after byte n.
type broken struct {
	io.ReaderAt
	n int64
}

func (r broken) ReadAt(b []byte, off int64) (int, error) {
	if off+int64(len(b)) > r.n {
		return 0, errFull
	}
	return r.ReaderAt.ReadAt(b, off)
}

func TestDecodePassesOnErrorsOfTheReader(t *testing.T) {
	t.Parallel()
	b := encoded(t, tinyFile())
	for n := range b {
		_, err := checkpoint.Decode(broken{bytes.NewReader(b), int64(n)}, int64(len(b)))
		require.ErrorIs(t, err, errFull, n)
		require.Regexp(t, "^checkpoint: ", err)
	}
}

func TestDecodeHeader(t *testing.T) {
	t.Parallel()
	b := encoded(t, tinyFile())
	at := int64(len(b) - 35) // the data
	h, err := checkpoint.DecodeHeader(broken{bytes.NewReader(b), at}, int64(len(b)))
	require.NoError(t, err, "data are not read")
	assert.Equal(t, &checkpoint.Header{
		Kind:     "weights",
		Metadata: map[string]string{"epoch": "12"},
		Specs: []checkpoint.Spec{
			{"s", checkpoint.I64, []int{}}, {"none", checkpoint.F32, []int{0, 4}},
			{"w", checkpoint.F32, []int{2, 3}}, {"mask", checkpoint.BOOL, []int{3}},
		},
	}, h)

	_, err = checkpoint.DecodeHeader(strings.NewReader("short"), 5)
	assert.ErrorIs(t, err, checkpoint.ErrTruncated)
}
