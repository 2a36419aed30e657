package pickle_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/internal/pickle"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func array(data any, shape ...int) *ndarray.Array {
	if shape == nil {
		shape = []int{}
	}
	return &ndarray.Array{Shape: shape, Data: data}
}

// What Python 3.11 with NumPy 1.24 wrote, by every protocol that is read: pickle.dumps(v, protocol) of a
// dictionary with what stands here. Protocols 2 to 4 spell arrays by _reconstruct, 5 by _frombuffer.
func TestGoldenPickles(t *testing.T) {
	t.Parallel()
	want := map[string]any{
		"Dense0.W": array([]float32{1, 2, 3, 4, 5, -6.5}, 2, 3), "columns": array([]int16{1, 2, 3, 4, 5, 6}, 3, 2),
		"big": array([]float64{1.5, -2}, 2), "bool": array([]bool{true, false}, 2), "half": array([]float32{1, -2.5}, 2),
		"none": array([]float32{}, 0, 3), "zero_d": array([]int64{7}), "scalar": array([]float64{3.5}),
		"readonly": array([]uint8{1, 2, 3}, 3), "strided": array([]uint32{0, 2, 4, 6, 8, 10}, 3, 2),
		"again":          array([]float32{1, 2, 3, 4, 5, -6.5}, 2, 3),
		"duplicate_keys": &pickle.List{Items: []any{"net.W", "tied.W"}}, "duplicate_targets": &pickle.List{Items: []any{"Dense0.W", "Dense0.W"}},
		"long": int64(1) << 40, "float": 0.25, "yes": true, "tuple": pickle.Tuple{int64(1), "a"},
	}
	for protocol := 2; protocol <= 5; protocol++ {
		b, err := os.ReadFile(fmt.Sprintf("testdata/numpy-protocol%d.pkl", protocol))
		require.NoError(t, err)
		v, err := pickle.Decode(b)
		require.NoError(t, err, "protocol %d", protocol)
		got := v.(*pickle.Dict)
		assert.Equal(t, want, got.Items, "protocol %d", protocol)
		assert.Equal(t, "Dense0.W", got.Keys[0], "keys in their order")
		assert.Len(t, got.Keys, len(want))
		assert.Same(t, got.Items["Dense0.W"], got.Items["again"], "one array under two names")
		for n := range b { // cut at every byte
			_, err := pickle.Decode(b[:n])
			require.ErrorIs(t, err, pickle.ErrTruncated, "protocol %d, %d bytes", protocol, n)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	in := []pickle.Entry{
		{"w", array([]float32{1, 2}, 1, 2)}, {"b", array([]bool{true}, 1)}, {"names", []string{"a", "ä"}}, {"none", array([]int64{}, 0)}, {"s", array([]uint16{9})},
	}
	b, err := pickle.Encode(in)
	require.NoError(t, err)
	v, err := pickle.Decode(b)
	require.NoError(t, err)
	got := v.(*pickle.Dict)
	for i, e := range in {
		assert.Equal(t, e.Key, got.Keys[i])
		if list, ok := e.Value.([]string); ok {
			assert.Equal(t, &pickle.List{Items: []any{list[0], list[1]}}, got.Items[e.Key])
		} else {
			assert.Equal(t, e.Value, got.Items[e.Key])
		}
	}
	for _, bad := range []any{3, array([]string{"a"}, 1), &ndarray.Array{}} {
		_, err := pickle.Encode([]pickle.Entry{{"x", bad}})
		assert.ErrorIs(t, err, pickle.ErrFormat)
	}
}

// Python reads what is written.
func TestPythonReadsOurs(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	if exec.Command(py, "-c", "import numpy").Run() != nil {
		t.Skip("numpy is not installed: pickles are not read by Python")
	}
	b, err := pickle.Encode([]pickle.Entry{
		{"f", array([]float32{1, 2, 3, 4, 5, 6}, 2, 3)}, {"i", array([]int8{-1}, 1, 1)}, {"names", []string{"a", "ä"}}, {"none", array([]int64{}, 0, 2)},
		{"s", array([]float64{2.5})}, {"b", array([]bool{true, false}, 2)},
	})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "ours.pkl")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	out, err := exec.Command(py, "-c", `
import pickle, sys, numpy as np
d = pickle.load(open(sys.argv[1], "rb"))
assert list(d) == ["f", "i", "names", "none", "s", "b"], list(d)
assert d["f"].dtype == np.float32 and d["f"].tolist() == [[1, 2, 3], [4, 5, 6]] and d["f"].flags.writeable
assert d["i"].dtype == np.int8 and d["i"].tolist() == [[-1]]
assert d["names"] == ["a", "ä"] and d["none"].shape == (0, 2) and d["none"].dtype == np.int64
assert d["s"].shape == () and d["s"] == 2.5 and d["b"].tolist() == [True, False] and d["b"].dtype == np.bool_
`, path).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
}

// Programs are refused, by the name of what they ask for, and nothing of them runs.
func TestRefusesPrograms(t *testing.T) {
	t.Parallel()
	np := func(rest string) string { return "\x80\x02cnumpy\ndtype\n" + rest }
	for file, says := range map[string]string{
		"\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.":                   "it asks for os.system",
		"\x80\x04\x8c\x08builtins\x8c\x04eval\x93X\x01\x00\x00\x001\x85R.": "it asks for builtins.eval",
		"\x80\x02cnumpy\nload\nX\x01\x00\x00\x00f\x85R.":                   "it asks for numpy.load",
		"\x80\x02ccollections\nOrderedDict\n)R.":                           "it asks for collections.OrderedDict",
		"\x80\x02c__builtin__\ngetattr\n.":                                 "it asks for __builtin__.getattr",
		"\x80\x04\x8c\x05numpy\x8c\x0dndarray.dumps\x93.":                  "it asks for numpy.ndarray.dumps",
		"\x80\x04\x8c\x05numpy)\x93.":                                      "a name of a str and a tuple",
		"(S'ls'\nios\nsystem\n.":                                           "the instruction STRING",
		"\x80\x02(ios\nsystem\n.":                                          "the instruction INST",
		np(")\x81."):                                                       "the instruction NEWOBJ",
		"\x80\x02Pos\n.":                                                   "the instruction PERSID",
		"\x80\x05\x97.":                                                    "the instruction NEXT_BUFFER",
		"\x80\x02\x82\x01.":                                                "the instruction EXT1",
		"\x80\x06N.":                                                       "protocol 6, want 2 to 5",
		"\x80\x01N.":                                                       "protocol 1, want 2 to 5",
		"\xff":                                                             "there is no instruction 0xff",
		"\x80\x02cnumpy\nndarray\nK\x05\x85R.":                             "it calls a numpy.ndarray with a tuple",
		np("}R."):                                                          "it calls a numpy.dtype with a dict",
		"\x80\x02N)R.":                                                     "it calls a None with a tuple",
		np("X\x02\x00\x00\x00O8\x89\x88\x87R."):                            `elements of type "O8"`,
		np("X\x02\x00\x00\x00V8\x89\x88\x87R."):                            `elements of type "V8"`,
		np("X\x02\x00\x00\x00f4\x85R."):                                    `elements of type "f4"`,
		"\x80\x02}}b.":                                                     "it builds a dict of a dict",
		"\x80\x02cnumpy\nndarray\n}b.":                                     "it builds a numpy.ndarray of a dict",
		"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\nNN\x87R.": `the class "numpy.dtype"`,
	} {
		v, err := pickle.Decode([]byte(file))
		require.ErrorIs(t, err, pickle.ErrFormat, "%q: %v", file, v)
		assert.ErrorContains(t, err, says)
	}
}

// f4 is a type of elements, built of the state that is given.
func f4(state string) string {
	return "cnumpy\ndtype\nX\x02\x00\x00\x00f4\x89\x88\x87R(" + state + "tb"
}

const little = "K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"

// buffer is a call of _frombuffer with bytes, a type, a shape and an order.
func buffer(bytes, shape, order string) string {
	return "cnumpy._core.numeric\n_frombuffer\n(" + bytes + f4(little) + shape + "X\x01\x00\x00\x00" + order + "tR"
}

func TestRefusesArrays(t *testing.T) {
	t.Parallel()
	v, err := pickle.Decode([]byte("\x80\x04" + buffer("C\x04\x00\x00\x80\x3f", "K\x01\x85", "C") + "."))
	require.NoError(t, err)
	assert.Equal(t, array([]float32{1}, 1), v)
	for file, says := range map[string]string{
		buffer("C\x04\x00\x00\x80\x3f", "K\x02\x85", "C"):                             "4 bytes for an array [2] of f4",
		buffer("C\x04\x00\x00\x80\x3f", "K\x01\x85", "X"):                             `the order "X"`,
		buffer("C\x04\x00\x00\x80\x3f", "J\xff\xff\xff\xff\x85", "C"):                 "axis 0",
		buffer("C\x04\x00\x00\x80\x3f", "N\x85", "C"):                                 "axis 0 of an array is a None",
		buffer("C\x04\x00\x00\x80\x3f", "K\x01", "C"):                                 "a dtype, a int",
		buffer("X\x04\x00\x00\x00abcd", "K\x01\x85", "C"):                             "want bytes",
		buffer("C\x00", "M\xff\xff\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x86", "C"): "0 bytes for an array",
		f4("K\x03X\x01\x00\x00\x00<}NNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"):       "with fields",
		f4("K\x03X\x01\x00\x00\x00?NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"):       "with fields",
		f4("K\x03"):             "in 1 parts, want 8",
		"K\x01K\x02":            "ends with 2 values",
		"(":                     "ends with 0 values, 1 marks",
		"0":                     "0 values on the stack, want 1",
		"(0":                    "0 values on the stack, want 1",
		"t":                     "no mark",
		"h\x07":                 "nothing is kept under 7",
		"]K\x01K\x02s":          "values for a list",
		"}K\x01K\x02s":          "a key is a int",
		"}(K\x01u":              "1 keys and values for a dict",
		"}K\x01a":               "appended to a dict",
		"\x8a\x09aaaaaaaaa":     "a number of 9 bytes",
		"X\x01\x00\x00\x00\xff": "is no text",
		"c_codecs\nencode\nX\x02\x00\x00\x00\xd0\x96X\x06\x00\x00\x00latin1\x86R": "is not in latin1",
		"c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00rot\x86R":           "other than of a text as latin1",
	} {
		_, err := pickle.Decode([]byte("\x80\x04" + file + "."))
		require.ErrorIs(t, err, pickle.ErrFormat, "%q", file)
		assert.ErrorContains(t, err, says)
	}
	_, err = pickle.Decode([]byte("\x80\x02N.N"))
	assert.ErrorContains(t, err, "1 bytes more")
}

// What a pickle claims takes no memory, and neither do its tricks: one buffer made an array of ten
// thousand times, tuples of tuples of tuples.
func TestClaimsAreBounded(t *testing.T) { // alone, for it measures memory
	keep := "c_codecs\nencode\nq\x01X\x06\x00\x00\x00latin1q\x020"
	big := "B" + "\x00\x00\x10\x00" + strings.Repeat("\x00", 1<<20)
	for name, file := range map[string]string{
		"bytes of 16 EB":   "\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff",
		"text of 4 GB":     "\x80\x04X\xff\xff\xff\xff",
		"a frame of 16 EB": "\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff.",
		"arrays of one buffer": "\x80\x04" + big + "q\x000" + strings.Repeat(
			"cnumpy._core.numeric\n_frombuffer\n(h\x00"+f4(little)+"J\x00\x00\x04\x00\x85X\x01\x00\x00\x00CtR0", 10_000) + "N.",
		"bytes of one text": "\x80\x04X" + "\x00\x00\x10\x00" + strings.Repeat("a", 1<<20) + "q\x000" + keep +
			strings.Repeat("h\x01h\x00h\x02\x86R0", 10_000) + "N.",
		"tuples": "\x80\x04)" + strings.Repeat("2\x86", 1000) + "\x85cnumpy\ndtype\n0}b.",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := pickle.Decode([]byte(file))
		runtime.ReadMemStats(&after)
		require.Error(t, err, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<20), name)
	}
}

func FuzzDecode(f *testing.F) {
	for protocol := 2; protocol <= 5; protocol++ {
		b, err := os.ReadFile(fmt.Sprintf("testdata/numpy-protocol%d.pkl", protocol))
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add([]byte("\x80\x04" + buffer("C\x04\x00\x00\x80\x3f", "K\x01\x85", "F") + "."))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := pickle.Decode(b)
		d, ok := v.(*pickle.Dict)
		if err != nil || !ok {
			return
		}
		for _, key := range d.Keys { // an array that is read can be written
			if a, ok := d.Items[key].(*ndarray.Array); ok && a.Data != nil {
				_, err := pickle.Encode([]pickle.Entry{{Key: key, Value: a}})
				require.NoError(t, err)
			}
		}
	})
}

func ExampleDecode() {
	b, err := pickle.Encode([]pickle.Entry{{Key: "W", Value: &ndarray.Array{Shape: []int{2}, Data: []float32{1, 2}}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := pickle.Decode(b)
	fmt.Println(v.(*pickle.Dict).Items["W"].(*ndarray.Array).Data, err)
	_, err = pickle.Decode([]byte("\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R."))
	fmt.Println(err)
	// Output:
	// [1 2] <nil>
	// pickle: not a pickle of arrays alone: it asks for os.system, which is not a part of arrays, at byte 2
}
