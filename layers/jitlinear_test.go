package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// jits are one layer for each way to give weights.
func jits() map[string]layers.JITLinear {
	return map[string]layers.JITLinear{
		"one":        {W: layers.Const(0.7)},
		"fixed":      {W: layers.Fix(layers.Const(0.7))},
		"uniform":    {W: layers.Uniform{Lo: -1, Hi: 2}},
		"normal":     {W: layers.Normal{Mean: 1, Std: 0.5}},
		"by input":   {W: layers.Normal{Mean: 1, Std: 0.5}, ByInput: true},
		"transposed": {W: layers.Uniform{Lo: -1, Hi: 2}, Transposed: true},
		"full":       {W: layers.Normal{Std: 1}, P: 1},
		"none":       {W: layers.Normal{Std: 1}, P: 1e-300},
	}
}

// Forward, transpose and gradient use the matrix that Matrix returns.
func TestJITLinearIsItsMatrix(t *testing.T) {
	t.Parallel()
	for name, p := range jits() {
		t.Run(name, func(t *testing.T) {
			p.In, p.Out, p.Seed, p.DType = 12, 9, 5, f64
			if p.P == 0 {
				p.P = 0.25
			}
			m, w, err := p.Matrix()
			require.NoError(t, err)
			in, out := 12, 9
			g := graph.New()
			d := g.Values(f64, m.Dense(w), 12, 9)
			if p.Transposed {
				in, out, d = out, in, d.Transpose()
			}
			x := g.Values(f64, numbers(random(1, 3, in)), 3, in)
			y := p.Place(g, "jit").Apply(x)
			require.NoError(t, g.Err())
			assert.Equal(t, graph.Shape{3, out}, y.Shape())
			assert.InDeltaSlice(t, values(t, x.MatMul(d)), values(t, y), 1e-12)
			p.Event = true
			y = p.Place(g, "jit").Apply(x.Relu())
			assert.InDeltaSlice(t, values(t, x.Relu().Ne(x.Like(0)).Cast(f64).MatMul(d)), values(t, y), 1e-12)
		})
	}
}

// Swapped sizes, rows for columns and the transpose are the same matrix.
func TestJITLinearSwapped(t *testing.T) {
	t.Parallel()
	p := layers.JITLinear{In: 7, Out: 11, P: 0.3, W: layers.Normal{Std: 1}, Seed: 3}
	q := layers.JITLinear{In: 11, Out: 7, P: 0.3, W: layers.Normal{Std: 1}, Seed: 3, ByInput: true}
	m, w, err := p.Matrix()
	require.NoError(t, err)
	n, v, err := q.Matrix()
	require.NoError(t, err)
	a, b := m.Dense(w), n.Dense(v)
	for i := range 7 {
		for j := range 11 {
			require.Equal(t, a[i*11+j], b[j*7+i])
		}
	}
	p.Seed = 4
	other, _, err := p.Matrix()
	require.NoError(t, err)
	assert.NotEqual(t, m, other)
}

func TestJITLinearDensity(t *testing.T) {
	t.Parallel()
	for p, want := range map[float64]float64{0: 0, 0.02: 0.02, 0.3: 0.25, 0.7: 0.5, 1: 1} {
		m, _, err := layers.JITLinear{In: 400, Out: 500, P: p, Seed: 1}.Matrix()
		require.NoError(t, err)
		assert.InDelta(t, want, float64(m.Len())/(400*500), 0.05*want)
	}
}

func TestJITLinearGradients(t *testing.T) {
	t.Parallel()
	for name, p := range jits() {
		if name == "none" {
			continue
		}
		p.In, p.Out, p.P, p.DType = 5, 5, 0.5, f64
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{2, 5}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return p.Place(g, "jit").Apply(xs[0]) },
		})
	}
}

func TestJITLinearPlaces(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.JITLinear{In: 50, Out: 40, P: 0.1}.Place(g, "one")
	layers.JITLinear{In: 50, Out: 40, P: 0.1, W: layers.Normal{Std: 1}}.Place(g, "many")
	require.NoError(t, g.Err())
	assert.Equal(t, []*graph.Node{c.W}, g.Trained())
	assert.Equal(t, "one.W", c.W.ParamName())
	assert.Len(t, g.Params(), 1, "a drawn matrix is not kept in the store")
}

func TestJITLinearFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2, 4)
	layers.JITLinear{In: 4, P: 1}.Place(g, "a").Apply(x)
	layers.JITLinear{In: 4, Out: 2, P: 1.5}.Place(g, "b").Apply(x)
	layers.JITLinear{In: 4, Out: 2, P: 1, W: layers.Train(layers.Uniform{Lo: 0, Hi: 1})}.Place(g, "c").Apply(x)
	layers.JITLinear{In: 4, Out: 2, P: 1, W: layers.Fix(layers.Values{1})}.Place(g, "d").Apply(x)
	layers.JITLinear{In: 4, Out: 2, P: 1, W: layers.Normal{Std: -1}}.Place(g, "e").Apply(x)
	layers.JITLinear{In: 3, Out: 2, P: 1}.Place(g, "f").Apply(x)
	_, _, err := layers.JITLinear{In: 4, Out: 2, P: -1}.Matrix()
	assert.ErrorIs(t, err, graph.ErrValue)
	assert.ErrorContains(t, err, "P: ")
	faults(t, g, "a: In, Out: |4 to 0", "b: P: |1.5|[0, 1]", "c: W: |cannot be trained", "d: W: |Values|Uniform or Normal",
		"e: W: |Std", "f: |[2 4]|[... 3]")
}
