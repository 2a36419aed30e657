package layers_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

const f64 = graph.Float64

// rng returns the generator of the tests.
func rng() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// random returns a tensor of normal numbers of the given standard deviation.
func random(std float64, shape ...int) *tensor.Dense {
	x, err := layers.Normal{Std: std}.Init(shape, rng())
	if err != nil {
		panic(err)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// values runs a node of a graph without inputs.
func values(t *testing.T, n *graph.Node) []float64 {
	t.Helper()
	return numbers(run(t, n.Graph(), []*graph.Node{n.Cast(f64)})[0])
}

// faults requires that a graph has exactly the faults in which each of want stands, in this order.
func faults(t *testing.T, g *graph.Graph, want ...string) {
	t.Helper()
	err := g.Err()
	require.Error(t, err)
	got := strings.Split(err.Error(), "\n")
	require.Len(t, got, len(want), "%v", err)
	for i, w := range want {
		for _, part := range strings.Split(w, "|") {
			require.Contains(t, got[i], part)
		}
	}
}

// stepper is a LIF's Step in the form that Loop takes.
func stepper(c layers.LIFCell) func(*graph.Node, layers.LIFState) (*graph.Node, layers.LIFState) {
	return c.Step
}
