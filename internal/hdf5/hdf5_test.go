package hdf5_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree has every type, a scalar, an array without elements, and a group in a group.
func tree() *hdf5.Group {
	array := func(data any, shape ...int) *hdf5.Array {
		return &hdf5.Array{Shape: append([]int{}, shape...), Data: data}
	}
	return &hdf5.Group{Members: []hdf5.Member{
		{Name: "a", Array: array([]float32{1.5, -2, float32(math.Inf(1)), 0, 5, 6}, 2, 3)},
		{Name: "b", Array: array([]float64{math.Pi}, 1)},
		{Name: "bool", Array: array([]bool{true, false, true}, 3)},
		{Name: "empty", Array: array([]float32{}, 0, 2)},
		{Name: "group", Group: &hdf5.Group{Members: []hdf5.Member{
			{Name: "inner", Group: &hdf5.Group{}},
			{Name: "text", Array: array([]string{"ä", "", "bc", "ä"}, 2, 2)},
			{Name: "type", Array: array([]string{"LIF"})},
		}}},
		{Name: "i16", Array: array([]int16{-300}, 1)},
		{Name: "i32", Array: array([]int32{-70000}, 1)},
		{Name: "i64", Array: array([]int64{math.MinInt64}, 1)},
		{Name: "i8", Array: array([]int8{-3})},
		{Name: "none", Array: array([]string{}, 0, 2)},
		{Name: "u16", Array: array([]uint16{65535}, 1)},
		{Name: "u32", Array: array([]uint32{math.MaxUint32}, 1)},
		{Name: "u64", Array: array([]uint64{math.MaxUint64}, 1)},
		{Name: "u8", Array: array([]uint8{255}, 1)},
	}}
}

// python runs a script of h5py on a file, and returns what it prints.
func python(t *testing.T, script, path string) []byte {
	t.Helper()
	const py = "/usr/bin/python3"
	if exec.Command(py, "-c", "import h5py").Run() != nil {
		t.Skip("h5py is not installed: files of the HDF5 library are not compared")
	}
	out, err := exec.Command(py, "-c", script, path).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	return out
}

func TestEncodeDecode(t *testing.T) {
	t.Parallel()
	b, err := hdf5.Encode(tree())
	require.NoError(t, err)
	got, err := hdf5.Decode(b)
	require.NoError(t, err)
	assert.Equal(t, tree(), got)
	again, err := hdf5.Encode(got)
	require.NoError(t, err)
	assert.Equal(t, b, again)
}

func TestManyMembersAndStrings(t *testing.T) {
	t.Parallel()
	g := &hdf5.Group{}
	var names []string
	for i := range 70000 {
		names = append(names, fmt.Sprintf("%05d", i))
	}
	for _, n := range names[:300] {
		g.Members = append(g.Members, hdf5.Member{Name: n, Array: &hdf5.Array{Shape: []int{}, Data: []int64{1}}})
	}
	g.Members = append(g.Members, hdf5.Member{Name: "names", Array: &hdf5.Array{Shape: []int{70000}, Data: names}})
	b, err := hdf5.Encode(g)
	require.NoError(t, err)
	got, err := hdf5.Decode(b)
	require.NoError(t, err)
	assert.Equal(t, g, got)
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	one := &hdf5.Array{Data: []float32{1}}
	for name, members := range map[string][]hdf5.Member{
		"name with a slash": {{Name: "a/b", Array: one}},
		"name twice":        {{Name: "a", Array: one}, {Name: "a", Array: one}},
		"no name":           {{Array: one}},
		"neither":           {{Name: "a"}},
		"shape":             {{Name: "a", Array: &hdf5.Array{Shape: []int{2}, Data: []float32{1}}}},
		"type":              {{Name: "a", Array: &hdf5.Array{Shape: []int{1}, Data: []int{1}}}},
		"zero in a string":  {{Name: "a", Array: &hdf5.Array{Data: []string{"\x00"}}}},
	} {
		_, err := hdf5.Encode(&hdf5.Group{Members: members})
		assert.ErrorIs(t, err, hdf5.ErrFormat, name)
	}
}

const dump = `
import h5py, json, sys, numpy as np
def show(o):
    if isinstance(o, h5py.Group): return {k: show(o[k]) for k in o}
    v = o.asstr()[()] if h5py.check_string_dtype(o.dtype) else o[()]
    v = v.tolist() if hasattr(v, "tolist") else v
    kind = "str" if h5py.check_string_dtype(o.dtype) else str(o.dtype)
    return [kind, list(o.shape), [str(x) for x in np.asarray(v, dtype=object).ravel().tolist()]]
print(json.dumps(show(h5py.File(sys.argv[1], "r"))))`

func TestLibraryReadsOurs(t *testing.T) {
	t.Parallel()
	b, err := hdf5.Encode(tree())
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "ours.h5")
	require.NoError(t, os.WriteFile(path, b, 0o644))
	var got map[string]any
	require.NoError(t, json.Unmarshal(python(t, dump, path), &got))
	want := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(`{
		"a": ["float32", [2, 3], ["1.5", "-2.0", "inf", "0.0", "5.0", "6.0"]],
		"b": ["float64", [1], ["3.141592653589793"]],
		"bool": ["bool", [3], ["True", "False", "True"]],
		"empty": ["float32", [0, 2], []],
		"group": {"inner": {}, "text": ["str", [2, 2], ["ä", "", "bc", "ä"]], "type": ["str", [], ["LIF"]]},
		"i16": ["int16", [1], ["-300"]], "i32": ["int32", [1], ["-70000"]],
		"i64": ["int64", [1], ["-9223372036854775808"]], "i8": ["int8", [], ["-3"]],
		"none": ["str", [0, 2], []],
		"u16": ["uint16", [1], ["65535"]], "u32": ["uint32", [1], ["4294967295"]],
		"u64": ["uint64", [1], ["18446744073709551615"]], "u8": ["uint8", [1], ["255"]]}`), &want))
	assert.Equal(t, want, got)
}

const libraryWrites = `
import h5py, sys, numpy as np
for libver, path in (("earliest", sys.argv[1]), ("latest", sys.argv[1] + ".latest")):
    with h5py.File(path, "w", libver=libver) as f:
        g = f.create_group("g")
        for i in range(3 if libver == "latest" else 40): g["n%02d" % i] = np.arange(3, dtype="<i8") + i
        f["bools"] = np.array([True, False])
        f["half"] = np.array([1.5, -6e-8, np.inf], "<f2")
        f["big"] = np.array([1, -2], ">i4")
        f["fixed"] = np.array([b"ab", b"c"])
        f["text"] = "a scalar"
        if libver == "earliest":
            x = np.arange(77, dtype="<f4").reshape(7, 11)
            f.create_dataset("packed", data=x, chunks=(3, 4), compression="gzip", shuffle=True, fletcher32=True)
            f.create_dataset("names", data=np.array([["in", "a"], ["a", "out"]], dtype=object), dtype=h5py.string_dtype(), compression="gzip")
`

func TestReadsTheLibrarys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "theirs.h5")
	python(t, libraryWrites, path)
	for _, name := range []string{path, path + ".latest"} {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		f, err := hdf5.Decode(b)
		require.NoError(t, err)
		assert.Equal(t, []bool{true, false}, f.Member("bools").Array.Data)
		assert.Equal(t, []float32{1.5, -5.9604645e-8, float32(math.Inf(1))}, f.Member("half").Array.Data)
		assert.Equal(t, []int32{1, -2}, f.Member("big").Array.Data)
		assert.Equal(t, []string{"ab", "c"}, f.Member("fixed").Array.Data)
		assert.Equal(t, &hdf5.Array{Shape: []int{}, Data: []string{"a scalar"}}, f.Member("text").Array)
		assert.Equal(t, []int64{2, 3, 4}, f.Member("g").Group.Member("n02").Array.Data)
	}
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	f, err := hdf5.Decode(b)
	require.NoError(t, err)
	want := make([]float32, 77)
	for i := range want {
		want[i] = float32(i)
	}
	assert.Equal(t, &hdf5.Array{Shape: []int{7, 11}, Data: want}, f.Member("packed").Array)
	assert.Equal(t, &hdf5.Array{Shape: []int{2, 2}, Data: []string{"in", "a", "a", "out"}}, f.Member("names").Array)
	assert.Len(t, f.Member("g").Group.Members, 40)
}

func TestEveryPrefixIsRefused(t *testing.T) {
	t.Parallel()
	b, err := hdf5.Encode(tree())
	require.NoError(t, err)
	for n := range len(b) {
		if _, err := hdf5.Decode(b[:n]); err == nil {
			t.Fatalf("%d of %d bytes are a whole file", n, len(b))
		}
	}
}

// A header that claims what the file cannot hold takes no memory.
func TestClaimsAreBounded(t *testing.T) {
	b, err := hdf5.Encode(&hdf5.Group{Members: []hdf5.Member{
		{Name: "x", Array: &hdf5.Array{Shape: []int{3}, Data: []float64{1, 2, 3}}},
	}})
	require.NoError(t, err)
	for i := range b {
		for _, v := range []byte{0x7f, 0xff} {
			c := append([]byte(nil), b...)
			c[i] = v
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = hdf5.Decode(c)
			runtime.ReadMemStats(&after)
			require.Lessf(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), "byte %d", i)
		}
	}
}

func FuzzDecode(f *testing.F) {
	b, err := hdf5.Encode(tree())
	require.NoError(f, err)
	f.Add(b)
	f.Add(b[:48])
	for _, name := range []string{"old.h5", "sequences.h5", "latest.h5"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := hdf5.Decode(b)
		if err != nil {
			return
		}
		if again, err := hdf5.Encode(g); err == nil { // a file may hold names that we do not write
			got, err := hdf5.Decode(again)
			require.NoError(t, err)
			require.Len(t, got.Members, len(g.Members))
		}
	})
}
