package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sparse is a matrix of 3 rows with an empty one and a pair that is named twice, and its weights.
func sparse(t *testing.T) (layers.CSR, []float64) {
	m, order, err := layers.CSRFromPairs(3, 4, []int32{2, 0, 2, 2, 0}, []int32{1, 3, 0, 1, 2})
	require.NoError(t, err)
	require.Equal(t, []int{1, 4, 0, 2, 3}, order)
	require.Equal(t, []int32{0, 2, 2, 5}, m.Start)
	require.Equal(t, []int32{3, 2, 1, 0, 1}, m.Post)
	require.Equal(t, []int32{0, 0, 2, 2, 2}, m.Pre())
	return m, []float64{1, 2, 3, 4, 5}
}

func TestCSRLinear(t *testing.T) {
	t.Parallel()
	m, w := sparse(t)
	assert.Equal(t, []float64{0, 0, 2, 1, 0, 0, 0, 0, 4, 8, 0, 0}, m.Dense(w))
	assert.Equal(t, []float64{0, 0, 1, 1, 0, 0, 0, 0, 1, 2, 0, 0}, m.Dense([]float64{1}))
	for name, c := range map[string]struct {
		p       layers.CSRLinear
		x, want []float64
	}{
		"each":       {layers.CSRLinear{W: layers.Values(w)}, []float64{1, 9, -2}, []float64{-8, -16, 2, 1}},
		"one":        {layers.CSRLinear{W: layers.Train(layers.Const(3)).Shared()}, []float64{1, 9, -2}, []float64{-6, -12, 3, 3}},
		"default":    {layers.CSRLinear{}, []float64{1, 9, -2}, []float64{-2, -4, 1, 1}},
		"events":     {layers.CSRLinear{W: layers.Values(w), Event: true}, []float64{0, 9, -2}, []float64{4, 8, 0, 0}},
		"transposed": {layers.CSRLinear{W: layers.Values(w), Transposed: true}, []float64{1, 2, 3, 4}, []float64{10, 0, 20}},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			c.p.M, c.p.DType = m, f64
			l := c.p.Place(g, "fc")
			require.NoError(t, g.Err())
			assert.Equal(t, c.want, values(t, l.Apply(g.Values(f64, c.x, len(c.x)))))
			assert.Equal(t, append(c.want, c.want...), values(t, l.Apply(g.Values(f64, append(c.x, c.x...), 2, 1, len(c.x)))))
		})
	}
}

// Spikes may be of type Bool where only events count.
func TestEventsOfBool(t *testing.T) {
	t.Parallel()
	m, w := sparse(t)
	g := graph.New()
	z := g.Values(graph.Bool, []float64{0, 1, 1}, 3)
	csr := layers.CSRLinear{M: m, W: layers.Values(w), Event: true}.Place(g, "csr")
	jit := layers.JITLinear{In: 3, Out: 2, P: 1, Event: true, W: layers.Const(0.5)}.Place(g, "jit")
	assert.Equal(t, []float64{4, 8, 0, 0}, values(t, csr.Apply(z)))
	assert.Equal(t, []float64{1, 1}, values(t, jit.Apply(z)))
	layers.CSRLinear{M: m}.Place(g, "plain").Apply(z)
	faults(t, g, "plain: |the input is Bool[3], want Float32")
}

// Neurons without connections get nothing.
func TestCSRLinearWithoutConnections(t *testing.T) {
	t.Parallel()
	g := graph.New()
	m, _, err := layers.CSRFromPairs(2, 3, nil, nil)
	require.NoError(t, err)
	y := layers.CSRLinear{M: m, DType: f64}.Place(g, "fc").Apply(g.Const(f64, 1, 4, 2))
	assert.Equal(t, graph.Shape{4, 3}, y.Shape())
	assert.Equal(t, make([]float64, 12), values(t, y))
	assert.Empty(t, g.Params())
}

func TestCSRLinearGradients(t *testing.T) {
	t.Parallel()
	m, w := sparse(t)
	for name, p := range map[string]layers.CSRLinear{
		"each":       {W: layers.Values(w)},
		"one":        {W: layers.Train(layers.Const(3)).Shared()},
		"transposed": {W: layers.Values(w), Transposed: true},
	} {
		p.M, p.DType = m, f64
		in := m.In()
		if p.Transposed {
			in = m.Out
		}
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{2, 2, in}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return p.Place(g, "fc").Apply(xs[0]) },
		})
	}
}

func TestCSRFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2, 4)
	m, _ := sparse(t)
	layers.CSRLinear{}.Place(g, "a").Apply(x)
	layers.CSRLinear{M: layers.CSR{Out: 2, Start: []int32{0, 2, 1}, Post: []int32{0}}}.Place(g, "b").Apply(x)
	layers.CSRLinear{M: layers.CSR{Out: 2, Start: []int32{0, 1}, Post: []int32{2}}}.Place(g, "c").Apply(x)
	layers.CSRLinear{M: m, W: layers.Values{1}}.Place(g, "d")
	layers.CSRLinear{M: m}.Place(g, "e").Apply(x)
	faults(t, g, "a: M: |0", "b: M: |ascend", "c: M: |Post[0] = 2", "d: |W|1 values", "e: |[2 4]|[... 3]")
	_, _, err := layers.CSRFromPairs(2, 2, []int32{0}, nil)
	assert.ErrorIs(t, err, graph.ErrShape)
	_, _, err = layers.CSRFromPairs(-5, 2, nil, nil)
	assert.ErrorIs(t, err, graph.ErrShape)
	_, _, err = layers.CSRFromPairs(2, 2, []int32{2}, []int32{0})
	assert.ErrorIs(t, err, graph.ErrValue)
	_, _, err = layers.CSRFromPairs(2, 2, []int32{0}, []int32{-1})
	assert.ErrorIs(t, err, graph.ErrValue)
}
