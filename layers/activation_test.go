package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// At its kinks a function takes the side its formula says.
func TestActivationEdges(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Values(f64, []float64{-1000, -0.5, 0, 0.5, 1000}, 5)
	for name, want := range map[layers.Activation][]float64{
		"soft_shrink":  {-999.5, 0, 0, 0, 999.5},
		"hard_shrink":  {-1000, 0, 0, 0, 1000},
		"hard_sigmoid": {0, 2.5 / 6, 0.5, 3.5 / 6, 1},
		"prelu":        {-250, -0.125, 0, 0.5, 1000},
		"log_sigmoid":  {-1000, math.Log(1 / (1 + math.Exp(0.5))), -math.Ln2, math.Log(1 / (1 + math.Exp(-0.5))), 0},
		"mish":         {0, -0.5 * math.Tanh(math.Log1p(math.Exp(-0.5))), 0, 0.5 * math.Tanh(math.Log1p(math.Exp(0.5))), 1000},
		"elu":          {-1, math.Expm1(-0.5), 0, 0.5, 1000},
	} {
		assert.InDeltaSlice(t, want, values(t, name.Apply(x)), 1e-12, name)
	}
	assert.Equal(t, []float64{7, 7, 7, 7, 1000}, values(t, layers.Threshold(x, 0.5, 7)))
	assert.Equal(t, []float64{-1, -0.5, 0, 0.5, 2}, values(t, layers.HardTanh(x, -1, 2)))
}

func TestRReLU(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Const(f64, -1, 1000)
	distinct := map[float64]bool{}
	for _, v := range values(t, layers.RReLU{Lo: 0.2, Hi: 0.4, Training: true}.Apply(x)) {
		require.True(t, -0.4 < v && v <= -0.2, v)
		distinct[v] = true
	}
	assert.Greater(t, len(distinct), 900)
	assert.InDelta(t, -0.3, values(t, layers.RReLU{Lo: 0.2, Hi: 0.4}.Apply(x))[0], 1e-15)
	assert.Equal(t, 2.0, values(t, layers.NewRReLU(true).Apply(x.Scale(-2)))[0])
}

func TestOneHotAxes(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Values(graph.Int32, []float64{2, 0}, 2)
	assert.Equal(t, []float64{0, 0, 1, 1, 0, 0}, values(t, layers.OneHot(x, 3, -1, f64)))
	assert.Equal(t, []float64{0, 1, 0, 0, 1, 0}, values(t, layers.OneHot(x, 3, 0, f64)))
}

func TestActivationFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2, 3)
	layers.Activation("rely").Apply(x)
	layers.Celu(x, 0)
	layers.HardTanh(x, 1, 1)
	layers.SoftplusOf(x, -1, 1)
	layers.SoftShrink(x, -1)
	layers.HardShrink(x, math.NaN())
	layers.Softmax2d(x)
	layers.Softmax(x, 0, 1)
	layers.Glu(x, 1)
	layers.Glu(x, 5)
	layers.RRelu(x, 1, 0)
	layers.RReLU{Lo: 1}.Apply(x)
	layers.OneHot(x, 3, -1, f64)
	layers.PReLU{N: 2}.Place(g, "p").Apply(x)
	layers.PReLU{}.Place(g, "q").Apply(x)
	faults(t, g, "rely|leaky_relu", "Celu: alpha: |0", "HardTanh: |[1, 1]", "SoftplusOf: beta: |-1", "SoftShrink: lambda: |-1",
		"HardShrink: lambda: |NaN", "Softmax2d: |[2 3]", "axes [0 1]", "Glu: |axis 1", "Glu: |axis 5", "RRelu: |[1, 0)", "RRelu: |[1, 0)",
		"OneHot: |Float32", "p: |[... 2]", "q: N: |[0]")
}

// What is not a number stays visible: an activation that hid it would hide that a model has gone astray.
func TestActivationsKeepNaN(t *testing.T) {
	t.Parallel()
	for _, d := range []graph.DType{graph.Float32, f64} {
		for _, a := range append(layers.Activation("").Names(), "threshold") {
			g := graph.New()
			x := g.Input("x", d, 70) // more than one vector
			f := a.Apply
			if a == "threshold" {
				f = func(x *graph.Node) *graph.Node { return layers.Threshold(x, 0.4, -1) }
			}
			v := make([]float64, 70)
			v[3], v[69] = math.NaN(), math.NaN()
			in := goldenCase{dtype: d}.tensor(golden.Array{Shape: []int{70}, Data: v})
			y := numbers(run(t, g, []*graph.Node{f(x)}, in)[0])
			for _, i := range []int{3, len(y) - 1} {
				assert.True(t, math.IsNaN(y[i%len(y)]), "%s of %v", a, d)
			}
		}
	}
}
