package probe

import (
	"context"
	"fmt"
	"iter"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"gorgonia.org/tensor"
)

// Probe records what happens in the network of a trainer.
type Probe[S any] struct {
	// Trainer has the network and the parameters; of its fields Net and Store must be set, Init,
	// Steps and Options are obeyed. Nothing is trained.
	Trainer *train.BPTT[S]
	Watch   []Watch // what is recorded; nil: everything
	// Chunk is the number of time steps of a part of the run, whose state is handed on to the next;
	// 0: all in one. graph.StepIndex counts within a part, and random ops draw the same numbers in
	// each.
	Chunk int
	Limit int // bytes that a recording, or the sequences of one part, may take; 0 is 256 MiB
}

// Watch chooses what is recorded.
type Watch struct {
	Name    string // of a mark, a state, or "y"; see Probe.Names
	Every   int    // time steps from one sample to the next; 0 is 1
	Samples []int  // of the batch; none: all
	Neurons []int  // in the order of the layer's flattened axes; none: all
}

const defaultLimit = 256 << 20

// Run runs the network over x, [B ...] with Trainer.Steps, else [T B ...], and returns one trace for
// each watch, in their order.
//
// Errors: settings out of their domain, a name that is not there (with those that are), samples or
// neurons out of range, a recording larger than Limit, a done context, and those of the network.
func (p *Probe[S]) Run(ctx context.Context, x *tensor.Dense) (*Recording, error) {
	var all *Recording
	for part, err := range p.parts(ctx, x, true) {
		if err != nil {
			return nil, err
		}
		all = all.append(part)
	}
	return all, nil
}

// Stream is Run in parts of Chunk steps, of which only one is in memory. A part without a sampled
// step has traces with T = 0.
func (p *Probe[S]) Stream(ctx context.Context, x *tensor.Dense) iter.Seq2[*Recording, error] {
	return p.parts(ctx, x, false)
}

// Names returns what can be watched for inputs like x.
func (p *Probe[S]) Names(x *tensor.Dense) ([]string, error) {
	err := p.validate(x)
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	all := *p
	all.Watch = nil
	r := &run[S]{Probe: &all, x: x}
	u, err := r.compile(part{first: true, steps: min(1, r.steps())}, nil)
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	return u.names, nil
}

// parts runs the network part by part; whole says that all parts together are held to the limit.
func (p *Probe[S]) parts(ctx context.Context, x *tensor.Dense, whole bool) iter.Seq2[*Recording, error] {
	return func(yield func(*Recording, error) bool) {
		if err := p.validate(x); err != nil {
			yield(nil, fmt.Errorf("probe: %w", err))
			return
		}
		r := &run[S]{Probe: p, x: x, units: map[part]*unit{}}
		for r.at < r.steps() || r.at == 0 {
			rec, err := r.next(ctx, whole)
			if err != nil {
				if r.at > 0 {
					err = fmt.Errorf("steps from %d on: %w", r.at, err)
				}
				yield(nil, fmt.Errorf("probe: %w", err))
				return
			}
			if !yield(rec, nil) || r.steps() == 0 {
				return
			}
		}
	}
}

func (p *Probe[S]) limit() int {
	if p.Limit == 0 {
		return defaultLimit
	}
	return p.Limit
}

// validate returns what is wrong with the settings or the input.
func (p *Probe[S]) validate(x *tensor.Dense) error {
	t := p.Trainer
	switch {
	case t == nil || t.Net == nil:
		return fmt.Errorf("%w: the Trainer needs a Net", graph.ErrValue)
	case t.Store == nil:
		return fmt.Errorf("%w: the Trainer has no Store yet: set one, or fit first", graph.ErrValue)
	case p.Chunk < 0 || p.Limit < 0 || t.Steps < 0:
		return fmt.Errorf("%w: Chunk %d, Limit %d, Steps %d, want at least 0", graph.ErrValue, p.Chunk, p.Limit, t.Steps)
	case x == nil || graph.DTypeOf(x) == graph.Invalid:
		return fmt.Errorf("%w: the input is not a tensor that programs read", graph.ErrDType)
	case x.RequiresIterator() || !x.DataOrder().IsRowMajor():
		return fmt.Errorf("%w: the input is a view; clone it", graph.ErrValue)
	case t.Steps == 0 && x.Dims() < 2 || x.Dims() < 1:
		return fmt.Errorf("%w: the input is %v, want [T B ...], or [B ...] with Steps", graph.ErrShape, []int(x.Shape()))
	}
	for i, w := range p.Watch {
		if w.Every < 0 {
			return fmt.Errorf("%w: Watch[%d].Every is %d, want at least 0", graph.ErrValue, i, w.Every)
		}
	}
	return nil
}
