package main

import (
	"context"
	"math"
	"strings"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"gorgonia.org/tensor"
)

// size is the number of samples in a batch.
const size = 128

// imageSteps is the number of time steps an image is shown.
const imageSteps = 25

// imageState is the state of the network of J1.
type imageState struct{ Hidden, Out layers.LIFState }

// linear returns a layer with weights and biases uniform in ±1/√in.
func linear(d graph.DType, in, out int) layers.Dense {
	a := 1 / math.Sqrt(float64(in))
	u := layers.Uniform{Lo: -a, Hi: a}
	return layers.Dense{In: in, Out: out, W: u, B: u, DType: d}
}

// imageNet is the network of J1 over all steps: images x [B 784] in [0, 1] to output spikes
// [T B 10]. With coded, each step sees Bernoulli spikes of the pixels, else the pixels themselves.
// x may be spikes already, Bool [T B 784].
func imageNet(g *graph.Graph, d graph.DType, x *graph.Node, coded bool) *graph.Node {
	fc1, fc2 := linear(d, 784, 1000).Place(g, "fc1"), linear(d, 1000, 10).Place(g, "fc2")
	neuron := layers.Leaky(1000, layers.Const(0.95))
	neuron.Spike, neuron.DType = surrogate.Arctan{Alpha: 2}, d
	hidden := neuron.In(g, "hidden", 1)
	neuron.N = 10
	out := neuron.In(g, "out", 1)
	var seq []*graph.Node
	if x.Rank() == 3 {
		seq = append(seq, x)
	}
	zs, _ := graph.Loop(seq, imageState{}, func(seq []*graph.Node, s imageState) (*graph.Node, imageState) {
		in := x
		switch {
		case len(seq) > 0:
			in = seq[0].Cast(d)
		case coded:
			in = x.Bernoulli().Cast(d)
		}
		var z *graph.Node
		z, s.Hidden = hidden.Step(fc1.Apply(in), s.Hidden)
		z, s.Out = out.Step(fc2.Apply(z), s.Out)
		return z, s
	}, graph.LoopOptions{Steps: imageSteps, Graph: g})
	return zs
}

// imageJob is a job on images.
type imageJob struct {
	net   func(g *graph.Graph, d graph.DType, x *graph.Node) *graph.Node // images, or spikes of them, to spikes [T B 10]
	coded bool                                                           // whether it sees spikes
	rate  float64
}

var (
	denseJob = imageJob{rate: 5e-4, net: func(g *graph.Graph, d graph.DType, x *graph.Node) *graph.Node { return imageNet(g, d, x, false) }}
	codedJob = imageJob{rate: 5e-4, coded: true, net: func(g *graph.Graph, d graph.DType, x *graph.Node) *graph.Node { return imageNet(g, d, x, true) }}
	convJob  = imageJob{rate: 1e-2, net: convNet}
)

// images measures a job on images.
func images(c config, j imageJob) (result, error) {
	r := newResult(c)
	src, err := imageSource(c)
	if err != nil {
		return r, err
	}
	store := graph.NewStore(c.seed)
	g := graph.NewIn(store)
	x, y := g.Input("x", c.dtype(), size, 784), g.Input("y", graph.Int32, size)
	if j.coded && c.init != "" {
		g = graph.NewIn(store)
		x, y = g.Input("x", graph.Bool, imageSteps, size, 784), g.Input("y", graph.Int32, size)
	}
	loss := losses.RateCrossEntropy(j.net(g, c.dtype(), x), y, losses.CEOptions{})
	prog, err := compile(&r, c, g, loss, optim.Adam{LR: optim.Constant(j.rate), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, EpsCorrected: true})
	if err != nil {
		return r, err
	}
	if err := src.load(store); err != nil {
		return r, err
	}
	if err := measure(&r, c, prog, src, count(c.warmup, -1, 3), count(c.batches, 0, 30)); err != nil {
		return r, err
	}
	if src.test != nil {
		acc, err := imageAccuracy(c, store, src.test, j)
		if err != nil {
			return r, err
		}
		r.Accuracy = &acc
	}
	return r, nil
}

// imageAccuracy returns the share of 1,000 images that the spike counts classify.
func imageAccuracy(c config, store *graph.Store, test datasets.Source, j imageJob) (float64, error) {
	const n = 500
	g := graph.NewIn(store)
	x := g.Input("x", graph.Float32, n, 784).Cast(c.dtype())
	prog, err := g.Compile(j.net(g, c.dtype(), x).Sum(0).ArgMax(-1))
	if err != nil {
		return 0, err
	}
	right, all := 0, 0
	for b, err := range datasets.Batches(context.Background(), test, datasets.BatchOptions{Size: n, DropLast: true}) {
		if err != nil {
			return 0, err
		}
		out, err := prog.Run(b.X)
		if err != nil {
			return 0, err
		}
		for i, class := range out[0].Int32s() {
			all++
			if class == b.Y.Int32s()[i] {
				right++
			}
		}
		if all >= 1000 {
			break
		}
	}
	return float64(right) / float64(all), nil
}

// source gives the batches of a job.
type source struct {
	next   func(i int) (batch, error)
	load   func(s *graph.Store) error // puts given weights in place
	losses []float64                  // of another program on the same batches
	test   datasets.Source
}

func imageSource(c config) (*source, error) {
	if c.init != "" {
		return given(c)
	}
	var train, test *datasets.Images
	var err error
	if c.data != "" {
		train, test, err = datasets.FashionMNIST(c.data)
	} else {
		train, test, err = datasets.FashionSmall()
	}
	if err != nil {
		return nil, err
	}
	return &source{next: c.inType(inOrder(train, c.seed)), load: func(*graph.Store) error { return nil }, test: test}, nil
}

// inOrder returns the batches of epoch after epoch of src, shuffled.
func inOrder(src datasets.Source, seed uint64) func(i int) (batch, error) {
	perEpoch := src.Len() / size
	var epoch []batch
	return func(i int) (batch, error) {
		if i%perEpoch == 0 {
			epoch = epoch[:0]
			opt := datasets.BatchOptions{Size: size, Shuffle: true, Seed: seed, Epoch: i / perEpoch, DropLast: true}
			for b, err := range datasets.Batches(context.Background(), src, opt) {
				if err != nil {
					return batch{}, err
				}
				if epoch = append(epoch, batch{b.X, b.Y}); len(epoch) == 64 { // as many as any job uses
					break
				}
			}
		}
		return epoch[i%perEpoch%len(epoch)], nil
	}
}

// dtype returns the type that is computed in.
func (c config) dtype() graph.DType {
	if c.double {
		return graph.Float64
	}
	return graph.Float32
}

// inType returns the batches with floats of the type that is computed in.
func (c config) inType(next func(i int) (batch, error)) func(i int) (batch, error) {
	if !c.double {
		return next
	}
	return func(i int) (batch, error) {
		b, err := next(i)
		if err == nil && b.x.Dtype() == tensor.Float32 {
			x := make([]float64, len(b.x.Float32s()))
			for j, v := range b.x.Float32s() {
				x[j] = float64(v)
			}
			b.x = tensor.New(tensor.WithShape(b.x.Shape()...), tensor.WithBacking(x))
		}
		return b, err
	}
}

// compile adds gradients and the optimizer's update to the graph and compiles it.
func compile(r *result, c config, g *graph.Graph, loss *graph.Node, opt optim.Optimizer) (*graph.Program, error) {
	var prog *graph.Program
	var err error
	r.CompileMs = milliseconds(func() {
		params := g.Trained()
		opt.Update(g, params, autodiff.Grad(loss, params...))
		g.Check("loss", loss)
		o := graph.Options{Workers: c.threads, MaxMemory: int(c.memory * 1e6)}
		if c.disable != "" {
			o.Disable = strings.Split(c.disable, ",")
		}
		prog, err = g.CompileWith(o, loss)
	})
	if err == nil && c.explain {
		err = prog.Explain(stderr)
	}
	return prog, err
}

func count(v, unset, def int) int {
	if v == unset {
		return def
	}
	return v
}
