package matlab_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/internal/matlab"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func array(data any, shape ...int) *ndarray.Array { return &ndarray.Array{Shape: shape, Data: data} }

// Files that scipy 1.10.1 wrote with scipy.io.savemat, as they are and deflated.
func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	want := []matlab.Variable{
		{"W", array([]float32{1, 2, 3, 4, 5, 6}, 1, 2, 3)}, {"d", array([]float64{1.5, -2}, 1, 2)}, {"i8", array([]int8{-1, 2}, 1, 2)},
		{"u2", array([]uint16{1, 65535}, 2, 1)}, {"i8b", array([]int64{-1 << 62}, 1, 1)}, {"u8", array([]uint64{1<<63 + 1}, 1, 1)},
		{"flag", array([]bool{true, false}, 1, 2)}, {"text", array([]string{"ab", "cde"}, 1, 2)}, {"word", array([]string{"hello"}, 1)},
		{"none", array([]float64{}, 0, 3)}, {"Dense0.W", array([]int32{7, 8, 9}, 1, 3)},
	}
	for _, name := range []string{"scipy.mat", "scipy-compressed.mat"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		got, err := matlab.Decode(b)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
		for n := range b { // cut at every byte: an error, or a file of fewer variables
			if got, err := matlab.Decode(b[:n]); err == nil {
				assert.Equal(t, append([]matlab.Variable(nil), want[:len(got)]...), got, "%s, %d bytes", name, n)
			}
		}
	}
	for name, says := range map[string]string{
		"scipy-refused.mat": `"c": matlab: not a MAT-file this package can read or write: its numbers are complex`,
		"scipy-struct.mat":  "a structure, want numbers or texts",
		"scipy-level4.mat":  "its header has 128",
	} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		_, err = matlab.Decode(b)
		assert.ErrorContains(t, err, says)
	}
}

func variables() []matlab.Variable {
	return []matlab.Variable{
		{"W", array([]float32{1, 2, 3, 4, 5, 6}, 1, 2, 3)}, {"b", array([]bool{true, false}, 1, 2)}, {"names", array([]string{"net.W", "", "ä𝄞"}, 1, 3)},
		{"u1", array([]uint8{7}, 1, 1)}, {"none", array([]int64{}, 1, 0, 2)}, {"d", array([]float64{math.Pi, math.Inf(1)}, 2, 1)},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	b, err := matlab.Encode(variables())
	require.NoError(t, err)
	got, err := matlab.Decode(b)
	require.NoError(t, err)
	assert.Equal(t, variables(), got)
	b, err = matlab.Encode([]matlab.Variable{{"s", array([]int16{3})}, {"v", array([]int16{1, 2}, 2)}})
	require.NoError(t, err)
	got, err = matlab.Decode(b)
	require.NoError(t, err)
	assert.Equal(t, []matlab.Variable{{"s", array([]int16{3}, 1, 1)}, {"v", array([]int16{1, 2}, 2, 1)}}, got, "there are no fewer than two axes")
	for name, v := range map[string]*ndarray.Array{"": array([]int16{3}), "x": {}, "a\x00b": array([]int16{3}), "\xff": array([]int16{3})} {
		_, err := matlab.Encode([]matlab.Variable{{name, v}})
		assert.ErrorIs(t, err, matlab.ErrFormat, name)
	}
	_, err = matlab.Encode(append(variables(), variables()[0]))
	assert.ErrorIs(t, err, matlab.ErrFormat)
}

func TestScipyReadsOurs(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	if exec.Command(py, "-c", "import scipy.io").Run() != nil {
		t.Skip("scipy is not installed: MAT-files are not read by it")
	}
	vars := variables()
	vars[2].Array = array([]string{"net.W", "", "tied"}, 1, 3) // scipy's writer and reader of other characters disagree
	b, err := matlab.Encode(vars)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "ours.mat")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	out, err := exec.Command(py, "-c", `
import sys, numpy as np, scipy.io as sio
d = sio.loadmat(sys.argv[1])
assert d["W"].dtype == np.float32 and d["W"].tolist() == [[[1, 2, 3], [4, 5, 6]]]
assert d["b"].tolist() == [[1, 0]] and sio.whosmat(sys.argv[1])[1] == ("b", (1, 2), "logical")
assert [s.rstrip() for s in d["names"][0]] == ["net.W", "", "tied"], d["names"]
assert d["u1"].dtype == np.uint8 and d["u1"].tolist() == [[7]]
assert d["none"].shape == (1, 0, 2) and d["d"].tolist() == [[np.pi], [np.inf]]
`, path).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
}

// element is a data element.
func element(o binary.ByteOrder, kind uint32, content string) string {
	b := make([]byte, 8)
	o.PutUint32(b, kind)
	o.PutUint32(b[4:], uint32(len(content)))
	return string(b) + content + strings.Repeat("\x00", -len(content)&7)
}

// file is a file of one array, by hand from the format.
func file(o binary.ByteOrder, flags uint32, dims []int32, kind uint32, content string) []byte {
	head := make([]byte, 128)
	o.PutUint16(head[124:], 0x100)
	copy(head[126:], map[binary.ByteOrder]string{binary.LittleEndian: "IM", binary.BigEndian: "MI"}[o])
	f, d := make([]byte, 8), make([]byte, 4*len(dims))
	o.PutUint32(f, flags)
	for i, n := range dims {
		o.PutUint32(d[4*i:], uint32(n))
	}
	return append(head, element(o, 14, element(o, 6, string(f))+element(o, 5, string(d))+element(o, 1, "x")+element(o, kind, content))...)
}

func TestForms(t *testing.T) {
	t.Parallel()
	le, be := binary.LittleEndian, binary.BigEndian
	for name, c := range map[string]struct {
		file []byte
		want any
	}{
		"big-endian doubles stored as bytes":     {file(be, 6, []int32{1, 2}, 2, "\x01\xff"), []float64{1, 255}},
		"big-endian words":                       {file(be, 10, []int32{1, 1}, 3, "\xff\xfe"), []int16{-2}},
		"singles stored as words":                {file(le, 7, []int32{1, 1}, 3, "\xfe\xff"), []float32{-2}},
		"32 bits stored as bytes":                {file(le, 13, []int32{1, 1}, 2, "\x07"), []uint32{7}},
		"64 bits stored as bytes":                {file(le, 14, []int32{1, 1}, 1, "\xff"), []int64{-1}},
		"logical":                                {file(le, 0x209, []int32{1, 2}, 2, "\x00\x02"), []bool{false, true}},
		"characters of 16 bits, one of two":      {file(le, 4, []int32{1, 3}, 4, "a\x00\x34\xd8\x1e\xdd"), []string{"a𝄞"}},
		"characters of 8 bits, column by column": {file(le, 4, []int32{2, 2}, 2, "acb "), []string{"ab", "c"}},
		"characters of UTF-8":                    {file(le, 4, []int32{1, 2}, 16, "\xc3\xa4b"), []string{"äb"}},
		"characters of UTF-32":                   {file(le, 4, []int32{1, 1}, 18, "\x1e\xd1\x01\x00"), []string{"𝄞"}},
	} {
		got, err := matlab.Decode(c.file)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got[0].Array.Data, name)
	}
}

func TestRefuses(t *testing.T) { // alone, for it measures memory
	le := binary.LittleEndian
	good := file(le, 6, []int32{1, 1}, 9, "\x00\x00\x00\x00\x00\x00\xf0\x3f")
	with := func(at int, b byte) []byte {
		c := append([]byte{}, good...)
		c[at] = b
		return c
	}
	_, err := matlab.Decode(good)
	require.NoError(t, err)
	for says, f := range map[string][]byte{
		"its header has 128":                  good[:100],
		"its byte order is":                   with(126, 'X'),
		"version 7.3, which is HDF5":          with(125, 2),
		"zlib: invalid checksum":              append(good[:128:128], element(le, 15, "\x78\x9c\x01\x08\x00\xf7\xff\x0f\x00\x00\x00\x00\x00\x00\x00\x00\x78\x00\x10")...),
		"flags of type 7":                     with(136, 7),
		"a cell array":                        file(le, 1, []int32{1, 1}, 9, "\x00\x00\x00\x00\x00\x00\xf0\x3f"),
		"a sparse array":                      file(le, 5, []int32{1, 1}, 9, "\x00\x00\x00\x00\x00\x00\xf0\x3f"),
		"a function":                          file(le, 16, []int32{1, 1}, 9, ""),
		"of class 99, which is none":          file(le, 99, []int32{1, 1}, 9, ""),
		"dimensions [2]":                      file(le, 6, []int32{2}, 9, "\x00\x00\x00\x00\x00\x00\xf0\x3f"),
		"dimensions [-1 1]":                   file(le, 6, []int32{-1, 1}, 9, ""),
		"8 bytes of type 9 for 1000000 num":   file(le, 6, []int32{1000, 1000}, 9, "\x00\x00\x00\x00\x00\x00\xf0\x3f"),
		"dimensions [2147483647 2147483647 2": file(le, 6, []int32{math.MaxInt32, math.MaxInt32, math.MaxInt32}, 9, ""),
		"texts of no characters":              file(le, 4, []int32{math.MaxInt32, 0}, 16, ""),
		"characters for dimensions":           file(le, 4, []int32{1, 5}, 16, "abc"),
		"text that is not UTF-8":              file(le, 4, []int32{1, 1}, 16, "\xff"),
		"text of type 9":                      file(le, 4, []int32{1, 1}, 9, "\x00\x00\x00\x00\x00\x00\xf0\x3f"),
		"is no character":                     file(le, 4, []int32{1, 1}, 18, "\xff\xff\xff\xff"),
		"the number 0.5 in an array of int8":  file(le, 8, []int32{1, 1}, 9, "\x00\x00\x00\x00\x00\x00\xe0\x3f"),
		"the number 255 in an array of int8":  file(le, 8, []int32{1, 1}, 2, "\xff"),
		"whole numbers of 64 bits":            file(le, 6, []int32{1, 1}, 12, "\x00\x00\x00\x00\x00\x00\x00\x00"),
		`two variables are named "x"`:         append(append([]byte{}, good...), good[128:]...),
		"an element of 4294967295 bytes":      append(good[:128:128], "\x0e\x00\x00\x00\xff\xff\xff\xff"...),
		"a small element of 5 bytes":          append(good[:128:128], "\x0e\x00\x05\x00\x00\x00\x00\x00"...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := matlab.Decode(f)
		runtime.ReadMemStats(&after)
		require.Error(t, err, says)
		assert.ErrorContains(t, err, says)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), says)
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"scipy.mat", "scipy-compressed.mat", "scipy-struct.mat"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add(file(binary.BigEndian, 4, []int32{2, 2}, 4, "\x00a\x00c\x00b\x00 "))
	f.Fuzz(func(t *testing.T, b []byte) {
		vars, err := matlab.Decode(b)
		if err != nil {
			return
		}
		for _, v := range vars { // what is read can be written, but for names
			v.Name = "x"
			_, err := matlab.Encode([]matlab.Variable{v})
			require.NoError(t, err)
		}
	})
}

func Example() {
	b, err := matlab.Encode([]matlab.Variable{{Name: "W", Array: &ndarray.Array{Shape: []int{1, 2}, Data: []float32{1, 2}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	vars, err := matlab.Decode(b)
	fmt.Println(vars[0].Name, vars[0].Array.Shape, vars[0].Array.Data, err)
	// Output:
	// W [1 2] [1 2] <nil>
}
