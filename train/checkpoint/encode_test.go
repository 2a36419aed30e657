package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

func TestRoundTripOfEveryType(t *testing.T) {
	t.Parallel()
	nan := math.Float32frombits(0x7fc12345) // a payload survives
	for name, value := range map[string]*tensor.Dense{
		"U64":           dense([]uint64{0, math.MaxUint64}, 2),
		"I64":           dense([]int64{math.MinInt64, math.MaxInt64}, 2, 1),
		"F64":           dense([]float64{math.SmallestNonzeroFloat64, math.Inf(-1)}, 1, 2),
		"F32":           dense([]float32{nan, -0.1}, 2),
		"U32":           dense([]uint32{math.MaxUint32}, 1),
		"I32":           dense([]int32{math.MinInt32, 7, 8, 9, 10, 11}, 1, 2, 3, 1),
		"U16":           dense([]uint16{math.MaxUint16}, 1, 1),
		"I16":           dense([]int16{math.MinInt16}, 1),
		"I8":            dense([]int8{math.MinInt8}, 1),
		"U8":            dense([]uint8{255, 0}, 2),
		"BOOL":          dense([]bool{true, false}, 2),
		"scalar":        dense([]float64{42}),
		"empty":         dense([]int32{}, 3, 0, 2),
		"large":         dense(make([]float32, 40_000), 200, 200), // more than one chunk
		"":              dense([]uint8{1}, 1),                     // an empty name is a name
		"ünï/\"<\u2028": dense([]uint8{1}, 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &checkpoint.File{Metadata: map[string]string{"<&>": "\n\x00é"}}
			f.Add(name, value)
			got, err := decoded(encoded(t, f))
			require.NoError(t, err)
			requireSame(t, f, got)
		})
	}
}

func TestZeroFile(t *testing.T) {
	t.Parallel()
	f, err := decoded(encoded(t, &checkpoint.File{}))
	require.NoError(t, err)
	assert.Empty(t, f.Tensors)
	assert.Empty(t, f.Metadata)
	assert.NotNil(t, f.Metadata, "a caller may add to it")
}

func TestDataAreAligned(t *testing.T) {
	t.Parallel()
	b := encoded(t, tinyFile())
	assert.Zero(t, binary.LittleEndian.Uint64(b)%8)
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	masked := dense([]float32{1, 2}, 2)
	masked.ResetMask(true)
	one := dense([]float32{1}, 1)
	for name, c := range map[string]struct {
		f    checkpoint.File
		says string
	}{
		"duplicate":   {checkpoint.File{Tensors: []checkpoint.Tensor{{"w", one}, {"w", one}}}, `"w" is there twice`},
		"reserved":    {checkpoint.File{Tensors: []checkpoint.Tensor{{"__metadata__", one}}}, "reserved"},
		"nil":         {checkpoint.File{Tensors: []checkpoint.Tensor{{"w", nil}}}, `"w" is nil`},
		"zero Dense":  {checkpoint.File{Tensors: []checkpoint.Tensor{{"w", new(tensor.Dense)}}}, "type"},
		"name":        {checkpoint.File{Tensors: []checkpoint.Tensor{{"\xff", one}}}, "UTF-8"},
		"type":        {checkpoint.File{Tensors: []checkpoint.Tensor{{"w", dense([]int{1}, 1)}}}, "type int,"},
		"masked":      {checkpoint.File{Tensors: []checkpoint.Tensor{{"w", masked}}}, "masked"},
		"our key":     {checkpoint.File{Metadata: map[string]string{"spikegraph.version": "1"}}, "reserved"},
		"bad value":   {checkpoint.File{Metadata: map[string]string{"a": "\xff"}}, "UTF-8"},
		"bad kind":    {checkpoint.File{Kind: "\xff"}, "UTF-8"},
		"huge header": {checkpoint.File{Kind: string(make([]byte, 17_000_000))}, "at most 100000000"}, // \u0000 each
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			err := checkpoint.Encode(&b, &c.f)
			require.ErrorIs(t, err, checkpoint.ErrFormat)
			assert.Regexp(t, "^checkpoint: ", err)
			assert.ErrorContains(t, err, c.says)
			assert.Zero(t, b.Len(), "nothing is written")
		})
	}
}

// failAfter is a writer that fails after n bytes.
type failAfter struct{ n int }

var errFull = errors.New("no space left")

func (w *failAfter) Write(b []byte) (int, error) {
	if len(b) > w.n {
		n := w.n
		w.n = 0
		return n, errFull
	}
	w.n -= len(b)
	return len(b), nil
}

func TestEncodePassesOnErrorsOfTheWriter(t *testing.T) {
	t.Parallel()
	f := &checkpoint.File{Tensors: []checkpoint.Tensor{{"w", dense(make([]float64, 30_000), 30_000)}}}
	for n := range 10 {
		err := checkpoint.Encode(&failAfter{n * 24_000}, f)
		require.ErrorIs(t, err, errFull, n)
		assert.Regexp(t, "^checkpoint: ", err)
	}
	assert.NoError(t, checkpoint.Encode(io.Discard, f))
}

// Any mixture of tensors and metadata comes back as it was.
func TestRoundTripOfAnyFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := &checkpoint.File{
			Kind:     rapid.String().Draw(rt, "kind"),
			Metadata: rapid.MapOf(rapid.String(), rapid.String()).Draw(rt, "metadata"),
		}
		for _, name := range rapid.SliceOfDistinct(rapid.String(), rapid.ID[string]).Draw(rt, "names") {
			f.Add(name, anyTensor(rt))
		}
		got, err := decoded(encoded(t, f))
		require.NoError(rt, err)
		requireSame(t, f, got)
	})
}

// anyTensor draws a tensor of up to three dimensions, empty ones and scalars included.
func anyTensor(rt *rapid.T) *tensor.Dense {
	shape := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 3).Draw(rt, "shape")
	n := tensor.Shape(shape).TotalSize()
	switch rapid.IntRange(0, 2).Draw(rt, "type") {
	case 0:
		return dense(rapid.SliceOfN(rapid.Float32(), n, n).Draw(rt, "float32"), shape...)
	case 1:
		return dense(rapid.SliceOfN(rapid.Int64(), n, n).Draw(rt, "int64"), shape...)
	}
	return dense(rapid.SliceOfN(rapid.Bool(), n, n).Draw(rt, "bool"), shape...)
}
