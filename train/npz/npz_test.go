package npz_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/npz"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func dense(backing any, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
}

func file() *checkpoint.File {
	return &checkpoint.File{Tensors: []checkpoint.Tensor{
		{Name: "layer/w", Value: dense([]float32{1, 2, 3, 4, 5, float32(math.Inf(-1))}, 2, 3)},
		{Name: "d", Value: dense([]float64{math.Pi}, 1)},
		{Name: "i8", Value: dense([]int8{-1}, 1)}, {Name: "i16", Value: dense([]int16{-300}, 1)},
		{Name: "i32", Value: dense([]int32{-70000}, 1)}, {Name: "i64", Value: dense([]int64{math.MinInt64}, 1, 1)},
		{Name: "u8", Value: dense([]uint8{255, 0}, 2)}, {Name: "u64", Value: dense([]uint64{math.MaxUint64}, 1)},
		{Name: "bool", Value: dense([]bool{true, false}, 2)},
		{Name: "text", Value: dense([]string{"a", "", "μV"}, 3)},
		{Name: "scalar", Value: tensor.New(tensor.FromScalar(float32(7)))},
		{Name: "none", Value: dense([]float32{}, 0, 4)},
	}}
}

func equal(t *testing.T, want, got *checkpoint.File) {
	t.Helper()
	require.Len(t, got.Tensors, len(want.Tensors))
	for i, w := range want.Tensors {
		g := got.Tensors[i]
		assert.Equal(t, w.Name, g.Name)
		assert.Equal(t, []int(w.Value.Shape()), []int(g.Value.Shape()), w.Name)
		assert.Equal(t, w.Value.Dtype(), g.Value.Dtype(), w.Name)
		if w.Value.Shape().TotalSize() > 0 {
			assert.Equal(t, w.Value.Data(), g.Value.Data(), w.Name)
		}
	}
}

func TestArchiveRoundTrip(t *testing.T) {
	t.Parallel()
	for _, compress := range []bool{false, true} {
		var b bytes.Buffer
		require.NoError(t, npz.WriteArchive(&b, file(), compress))
		got, err := npz.ReadArchive(bytes.NewReader(b.Bytes()), int64(b.Len()))
		require.NoError(t, err)
		equal(t, file(), got)
	}
}

func TestFileOfOneArray(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.npy")
	one := &checkpoint.File{Tensors: []checkpoint.Tensor{{Name: "w", Value: dense([]float32{1, 2}, 2)}}}
	require.NoError(t, npz.WriteFile(path, one))
	got, err := npz.ReadFile(path)
	require.NoError(t, err)
	equal(t, one, got)
	assert.ErrorIs(t, npz.WriteFile(path, file()), npz.ErrFormat)
}

// What a header says, byte for byte as NEP 1 has it.
func TestHeader(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, npz.Write(&b, dense([]float32{1, 2, 3, 4, 5, 6}, 2, 3)))
	assert.Equal(t, "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", b.String()[:10+59])
	assert.Equal(t, byte('\n'), b.Bytes()[127])
	assert.Len(t, b.Bytes(), 128+24)
}

// npy returns a file of version 1.0.
func npy(head string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	return append(append(b, head...), data...)
}

func TestReadForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file []byte
		want any
	}{
		"big-endian":       {npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }\n", 0, 1, 255, 254), []int16{1, -2}},
		"Fortran order":    {npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", 1, 4, 2, 5, 3, 6), []uint8{1, 2, 3, 4, 5, 6}},
		"half precision":   {npy("{'descr': '<f2', 'fortran_order': False, 'shape': (1,)}", 0, 0x3e), []float32{1.5}},
		"other order":      {npy(`{"shape":(1,),"descr":"|i1","fortran_order":False}`, 255), []int8{-1}},
		"Python 2 numbers": {npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1L,), }", 1), []bool{true}},
	} {
		got, err := npz.Read(bytes.NewReader(c.file))
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got.Data(), name)
	}
}

func TestReadRefuses(t *testing.T) { // alone, for it measures memory
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"magic":              {[]byte("PK........"), npz.ErrFormat},
		"version":            {[]byte("\x93NUMPY\x09\x00\x00\x00"), npz.ErrFormat},
		"no header":          {[]byte("\x93NUMPY\x01"), npz.ErrTruncated},
		"header of 4 GB":     {[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), npz.ErrTruncated},
		"objects":            {npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 1), npz.ErrFormat},
		"records":            {npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 1), npz.ErrFormat},
		"complex":            {npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 1), npz.ErrFormat},
		"a key twice":        {npy("{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }"), npz.ErrFormat},
		"negative":           {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"), npz.ErrFormat},
		"overflow":           {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2), }"), npz.ErrFormat},
		"10 GB":              {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2500000000,), }", 1, 2), npz.ErrTruncated},
		"text of no bytes":   {npy("{'descr': '<U0', 'fortran_order': False, 'shape': (2500000000,), }"), npz.ErrTruncated},
		"text past unicode":  {npy("{'descr': '<U1', 'fortran_order': False, 'shape': (), }", 0, 0, 0x11, 0), npz.ErrFormat},
		"text after the end": {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), } 1"), npz.ErrFormat},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := npz.Read(bytes.NewReader(c.file))
		runtime.ReadMemStats(&after)
		assert.ErrorIs(t, err, c.want, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), name)
	}
}

func TestArchiveRefuses(t *testing.T) {
	t.Parallel()
	good := npy("{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }", 1)
	for name, members := range map[string][]string{
		"leads out": {"../a.npy"}, "absolute": {"/etc/a.npy"}, "backslash": {`..\a.npy`}, "twice": {"a.npy", "a.npy"}, "no array": {"a.txt"},
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, m := range members {
			w, err := z.Create(m)
			require.NoError(t, err)
			_, err = w.Write(good)
			require.NoError(t, err)
		}
		require.NoError(t, z.Close())
		_, err := npz.ReadArchive(bytes.NewReader(b.Bytes()), int64(b.Len()))
		assert.ErrorIs(t, err, npz.ErrFormat, name)
	}
	for _, name := range []string{"../a", "/a", `a\b`} {
		f := &checkpoint.File{}
		f.Add(name, dense([]float32{1}, 1))
		assert.ErrorIs(t, npz.WriteArchive(&bytes.Buffer{}, f, false), npz.ErrFormat, name)
	}
}

const checkAndWrite = `
import sys, numpy as np
z = np.load(sys.argv[1])
assert z["layer/w"].dtype == "<f4" and z["layer/w"].shape == (2, 3) and z["layer/w"][1, 1] == 5, z["layer/w"]
assert z["text"].tolist() == ["a", "", "μV"] and z["scalar"].shape == () and z["none"].shape == (0, 4)
assert z["i64"].item() == -2**63 and z["u64"].item() == 2**64 - 1 and z["bool"].tolist() == [True, False]
np.savez_compressed(sys.argv[2], **{k: np.array(z[k], order="F") for k in z.files})
`

func TestNumPyReadsOursAndWeReadNumPys(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	if exec.Command(py, "-c", "import numpy").Run() != nil {
		t.Skip("numpy is not installed: files are not compared with its own")
	}
	dir := t.TempDir()
	ours, theirs := filepath.Join(dir, "ours.npz"), filepath.Join(dir, "theirs.npz")
	require.NoError(t, npz.WriteFile(ours, file()))
	out, err := exec.Command(py, "-c", checkAndWrite, ours, theirs).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	got, err := npz.ReadFile(theirs)
	require.NoError(t, err)
	equal(t, file(), got)
}

func FuzzRead(f *testing.F) {
	for _, t := range file().Tensors {
		var b bytes.Buffer
		require.NoError(f, npz.Write(&b, t.Value))
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := npz.Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		var again bytes.Buffer
		require.NoError(t, npz.Write(&again, x))
	})
}

func FuzzReadArchive(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, npz.WriteArchive(&b, file(), true))
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = npz.ReadArchive(bytes.NewReader(b), int64(len(b)))
	})
}

func TestReadFileMissing(t *testing.T) {
	t.Parallel()
	_, err := npz.ReadFile(filepath.Join(t.TempDir(), "none.npz"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
