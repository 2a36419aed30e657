package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// norms are normalizations of four features: axes in front, and what shares a mean.
func norms() map[string]func(g *graph.Graph) layers.Synapse {
	return map[string]func(g *graph.Graph) layers.Synapse{
		"batch": func(g *graph.Graph) layers.Synapse {
			return layers.BatchNorm{N: 4, Training: true, DType: f64}.Place(g, "n")
		},
		"threshold": func(g *graph.Graph) layers.Synapse {
			p := layers.ThresholdBatchNorm(4, 0.5, 3, true)
			p.DType = f64
			return p.Place(g, "n")
		},
		"running": func(g *graph.Graph) layers.Synapse { return layers.BatchNorm{N: 4, DType: f64}.Place(g, "n") },
		"layer": func(g *graph.Graph) layers.Synapse {
			return layers.LayerNorm{Shape: []int{3, 4}, DType: f64}.Place(g, "n")
		},
		"group": func(g *graph.Graph) layers.Synapse {
			return layers.GroupNorm{Groups: 2, Channels: 4, DType: f64}.Place(g, "n")
		},
		"in time": func(g *graph.Graph) layers.Synapse {
			return layers.GroupNorm{Groups: 2, Channels: 4, Lead: 2, DType: f64}.Place(g, "n")
		},
		"instance": func(g *graph.Graph) layers.Synapse {
			p := layers.InstanceNorm(4)
			p.DType = f64
			return p.Place(g, "n")
		},
		"bare": func(g *graph.Graph) layers.Synapse {
			return layers.LayerNorm{Shape: []int{4}, NoAffine: true, Epsilon: layers.Const(0.1), DType: f64}.Place(g, "n")
		},
	}
}

func TestNormGradients(t *testing.T) {
	t.Parallel()
	for name, place := range norms() {
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{2, 3, 3, 4}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node { return place(g).Apply(xs[0]) },
		})
	}
}

// A norm in the step of a loop is differentiated through the statistics of each step.
func TestNormGradientInStep(t *testing.T) {
	t.Parallel()
	gradtest.Check(t, gradtest.Case{
		Name: "step", Inputs: []gradtest.Input{{Shape: []int{3, 4, 2}}, {Shape: []int{2}}},
		Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			bn := layers.BatchNorm{N: 2, Training: true, DType: f64}.Place(g, "n")
			ys, _ := graph.Loop(xs[0], (*graph.Node)(nil), func(x, h *graph.Node) (*graph.Node, *graph.Node) {
				h = h.Else(x.Like(0)).Scale(0.5).Add(bn.Apply(x.Mul(xs[1]).Add(h.Else(x.Like(0)).Tanh()))).Tanh()
				return h, h
			})
			return ys
		},
	})
}

// What shares a mean has mean 0 and variance 1 afterwards.
func TestNormMoments(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		std  float64
		same func(i int) int // which elements share a mean, of [2 3 3 4]
	}{
		"batch":     {1, func(i int) int { return i % 4 }},
		"threshold": {1.5, func(i int) int { return i % 4 }},
		"layer":     {1, func(i int) int { return i / 12 }},
		"group":     {1, func(i int) int { return i/36*2 + i%4/2 }},
		"in time":   {1, func(i int) int { return i/12*2 + i%4/2 }},
		"instance":  {1, func(i int) int { return i/36*4 + i%4 }},
	} {
		g := graph.New()
		x := g.Values(f64, numbers(random(3, 2, 3, 3, 4)), 2, 3, 3, 4)
		y := norms()[name](g).Apply(x.Shift(7))
		require.NoError(t, g.Err())
		require.Equal(t, x.Shape(), y.Shape())
		sum, squares, n := map[int]float64{}, map[int]float64{}, map[int]float64{}
		for i, v := range values(t, y) {
			k := want.same(i)
			sum[k], squares[k], n[k] = sum[k]+v, squares[k]+v*v, n[k]+1
		}
		for k := range n {
			assert.InDelta(t, 0, sum[k]/n[k], 1e-9, name)
			assert.InDelta(t, want.std, math.Sqrt(squares[k]/n[k]), 1e-4, name)
		}
	}
}

// The averages move once in a run, are no one's to train, and rule evaluation.
func TestBatchNormFollows(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(1)
	g := graph.NewIn(s)
	p := layers.BatchNorm{N: 2, Training: true, Momentum: layers.Const(0.75), DType: f64}
	y := p.Place(g, "bn").Apply(g.Values(f64, []float64{1, 10, 3, 10, 5, 40}, 3, 1, 2))
	assert.Len(t, g.Trained(), 2)
	run(t, g, []*graph.Node{y})
	assert.InDeltaSlice(t, []float64{0.75, 5}, numbers(s.Get("bn.Mean").Value), 1e-12)
	assert.InDeltaSlice(t, []float64{0.75 + 8./3/4, 0.75 + 50}, numbers(s.Get("bn.Variance").Value), 1e-12)

	g = graph.NewIn(s)
	p.Training = false
	y = p.Place(g, "bn").Apply(g.Values(f64, []float64{0.75, 5 + 50.75}, 2))
	got := values(t, y)
	assert.InDelta(t, 0, got[0], 1e-12)
	assert.InDelta(t, math.Sqrt(50.75), got[1], 1e-4)
	assert.InDeltaSlice(t, []float64{0.75, 5}, numbers(s.Get("bn.Mean").Value), 1e-12, "evaluation changes nothing")
}

func TestNormFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2, 3, 4)
	layers.BatchNorm{N: 0}.Place(g, "a").Apply(x)
	layers.BatchNorm1d(3, false).Place(g, "b").Apply(x)
	layers.BatchNorm2d(4, false).Place(g, "c").Apply(x)
	layers.BatchNorm{N: 4, Momentum: layers.Const(1.5)}.Place(g, "d")
	layers.BatchNorm{N: 4, Epsilon: layers.Train(layers.Const(1))}.Place(g, "e")
	layers.BatchNorm{N: 4, NoAffine: true, Bias: layers.Const(1)}.Place(g, "f")
	layers.BatchNorm{N: 4, Training: true}.Place(g, "h").Apply(g.Input("one", graph.Float32, 4))
	in := layers.ThresholdBatchNorm(4, 1, 1, true).Place(g, "i")
	graph.Loop(x, struct{}{}, func(x *graph.Node, s struct{}) (*graph.Node, struct{}) { return in.Apply(x), s })
	layers.LayerNorm{}.Place(g, "j").Apply(x)
	layers.LayerNorm{Shape: []int{4, 3}}.Place(g, "k").Apply(x)
	layers.GroupNorm{Groups: 3, Channels: 4}.Place(g, "l").Apply(x)
	layers.GroupNorm{Groups: 2, Channels: 4, Lead: 3}.Place(g, "m").Apply(x)
	layers.GroupNorm{Groups: 2, Channels: 4, Lead: -1}.Place(g, "n").Apply(x)
	layers.BatchNorm{N: 4, Dims: -1}.Place(g, "o").Apply(x)
	faults(t, g, "a: N: |[0]", "b: |[2 3 4]|[... 3]", "c: |[2 3 4]|2 axes", "d: Momentum: |1.5|[0, 1]",
		"e: Epsilon: |cannot be trained", "f: NoAffine: |Bias", "h: |batch", "i: |stacked sequence", "j: Shape: |[]",
		"k: |[... 4 3]", "l: Groups: |3 groups of 4", "m: |3 axes", "n: Lead: |-1", "o: Dims: |-1")
	assert.ErrorIs(t, g.Err(), graph.ErrScope)
}
