package main

import (
	"context"
	"iter"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/online"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"
)

// fits is a trainer, whatever the state of its network is.
type fits interface {
	Fit(context.Context, iter.Seq2[train.Sequence, error]) (*train.OnlineResult, error)
	Predict(context.Context, *tensor.Dense) (*tensor.Dense, error)
	Marks() map[string]*tensor.Dense
}

// network is a network that learns.
type network struct {
	model   model
	trainer fits
	store   *graph.Store
}

// trainer returns what teaches a network whose readout is named out.
func trainer[S any](m model, store *graph.Store, method online.RLS, net func(g *graph.Graph, training bool) train.Step[S]) *train.Online[S] {
	return &train.Online[S]{
		Runner: train.Runner[S]{Net: net, Readouts: []string{"out"}, Monitors: []string{m.shown}, Store: store},
		Method: method,
	}
}

// readout places the readout of n rates.
func readout(g *graph.Graph, n int) layers.DenseCell {
	return layers.Dense{In: n, Out: 1, W: layers.Const(0), NoBias: true}.Place(g, "out")
}

// part is how many ms a network runs freely at a time, or up to twice as many, as what is marked in
// many steps takes much memory. It is more than what is drawn.
const part = 2400

// ranFreely is what a network did: its output at every ms, and what was marked in its last part
// [T 1 N].
type ranFreely struct {
	z     []float64
	shown *tensor.Dense
}

// free lets the network run by itself.
func (n network) free(ms int) (r ranFreely, err error) {
	parts := max(1, ms/part)
	for i := range parts {
		steps := ((i+1)*ms/parts - i*ms/parts) * n.model.steps
		z, err := n.trainer.Predict(context.Background(), column(make([]float64, steps)))
		if err != nil {
			return r, err
		}
		r.z, r.shown = append(r.z, n.everyMs(z)...), n.trainer.Marks()[n.model.shown]
	}
	return r, nil
}

// learn teaches the network the target from one ms to another, and returns its output at every ms and
// by how much the weights have changed in a ms.
func (n network) learn(from, to int) (z []float64, change float64, err error) {
	weights := func() []float64 {
		if w := n.store.Get("out.W"); w != nil {
			return numbers(w.Value)
		}
		return nil
	}
	before, target := weights(), n.model.curve(from, to, n.model.steps)
	s := train.Sequence{X: column(make([]float64, len(target))), Y: column(target)}
	r, err := n.trainer.Fit(context.Background(), train.Trials(s))
	if err != nil {
		return nil, 0, err
	}
	return n.everyMs(r.Out[0]), floats.Distance(weights(), before, 2) / float64(to-from), nil
}

// everyMs returns the first output of every ms.
func (n network) everyMs(z *tensor.Dense) []float64 {
	all := numbers(z)
	y := make([]float64, len(all)/n.model.steps)
	for i := range y {
		y[i] = all[i*n.model.steps]
	}
	return y
}

// column returns numbers as a sequence [T 1 1].
func column(x []float64) *tensor.Dense {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(len(x), 1, 1), tensor.WithBacking(y))
}

// numbers returns the elements of a tensor.
func numbers(x *tensor.Dense) []float64 {
	y := make([]float64, len(x.Float32s()))
	for i, v := range x.Float32s() {
		y[i] = float64(v)
	}
	return y
}
