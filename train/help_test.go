package train_test

import (
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// gauss draws normal numbers of that standard deviation.
type gauss float64

func (s gauss) Init(shape []int, r *rand.Rand) ([]float64, error) {
	x := make([]float64, graph.Shape(shape).Size())
	for i := range x {
		x[i] = float64(s) * r.NormFloat64()
	}
	return x, nil
}

// slope is a surrogate: 1/(1+|x|)².
type slope struct{}

func (slope) Grad(x, gy *graph.Node) *graph.Node {
	return gy.Div(x.Abs().Shift(1).Square())
}

// rnnState is the state of a recurrent layer.
type rnnState struct{ H *graph.Node }

// rnn is h' = tanh(x·Win + h·W + b), y = h'·Wout.
func rnn(in, hidden, out int) func(g *graph.Graph, training bool) train.Step[rnnState] {
	return func(g *graph.Graph, _ bool) train.Step[rnnState] {
		win := g.Param("rnn.Win", graph.Var{Shape: []int{in, hidden}, Init: gauss(0.7)})
		w := g.Param("rnn.W", graph.Var{Shape: []int{hidden, hidden}, Init: gauss(0.3)})
		b := g.Param("rnn.b", graph.Var{Shape: []int{hidden}})
		wout := g.Param("out.W", graph.Var{Shape: []int{hidden, out}, Init: gauss(0.4)})
		return func(x *graph.Node, s rnnState) (*graph.Node, rnnState) {
			defer g.Scope("rnn")()
			xw := x.MatMul(win)
			h := s.H.Else(xw.Like(0)).MatMul(w).Add(xw).Add(b).Tanh()
			return h.MatMul(wout), rnnState{h}
		}
	}
}

// lifState is the state of two layers of spiking neurons.
type lifState struct{ Hidden, Out *graph.Node }

// spiking is a net of two layers of leaky neurons with reset by subtraction; noise, if positive, is
// the probability that a hidden spike is lost while training.
func spiking(in, hidden, out int, noise float64) func(g *graph.Graph, training bool) train.Step[lifState] {
	return func(g *graph.Graph, training bool) train.Step[lifState] {
		w1 := g.Param("hidden.W", graph.Var{Shape: []int{in, hidden}, Init: gauss(0.5)})
		w2 := g.Param("out.W", graph.Var{Shape: []int{hidden, out}, Init: gauss(0.3)})
		lif := func(name string, x, v *graph.Node) (z, next *graph.Node) {
			defer g.Scope(name)()
			v = v.Else(x.Like(0)).Scale(0.9).Add(x)
			z = v.Shift(-1).Spike(slope{}).Mark()
			return z, v.Sub(z)
		}
		return func(x *graph.Node, s lifState) (z *graph.Node, next lifState) {
			z, next.Hidden = lif("hidden", x.MatMul(w1), s.Hidden)
			if training && noise > 0 {
				z = z.Mul(z.Like(1 - noise).Bernoulli().Cast(graph.Float32))
			}
			z, next.Out = lif("out", z.MatMul(w2), s.Out)
			return z, next
		}
	}
}

// crossEntropy is that of the sums over time, for labels.
func crossEntropy(out, target *graph.Node) *graph.Node {
	logp := out.Sum(0).LogSoftmax(-1)
	return target.OneHot(out.Dim(-1), graph.Float32).Mul(logp).Sum(-1).Mean().Neg()
}

// meanSquare is the mean squared error.
func meanSquare(out, target *graph.Node) *graph.Node { return out.Sub(target).Square().Mean() }

// tensorOf makes a tensor of float32 or int32.
func tensorOf[T float32 | int32](x []T, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// blobs are n points in two classes around (1, 0) and (0, 1).
func blobs(n int, seed uint64) *datasets.Samples {
	r := rand.New(rand.NewPCG(seed, 0))
	s := &datasets.Samples{Shape: []int{2}, Classes: 2}
	for i := range n {
		c := i % 2
		s.X = append(s.X, float32(1-c)+float32(0.2*r.NormFloat64()), float32(c)+float32(0.2*r.NormFloat64()))
		s.Labels = append(s.Labels, int32(c))
	}
	return s
}

// blobData are batches of blobs.
func blobData(n, size int) train.Data {
	return train.FromSource(blobs(n, 1), datasets.BatchOptions{Size: size, Shuffle: true, Seed: 3})
}

// blobTrainer is a spiking net for blobs.
func blobTrainer() *train.BPTT[lifState] {
	return &train.BPTT[lifState]{
		Net: spiking(2, 12, 2, 0.2), Loss: crossEntropy, Optimizer: optim.NewAdam(0.01), Seed: 7, Steps: 8, Rates: true,
	}
}

// sequences is a batch of random sequences [T B 1] whose target at each step is the input delay
// steps before.
func sequences(steps, batch, delay int, seed uint64) datasets.Batch {
	r := rand.New(rand.NewPCG(seed, 0))
	x, y := make([]float32, steps*batch), make([]float32, steps*batch)
	for i := range x {
		x[i] = float32(r.IntN(2))
		if i >= delay*batch {
			y[i] = x[i-delay*batch]
		}
	}
	return datasets.Batch{X: tensorOf(x, steps, batch, 1), Y: tensorOf(y, steps, batch, 1)}
}

// recallTrainer is a recurrent net for sequences.
func recallTrainer() *train.BPTT[rnnState] {
	return &train.BPTT[rnnState]{Net: rnn(1, 16, 1), Loss: meanSquare, Optimizer: optim.NewAdam(0.01), Seed: 2}
}

// weights returns copies of all parameters, by name.
func weights(s *graph.Store) map[string]any {
	w := map[string]any{}
	for _, p := range s.Params() {
		w[p.Name] = p.Value.Clone().(*tensor.Dense).Data()
	}
	return w
}

// fitted trains and fails the test on an error.
func fitted[S any](t *testing.T, b *train.BPTT[S], d train.Data, o train.FitOptions) *train.History {
	t.Helper()
	h, err := b.Fit(t.Context(), d, o)
	require.NoError(t, err)
	return h
}
