package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
)

// goldenAdaptive are neurons that adapt, delays that are learned, and the batch norm of spiking networks.
var goldenAdaptive = map[string]goldenLayer{
	"ALIF": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "dt")
		p := layers.AdaptiveLeaky(3, c.learned("Tau"), c.learned("TauA"), c.learned("Beta"))
		p.DType = c.dtype
		cell := p.In(g, "l", c.Number("dt", 1))
		return spikesOf(c, g, in["x"], cell, func(s layers.ALIFState) *graph.Node { return s.LIF.V }), adaptiveParams
	},
	"AdLIF": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "dt")
		p := layers.AdLIF{LIF: c.triangle(), A: c.learned("A"), B: c.learned("B"), TauW: c.learned("TauW")}
		p.N, p.Tau, p.R = 3, c.learned("Tau"), nil
		cell := p.In(g, "l", c.Number("dt", 1))
		return spikesOf(c, g, in["x"], scaled[layers.AdLIFState]{cell, 4}, func(s layers.AdLIFState) *graph.Node { return s.LIF.V }), adaptiveParams
	},
	"PLIF": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "dt")
		p := layers.PLIF(3, 1+math.Exp(c.Inputs["u"].Data[0])) // 1 - 1/tau is the decay, of logit u
		p.Spike, p.DType = c.triangle().Spike, c.dtype
		cell := p.In(g, "l", c.Number("dt", 1))
		return spikesOf(c, g, in["x"], scaled[layers.LIFState]{cell, 2}, func(s layers.LIFState) *graph.Node { return s.V }), adaptiveParams
	},
	"Delay": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "max", "sigma")
		interp, sigma := c.interpolation()
		cell := layers.Delay{N: 3, D: c.learned("D"), Max: c.Number("max", 0), Interp: interp, Sigma: sigma, Training: true, DType: c.dtype}.In(g, "l", 1)
		ys, _ := over(in["x"], cell)
		return map[string]*graph.Node{"y": ys}, adaptiveParams
	},
	"DelayedDense": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "max", "sigma")
		interp, sigma := c.interpolation()
		cell := layers.DelayedDense{
			In: 3, Out: 2, W: c.learned("W"), D: c.learned("D"), Max: c.Number("max", 0), Interp: interp, Sigma: sigma, Training: true, DType: c.dtype,
		}.Place(g, "l", 1)
		ys, _ := over(in["x"], cell)
		return map[string]*graph.Node{"y": ys}, adaptiveParams
	},
	"tdBN": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "alpha", "v_th", "num_features")
		p := layers.ThresholdBatchNorm(int(c.Number("num_features", 0)), c.Number("alpha", 1), c.Number("v_th", 1), true)
		p.Scale, p.Bias, p.DType = c.learned("scale"), c.learned("bias"), c.dtype
		cell := p.Place(g, "l")
		outs := applied(cell, in)
		outs["running_mean"], outs["running_var"] = cell.Mean, cell.Variance
		return outs, normParams
	},
}

// adaptiveParams are the store's names of what those cases differentiate by.
var adaptiveParams = map[string]string{
	"Tau": "l.Tau", "TauA": "l.TauA", "TauW": "l.TauW", "Beta": "l.Beta", "A": "l.A", "B": "l.B", "u": "l.Decay", "D": "l.D", "W": "l.W", "V": "back.W",
}

// triangle are neurons of threshold 1 that are reset to 0, and whose spikes have a triangle for a derivative.
func (c goldenCase) triangle() layers.LIF {
	return layers.LIF{
		VTh: layers.Const(1), VReset: layers.Const(0), Reset: layers.Hard, Spike: surrogate.ReluGrad{Alpha: 0.3, Width: 1}, DType: c.dtype,
	}
}

// interpolation is Gaussian where the case has a width.
func (c goldenCase) interpolation() (layers.Interpolation, layers.Param) {
	if sigma := c.Number("sigma", 0); sigma > 0 {
		return layers.GaussianDelay, layers.Const(sigma)
	}
	return layers.LinearDelay, nil
}

// scaled multiplies a layer's current.
type scaled[S any] struct {
	of layers.Stepper[S]
	by float64
}

func (l scaled[S]) Step(x *graph.Node, s S) (*graph.Node, S) { return l.of.Step(x.Scale(l.by), s) }

// spikesOf is what the cases compare of neurons, of which v tells the potential: spikes, and a tenth of the
// potentials after them. V feeds spikes back.
func spikesOf[S any](c goldenCase, g *graph.Graph, x *graph.Node, cell layers.Stepper[S], v func(S) *graph.Node) map[string]*graph.Node {
	back := layers.Dense{In: 3, Out: 3, W: layers.Fix(layers.Const(0)), NoBias: true, DType: c.dtype}
	if c.learned("V") != nil {
		back.W = c.learned("V")
	}
	rec := layers.Recur(cell, back.Place(g, "back"))
	ys, _ := graph.Loop(x, layers.RecurrentState[S]{}, func(x *graph.Node, s layers.RecurrentState[S]) (*graph.Node, layers.RecurrentState[S]) {
		z, s := rec.Step(x, s)
		return z.Add(v(s.Neuron).Scale(0.1)), s
	})
	return map[string]*graph.Node{"y": ys}
}
