package train

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// A Step is one time step of a network: from the input x [B ...] and the state before to the output
// y [B ...] and the state after. S is any value with nodes inside, such as a struct of the states of
// layers; its zero value, with nil nodes, is at rest (see graph.Loop).
type Step[S any] func(x *graph.Node, s S) (y *graph.Node, next S)

// An Optimizer adds to a graph the update of parameters by their gradients, and moves on the random
// clock; the optimizers of package optim are ones.
type Optimizer interface {
	Update(g *graph.Graph, params, grads []*graph.Node)
}

// BPTT trains a network by back-propagation through time (Werbos, "Backpropagation through time:
// what it does and how to do it", Proc. IEEE 78, 1990, doi:10.1109/5.58337), through spikes by their
// surrogate gradients. Forward pass, loss, gradients, clipping, metrics and the optimizer's update
// are one program, compiled once for each shape of batch.
//
// Fields are set before the first call of a method and not changed after. One Fit runs at a time;
// Predict and Evaluate may be called by many goroutines, but not beside Fit (its hooks may).
type BPTT[S any] struct {
	// Net places the layers in g and returns the step. training tells layers that differ, such as
	// dropout, for what: fitting, or evaluation and prediction. It is called once for each program;
	// twice for one that learns with InTime.
	Net func(g *graph.Graph, training bool) Step[S]
	// OverTime, in place of Net, places the layers in g and returns the network over all of time. It
	// is for layers that must see whole sequences, such as layers.ThresholdBatchNorm. S is not used:
	// BPTT[struct{}] will do.
	OverTime func(g *graph.Graph, training bool) OverTime
	// Init returns the state that sequences of a batch of that size begin with; nil: the zero S.
	Init func(g *graph.Graph, batch int) S
	// Loss returns a scalar, the mean over samples, for the outputs out [T B ...] and the target as
	// the data give it, nil if they give none.
	Loss func(out, target *graph.Node) *graph.Node
	// Metrics are computed beside the loss; nil: Accuracy where targets are Int32.
	Metrics []Metric
	// Ignore are labels that mark samples without a class: they are not refused though they name no
	// class, and the accuracy does not count them. The loss must know of them itself.
	Ignore    []int
	Optimizer Optimizer
	Store     *graph.Store // where the parameters live; a new one of Seed if nil
	Seed      uint64       // of the new store: of initial values and random ops
	Model     string       // describes the network in checkpoints; another description is refused

	// Steps, if positive, says that inputs are [B ...], without time, and are presented that many
	// steps as a constant current; an OverTime gets them as they are. Else inputs are sequences [T B ...].
	Steps    int
	Chunks   Chunks // truncated BPTT with an update for each chunk of a sequence
	Truncate int    // if positive, gradients of the state stop every Truncate steps
	InTime   InTime // gradients forward in time by eligibility traces, in place of BPTT
	Segment  int    // if positive, recompute the forward pass by segments: less memory, same numbers

	Accumulate int     // batches whose gradients are averaged for one update; 0 is 1
	ClipNorm   float64 // if positive, gradients longer than this (L2 norm of all) are scaled to it
	Rates      bool    // measure the mean of every value that layers mark: their firing rates

	Options graph.Options // of the programs: workers, passes

	once     sync.Once
	mu       sync.Mutex
	fitting  sync.Mutex
	programs []*program
	flushing *graph.Program // of accumulated gradients
	buffers  [2][]*tensor.Dense
	norm     []*tensor.Dense
}

// Fit trains on data until options say so, and returns the history, also when it stops early. The
// options tell of epochs, validation, hooks, early stopping, checkpoints and progress.
//
// Errors begin with "train:". A done context stops after the current batch, with a checkpoint if
// there is a directory for them; the error wraps the context's. A loss or gradient that is not
// finite stops with an error that says where it came about; parameters are those from before the
// step. Weights are not reset at the start: to begin anew take a new Store.
func (t *BPTT[S]) Fit(ctx context.Context, data Data, o FitOptions) (*History, error) {
	if !t.fitting.TryLock() {
		return &History{}, errors.New("train: Fit is running already")
	}
	defer t.fitting.Unlock()
	if err := errors.Join(t.validate(true), o.validate(data), o.Monitor.among(t.metricNames())); err != nil {
		return &History{}, fmt.Errorf("train: %w", err)
	}
	t.init()
	h, err := fit(ctx, t, data, o)
	if err != nil {
		err = fmt.Errorf("train: %w", err)
	}
	return h, err
}

// Evaluate returns the averages over epoch 0 of data, without training. Random ops draw the same
// numbers for every batch: nothing moves the clock.
func (t *BPTT[S]) Evaluate(ctx context.Context, data Data) (Scores, error) {
	if err := t.validate(false); err != nil {
		return Scores{}, fmt.Errorf("train: Evaluate: %w", err)
	}
	t.init()
	s, err := t.evaluate(ctx, data)
	if err != nil {
		return Scores{}, fmt.Errorf("train: Evaluate: %w", err)
	}
	return s, nil
}

// Predict returns the outputs [T B ...] for the input x, of the shape of a batch's. An output that is
// NaN is an error that says where it came about. Parameters that are not finite are one of the first
// call for a shape; later calls do not look at them again.
func (t *BPTT[S]) Predict(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	y, err := t.predict(ctx, x)
	if err != nil {
		return nil, fmt.Errorf("train: Predict: %w", err)
	}
	return y, nil
}

func (t *BPTT[S]) predict(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	if err := errors.Join(t.validateForm(), ctx.Err()); err != nil {
		return nil, err
	}
	t.init()
	if err := checkTensor("input", x); err != nil {
		return nil, err
	}
	p, err := t.program(variant{kind: predicting, first: true}, x, nil, nil)
	if err != nil {
		return nil, err
	}
	out, err := p.prog.Run(x)
	if err != nil {
		return nil, err
	}
	if err := p.checkOutput(out[0], []*tensor.Dense{x}); err != nil {
		return nil, err
	}
	return out[0], nil
}

func (t *BPTT[S]) init() {
	t.once.Do(func() {
		if t.Store == nil {
			t.Store = graph.NewStore(t.Seed)
		}
	})
}

// validate returns everything that is wrong with the settings.
func (t *BPTT[S]) validate(fitting bool) error {
	return errors.Join(
		t.validateForm(),
		refuse(t.Loss != nil, "Loss", nil, "a function"),
		refuse(t.Optimizer != nil || !fitting, "Optimizer", nil, "an optimizer"),
		refuse(t.Steps >= 0, "Steps", t.Steps, "at least 0"),
		refuse(t.Truncate >= 0, "Truncate", t.Truncate, "at least 0"),
		refuse(t.Segment >= 0, "Segment", t.Segment, "at least 0"),
		refuse(t.Segment == 0 || t.Truncate == 0, "Segment", t.Segment, "0 with Truncate"),
		refuse(t.Accumulate >= 0, "Accumulate", t.Accumulate, "at least 0"),
		refuse(finite(t.ClipNorm) && t.ClipNorm >= 0, "ClipNorm", t.ClipNorm, "a finite number, at least 0"),
		t.Chunks.validate(t.Steps, t.Accumulate),
		t.InTime.validate(t.Chunks.K, t.Truncate, t.Segment),
	)
}

func (t *BPTT[S]) store() *graph.Store { return t.Store }

func (t *BPTT[S]) about() about { return about{Model: t.Model, Accumulate: max(t.Accumulate, 1)} }

// place makes the parameters, by building the first program that b needs.
func (t *BPTT[S]) place(b datasets.Batch) (*program, error) {
	if t.Chunks.K > 0 {
		if err := checkSequence(b); err != nil {
			return nil, err
		}
		w := windows(b.X.Shape()[0], t.Chunks.K, t.Chunks.stride())[0]
		return t.program(w.variant(true), rows(b.X, w.from, w.to), t.Chunks.target(b.Y, w), nil)
	}
	p, err := t.program(variant{kind: t.learning(), first: true}, b.X, b.Y, nil)
	if err != nil {
		return nil, err
	}
	return p, t.prepareFlush()
}

// learning returns the kind of program that a batch is for.
func (t *BPTT[S]) learning() kind {
	if t.Accumulate > 1 {
		return accumulating
	}
	return training
}

// step trains on a batch and adds what it measured to m.
func (t *BPTT[S]) step(b datasets.Batch, m *measure) (updates int, err error) {
	if t.Chunks.K > 0 {
		return t.stepChunks(b, m)
	}
	p, err := t.place(b)
	if err != nil {
		return 0, err
	}
	if err := p.checkLabels(b.Y, t.Ignore); err != nil {
		return 0, err
	}
	if err := p.train(b.X, b.Y, nil, nil); err != nil {
		return 0, err
	}
	m.add(p.stats(), 1)
	if t.Accumulate > 1 {
		return 0, nil
	}
	return 1, nil
}

// evaluate runs over data without training.
func (t *BPTT[S]) evaluate(ctx context.Context, data Data) (Scores, error) {
	if data.Epoch == nil {
		return Scores{}, refuse(false, "Data.Epoch", nil, "a function")
	}
	if err := checkParameters(t.Store); err != nil {
		return Scores{}, err
	}
	var total totals
	var last *program
	n := 0
	for b, err := range data.batches(ctx, 0) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			last, err = t.score(b, &total)
		}
		if err != nil {
			return Scores{}, fmt.Errorf("batch %d: %w", n, err)
		}
		n++
	}
	if n == 0 {
		return Scores{}, empty("the data")
	}
	return total.scores(last.names), nil
}

// score adds the scores of a batch to the total.
func (t *BPTT[S]) score(b datasets.Batch, total *totals) (*program, error) {
	if err := checkBatch(b); err != nil {
		return nil, err
	}
	p, err := t.program(variant{kind: evaluating, first: true}, b.X, b.Y, nil)
	if err != nil {
		return nil, err
	}
	if err := p.checkLabels(b.Y, t.Ignore); err != nil {
		return nil, err
	}
	in := append(make([]*tensor.Dense, 0, 2), b.X)
	if b.Y != nil {
		in = append(in, b.Y)
	}
	out, err := p.prog.Run(in...)
	if err != nil {
		return nil, p.located(err, in)
	}
	return p, total.add(out[0].Float64s(), t.samples(b))
}

// samples returns the number of samples of a batch.
func (t *BPTT[S]) samples(b datasets.Batch) int {
	if s, axis := b.X.Shape(), t.batchAxis(); len(s) > axis {
		return s[axis]
	}
	return 1
}

// batchAxis returns the axis of samples of an input.
func (t *BPTT[S]) batchAxis() int {
	if t.Steps > 0 {
		return 0
	}
	return 1
}
