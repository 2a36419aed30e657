package brainpy

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/internal/matlab"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func variables() *Variables {
	return &Variables{
		Tensors: []checkpoint.Tensor{{Name: "Dense0.W", Value: dense([]float32{1, 2}, 1, 2)}, {Name: "Dense0.b", Value: dense([]float64{3, 4}, 2)}},
		Aliases: map[string]string{"net.W": "Dense0.W", "tied.W": "Dense0.W"},
	}
}

// suffixes are those of all variable files.
var suffixes = []string{".npz", ".h5", ".hdf5", ".pkl", ".pickle", ".mat"}

func TestVariableFiles(t *testing.T) {
	t.Parallel()
	for _, suffix := range suffixes {
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
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, b[:len(b)-9], 0o600))
		_, err = ReadVariables(path)
		require.Error(t, err, suffix)
		assert.True(t, errors.Is(err, ErrFormat) || errors.Is(err, ErrTruncated), "%s: %v", suffix, err)
		bad := variables()
		bad.Aliases["x"] = "not there"
		assert.ErrorIs(t, WriteVariables(path, bad), ErrFormat)
	}
	_, err := ReadVariables("net.pt")
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "want one of .npz .h5 .hdf5 .pkl .pickle .mat")
	assert.ErrorIs(t, WriteVariables("net", variables()), ErrFormat)
	_, err = ReadVariables(filepath.Join(t.TempDir(), "none.pkl"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// What a file of that form may hold, and a model cannot be.
func TestVariableFilesRefuse(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct{ name, content string }{
		"it asks for os.system":               {"a.pkl", "\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R."},
		"want a dictionary":                   {"a.pkl", "\x80\x02]."},
		`"a" is a int64, want an array`:       {"a.pickle", "\x80\x02}X\x01\x00\x00\x00aK\x01s."},
		`"a" is a list with a int64 in it`:    {"a.pkl", "\x80\x02}X\x01\x00\x00\x00a]K\x01as."},
		`"a" is an array without content`:     {"a.pkl", "\x80\x02}X\x01\x00\x00\x00acnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nNN\x87Rs."},
		"the file ends before what it":        {"a.mat", "MATLAB"},
		"1 aliases of 0 variables":            {"a.pkl", "\x80\x02}X\x0e\x00\x00\x00duplicate_keys]X\x01\x00\x00\x00aas."},
		"duplicate_keys: brainpy: not a file": {"a.pkl", "\x80\x02}X\x0e\x00\x00\x00duplicate_keys" + one + "s."},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o600))
		_, err := ReadVariables(path)
		assert.ErrorContains(t, err, says)
		assert.Regexp(t, "brainpy: ", err)
	}
	for _, name := range []string{"a.npz", "a.h5", "a.pkl", "a.mat"} {
		text := &Variables{Tensors: []checkpoint.Tensor{{Name: "a", Value: texts([]string{"b", "c"})}}}
		assert.ErrorContains(t, WriteVariables(filepath.Join(t.TempDir(), name), text), `"a" is text, and no variable`)
	}
	b, err := matlab.Encode([]matlab.Variable{{Name: "x", Array: &ndarray.Array{Shape: []int{2, 1}, Data: []float32{1, 2}}}})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "a.mat")
	require.NoError(t, os.WriteFile(path, b, 0o600))
	_, err = ReadVariables(path)
	assert.ErrorContains(t, err, `"x" is [2 1], want a first axis of one element`)
}

// one is the pickle of an array of one float32.
const one = "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\x00\x00\x00f4\x89\x88\x87RC\x04\x00\x00\x80\x3f\x86R"

// asBrainPy reads a variable file and writes another as BrainPy does.
const asBrainPy = `
import pickle, sys, numpy as np
dup = {"duplicate_keys": ["net.W", "tied.W"], "duplicate_targets": ["Dense0.W", "Dense0.W"]}
names = ("Dense0.W", "Dense0.b")
ours, theirs = sys.argv[1:]
if ours.endswith(".npz"):
    z = np.load(ours); v = {k: z[k] for k in z.files}
    assert v["duplicate_keys"].tolist() == dup["duplicate_keys"]
    np.savez(theirs, **{k: v[k] for k in names}, **dup)
elif ours.endswith(".pkl"):
    v = pickle.load(open(ours, "rb"))
    assert v["duplicate_keys"] == dup["duplicate_keys"] and v["Dense0.W"].dtype == np.float32
    pickle.dump({**{k: v[k] for k in names}, **dup}, open(theirs, "wb"), protocol=pickle.HIGHEST_PROTOCOL)
elif ours.endswith(".mat"):
    import scipy.io as sio
    v = {k: a[0] for k, a in sio.loadmat(ours).items() if not k.startswith("__")}
    assert [s.rstrip() for s in v["duplicate_keys"]] == dup["duplicate_keys"] and v["Dense0.W"].dtype == np.float32, v
    assert v["Dense0.W"].shape == (1, 2) and v["Dense0.b"].shape == (2,)
    sio.savemat(theirs, {k: np.expand_dims(np.asarray(a), 0) for k, a in {**{k: v[k] for k in names}, **dup}.items()})
else:
    import h5py
    f = h5py.File(ours); assert f["duplicate_keys"].asstr()[()] == "net.W+tied.W"
    with h5py.File(theirs, "w") as g:
        for k in names: g[k] = f[k][()]
        g.create_dataset("duplicate_keys", data="net.W+tied.W")
        g.create_dataset("duplicate_targets", data="Dense0.W+Dense0.W")
`

// Files of every form go to Python, as BrainPy reads them, and come back as BrainPy writes them.
func TestVariableFilesOfPython(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	for suffix, needs := range map[string]string{".npz": "numpy", ".h5": "h5py", ".pkl": "numpy", ".mat": "scipy.io"} {
		t.Run(suffix, func(t *testing.T) {
			t.Parallel()
			if exec.Command(py, "-c", "import "+needs).Run() != nil {
				t.Skip(needs + " is not installed: variable files are not compared with its own")
			}
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
		})
	}
}

func FuzzReadVariables(f *testing.F) {
	dir := f.TempDir()
	for _, suffix := range suffixes {
		path := filepath.Join(dir, "seed"+suffix)
		require.NoError(f, WriteVariables(path, variables()))
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(b, suffix)
	}
	f.Fuzz(func(t *testing.T, b []byte, suffix string) {
		if !slices.Contains(suffixes, suffix) {
			return
		}
		path := filepath.Join(t.TempDir(), "f"+suffix)
		require.NoError(t, os.WriteFile(path, b, 0o644))
		if v, err := ReadVariables(path); err == nil {
			_, _ = v.File()
		}
	})
}
