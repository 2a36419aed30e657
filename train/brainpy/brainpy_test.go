package brainpy

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func dense(backing any, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
}

func tree() map[string]any {
	return map[string]any{
		"Dense0": map[string]any{"W": dense([]float32{1, 2, 3, 4, 5, 6}, 2, 3), "b": dense([]float64{0.5}, 1)},
		"list":   map[string]any{"0": int64(1), "1": "two"},
		"mask":   dense([]bool{true, false}, 2), "i": dense([]int32{-1}, 1, 1), "none": dense([]float32{}, 0, 2),
		"scalar": Scalar{float32(7)}, "whole": Scalar{int64(-9)}, "z": complex(1, -2),
		"nil": nil, "yes": true, "pi": math.Pi, "big": uint64(math.MaxUint64), "raw": []byte{1, 2},
	}
}

// equal compares trees; tensors by shape, type and numbers.
func equal(t *testing.T, want, got any, at string) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		require.Truef(t, ok && len(g) == len(w), "%s: %v", at, got)
		for k := range w {
			equal(t, w[k], g[k], at+"."+k)
		}
	case *tensor.Dense:
		g, ok := got.(*tensor.Dense)
		require.Truef(t, ok, "%s: %T", at, got)
		assert.Equal(t, []int(w.Shape()), []int(g.Shape()), at)
		assert.Equal(t, w.Dtype(), g.Dtype(), at)
		if w.Shape().TotalSize() > 0 {
			assert.Equal(t, w.Data(), g.Data(), at)
		}
	case uint64:
		assert.EqualValues(t, w, got, at)
	default:
		assert.Equal(t, want, got, at)
	}
}

func TestTreeRoundTrip(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "net.bp")
	require.NoError(t, WriteFile(path, tree()))
	got, err := ReadFile(path)
	require.NoError(t, err)
	equal(t, tree(), got, "")
	a, err := Encode(tree())
	require.NoError(t, err)
	b, err := Encode(got)
	require.NoError(t, err)
	assert.Equal(t, a, b)
}

// By hand from the format: {"a": float32 [2], "s": typed float64 0.5, "b": bfloat16 [1]}.
func TestGoldenBytes(t *testing.T) {
	t.Parallel()
	file := "\x83" +
		"\xa1a" + "\xc7\x14\x01" + "\x93\x91\x02\xa7float32\xc4\x08\x00\x00\x80\x3f\x00\x00\x00\xc0" +
		"\xa1s" + "\xc7\x14\x03" + "\x93\x90\xa7float64\xc4\x08\x00\x00\x00\x00\x00\x00\xe0\x3f\xc0" +
		"\xa1b" + "\xc7\x11\x01" + "\x93\x91\x01\xa8bfloat16\xc4\x02\x80\x3f\xc0"
	_, err := Decode([]byte(file))
	require.Error(t, err, "the extensions are one byte too long for what is in them")
	file = "\x83" +
		"\xa1a" + "\xc7\x15\x01" + "\x93\x91\x02\xa7float32\xc4\x08\x00\x00\x80\x3f\x00\x00\x00\xc0" +
		"\xa1s" + "\xc7\x14\x03" + "\x93\x90\xa7float64\xc4\x08\x00\x00\x00\x00\x00\x00\xe0\x3f" +
		"\xa1b" + "\xc7\x10\x01" + "\x93\x91\x01\xa8bfloat16\xc4\x02\x80\x3f"
	got, err := Decode([]byte(file))
	require.NoError(t, err)
	equal(t, map[string]any{"a": dense([]float32{1, -2}, 2), "s": Scalar{0.5}, "b": dense([]float32{1}, 1)}, got, "")
	a, err := Encode(map[string]any{"a": dense([]float32{1, -2}, 2)})
	require.NoError(t, err)
	assert.Equal(t, "\x81"+file[1:27], string(a))
}

func TestArraysInPieces(t *testing.T) {
	t.Parallel()
	want := map[string]any{"w": dense([]float32{1, 2, 3, 4, 5, 6, 7}, 7, 1), "small": dense([]float32{1}, 1)}
	b, err := encode(want, 12)
	require.NoError(t, err)
	assert.Contains(t, string(b), keyChunked)
	got, err := Decode(b)
	require.NoError(t, err)
	equal(t, want, got, "")
}

func TestDecodeRefuses(t *testing.T) { // alone, for it measures memory
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"empty":             {"", ErrTruncated},
		"no map":            {"\x01", ErrFormat},
		"more behind":       {"\x80\x80", ErrFormat},
		"a list":            {"\x81\xa1a\x91\x01", ErrFormat},
		"a key twice":       {"\x82\xa1a\x01\xa1a\x01", ErrFormat},
		"a key of numbers":  {"\x81\x01\x01", ErrFormat},
		"an unknown type":   {"\x81\xa1a\xd4\x09\x00", ErrFormat},
		"bytes of 4 GB":     {"\x81\xa1a\xc6\xff\xff\xff\xff", ErrTruncated},
		"an ext of 4 GB":    {"\x81\xa1a\xc9\xff\xff\xff\xff\x01", ErrTruncated},
		"a map of 4 G":      {"\xdf\xff\xff\xff\xff", ErrTruncated},
		"an array of 10 GB": {"\x81\xa1a\xc7\x11\x01\x93\x91\xce\xa0\x00\x00\x00\xa7float32\xc4\x00", ErrFormat},
		"objects":           {"\x81\xa1a\xc7\x0c\x01\x93\x91\x00\xa6object\xc4\x00", ErrFormat},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Decode([]byte(c.file))
		runtime.ReadMemStats(&after)
		assert.ErrorIs(t, err, c.want, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), name)
	}
	_, err := Encode(map[string]any{"a": int32(1)})
	assert.ErrorIs(t, err, ErrFormat)
}

func TestTensorsAndTree(t *testing.T) {
	t.Parallel()
	f, err := Tensors(tree())
	require.NoError(t, err)
	var names []string
	for _, x := range f.Tensors {
		names = append(names, x.Name)
	}
	assert.Equal(t, []string{"Dense0.W", "Dense0.b", "i", "mask", "none", "scalar", "whole"}, names)
	assert.Equal(t, float32(7), f.Tensor("scalar").ScalarValue())
	assert.Equal(t, map[string]string{
		"list.0": "1", "list.1": "two", "z": "(1-2i)", "nil": "None", "yes": "true", "pi": "3.141592653589793",
		"big": "18446744073709551615", "raw": "[1 2]",
	}, f.Metadata)
	back, err := Tree(f)
	require.NoError(t, err)
	equal(t, tree()["Dense0"], back["Dense0"], "")
	_, err = Tensors(map[string]any{"a.b": dense([]float32{1}, 1), "a": map[string]any{"b": dense([]float32{1}, 1)}})
	assert.ErrorIs(t, err, ErrFormat)
	_, err = Tree(&checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "a", Value: dense([]float32{1}, 1)}, {Name: "a.b", Value: dense([]float32{1}, 1)}}})
	assert.ErrorIs(t, err, ErrFormat)
}

func FuzzDecode(f *testing.F) {
	b, err := Encode(tree())
	require.NoError(f, err)
	f.Add(b)
	b, err = encode(tree(), 8)
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := Decode(b)
		if err != nil {
			return
		}
		_, err = Encode(tree)
		require.NoError(t, err)
		_, _ = Tensors(tree)
	})
}

// The arrays of a tree, by name.
func ExampleTensors() {
	tree := map[string]any{"Dense0": map[string]any{"W": dense([]float32{1, 2}, 1, 2)}, "step": int64(3)}
	b, err := Encode(tree)
	if err != nil {
		fmt.Println(err)
		return
	}
	if tree, err = Decode(b); err != nil {
		fmt.Println(err)
		return
	}
	f, err := Tensors(tree)
	fmt.Println(f.Specs(), tree["step"], err)
	// Output:
	// [Dense0.W F32 [1 2]] 3 <nil>
}
