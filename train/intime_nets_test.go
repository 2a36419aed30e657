package train_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"
)

// keep is an optimizer that leaves the parameters and stores their gradients.
type keep struct{}

func (keep) Update(g *graph.Graph, params, grads []*graph.Node) {
	for i, p := range params {
		if p.Valid() {
			seen := g.Param("gradient."+p.ParamName(), graph.Var{DType: p.DType(), Shape: p.Shape(), Fixed: true})
			g.Update(seen, grads[i])
		}
	}
}

// layered is the state of every network below.
type layered struct {
	Hidden, Out layers.LIFState
	Slow        layers.LeakyIntegratorState
	Adaptive    layers.ALIFState
	Z           *graph.Node
}

type network func(g *graph.Graph) train.Step[layered]

// dense is a Dense with gradients checked in Float64.
func dense(g *graph.Graph, name string, in, out int) layers.DenseCell {
	return layers.Dense{In: in, Out: out, DType: graph.Float64, W: layers.Normal{Std: 0.8}}.Place(g, name)
}

// lif are neurons that fire often, of which time constants and thresholds are trained.
func lif(g *graph.Graph, name string, n int) layers.LIFCell {
	return layers.LIF{N: n, Tau: layers.Train(layers.Const(5)), VTh: layers.Train(layers.Const(0.5)), VReset: layers.Const(0),
		Input: layers.Unscaled, Spike: surrogate.NewArctan(), DType: graph.Float64}.In(g, name, 1)
}

func leakyNet(g *graph.Graph) train.Step[layered] {
	fc := dense(g, "fc", 3, 4)
	out := layers.LeakyIntegrator{N: 4, Tau: layers.Train(layers.Const(6)), R: layers.Train(layers.Const(1.3)),
		DType: graph.Float64}.In(g, "out", 1)
	return func(x *graph.Node, s layered) (*graph.Node, layered) {
		y, next := out.Step(fc.Apply(x), s.Slow)
		s.Slow = next
		return y, s
	}
}

// chargeNet has weights alone, and membranes that keep 0.8 of their potential.
func chargeNet(g *graph.Graph) train.Step[layered] {
	fc := dense(g, "fc", 3, 4)
	out := layers.LeakyIntegrator{N: 4, Decay: layers.Const(0.8), Input: layers.Unscaled, DType: graph.Float64}.In(g, "out", 1)
	return func(x *graph.Node, s layered) (*graph.Node, layered) {
		y, next := out.Step(fc.Apply(x), s.Slow)
		s.Slow = next
		return y, s
	}
}

func spikingNet(g *graph.Graph) train.Step[layered] {
	fc, out := dense(g, "fc", 3, 4), lif(g, "out", 4)
	return func(x *graph.Node, s layered) (z *graph.Node, next layered) {
		z, s.Out = out.Step(fc.Apply(x), s.Out)
		return z, s
	}
}

// synapticNet has an exponential current in front of refractory neurons with a hard reset.
func synapticNet(g *graph.Graph) train.Step[layered] {
	fc := dense(g, "fc", 3, 4)
	current := layers.LeakyIntegrator{N: 4, Tau: layers.Train(layers.Const(3)), Input: layers.Unscaled,
		DType: graph.Float64}.In(g, "current", 1)
	out := layers.LIF{N: 4, Tau: layers.Train(layers.Const(5)), VTh: layers.Const(0.5), VReset: layers.Const(-0.1),
		TauRef: layers.Const(2), Input: layers.Unscaled, Reset: layers.Hard, Spike: surrogate.NewArctan(),
		DType: graph.Float64}.In(g, "out", 1)
	return func(x *graph.Node, s layered) (z *graph.Node, next layered) {
		z, s.Slow = current.Step(fc.Apply(x), s.Slow)
		z, s.Out = out.Step(z, s.Out)
		return z, s
	}
}

func adaptiveNet(g *graph.Graph) train.Step[layered] {
	fc := dense(g, "fc", 3, 4)
	out := layers.ALIF{LIF: layers.LIF{N: 4, VTh: layers.Const(0.5), VReset: layers.Const(0), Spike: surrogate.NewArctan(),
		DType: graph.Float64}}.In(g, "out", 1)
	return func(x *graph.Node, s layered) (z *graph.Node, next layered) {
		z, s.Adaptive = out.Step(fc.Apply(x.Scale(4)), s.Adaptive)
		return z, s
	}
}

// few are connections of 3 neurons to 4, one of them double, one neuron without any.
var few = layers.CSR{Out: 4, Start: []int32{0, 3, 3, 6}, Post: []int32{0, 2, 2, 3, 1, 0}}

// through is a network of some synapse of 3 neurons to 4 and membranes that keep 0.8 of their potential.
func through(place func(g *graph.Graph) layers.Synapse) network {
	return func(g *graph.Graph) train.Step[layered] {
		fc := place(g)
		out := layers.LeakyIntegrator{N: 4, Decay: layers.Const(0.8), Input: layers.Unscaled, DType: graph.Float64}.In(g, "out", 1)
		return func(x *graph.Node, s layered) (y *graph.Node, next layered) {
			y, s.Slow = out.Step(fc.Apply(x), s.Slow)
			return y, s
		}
	}
}

// sparse networks are those whose connections are few.
var sparse = map[string]network{
	"csr": through(func(g *graph.Graph) layers.Synapse {
		return layers.CSRLinear{M: few, W: layers.Normal{Std: 1}, DType: graph.Float64}.Place(g, "fc")
	}),
	"csr transposed": through(func(g *graph.Graph) layers.Synapse {
		m := layers.CSR{Out: 3, Start: []int32{0, 2, 3, 3, 5}, Post: []int32{0, 1, 1, 2, 0}}
		return layers.CSRLinear{M: m, W: layers.Normal{Std: 1}, Transposed: true, DType: graph.Float64}.Place(g, "fc")
	}),
	"csr events": through(func(g *graph.Graph) layers.Synapse {
		return layers.Sequential{layers.Func((*graph.Node).Relu), layers.CSRLinear{M: few, Event: true, DType: graph.Float64}.Place(g, "fc")}
	}),
	"csr, one weight": through(func(g *graph.Graph) layers.Synapse {
		return layers.CSRLinear{M: few, W: layers.Train(layers.Const(0.7)).Shared(), DType: graph.Float64}.Place(g, "fc")
	}),
	"masked": through(func(g *graph.Graph) layers.Synapse {
		return layers.MaskedLinear{In: 3, Out: 4, Mask: layers.Values{1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0},
			Func: (*graph.Node).Abs, DType: graph.Float64}.Place(g, "fc")
	}),
	"drawn": through(func(g *graph.Graph) layers.Synapse {
		return layers.JITLinear{In: 3, Out: 4, P: 0.5, Seed: 2, DType: graph.Float64}.Place(g, "fc")
	}),
	"lists": through(func(g *graph.Graph) layers.Synapse {
		pre := g.Values(graph.Int32, []float64{0, 2, 3, 1, 2, 0, 1, 3}, 4, 2) // 3 is nowhere
		w := g.Param("fc.W", graph.Var{DType: graph.Float64, Shape: []int{4, 2}, Init: layers.Normal{Std: 1}})
		return layers.Func(func(x *graph.Node) *graph.Node { return x.FanIn(pre, w) })
	}),
	"spiking": func(g *graph.Graph) train.Step[layered] {
		fc, out := layers.CSRLinear{M: few, W: layers.Normal{Std: 2}, DType: graph.Float64}.Place(g, "fc"), lif(g, "out", 4)
		return func(x *graph.Node, s layered) (z *graph.Node, next layered) {
			z, s.Out = out.Step(fc.Apply(x), s.Out)
			return z, s
		}
	},
}

// sparseNet is the recurrent one with connections that are few.
func sparseNet(g *graph.Graph) train.Step[layered] {
	const n = 20
	var pre, post []int32
	for i := range int32(n * 6) {
		pre, post = append(pre, i/6), append(post, (i*7+i/6)%n)
	}
	m, _, err := layers.CSRFromPairs(n, n, pre, post)
	if err != nil {
		panic(err)
	}
	fc, hidden, fc2 := dense(g, "fc1", 3, n), lif(g, "hidden", n), dense(g, "fc2", n, 4)
	rec := layers.Recur(hidden, layers.CSRLinear{M: m, W: layers.Normal{Std: 0.15}, DType: graph.Float64}.Place(g, "rec"))
	return func(x *graph.Node, s layered) (y *graph.Node, next layered) {
		z, r := rec.Step(fc.Apply(x), layers.RecurrentState[layers.LIFState]{Z: s.Z, Neuron: s.Hidden})
		s.Z, s.Hidden = r.Z, r.Neuron
		return fc2.Apply(z), s
	}
}

func statelessNet(g *graph.Graph) train.Step[layered] {
	fc1, fc2 := dense(g, "fc1", 3, 5), dense(g, "fc2", 5, 4)
	return func(x *graph.Node, s layered) (*graph.Node, layered) {
		return fc2.Apply(fc1.Apply(x).Tanh()), s
	}
}

func deepNet(g *graph.Graph) train.Step[layered] {
	fc1, hidden, fc2 := dense(g, "fc1", 3, 20), lif(g, "hidden", 20), dense(g, "fc2", 20, 4)
	out := layers.LeakyIntegrator{N: 4, Tau: layers.Const(2), DType: graph.Float64}.In(g, "out", 1)
	return func(x *graph.Node, s layered) (y *graph.Node, next layered) {
		y, s.Hidden = hidden.Step(fc1.Apply(x), s.Hidden)
		y, s.Slow = out.Step(fc2.Apply(y), s.Slow)
		return y, s
	}
}

func recurrentNet(g *graph.Graph) train.Step[layered] {
	fc, rec, hidden, fc2 := dense(g, "fc1", 3, 20), dense(g, "rec", 20, 20), lif(g, "hidden", 20), dense(g, "fc2", 20, 4)
	return func(x *graph.Node, s layered) (y *graph.Node, next layered) {
		x = fc.Apply(x)
		z := s.Z.Else(x.Like(0))
		s.Z, s.Hidden = hidden.Step(x.Add(rec.Apply(z).Scale(0.1)), s.Hidden)
		return fc2.Apply(s.Z), s
	}
}

// noisy is a batch of random sequences with random targets.
func noisy(steps, batch int) datasets.Batch {
	r := rand.New(rand.NewPCG(4, 0))
	x, y := make([]float64, steps*batch*3), make([]float64, steps*batch*4)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for i := range y {
		y[i] = r.Float64()
	}
	return datasets.Batch{X: tensor.New(tensor.WithShape(steps, batch, 3), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(steps, batch, 4), tensor.WithBacking(y))}
}

// gradients returns those of a network's parameters, by name, and the loss. All its neurons fire.
func gradients(t *testing.T, net network, o train.InTime) (map[string][]float64, float64) {
	t.Helper()
	return gradientsOn(t, net, o, noisy(12, 5))
}

// gradientsOn returns them for a batch.
func gradientsOn(t *testing.T, net network, o train.InTime, data datasets.Batch) (map[string][]float64, float64) {
	t.Helper()
	b := &train.BPTT[layered]{Net: func(g *graph.Graph, _ bool) train.Step[layered] { return net(g) },
		Loss: meanSquare, Optimizer: keep{}, Seed: 3, InTime: o, Rates: true}
	h := fitted(t, b, train.FromBatches(data), train.FitOptions{Updates: 1})
	for _, r := range h.Batches[0].Rates {
		assert.Greater(t, r.Value, 0.02, r.Name)
	}
	return trainedGradients(b.Store), h.Batches[0].Loss
}

// trainedGradients returns what keep has stored.
func trainedGradients(s *graph.Store) map[string][]float64 {
	grads := map[string][]float64{}
	for _, p := range s.Params() {
		if p.Trained {
			grads[p.Name] = s.Get("gradient." + p.Name).Value.Float64s()
		}
	}
	return grads
}

// norm returns the length of a gradient.
func norm(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// cosine returns that of the angle between two gradients of the parameters whose names begin so.
func cosine(a, b map[string][]float64, name string) float64 {
	var ab, aa, bb float64
	for p := range a {
		for i := range a[p] {
			if strings.HasPrefix(p, name) {
				ab, aa, bb = ab+a[p][i]*b[p][i], aa+a[p][i]*a[p][i], bb+b[p][i]*b[p][i]
			}
		}
	}
	return ab / math.Sqrt(aa*bb)
}
