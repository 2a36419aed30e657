package model

import (
	"context"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
)

// Graph returns the graph of a step of training, or of a prediction, for batches of that many samples,
// the file's number if 0: its output is that of the network [T B ...], or in training the
// loss. It places the parameters in the trainer's store. It is what the trainer computes, without its
// metrics.
func (m *Model) Graph(ctx context.Context, batch int, training bool) (g *graph.Graph, outs []*graph.Node, size int, err error) {
	b, err := m.batch(ctx, batch)
	if err != nil {
		return nil, nil, 0, err
	}
	g = graph.NewIn(m.Trainer.Store)
	x := g.Input("x", graph.DTypeOf(b.X), b.X.Shape()...)
	step := m.net(g, training)
	state := m.start(g, 0)
	opt := graph.LoopOptions{Truncate: m.Trainer.Truncate, Segment: m.Trainer.Segment}
	var y *graph.Node
	if m.Trainer.Steps > 0 {
		opt.Steps = m.Trainer.Steps
		clock := g.Const(graph.Float32, 0, opt.Steps)
		y, _ = graph.Loop(clock, state, func(_ *graph.Node, s State) (*graph.Node, State) { return step(x, s) }, opt)
	} else {
		y, _ = graph.Loop(x, state, step, opt)
	}
	if !training {
		return g, []*graph.Node{y}, len(b.Index), nil
	}
	var target *graph.Node
	if b.Y != nil {
		target = g.Input("target", graph.DTypeOf(b.Y), b.Y.Shape()...)
	}
	loss := m.Trainer.Loss(y, target)
	g.Check("the loss", loss)
	params := g.Trained()
	m.Trainer.Optimizer.Update(g, params, autodiff.Grad(loss, params...))
	return g, []*graph.Node{loss}, len(b.Index), nil
}

// batch returns the first batch of training, of the given number of samples if that is not 0.
func (m *Model) batch(ctx context.Context, n int) (datasets.Batch, error) {
	o := m.Data.Batch
	o.Prefetch = 0
	if n > 0 {
		o.Size = n
	}
	for b, err := range m.Data.batches(ctx, m.Parts.Train, o) {
		return b, err
	}
	return datasets.Batch{}, datasets.ErrEmpty
}
