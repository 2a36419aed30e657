package nir_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// array returns float64 parameters.
func array(v []float64, shape ...int) nir.Array {
	if shape == nil {
		shape = []int{len(v)}
	}
	return nir.Array{Shape: shape, Data: v}
}

func ints(v ...int64) nir.Array { return nir.Array{Shape: []int{len(v)}, Data: v} }

func text(s string) nir.Array { return nir.Array{Shape: []int{}, Data: []string{s}} }

type params = map[string]nir.Array

// chain returns a graph of nodes in a row, between an Input and an Output.
func chain(in, out []int64, nodes ...nir.Node) *nir.Graph {
	g := &nir.Graph{Version: "1.0.7"}
	all := append([]nir.Node{{Name: "input", Type: "Input", Params: params{"shape": ints(in...)}}}, nodes...)
	all = append(all, nir.Node{Name: "output", Type: "Output", Params: params{"shape": ints(out...)}})
	for i, n := range all {
		g.Nodes = append(g.Nodes, n)
		if i > 0 {
			g.Edges = append(g.Edges, nir.Edge{From: all[i-1].Name, To: n.Name})
		}
	}
	return g
}

// run returns what a network gives for xs [T B ...], row by row.
func run(t *testing.T, g *nir.Graph, o nir.Options, xs []float64, shape ...int) *tensor.Dense {
	t.Helper()
	o.DType = graph.Float64
	net, err := g.Net(o)
	require.NoError(t, err)
	gr := graph.New()
	x := gr.Input("x", graph.Float64, shape...)
	cell := net.In(gr, "net")
	ys, _ := graph.Loop(x, net.Init(gr, shape[1]), cell.Step)
	prog, err := gr.Compile(ys)
	require.NoError(t, err)
	out, err := prog.Run(tensor.New(tensor.WithShape(shape...), tensor.WithBacking(xs)))
	require.NoError(t, err)
	return out[0]
}

func files(t testing.TB) []string {
	names, err := filepath.Glob("testdata/*.nir")
	require.NoError(t, err)
	require.Len(t, names, 5)
	return names
}

// Read, written, and read again, a graph is the same, and so is the file that is written.
func TestRealFilesRoundTrip(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		g, err := nir.ReadFile(name)
		require.NoError(t, err, name)
		b, err := g.Encode()
		require.NoError(t, err, name)
		again, err := nir.Decode(b)
		require.NoError(t, err, name)
		assert.Equal(t, g, again, name)
		c, err := again.Encode()
		require.NoError(t, err, name)
		assert.Equal(t, b, c, name)
	}
}

// Every real file is a network that runs, and whose weights come out as they went in.
func TestRealFilesRun(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		g, err := nir.ReadFile(name)
		require.NoError(t, err, name)
		net, err := g.Net(nir.Options{Dt: 0.1, Train: []string{"tau", "tau_mem", "r", "v_threshold"}})
		require.NoError(t, err, name)
		gr := graph.New()
		x := gr.Input("x", graph.Float32, append([]int{3, 2}, net.InShape()...)...)
		ys, _ := graph.Loop(x, net.Init(gr, 2), net.In(gr, "net").Step)
		prog, err := gr.Compile(ys)
		require.NoError(t, err, name)
		out, err := prog.Run(tensor.New(tensor.WithShape(x.Shape()...), tensor.Of(tensor.Float32)))
		require.NoError(t, err, name)
		assert.Equal(t, append([]int{3, 2}, net.OutShape()...), []int(out[0].Shape()), name)
		back, err := net.Export(gr.Store(), "net")
		require.NoError(t, err, name)
		assert.Equal(t, g, back, name)
	}
}

func TestReadFileMissing(t *testing.T) {
	t.Parallel()
	_, err := nir.ReadFile(filepath.Join(t.TempDir(), "none.nir"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
