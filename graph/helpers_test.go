package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// ramp returns a tensor of spread values of [-1, 1), small whole numbers if d is Int32.
func ramp(d graph.DType, shape ...int) *tensor.Dense {
	in := opsamples.Input{DType: d, Shape: shape, Lo: -1, Hi: 1}
	if d == graph.Int32 {
		in.Lo, in.Hi = -9, 10
	}
	return opsamples.Sample{Inputs: []opsamples.Input{in}}.Tensors()[0]
}

// compile is Compile with the verifier on.
func compile(t require.TestingT, g *graph.Graph, outs ...*graph.Node) *graph.Program {
	p, err := g.CompileWith(graph.Options{Verify: true}, outs...)
	require.NoError(t, err)
	return p
}

// run runs p and returns the elements of each result.
func run(t require.TestingT, p *graph.Program, in ...*tensor.Dense) [][]float64 {
	out, err := p.Run(in...)
	require.NoError(t, err)
	xs := make([][]float64, len(out))
	for i, o := range out {
		xs[i] = opsamples.Floats(o)
	}
	return xs
}

// values runs the graph for its outputs at once.
func values(t *testing.T, g *graph.Graph, in []*tensor.Dense, outs ...*graph.Node) [][]float64 {
	t.Helper()
	return run(t, compile(t, g, outs...), in...)
}
