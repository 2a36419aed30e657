package nir_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writeVariants writes one network in many forms that h5py has for it: versions of the format, chunks,
// compressions, types of text and numbers, scalars and arrays, content that is not NIR's.
const writeVariants = `
import sys, h5py, numpy as np
LIF = dict(tau=[.015625] * 3, r=[1.5] * 3, v_leak=[.25] * 3, v_threshold=[1] * 3, v_reset=[.125] * 3)
def network(more):
    w = np.arange(12).reshape(3, 4) % 5 - 1.5
    nodes = {"input": dict(type="Input", shape=np.array([2, 5, 4])),
        "conv": dict(type="Conv2d", input_shape=np.array([5, 4]), weight=(np.arange(24) % 7 - 2.).reshape(2, 2, 3, 2), bias=np.array([.5, -1]),
            stride=np.array([2, 2]), padding=np.array([1, 1]), dilation=np.array([1, 1]), groups=np.int64(1)),
        "pool": dict(type="SumPool2d", kernel_size=np.array([2, 2]), stride=np.array([2, 2]), padding=np.array([0, 0])),
        "flat": dict(type="Flatten", start_dim=np.int64(0), end_dim=np.int64(-1), input_type=np.array([2, 1, 1])),
        "fc": dict(type="Affine", weight=np.array([[1, .5], [2, -1], [0, 1]]), bias=np.array([.5, 1, -.25])),
        "lif": dict(type="LIF", **{k: np.array(v, float) for k, v in LIF.items()}),
        "output": dict(type="Output", shape=np.array([3]))}
    names = ["input", "conv", "pool", "flat", "fc"] + ["scale%d" % i for i in range(more)] + ["lif", "output"]
    for i in range(more): nodes["scale%d" % i] = dict(type="Scale", scale=np.ones(3))
    return dict(version="1.0.7", node=dict(type="NIRGraph", edges=list(zip(names, names[1:])), nodes=nodes))
def same(v): return v
def write(name, libver="earliest", options={}, text=h5py.string_dtype(), numbers=same, more=0, then=None, **how):
    def rec(g, d):
        for k, v in d.items():
            if isinstance(v, dict): rec(g.create_group(k), v)
            elif isinstance(v, str): g.create_dataset(k, data=v, dtype=text)
            elif k == "edges": g.create_dataset(k, data=np.array(v, dtype=object if text.kind == "O" else text), dtype=text, **(options if text.kind != "O" or "fletcher32" not in options else {}))
            else:
                v = numbers(v if isinstance(v, np.int64) else v.astype("f4") if v.dtype.kind == "f" else v)
                g.create_dataset(k, data=v, **(options if np.ndim(v) else {}))
    with h5py.File("%s/%s-%s.nir" % (sys.argv[1], name, libver), "w", libver=libver, **how) as f:
        rec(f, network(more))
        if then: then(f)
def one(v): return v.reshape(-1)[:1] if np.ndim(v) == 1 and (v == v[0]).all() and v.dtype.kind == "f" else v
def scalar(v): return v.reshape(-1)[0] if np.ndim(v) == 1 and (v == v[0]).all() and len(v) == 2 and v.dtype.kind == "i" else v
def replace(f, path, **how):
    v = f[path][()]
    del f[path]
    f.create_dataset(path, data=v, **how)
def resized(f):
    replace(f, "node/nodes/conv/weight", maxshape=(None, None, 3, 2), chunks=(1, 1, 2, 1))
    replace(f, "node/nodes/fc/weight", maxshape=(None, 2), chunks=(1, 1), compression="gzip")
def extra(f):
    f["node/nodes/lif"].create_group("metadata")["note"] = "by hand"
    f["node"].create_group("metadata/deep/er")["numbers"] = np.arange(3)
    f["node/nodes/fc"].create_group("metadata")
    f.create_group("tool")["name"] = "other"
    f["created"] = 2024
    for i in range(20): f["node/nodes/lif/tau"].attrs["attribute%d" % i] = "s"
def linked(f):
    del f["node/nodes/lif/v_reset"]
    f["node/nodes/lif/v_threshold"][...] = 1
    f["node/nodes/lif/v_reset"] = np.full(3, .125)
    del f["node/nodes/flat/input_type"], f["version"]
    f["node/nodes/pool/kernel_size2"] = f["node/nodes/pool/stride"]
    del f["node/nodes/pool/kernel_size"]
    f.move("node/nodes/pool/kernel_size2", "node/nodes/pool/kernel_size")
for libver in ("earliest", "v108", "latest"):
    write("plain", libver)
    write("gzip", libver, dict(compression="gzip"))
    write("lzf", libver, dict(compression="lzf"))
    write("chunks", libver, dict(chunks=True, shuffle=True, fletcher32=True, compression=9))
    write("resized", libver, then=resized)
    write("many", libver, more=40, track_order=True)
    write("ascii", libver, text=h5py.string_dtype("ascii"))
    write("fixed", libver, text=np.dtype("S12"))
    write("utf8", libver, text=h5py.string_dtype("utf-8", 12))
    write("big", libver, numbers=lambda v: v.astype(v.dtype.newbyteorder(">")))
    write("f8", libver, numbers=lambda v: v.astype("f8") if v.dtype.kind == "f" else v)
    write("f2", libver, numbers=lambda v: v.astype("f2") if v.dtype.kind == "f" else v)
    write("i4", libver, numbers=lambda v: v.astype("i4") if v.dtype.kind == "i" else v)
    write("i1", libver, numbers=lambda v: v.astype("i1") if v.dtype.kind == "i" else v)
    write("one", libver, numbers=one)
    write("scalar", libver, numbers=scalar)
    write("extra", libver, then=extra)
    write("linked", libver, then=linked)
    write("block", libver, userblock_size=1024)
`

// Whatever form h5py gives to a network, it is the same network.
func TestEveryFormOfAFile(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	if exec.Command(py, "-c", "import h5py").Run() != nil {
		t.Skip("h5py is not installed: files in many forms are not read")
	}
	dir := t.TempDir()
	out, err := exec.Command(py, "-c", writeVariants, dir).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	names, err := filepath.Glob(dir + "/*.nir")
	require.NoError(t, err)
	require.Len(t, names, 57)
	xs := pulses(0.75, 12, 2*5*4)
	var want []float64
	for _, name := range append([]string{dir + "/plain-earliest.nir"}, names...) {
		g, err := nir.ReadFile(name)
		require.NoError(t, err, name)
		got := run(t, g, nir.Options{Dt: 1}, xs, 12, 1, 2, 5, 4).Float64s()
		if want == nil {
			want = got
			assert.Contains(t, got, 1.0)
			assert.Contains(t, got, 0.0)
		}
		assert.Equal(t, want, got, name)
		b, err := g.Encode()
		require.NoError(t, err, name)
		again, err := nir.Decode(b)
		require.NoError(t, err, name)
		if g.Version == "" {
			g.Version = nir.Version
		}
		assert.Equal(t, g, again, name)
	}
	g, err := nir.ReadFile(dir + "/extra-latest.nir")
	require.NoError(t, err)
	assert.Equal(t, params{"tool/name": text("other"), "created": {Shape: []int{}, Data: []int64{2024}}}, g.Beside)
	assert.Equal(t, params{"deep/er/numbers": ints(0, 1, 2)}, g.Metadata)
	assert.Equal(t, params{"note": text("by hand")}, g.Node("lif").Metadata)
	assert.Nil(t, g.Node("fc").Metadata)
}
