package train

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train/online"
	"gorgonia.org/tensor"
)

// Online trains readouts of a network while it runs: after a step each readout learns from its
// error, and the next step has the new weights. With a readout that is fed back and RLS, which is the
// default, this is FORCE learning (Sussillo, Abbott 2009, doi:10.1016/j.neuron.2009.07.018), of rate
// neurons (layers.Reservoir) as of spiking ones (layers.SpikingReservoir), whose rates in Hz want a
// small Alpha: 2e-5.
//
// Unless Reset is set, a sequence begins in the state that the last one, or the last Predict, left;
// what the Method knows is always kept.
type Online[S any] struct {
	Runner[S]
	Method online.Method // nil: online.RLS{Alpha: 1}
	Every  int           // steps from one update to the next, which come after the first step; 0 is 1
	// Teach forces teachers: the target stands in the place of Feedback. Else the readout's own
	// output, from before its update, is fed back.
	Teach bool

	learners []online.Learner
	buffers  []learning
	steps    int64 // of sequences, since the trainer was made
	now      [2]*tensor.Dense
}

// learning is the memory of one readout's update.
type learning struct{ x, e, w []float64 }

// OnlineResult tells of a fit, by its sequences.
type OnlineResult struct {
	Out    []*tensor.Dense      // outputs [T B ...] of each, each step's from before its update
	Errors map[string][]float64 // mean squared error of each readout, before its updates, without the Washout
}

// Fit trains on the sequences, step by step. It may be called again to go on.
//
// Errors begin with "train:" and name the sequence and the step; what was learned before stays. An
// error of the network that is not finite wraps graph.ErrNonFinite.
func (t *Online[S]) Fit(ctx context.Context, trials iter.Seq2[Sequence, error]) (*OnlineResult, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &OnlineResult{Errors: map[string][]float64{}}
	if err := t.fit(ctx, trials, r); err != nil {
		return r, fmt.Errorf("train: Fit: %w", err)
	}
	return r, nil
}

func (t *Online[S]) fit(ctx context.Context, trials iter.Seq2[Sequence, error], r *OnlineResult) error {
	if err := errors.Join(t.ready(), refuse(trials != nil, "the trials", nil, "sequences"),
		refuse(t.Every >= 0, "Every", t.Every, "at least 0"),
		refuse(!t.Teach || t.Feedback != nil, "Teach", t.Teach, "false without Feedback")); err != nil {
		return err
	}
	for s, err := range trials {
		if err == nil {
			err = t.find(s.X)
		}
		if err == nil {
			err = s.check(t.names)
		}
		if err == nil && s.Weights != nil {
			err = refuse(false, "Weights", "given", "nil with Online")
		}
		if err == nil {
			err = t.begin(s.X)
		}
		if err == nil {
			err = t.sequence(ctx, s, r)
		}
		if err != nil {
			return fmt.Errorf("sequence %d: %w", len(r.Out), err)
		}
	}
	return nil
}

// sequence trains on one sequence.
func (t *Online[S]) sequence(ctx context.Context, s Sequence, r *OnlineResult) error {
	k := variantKey{collect: true, teach: t.Teach}
	steps := s.X.Shape()[0]
	sums := make([]float64, len(t.names))
	var out *tensor.Dense
	defer t.Store.Hold()()
	for i := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		x := t.at(0, s.X, i)
		var teacher *tensor.Dense
		if t.Teach {
			teacher = t.at(1, s.target(t.names[0]), i)
		}
		c, err := t.runInPlace(k, x, teacher)
		if err == nil {
			out = keep(out, steps, i, c.out)
			for j, name := range c.names {
				t.marks[name] = keep(t.marks[name], steps, i, c.marks[j])
			}
			err = t.learn(s, i, c, sums)
		}
		if err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
		t.steps++
	}
	r.Out = append(r.Out, out)
	for j, name := range t.names {
		n := (steps - t.Washout) * s.target(name).Shape().TotalSize() / steps
		r.Errors[name] = append(r.Errors[name], sums[j]/float64(max(n, 1)))
	}
	return nil
}

// at returns step i of a sequence, [1 ...], in memory that the next step overwrites.
func (t *Online[S]) at(buffer int, x *tensor.Dense, i int) *tensor.Dense {
	want := graph.Type{DType: graph.DTypeOf(x), Shape: append([]int{1}, x.Shape()[1:]...)}
	if b := t.now[buffer]; b == nil || !isType(b, want) {
		t.now[buffer] = newTensor(want)
	}
	copyTensor(t.now[buffer], rows(x, i, i+1))
	return t.now[buffer]
}

// keep copies step i, [1 ...], to its place in dst, which is made if nil.
func keep(dst *tensor.Dense, steps, i int, part *tensor.Dense) *tensor.Dense {
	if dst == nil {
		dst = newTensor(graph.Type{DType: graph.DTypeOf(part), Shape: append([]int{steps}, part.Shape()[1:]...)})
	}
	copyTensor(rows(dst, i, i+1), part)
	return dst
}

// learn updates the readouts after step i, and adds the squares of their errors to sums.
func (t *Online[S]) learn(s Sequence, i int, c chunkResult, sums []float64) error {
	if err := t.makeLearners(); err != nil {
		return err
	}
	if i < t.Washout {
		return nil
	}
	for j, name := range t.names {
		b := &t.buffers[j]
		target := rows(s.target(name), i, i+1)
		if err := checkTarget(c.reads[2*j+1], target); err != nil {
			return fmt.Errorf("readout %q: %w", name, err)
		}
		b.errors(c.reads[2*j+1], target)
		for _, e := range b.e {
			if sums[j] += e * e; sums[j]-sums[j] != 0 {
				return fmt.Errorf("readout %q: the sum of its squared errors, of which one is %v squared: %w; learning diverges, or targets are too large",
					name, e, graph.ErrNonFinite)
			}
		}
		if t.steps%int64(max(t.Every, 1)) != 0 {
			continue
		}
		l := layerOf(t.Store, name, t.bias[j])
		b.inputs(c.reads[2*j], l)
		clear(b.w)
		if err := t.learners[j].Learn(len(b.e)/l.out, b.x, b.e, b.w); err != nil {
			return fmt.Errorf("readout %q: %w", name, err)
		}
		l.add(b.w)
	}
	return nil
}

// errors leaves outputs minus targets in b.e.
func (b *learning) errors(y, target *tensor.Dense) {
	b.e = numbers(b.e[:0], y)
	n := len(b.e)
	b.e = numbers(b.e, target)
	for i, v := range b.e[n:] {
		b.e[i] -= v
	}
	b.e = b.e[:n]
}

// inputs leaves the inputs x [1 rows in], with ones before them if there are biases, in b.x.
func (b *learning) inputs(x *tensor.Dense, l layer) {
	b.x = b.x[:0]
	if l.b == nil {
		b.x = numbers(b.x, x)
		return
	}
	for i := range x.Shape().TotalSize() / l.in {
		b.x = append(b.x, 1)
		if graph.DTypeOf(x) == graph.Float64 {
			b.x = append(b.x, x.Float64s()[i*l.in:(i+1)*l.in]...)
			continue
		}
		b.x = widened(b.x, x.Float32s()[i*l.in:(i+1)*l.in])
	}
}

// makeLearners makes the learners, once the network was placed.
func (t *Online[S]) makeLearners() error {
	if t.learners != nil {
		return nil
	}
	m := t.Method
	if m == nil {
		m = online.RLS{Alpha: 1}
	}
	var all []online.Learner
	t.buffers = nil
	for i, name := range t.names {
		l := layerOf(t.Store, name, t.bias[i])
		one, err := m.New(l.width(), l.out)
		if err != nil {
			return err
		}
		all = append(all, one)
		t.buffers = append(t.buffers, learning{w: make([]float64, l.width()*l.out)})
	}
	t.learners = all
	return nil
}

// Learner returns what learns the readout of that name; nil before the first Fit.
func (t *Online[S]) Learner(readout string) online.Learner {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, name := range t.names {
		if name == readout && t.learners != nil {
			return t.learners[i]
		}
	}
	return nil
}
