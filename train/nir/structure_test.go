package nir_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkStructure holds a file to the documentation of NIR 1.0: what is at the root, the data sets of each
// type of node and no others, which are numbers alone, which are texts, one shape for all constants of
// a population, and, along every edge, the same shape out and in, where shapes are found as the
// reference implementation finds them. It is written to the documentation, with h5py; the
// reference implementation itself may not be at hand.
const checkStructure = `
import sys, h5py, numpy as np
NEURONS = {"LI": "tau r v_leak", "LIF": "tau r v_leak v_threshold v_reset", "IF": "r v_threshold v_reset", "I": "r",
    "CubaLI": "tau_syn tau_mem r v_leak w_in", "CubaLIF": "tau_syn tau_mem r v_leak v_threshold v_reset w_in",
    "Threshold": "threshold", "Delay": "delay", "Scale": "scale"}
OTHERS = {"Input": "shape", "Output": "shape", "Affine": "weight bias", "Linear": "weight",
    "Conv1d": "input_shape weight stride padding dilation groups bias", "Conv2d": "input_shape weight stride padding dilation groups bias",
    "SumPool2d": "kernel_size stride padding", "AvgPool2d": "kernel_size stride padding", "Flatten": "start_dim end_dim input_type"}
def fail(at, what): sys.exit("%s: %s" % (at, what))
def text(d, at):
    if not isinstance(d, h5py.Dataset) or d.shape != () or h5py.check_string_dtype(d.dtype) is None: fail(at, "no scalar text")
    if h5py.check_string_dtype(d.dtype).length is not None: fail(at, "text of fixed length")
    return d[()].decode("utf8")
def slid(n, size, stride, pad, dilation): return (n + 2 * pad - dilation * (size - 1) - 1) // stride + 1
def window(p, at, inside, size, dilation):
    pad = p["padding"]
    if isinstance(pad, str):
        if pad not in ("same", "valid"): fail(at, "padding " + pad)
        if pad == "same": return list(inside)
        pad = np.zeros(len(inside), int)
    return [slid(n, int(k), int(s), int(q), int(d)) for n, k, s, q, d in zip(inside, size, np.atleast_1d(p["stride"]), np.atleast_1d(pad), dilation)]
def node(g, at):
    """the shapes that go in and come out: None where another node decides"""
    if len(g.attrs): fail(at, "attributes")
    t = text(g["type"], at + "/type")
    keys = set(g) - {"type", "metadata"}
    if "metadata" in g and (not isinstance(g["metadata"], h5py.Group) or len(g["metadata"]) == 0): fail(at, "metadata")
    if t == "NIRGraph": return graph(g, at, keys)
    want = set((NEURONS.get(t) or OTHERS.get(t) or fail(at, "type " + t)).split())
    if keys != want and keys | {"v_reset"} != want: fail(at, "%s has %s, want %s" % (t, sorted(keys), sorted(want)))
    p = {}
    for k in keys:
        d = g[k]
        if not isinstance(d, h5py.Dataset) or len(d.attrs): fail(at, k + " is no plain data set")
        p[k] = text(d, at + "/" + k) if h5py.check_string_dtype(d.dtype) else d[()]
        if not isinstance(p[k], str) and d.dtype.kind not in "fiu": fail(at, "%s of %s" % (k, d.dtype))
        if isinstance(p[k], str) and k != "padding": fail(at, k + " is text")
    if t in NEURONS:
        shapes = {p[k].shape for k in p}
        if len(shapes) != 1 or () in shapes: fail(at, "shapes %s" % shapes)
        for k in ("tau", "tau_mem", "tau_syn"):
            if k in p and not (np.asarray(p[k]) > 0).all(): fail(at, k)
        return [list(shapes.pop())] * 2
    for k in ("shape", "input_type"):
        if k in p and (p[k].dtype != np.int64 or p[k].ndim != 1): fail(at, k)
    if t in ("Input", "Output"): return [list(p["shape"])] * 2
    if t in ("Affine", "Linear"):
        w = p["weight"]
        if w.ndim != 2 or "bias" in p and p["bias"].shape != w.shape[:1]: fail(at, "weight %s" % (w.shape,))
        return [[w.shape[1]], [w.shape[0]]]
    if t in ("Conv1d", "Conv2d"):
        w, n = p["weight"], int(t[4])
        if w.ndim != n + 2 or p["bias"].shape != w.shape[:1] or np.ndim(p["groups"]) != 0: fail(at, "weight %s" % (w.shape,))
        if np.ndim(p["input_shape"]) != n - 1: fail(at, "input_shape %s" % p["input_shape"])
        for k in ("stride", "dilation"):
            if np.size(p[k]) not in (1, n): fail(at, k)
        inside = [int(x) for x in np.atleast_1d(p["input_shape"])]
        return [[w.shape[1] * int(p["groups"])] + inside, [w.shape[0]] + window(p, at, inside, w.shape[2:], np.atleast_1d(p["dilation"]))]
    if t == "Flatten":
        if np.ndim(p["start_dim"]) or np.ndim(p["end_dim"]): fail(at, "start_dim and end_dim are no numbers")
        s, a, b = list(p["input_type"]), int(p["start_dim"]), int(p["end_dim"]) % len(p["input_type"])
        return [s, s[:a] + [int(np.prod(s[a:b + 1]))] + s[b + 1:]]
    return [None, lambda s: [s[0]] + window(p, at, s[1:], p["kernel_size"], [1, 1])]
def graph(g, at, keys):
    if keys != {"nodes", "edges"}: fail(at, "a graph with %s" % sorted(keys))
    e = g["edges"]
    if e.shape[1:] != (2,) or h5py.check_string_dtype(e.dtype) is None: fail(at, "edges %s of %s" % (e.shape, e.dtype))
    edges = [(a.decode("utf8"), b.decode("utf8")) for a, b in e[()]]
    shapes = {k: node(v, at + "/nodes/" + k) for k, v in g["nodes"].items()}
    types = {k: v["type"][()].decode() for k, v in g["nodes"].items()}
    if "Input" not in types.values() or "Output" not in types.values(): fail(at, "a graph without Input or Output")
    for a, b in edges:
        if a not in shapes or b not in shapes: fail(at, "the edge %s -> %s" % (a, b))
    moved = True
    while moved: # pools take what comes
        moved = False
        for a, b in edges:
            if shapes[b][0] is None and not callable(shapes[a][1]):
                shapes[b], moved = [shapes[a][1], shapes[b][1](shapes[a][1])], True
    for a, b in edges:
        if list(map(int, shapes[a][1])) != list(map(int, shapes[b][0])): fail(at, "%s gives %s, %s takes %s" % (a, shapes[a][1], b, shapes[b][0]))
    ends = [[shapes[k] for k in sorted(types) if types[k] == t] for t in ("Input", "Output")]
    return [ends[0][0][0], ends[1][0][1]]
for name in sys.argv[1:]:
    with h5py.File(name, "r") as f:
        if set(f) != {"version", "node"} or len(f.attrs): fail(name, "root %s" % sorted(f))
        text(f["version"], name + "/version")
        if text(f["node/type"], name) != "NIRGraph": fail(name, "no graph")
        node(f["node"], name)
`

// everyType returns graphs with, between them, nodes of every type of NIR 1.0, sub-graphs and recurrence:
// what our own layers become, and what is made of nothing but NIR.
func everyType(t *testing.T) []*nir.Graph {
	t.Helper()
	g := graph.NewIn(graph.NewStore(1))
	from := nir.Source{Dt: 1, Store: g.Store()}
	must := func(n nir.Node, err error) nir.Node {
		require.NoError(t, err)
		return n
	}
	conv1 := layers.Conv1d{In: 2, Out: 4, Kernel: []int{3}, Groups: 2}
	conv2 := layers.Conv2d{In: 1, Out: 2, Kernel: []int{3, 2}, Stride: []int{2, 1}, Padding: layers.Around{1}, NoBias: true}
	fc, lin := layers.Dense{In: 4 * 5, Out: 3}, layers.Dense{In: 3, Out: 3, NoBias: true}
	conv1.Place(g, "conv1")
	conv2.Place(g, "conv2")
	fc.Place(g, "fc")
	lin.Place(g, "lin")
	layers.OneToOne{N: 3}.Place(g, "scale")
	layers.Delay{N: 3, Max: 3}.In(g, "delay", 1)
	still := layers.LIF{N: 3, Decay: layers.Const(1), Input: layers.Unscaled, Reset: layers.Hard}
	first := nir.Chain([]int{2, 5}, []int{3},
		must(nir.NewConv1d("conv1", conv1, []int{5}, from)), nir.NewFlatten("flat", []int{4, 5}), must(nir.NewDense("fc", fc, from)),
		must(nir.NewScale("scale", layers.OneToOne{N: 3}, from)), must(nir.NewDelay("delay", layers.Delay{N: 3, Max: 3}, from)),
		must(nir.NewLIF("lif", layers.LIF{N: 3, Reset: layers.Hard}, from)), must(nir.NewLIF("if", still, from)),
		must(nir.NewLI("li", layers.LeakyIntegrator{N: 3}, from)),
		must(nir.NewLI("i", layers.LeakyIntegrator{N: 3, Decay: layers.Const(1), Input: layers.Unscaled}, from)))
	first.Nodes = append(first.Nodes, must(nir.NewDense("lin", lin, from)))
	first.Edges = append(first.Edges, nir.Edge{From: "lif", To: "lin"}, nir.Edge{From: "lin", To: "lif"})

	three := []float64{1, 2, 3}
	cuba := params{"tau_syn": array(three), "tau_mem": array(three), "r": array(three), "v_leak": array(three), "w_in": array(three)}
	fires := params{"v_threshold": array(three), "v_reset": array(three)}
	for k, v := range cuba {
		fires[k] = v
	}
	sum := nir.Node{Name: "sum", Type: "SumPool2d", Params: params{"kernel_size": ints(2, 2), "stride": ints(2, 2), "padding": ints(0, 0)}}
	second := nir.Chain([]int{1, 8, 9}, []int{3},
		must(nir.NewConv2d("conv2", conv2, []int{8, 9}, from)), must(nir.NewAvgPool2d("avg", layers.AvgPool2d{Kernel: []int{2}})), sum,
		nir.NewFlatten("flat", []int{2, 1, 4}), nir.Node{Name: "fc", Type: "Linear", Params: params{"weight": array(make([]float64, 24), 3, 8)}},
		nir.Node{Name: "cubali", Type: "CubaLI", Params: cuba}, nir.Node{Name: "cubalif", Type: "CubaLIF", Params: fires},
		nir.Node{Name: "threshold", Type: "Threshold", Params: params{"threshold": array(three)}},
		nir.Node{Name: "sub", Type: "NIRGraph", Graph: nir.Chain([]int{3}, []int{3}, nir.Node{Name: "i", Type: "I", Params: params{"r": array(three)},
			Metadata: params{"by": text("us")}})})
	return []*nir.Graph{first, second}
}

// Files of ours are as NIR's documentation has them, and every type of node is among them.
func TestFilesHaveTheDocumentedStructure(t *testing.T) {
	t.Parallel()
	const py = "/usr/bin/python3"
	graphs := everyType(t)
	types := map[string]bool{}
	for _, g := range graphs {
		_, err := g.Net(nir.Options{Dt: 1})
		require.NoError(t, err)
		for _, n := range g.Nodes {
			types[n.Type] = true
		}
	}
	assert.Len(t, types, 19, "every type: %v", types)
	if exec.Command(py, "-c", "import h5py").Run() != nil {
		t.Skip("h5py is not installed: files are not held to the documented structure")
	}
	for _, name := range files(t) {
		g, err := nir.ReadFile(name)
		require.NoError(t, err)
		graphs = append(graphs, g)
	}
	dir := t.TempDir()
	check := func(g *nir.Graph) (string, error) {
		name := filepath.Join(dir, "ours.nir")
		require.NoError(t, g.WriteFile(name))
		out, err := exec.Command(py, "-c", checkStructure, name).CombinedOutput()
		return string(out), err
	}
	for i, g := range graphs {
		out, err := check(g)
		assert.NoError(t, err, "graph %d: %s", i, out)
	}
	// The check itself finds what is wrong.
	for says, spoil := range map[string]func(g *nir.Graph){
		"Affine has":     func(g *nir.Graph) { delete(g.Node("fc").Params, "bias") },
		"type Beta":      func(g *nir.Graph) { g.Node("li").Type = "Beta" },
		"gives":          func(g *nir.Graph) { g.Node("output").Params["shape"] = ints(4) },
		"the edge":       func(g *nir.Graph) { g.Edges[0].To = "nowhere" },
		"shapes":         func(g *nir.Graph) { g.Node("lif").Params["r"] = array([]float64{1}) },
		"are no numbers": func(g *nir.Graph) { g.Node("flat").Params["start_dim"] = ints(0) },
		"input_shape":    func(g *nir.Graph) { g.Node("conv1").Params["input_shape"] = ints(5) },
		"tau":            func(g *nir.Graph) { g.Node("li").Params["tau"] = array([]float64{1, 0, 1}) },
		"without Input":  func(g *nir.Graph) { g.Node("input").Type = "Output" },
	} {
		g := everyType(t)[0]
		spoil(g)
		out, err := check(g)
		assert.Error(t, err, says)
		assert.Contains(t, out, says)
	}
	require.NoError(t, os.RemoveAll(dir))
}
