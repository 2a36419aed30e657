package brainpy

import (
	"fmt"
	"math"
	"os"
	"os/exec"
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
	assert.Equal(t, []string{"Dense0.W", "Dense0.b", "i", "mask", "none"}, names)
	back, err := Tree(f)
	require.NoError(t, err)
	equal(t, tree()["Dense0"], back["Dense0"], "")
	_, err = Tensors(map[string]any{"a.b": dense([]float32{1}, 1), "a": map[string]any{"b": dense([]float32{1}, 1)}})
	assert.ErrorIs(t, err, ErrFormat)
	_, err = Tree(&checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "a", Value: dense([]float32{1}, 1)}, {Name: "a.b", Value: dense([]float32{1}, 1)}}})
	assert.ErrorIs(t, err, ErrFormat)
}

func variables() *Variables {
	return &Variables{
		Tensors: []checkpoint.Tensor{{Name: "Dense0.W", Value: dense([]float32{1, 2}, 1, 2)}, {Name: "Dense0.b", Value: dense([]float64{3, 4}, 2)}},
		Aliases: map[string]string{"net.W": "Dense0.W", "tied.W": "Dense0.W"},
	}
}

func TestVariableFiles(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{".npz", ".h5", ".hdf5"} {
		path := filepath.Join(t.TempDir(), "net"+suffix)
		require.NoError(t, WriteVariables(path, variables()))
		got, err := ReadVariables(path)
		require.NoError(t, err, suffix)
		assert.Equal(t, variables().Aliases, got.Aliases, suffix)
		f, err := got.File()
		require.NoError(t, err)
		assert.Len(t, f.Tensors, 4)
		for _, want := range variables().Tensors {
			equal(t, want.Value, f.Tensor(want.Name), want.Name)
		}
		equal(t, variables().Tensors[0].Value, f.Tensor("tied.W"), "tied.W")
	}
	for _, path := range []string{"net.pkl", "net.mat", "net"} {
		_, err := ReadVariables(path)
		assert.ErrorIs(t, err, ErrFormat)
		assert.ErrorIs(t, WriteVariables(path, variables()), ErrFormat)
	}
	bad := variables()
	bad.Aliases["x"] = "not there"
	assert.ErrorIs(t, WriteVariables(filepath.Join(t.TempDir(), "net.npz"), bad), ErrFormat)
}

// asBrainPy reads a variable file and writes another as BrainPy does.
const asBrainPy = `
import sys, numpy as np
if sys.argv[1].endswith(".npz"):
    z = np.load(sys.argv[1]); v = {k: z[k] for k in z.files}
    assert v["duplicate_keys"].tolist() == ["net.W", "tied.W"]
    dup = {"duplicate_keys": ["net.W", "tied.W"], "duplicate_targets": ["Dense0.W", "Dense0.W"]}
    np.savez(sys.argv[2], **{k: v[k] for k in ("Dense0.W", "Dense0.b")}, **dup)
else:
    import h5py
    f = h5py.File(sys.argv[1]); assert f["duplicate_keys"].asstr()[()] == "net.W+tied.W"
    with h5py.File(sys.argv[2], "w") as g:
        for k in ("Dense0.W", "Dense0.b"): g[k] = f[k][()]
        g.create_dataset("duplicate_keys", data="net.W+tied.W")
        g.create_dataset("duplicate_targets", data="Dense0.W+Dense0.W")
`

func TestVariableFilesOfPython(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	if exec.Command(py, "-c", "import numpy, h5py").Run() != nil {
		t.Skip("numpy and h5py are not installed: variable files are not compared with theirs")
	}
	for _, suffix := range []string{".npz", ".h5"} {
		dir := t.TempDir()
		ours, theirs := filepath.Join(dir, "ours"+suffix), filepath.Join(dir, "theirs"+suffix)
		require.NoError(t, WriteVariables(ours, variables()))
		out, err := exec.Command(py, "-c", asBrainPy, ours, theirs).CombinedOutput()
		require.NoErrorf(t, err, "%s", out)
		got, err := ReadVariables(theirs)
		require.NoError(t, err)
		assert.Equal(t, variables().Aliases, got.Aliases)
		for i, want := range variables().Tensors {
			assert.Equal(t, want.Name, got.Tensors[i].Name)
			equal(t, want.Value, got.Tensors[i].Value, want.Name)
		}
	}
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

func FuzzReadVariables(f *testing.F) {
	dir := f.TempDir()
	for _, suffix := range []string{".npz", ".h5"} {
		path := filepath.Join(dir, "seed"+suffix)
		require.NoError(f, WriteVariables(path, variables()))
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(b, suffix)
	}
	f.Fuzz(func(t *testing.T, b []byte, suffix string) {
		if suffix != ".npz" && suffix != ".h5" {
			return
		}
		path := filepath.Join(t.TempDir(), "f"+suffix)
		require.NoError(t, os.WriteFile(path, b, 0o644))
		if v, err := ReadVariables(path); err == nil {
			_, _ = v.File()
		}
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
