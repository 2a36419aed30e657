package nir_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withoutEnds returns a graph without its Input and Output.
func withoutEnds(g *nir.Graph) *nir.Graph {
	out := &nir.Graph{Version: g.Version}
	ends := func(name string) bool { return slices.Contains([]string{"Input", "Output"}, g.Node(name).Type) }
	for _, n := range g.Nodes {
		if !ends(n.Name) {
			out.Nodes = append(out.Nodes, n)
		}
	}
	for _, e := range g.Edges {
		if !ends(e.From) && !ends(e.To) {
			out.Edges = append(out.Edges, e)
		}
	}
	return out
}

// A graph without Input and Output is what it is with them, and so is a sub-graph.
func TestGraphsWithoutEnds(t *testing.T) {
	t.Parallel()
	neurons := params{"tau": array([]float64{0.01, 0.02}), "r": array([]float64{1, 2}), "v_leak": array([]float64{0, 0}), "v_threshold": array([]float64{0.1, 0.1})}
	lif := func(name string) nir.Node { return nir.Node{Name: name, Type: "LIF", Params: neurons} }
	back := nir.Node{Name: "back", Type: "Linear", Params: params{"weight": array([]float64{1, 0, 0, 1}, 2, 2)}}
	inner := chain([]int64{2}, []int64{2}, lif("lif"))
	inner.Version = ""
	inner.Nodes = append(inner.Nodes, back)
	inner.Edges = append(inner.Edges, nir.Edge{From: "lif", To: "back"}, nir.Edge{From: "back", To: "lif"})
	first := map[string]nir.Node{
		"Affine":    {Type: "Affine", Params: params{"weight": array([]float64{1, 2, 3, 4, 5, 6}, 2, 3), "bias": array([]float64{1, 0})}},
		"Scale":     {Type: "Scale", Params: params{"scale": array([]float64{1, 2})}},
		"Delay":     {Type: "Delay", Params: params{"delay": array([]float64{0.001, 0.002})}},
		"Threshold": {Type: "Threshold", Params: params{"threshold": array([]float64{0.1, 0.2})}},
		"LIF":       lif(""),
		"sub-graph": {Type: "NIRGraph", Graph: inner},
	}
	for name, n := range first {
		n.Name = "first"
		in := []int64{2}
		if name == "Affine" {
			in = []int64{3}
		}
		whole := chain(in, []int64{2}, n, lif("second"))
		xs := pulses(3, 12, int(in[0]))
		want := run(t, whole, nir.Options{Dt: 1}, xs, 12, 1, int(in[0])).Float64s()
		assert.Contains(t, want, 1.0, name)
		assert.Equal(t, want, run(t, withoutEnds(whole), nir.Options{Dt: 1}, xs, 12, 1, int(in[0])).Float64s(), name)
	}
	open := &nir.Graph{Nodes: []nir.Node{{Name: "sub", Type: "NIRGraph", Graph: &nir.Graph{Nodes: []nir.Node{lif("lif")}}}}}
	assert.Equal(t, run(t, chain([]int64{2}, []int64{2}, lif("n")), nir.Options{Dt: 1}, pulses(3, 12, 2), 12, 1, 2).Float64s(),
		run(t, open, nir.Options{Dt: 1}, pulses(3, 12, 2), 12, 1, 2).Float64s())
}

// Images tell their shape by their first node, and a graph without ends goes out as it came.
func TestImagesWithoutEnds(t *testing.T) {
	t.Parallel()
	conv := nir.Node{Name: "conv", Type: "Conv2d", Params: params{"weight": array(make([]float64, 4*1*3*3), 4, 1, 3, 3), "bias": array(make([]float64, 4)),
		"stride": ints(1, 1), "padding": ints(1, 1), "dilation": ints(1, 1), "groups": ints(2), "input_shape": ints(5, 6)}}
	flat := nir.Node{Name: "flat", Type: "Flatten", Params: params{"start_dim": ints(0), "end_dim": ints(-1), "input_type": ints(4, 5, 6)}}
	for _, nodes := range [][]nir.Node{{conv, flat}, {flat}} {
		g := &nir.Graph{Nodes: nodes}
		if len(nodes) > 1 {
			g.Edges = []nir.Edge{{From: "conv", To: "flat"}}
		}
		net, err := g.Net(nir.Options{Dt: 1})
		require.NoError(t, err)
		assert.Equal(t, []int{120}, net.OutShape())
		assert.Equal(t, []int{6 - 2*len(nodes), 5, 6}, net.InShape()) // 2 channels by 2 groups, and 4
		gr := graph.New()
		net.In(gr, "net")
		back, err := net.Export(gr.Store(), "net")
		require.NoError(t, err)
		assert.Equal(t, g, back)
		path := filepath.Join(t.TempDir(), "open.nir")
		require.NoError(t, back.WriteFile(path))
	}
}

// A file whose /node is no graph, as the reference implementation writes a node alone, is a graph of that node.
func TestSingleNode(t *testing.T) {
	t.Parallel()
	one := &hdf5.Array{Shape: []int{1}, Data: []float64{1}}
	text := func(s string) *hdf5.Array { return &hdf5.Array{Shape: []int{}, Data: []string{s}} }
	b, err := hdf5.Encode(&hdf5.Group{Members: []hdf5.Member{
		{Name: "version", Array: text("1.0.7")},
		{Name: "node", Group: &hdf5.Group{Members: []hdf5.Member{{Name: "type", Array: text("I")}, {Name: "r", Array: one}}}},
	}})
	require.NoError(t, err)
	g, err := nir.Decode(b)
	require.NoError(t, err)
	want := &nir.Graph{Version: "1.0.7", Nodes: []nir.Node{{Name: "node", Type: "I", Params: params{"r": array([]float64{1})}}}}
	assert.Equal(t, want, g)
	assert.Equal(t, []float64{0.5, 1}, run(t, g, nir.Options{Dt: 500}, []float64{1, 1}, 2, 1, 1).Float64s())
	again, err := g.Encode()
	require.NoError(t, err)
	read, err := nir.Decode(again)
	require.NoError(t, err)
	assert.Equal(t, want, read)
}
