package train

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/spikegraph/spikegraph/train/offline"
	"gorgonia.org/tensor"
)

// Offline fits readouts of a network, such as an echo state network, to targets: the network runs
// over all sequences, and the weights of each readout are then the solution for what arrived there
// (Jaeger 2001, GMD report 148). Nothing else in the network is changed.
//
//	t := &train.Offline[State]{
//		Runner: train.Runner[State]{Net: net, Readouts: []string{"out"}},
//		Method: offline.Ridge{Alpha: 1e-6},
//	}
//	models, err := t.Fit(ctx, train.Trials(train.Sequence{X: x, Y: y}))
//	y, err := t.Predict(ctx, test)
//	free, err := t.Generate(ctx, 500)
//
// Unless Reset is set, a sequence begins in the state that the last one, or the last Predict, left.
type Offline[S any] struct {
	Runner[S]
	Method   offline.Method // nil: offline.NewRidge()
	FreeBias bool           // whether biases are not penalised
	// Workers are the goroutines that share the work of the Method; 0 is 1. Are they several, then they
	// take in the samples of a chunk while the network runs over the next in one goroutine, unless
	// Options.Workers gives it several: then one follows the other. The result does not depend on
	// either number.
	Workers int

	fitters []offline.Fitter // of the readouts, while samples are collected
}

// Fit collects the sequences, solves, and returns what was found for each readout. The weights
// are in the store then. Samples collected before are dropped.
//
// Errors begin with "train:" and leave the weights as they were. The state of the network has moved.
func (t *Offline[S]) Fit(ctx context.Context, trials iter.Seq2[Sequence, error]) (map[string]*offline.Model, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fitters = nil
	err := t.collect(ctx, trials)
	var models map[string]*offline.Model
	if err == nil {
		models, err = t.solve()
	}
	if err != nil {
		return nil, fmt.Errorf("train: Fit: %w", err)
	}
	t.fitters = nil
	return models, nil
}

// Collect runs the network over the sequences and takes in what arrives at the readouts, beside what
// was collected before. The weights stay.
func (t *Offline[S]) Collect(ctx context.Context, trials iter.Seq2[Sequence, error]) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.collect(ctx, trials); err != nil {
		return fmt.Errorf("train: Collect: %w", err)
	}
	return nil
}

// Solve fits the readouts to all that was collected, which is kept.
func (t *Offline[S]) Solve() (map[string]*offline.Model, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	models, err := t.solve()
	if err != nil {
		return nil, fmt.Errorf("train: Solve: %w", err)
	}
	return models, nil
}

func (t *Offline[S]) collect(ctx context.Context, trials iter.Seq2[Sequence, error]) error {
	if err := errors.Join(t.ready(), refuse(trials != nil, "the trials", nil, "sequences")); err != nil {
		return err
	}
	n := 0
	for s, err := range trials {
		if err == nil {
			err = t.find(s.X)
		}
		if err == nil {
			err = s.check(t.names)
		}
		if err == nil {
			err = t.begin(s.X)
		}
		if err == nil {
			err = t.sequence(ctx, s)
		}
		if err != nil {
			return fmt.Errorf("sequence %d: %w", n, err)
		}
		n++
	}
	return nil
}

// sequence collects one sequence.
func (t *Offline[S]) sequence(ctx context.Context, s Sequence) error {
	k := variantKey{collect: true, teach: t.Feedback != nil, alone: t.Workers > 1 && t.Options.Workers < 2}
	var teacher *tensor.Dense
	if k.teach {
		teacher = s.target(t.names[0])
	}
	wait := func() error { return nil } // for the samples that are being taken in
	err := t.walk(ctx, k, s.X, teacher, func(from int, c chunkResult) error {
		if err := errors.Join(wait(), t.makeFitters()); err != nil {
			wait = func() error { return nil }
			return err
		}
		if !k.alone {
			return t.takeIn(s, from, c)
		}
		wait = beside(func() error { return t.takeIn(s, from, c) })
		return nil
	})
	return errors.Join(err, wait())
}

// beside runs f in a goroutine of its own, and returns what waits for its error. A panic of f, which
// may be of a user's Fitter, goes on in who waits.
func beside(f func() error) (wait func() error) {
	err := errors.New("the goroutine that takes in samples was ended")
	var broken any
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { broken = recover() }()
		err = f()
	}()
	return func() error {
		<-done
		if broken != nil {
			panic(broken)
		}
		return err
	}
}

// takeIn adds what came of a chunk, of which from is the first step, to the fitters.
func (t *Offline[S]) takeIn(s Sequence, from int, c chunkResult) error {
	steps := c.out.Shape()[0]
	first := min(max(t.Washout-from, 0), steps)
	if first == steps {
		return nil
	}
	for i, name := range t.names {
		x, y := c.reads[2*i], c.reads[2*i+1]
		target, err := shapedAs(y, rows(s.target(name), from, from+steps))
		var w []float64
		if err == nil {
			w, err = s.weights(from+first, from+steps, x.Shape()[1])
		}
		if err == nil {
			err = t.fitters[i].Add(rows(x, first, steps), rows(target, first, steps), w)
		}
		if err != nil {
			return fmt.Errorf("readout %q: %w", name, err)
		}
	}
	return nil
}

// makeFitters makes the fitters, once it is known which readouts have biases.
func (t *Offline[S]) makeFitters() error {
	if t.fitters != nil {
		return nil
	}
	m := t.Method
	if m == nil {
		m = offline.NewRidge()
	}
	var all []offline.Fitter
	for i := range t.names {
		f, err := m.New(offline.Options{Bias: t.bias[i], FreeBias: t.FreeBias && t.bias[i], Workers: t.Workers})
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	t.fitters = all
	return nil
}

func (t *Offline[S]) solve() (map[string]*offline.Model, error) {
	if t.fitters == nil {
		return nil, fmt.Errorf("%w: nothing was collected", offline.ErrEmpty)
	}
	models := map[string]*offline.Model{}
	for i, name := range t.names {
		m, err := t.fitters[i].Fit()
		if err != nil {
			return nil, fmt.Errorf("readout %q: %w", name, err)
		}
		l := layerOf(t.Store, name, t.bias[i])
		if want := (tensor.Shape{l.width(), l.out}); !m.W.Shape().Eq(want) {
			return nil, fmt.Errorf("readout %q: %w: the method gives weights %v, the layer has %v with its biases",
				name, offline.ErrShape, []int(m.W.Shape()), []int(want))
		}
		models[name] = m
	}
	for i, name := range t.names {
		layerOf(t.Store, name, t.bias[i]).set(models[name].W.Float64s())
	}
	return models, nil
}
