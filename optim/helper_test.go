package optim_test

import (
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// values is the Initializer of given numbers.
type values []float64

func (v values) Init([]int, *rand.Rand) ([]float64, error) { return v, nil }

// model is a training program: its graph, what it returns, and its parameters.
type model struct {
	store *graph.Store
	prog  *graph.Program
}

// build compiles what f places in a graph on the store.
func build(t *testing.T, s *graph.Store, f func(g *graph.Graph) []*graph.Node) model {
	t.Helper()
	g := graph.NewIn(s)
	outs := f(g)
	prog, err := g.CompileWith(graph.Options{Workers: 1, Verify: true}, outs...)
	require.NoError(t, err)
	return model{s, prog}
}

// run runs once on the inputs.
func (m model) run(t *testing.T, in ...*tensor.Dense) []*tensor.Dense {
	t.Helper()
	out, err := m.prog.Run(in...)
	require.NoError(t, err)
	return out
}

// get returns the elements of a parameter.
func get(t *testing.T, s *graph.Store, name string) []float64 {
	t.Helper()
	p := s.Get(name)
	require.NotNil(t, p, name)
	return floats(p.Value)
}

func floats(x *tensor.Dense) []float64 {
	var out []float64
	switch graph.DTypeOf(x) {
	case graph.Float64:
		return append(out, x.Float64s()...)
	case graph.Float32:
		for _, v := range x.Float32s() {
			out = append(out, float64(v))
		}
	case graph.Int32:
		for _, v := range x.Int32s() {
			out = append(out, float64(v))
		}
	}
	return out
}

// dense makes a tensor of type d.
func dense(d graph.DType, x []float64, shape ...int) *tensor.Dense {
	if d == graph.Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float64(nil), x...)))
	}
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(y))
}

// fault returns the error of an update by o of one parameter, Float64[2], named "w".
func fault(o optim.Optimizer) error {
	g := graph.New()
	w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{2}})
	o.Update(g, []*graph.Node{w}, []*graph.Node{w})
	_, err := g.Compile()
	return err
}

// copied returns a store with copies of all tensors, as loading a checkpoint gives.
func copied(t *testing.T, s *graph.Store) *graph.Store {
	t.Helper()
	c := graph.NewStore(s.Seed())
	for _, p := range s.Params() {
		require.NoError(t, c.Put(p.Name, p.Value.Clone().(*tensor.Dense), p.Trained))
	}
	return c
}
