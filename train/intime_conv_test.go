package train_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// images is a batch of random sequences of images [5 4 2], with random targets.
func images(steps, batch int) datasets.Batch {
	r := rand.New(rand.NewPCG(6, 0))
	x, y := make([]float64, steps*batch*40), make([]float64, steps*batch*4)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for i := range y {
		y[i] = r.Float64()
	}
	return datasets.Batch{X: tensor.New(tensor.WithShape(steps, batch, 5, 4, 2), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(steps, batch, 4), tensor.WithBacking(y))}
}

// readOut is a fixed product of all elements of a sample, to 4 numbers.
func readOut(x *graph.Node) *graph.Node {
	n := x.Shape()[1:].Size()
	w := make([]float64, 4*n)
	for i := range w {
		w[i] = math.Sin(float64(3 * i))
	}
	return x.Flatten(1, -1).MatMul(x.Graph().Values(graph.Float64, w, n, 4))
}

// image is a layer of LIF neurons of a shape, whose time constant and threshold are trained.
func image(g *graph.Graph, name string, shape ...int) layers.LIFCell {
	return layers.LIF{Shape: shape, Tau: layers.Train(layers.Const(5)).Shared(), VTh: layers.Train(layers.Const(0.5)).Shared(), VReset: layers.Const(0),
		Input: layers.Unscaled, Spike: surrogate.NewArctan(), DType: graph.Float64}.In(g, name, 1)
}

// behind is a network of synapses of an image and LIF neurons of a shape.
func behind(place func(g *graph.Graph) layers.Synapse, shape ...int) network {
	return func(g *graph.Graph) train.Step[layered] {
		in, out := place(g), image(g, "out", shape...)
		return func(x *graph.Node, s layered) (z *graph.Node, next layered) {
			z, s.Out = out.Step(in.Apply(x), s.Out)
			return readOut(z), s
		}
	}
}

// conv2 is a convolution of an image to 4 channels.
func conv2(g *graph.Graph, p layers.Conv2d) layers.Synapse {
	p.In, p.Out, p.DType, p.B = 2, 4, graph.Float64, layers.Train(layers.Normal{Std: 0.3})
	if p.Kernel == nil {
		p.Kernel = []int{3, 2}
	}
	return p.Place(g, "conv")
}

func mask(rows ...float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(3, 2, 1, 1), tensor.WithBacking(rows))
}

// convolved networks have one layer of neurons, and convolutions before them.
var convolved = map[string]network{
	"same":    behind(func(g *graph.Graph) layers.Synapse { return conv2(g, layers.Conv2d{}) }, 5, 4, 4),
	"valid":   behind(func(g *graph.Graph) layers.Synapse { return conv2(g, layers.Conv2d{Padding: layers.Valid}) }, 3, 3, 4),
	"strided": behind(func(g *graph.Graph) layers.Synapse { return conv2(g, layers.Conv2d{Stride: []int{2, 1}}) }, 3, 4, 4),
	"dilated": behind(func(g *graph.Graph) layers.Synapse {
		return conv2(g, layers.Conv2d{KernelDilation: []int{1, 2}, InputDilation: []int{2, 1}, Padding: layers.Valid})
	}, 7, 2, 4),
	"groups": behind(func(g *graph.Graph) layers.Synapse { return conv2(g, layers.Conv2d{Groups: 2}) }, 5, 4, 4),
	"masked": behind(func(g *graph.Graph) layers.Synapse { return conv2(g, layers.Conv2d{Mask: mask(1, 0, 1, 1, 0, 1)}) }, 5, 4, 4),
	"transposed": behind(func(g *graph.Graph) layers.Synapse {
		return layers.ConvTranspose2d{In: 2, Out: 3, Kernel: []int{2, 3}, Stride: []int{2}, DType: graph.Float64}.Place(g, "conv")
	}, 10, 8, 3),
	"1-d": behind(func(g *graph.Graph) layers.Synapse {
		conv := layers.Conv1d{In: 8, Out: 3, Kernel: []int{3}, DType: graph.Float64}.Place(g, "conv")
		return layers.Func(func(x *graph.Node) *graph.Node { return conv.Apply(x.Reshape(x.Dim(0), 5, 8)) })
	}, 5, 3),
	"3-d": behind(func(g *graph.Graph) layers.Synapse {
		conv := layers.Conv3d{In: 1, Out: 2, Kernel: []int{2}, DType: graph.Float64}.Place(g, "conv")
		return layers.Func(func(x *graph.Node) *graph.Node { return conv.Apply(x.Unsqueeze(-1)) })
	}, 5, 4, 2, 2),
	"averaged": behind(func(g *graph.Graph) layers.Synapse {
		return layers.Sequential{conv2(g, layers.Conv2d{}), layers.AvgPool2d{Kernel: []int{2}, Stride: []int{2}, Padding: layers.Same}.Place(g, "pool")}
	}, 3, 2, 4),
	"largest": behind(func(g *graph.Graph) layers.Synapse {
		return layers.Sequential{conv2(g, layers.Conv2d{}), layers.MaxPool2d{Kernel: []int{2}}.Place(g, "pool")}
	}, 2, 2, 4),
	"rectified, largest of all, flat": behind(func(g *graph.Graph) layers.Synapse {
		return layers.Sequential{conv2(g, layers.Conv2d{}), layers.Func((*graph.Node).Tanh),
			layers.MaxPool2d{Kernel: []int{2}, Stride: []int{1}}.Place(g, "pool"),
			layers.AdaptiveAvgPool2d{Target: []int{2, 3}}.Place(g, "adaptive"), layers.Func(func(x *graph.Node) *graph.Node { return x.Flatten(1, -1).Scale(2) })}
	}, 24),
	"a product, as an image": behind(func(g *graph.Graph) layers.Synapse {
		fc := dense(g, "fc", 40, 12)
		return layers.Func(func(x *graph.Node) *graph.Node { return fc.Apply(x.Flatten(1, -1)).Reshape(x.Dim(0), 3, 2, 2) })
	}, 3, 2, 2),
	"few connections, as an image": behind(func(g *graph.Graph) layers.Synapse {
		fc := layers.CSRLinear{M: few, W: layers.Normal{Std: 2}, DType: graph.Float64}.Place(g, "fc")
		return layers.Func(func(x *graph.Node) *graph.Node {
			return fc.Apply(x.Flatten(1, -1).Narrow(1, 0, 3)).Reshape(x.Dim(0), 2, 2)
		})
	}, 2, 2),
	"neurons behind pooled neurons": func(g *graph.Graph) train.Step[layered] {
		conv, hidden := conv2(g, layers.Conv2d{}), image(g, "hidden", 5, 4, 4)
		pool, out := layers.AvgPool2d{Kernel: []int{2}, Stride: []int{2}}.Place(g, "pool"), image(g, "out", 2, 2, 4)
		return func(x *graph.Node, s layered) (z *graph.Node, next layered) {
			z, s.Hidden = hidden.Step(conv.Apply(x), s.Hidden)
			z, s.Out = out.Step(pool.Apply(z).Scale(2), s.Out)
			return readOut(z), s
		}
	},
}

// Kernels, and what else is before one layer of neurons or neurons without weights between, have the gradient of
// BPTT.
func TestEPropTracesConvolutions(t *testing.T) {
	t.Parallel()
	for name, net := range convolved {
		t.Run(name, func(t *testing.T) {
			assert.Less(t, apartOn(t, net, train.InTime{Trace: train.EProp}, images(9, 3)), 1e-12)
			assert.Greater(t, apartOn(t, net, train.InTime{Trace: train.OTTT}, images(9, 3)), 1e-6, "without traces")
		})
	}
}

// Without a reset OTTT has it too, by what kernels are convolved with.
func TestOTTTTracesConvolutions(t *testing.T) {
	t.Parallel()
	for name, pool := range map[string]layers.Synapse{"": layers.Func(func(x *graph.Node) *graph.Node { return x }), "pooled": layers.Func(func(x *graph.Node) *graph.Node {
		return x.AvgPool(graph.PoolOptions{Window: []int{1, 2, 1, 1}})
	})} {
		net := func(g *graph.Graph) train.Step[layered] {
			conv := conv2(g, layers.Conv2d{})
			shape := []int{5, 4, 4}
			if name != "" {
				shape[0] = 4
			}
			out := layers.LeakyIntegrator{Shape: shape, Decay: layers.Const(0.8), Input: layers.Unscaled, DType: graph.Float64}.In(g, "out", 1)
			return func(x *graph.Node, s layered) (y *graph.Node, next layered) {
				y, s.Slow = out.Step(pool.Apply(conv.Apply(x)), s.Slow)
				return readOut(y.Tanh()), s
			}
		}
		assert.Less(t, apartOn(t, net, train.InTime{Trace: train.OTTT, Decay: 0.8}, images(9, 3)), 1e-12, name)
		assert.Less(t, apartOn(t, net, train.InTime{Trace: train.EProp}, images(9, 3)), 1e-12, name)
		assert.Greater(t, apartOn(t, net, train.InTime{Trace: train.OTTT, Decay: 0.5}, images(9, 3)), 1e-6, name)
	}
}

// convNet has two layers of convolutions, spikes and pools, and a readout that leaks.
func convNet(g *graph.Graph) train.Step[layered] {
	conv, hidden := conv2(g, layers.Conv2d{}), image(g, "hidden", 5, 4, 4)
	pool := layers.AvgPool2d{Kernel: []int{2}, Stride: []int{2}}.Place(g, "pool")
	second := layers.Conv2d{In: 4, Out: 6, Kernel: []int{2}, DType: graph.Float64, W: layers.Normal{Std: 1}}.Place(g, "second")
	deep, fc := image(g, "deep", 2, 2, 6), dense(g, "fc", 24, 4)
	out := layers.LeakyIntegrator{N: 4, Tau: layers.Const(2), DType: graph.Float64}.In(g, "out", 1)
	return func(x *graph.Node, s layered) (y *graph.Node, next layered) {
		y, s.Hidden = hidden.Step(conv.Apply(x), s.Hidden)
		y, s.Out = deep.Step(second.Apply(pool.Apply(y)), s.Out)
		y, s.Slow = out.Step(fc.Apply(y.Flatten(1, -1)), s.Slow)
		return y, s
	}
}

func TestEPropOfDeepConvolutionsPointsTheWayOfBPTT(t *testing.T) {
	t.Parallel()
	want, _ := gradientsOn(t, convNet, train.InTime{}, images(12, 5))
	none, _ := gradientsOn(t, convNet, train.InTime{Trace: train.OTTT}, images(12, 5))
	for _, o := range []train.InTime{{Trace: train.EProp}, {Trace: train.OTTT, Decay: math.Exp(-0.2)}} {
		got, _ := gradientsOn(t, convNet, o, images(12, 5))
		for _, part := range []string{"conv.W", "second.W", "fc.W", ""} {
			c, c0 := cosine(want, got, part), cosine(want, none, part)
			t.Logf("%v, %q: cosine %.4f, without traces %.4f", o.Trace, part, c, c0)
			assert.Greater(t, c, 0.75, part)
			assert.True(t, c > c0 || part != "conv.W", part)
		}
	}
}

// Through a norm over the batch a kernel is traced with mean and variance as constants.
func TestEPropOfConvolutionsThroughANorm(t *testing.T) {
	t.Parallel()
	net := behind(func(g *graph.Graph) layers.Synapse {
		return layers.Sequential{conv2(g, layers.Conv2d{}), layers.Func(func(x *graph.Node) *graph.Node {
			mean, variance := x.Mean(0, 1, 2), x.Variance(0, 1, 2)
			return x.Sub(mean).Div(variance.Shift(1e-5).Sqrt())
		})}
	}, 5, 4, 4)
	want, _ := gradientsOn(t, net, train.InTime{}, images(12, 5))
	got, _ := gradientsOn(t, net, train.InTime{Trace: train.EProp}, images(12, 5))
	none, _ := gradientsOn(t, net, train.InTime{Trace: train.OTTT}, images(12, 5))
	c, c0 := cosine(want, got, "conv.W"), cosine(want, none, "conv.W")
	t.Logf("cosine %.4f, without traces %.4f", c, c0)
	assert.Greater(t, c, 0.9)
	assert.Greater(t, c, c0)
}

func TestEPropOfConvolutionsInConstantMemory(t *testing.T) {
	t.Parallel()
	memory := func(steps int) int {
		b := &train.BPTT[layered]{Net: func(g *graph.Graph, _ bool) train.Step[layered] { return convNet(g) },
			Loss: meanSquare, Optimizer: optim.NewAdam(0.01), InTime: train.InTime{Trace: train.EProp}}
		n, err := train.ProgramMemory(b, images(steps, 2))
		require.NoError(t, err)
		return n
	}
	assert.Equal(t, memory(10), memory(500))
}

// A kernel whose trace would have to pass what mixes channels or moves them is refused, with both layers; one that enters no state is not.
func TestEPropRefusesConvolutionsItCannotTrace(t *testing.T) {
	t.Parallel()
	fit := func(norm func(x *graph.Node) *graph.Node, o train.InTime) error {
		net := func(g *graph.Graph, _ bool) train.Step[layered] {
			conv, out := conv2(g, layers.Conv2d{}), image(g, "out", 5, 4, 4)
			return func(x *graph.Node, s layered) (z *graph.Node, next layered) {
				x = conv.Apply(x)
				defer g.Scope("norm")()
				z, s.Out = out.Step(norm(x), s.Out)
				return readOut(z), s
			}
		}
		b := &train.BPTT[layered]{Net: net, Loss: meanSquare, Optimizer: keep{}, InTime: o}
		_, err := b.Fit(t.Context(), train.FromBatches(images(4, 3)), train.FitOptions{Updates: 1})
		return err
	}
	fixed := func(x *graph.Node) *graph.Node {
		return x.MatMul(x.Like(0.1).Narrow(0, 0, 1).Reshape(20, 4).Narrow(0, 0, 4))
	}
	for says, norm := range map[string]func(x *graph.Node) *graph.Node{
		"Transpose": func(x *graph.Node) *graph.Node { return x.Transpose(0, 2, 1, 3).Reshape(3, 5, 4, 4) },
		"Reshape":   fixed, // to rows of channels
		"Sum":       func(x *graph.Node) *graph.Node { return x.Sum(-1).Unsqueeze(-1).BroadcastTo(3, 5, 4, 4) },
	} {
		err := fit(norm, train.InTime{Trace: train.EProp})
		require.ErrorIs(t, err, graph.ErrValue, says)
		assert.ErrorContains(t, err, `EProp keeps no trace of the kernel of "conv": `+says)
		assert.ErrorContains(t, err, `of "norm" stands before the state`)
		assert.NotContains(t, err.Error(), "nil graph", "nothing else is said")
		require.NoError(t, fit(norm, train.InTime{Trace: train.OTTT, Decay: 0.5}))
	}
	require.NoError(t, fit(func(x *graph.Node) *graph.Node { return x.StopGradient() }, train.InTime{Trace: train.EProp}))
}
