package nir_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// copyFile reads a NIR file with h5py as the reference implementation does, and writes it as that does:
// scalars as they are, arrays with gzip.
const copyFile = `
import sys, h5py, numpy as np
def read(g):
    node = {}
    for k, v in g.items():
        if isinstance(v, h5py.Group): node[k] = read(v)
        elif v.shape == (): node[k] = v[()].decode("utf8") if h5py.check_string_dtype(v.dtype) else v[()]
        else: node[k] = v.asstr()[()].tolist() if h5py.check_string_dtype(v.dtype) else v[()]
    return node
def write(g, node):
    for k, v in node.items():
        if isinstance(v, dict): write(g.create_group(k), v)
        elif isinstance(v, str): g.create_dataset(k, data=v, dtype=h5py.string_dtype())
        elif isinstance(v, list): g.create_dataset(k, data=np.array(v, dtype=object).reshape(-1, 2), dtype=h5py.string_dtype(), compression="gzip")
        elif np.ndim(v) == 0: g.create_dataset(k, data=v)
        else: g.create_dataset(k, data=v, compression="gzip")
with h5py.File(sys.argv[1], "r") as f: tree = read(f)
assert tree["node"]["type"] == "NIRGraph" and isinstance(tree["version"], str), tree
with h5py.File(sys.argv[2], "w") as f: write(f, tree)
`

// The HDF5 library reads our files, and we read what it makes of them, compressed as nir 1.0 writes it.
func TestHDF5LibraryBothWays(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	if exec.Command(py, "-c", "import h5py").Run() != nil {
		t.Skip("h5py is not installed: files are not compared with the HDF5 library")
	}
	graphs := map[string]*nir.Graph{}
	for _, name := range files(t) {
		g, err := nir.ReadFile(name)
		require.NoError(t, err)
		graphs[name] = g
	}
	nested := chain([]int64{1}, []int64{1}, nir.Node{Name: "sub", Type: "NIRGraph", Graph: chain([]int64{1}, []int64{1},
		nir.Node{Name: "i", Type: "I", Params: params{"r": array([]float64{1})}, Metadata: params{"who/by": text("us"), "n": ints(1, 2)}})})
	nested.Node("sub").Graph.Version = ""
	graphs["nested"] = nested
	for name, g := range graphs {
		dir := t.TempDir()
		ours, theirs := filepath.Join(dir, "ours.nir"), filepath.Join(dir, "theirs.nir")
		require.NoError(t, g.WriteFile(ours))
		out, err := exec.Command(py, "-c", copyFile, ours, theirs).CombinedOutput()
		require.NoErrorf(t, err, "%s: %s", name, out)
		want, err := nir.ReadFile(ours)
		require.NoError(t, err)
		got, err := nir.ReadFile(theirs)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
}

// Files that claim what they do not hold, and graphs of any form, are errors and no more.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"testdata/lif_norse.nir", "testdata/two_lif_neurons.nir"} {
		b, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(b)
	}
	g := chain([]int64{1, 2, 2}, []int64{4}, node("Flatten", params{"start_dim": ints(0), "end_dim": ints(-1)}))
	b, err := g.Encode()
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := nir.Decode(b)
		if err != nil {
			return
		}
		_, _ = g.Net(nir.Options{Dt: 0.1})
		if again, err := g.Encode(); err == nil {
			_, err := nir.Decode(again)
			require.NoError(t, err)
		}
	})
}
