package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/online"
	"gorgonia.org/tensor"
)

const (
	offlineKind = "spikegraph.offline"
	onlineKind  = "spikegraph.online"
	readerKey   = "spikegraph.run"
	runPrefix   = "train.run/" // of the names of tensors that are no parameters
	statePrefix = runPrefix + "state/"
	inputName   = runPrefix + "input"
	learnPrefix = runPrefix + "readout/"
)

// readerRun is what a checkpoint of a Runner holds besides tensors.
type readerRun struct {
	Model    string
	Seed     uint64
	Readouts []string
	Trained  []string // parameters that optimizers update
	Batch    int      // of the state; 0: at rest
	Present  []bool
	Bias     []bool
	Steps    int64
	Learned  bool // whether the readouts have something of their own
}

// Snapshot returns parameters, random clock, the state of the network and what was collected, as a
// checkpoint of its own memory. A run that goes on from there equals one that was not interrupted,
// bit for bit.
func (t *Offline[S]) Snapshot() (*checkpoint.File, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var kept []map[string]*tensor.Dense
	for _, f := range t.fitters {
		kept = append(kept, f.Snapshot())
	}
	return t.snapshot(offlineKind, kept, 0)
}

// Rollback goes on from a Snapshot of the same network. Errors leave everything as it was.
func (t *Offline[S]) Rollback(f *checkpoint.File) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rollback(f, offlineKind, func(run readerRun, _ *graph.Store, kept []map[string]*tensor.Dense) (func(), error) {
		next := Offline[S]{Method: t.Method, FreeBias: t.FreeBias, Workers: t.Workers}
		next.names, next.bias = run.Readouts, run.Bias
		if !run.Learned {
			return func() { t.fitters = nil }, nil
		}
		err := next.makeFitters()
		for i := 0; err == nil && i < len(next.fitters); i++ {
			err = next.fitters[i].Rollback(offline.Snapshot(kept[i]))
		}
		return func() { t.fitters = next.fitters }, err
	})
}

// Save writes a Snapshot to a safetensors file, whole or not at all.
func (t *Offline[S]) Save(path string) error {
	f, err := t.Snapshot()
	return writeSnapshot(path, f, err)
}

// Load is Rollback to a file that Save wrote.
func (t *Offline[S]) Load(path string) error { return readSnapshot(path, t.Rollback) }

// Snapshot returns parameters, random clock, the state of the network and that of the Method, as a
// checkpoint of its own memory. A run that goes on from there equals one that was not interrupted,
// bit for bit.
func (t *Online[S]) Snapshot() (*checkpoint.File, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var kept []map[string]*tensor.Dense
	for _, l := range t.learners {
		kept = append(kept, l.Snapshot())
	}
	return t.snapshot(onlineKind, kept, t.steps)
}

// Rollback goes on from a Snapshot of the same network. Errors leave everything as it was.
func (t *Online[S]) Rollback(f *checkpoint.File) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rollback(f, onlineKind, func(run readerRun, from *graph.Store, kept []map[string]*tensor.Dense) (func(), error) {
		if !run.Learned {
			return func() { t.learners, t.steps = nil, run.Steps }, nil
		}
		next := Online[S]{Method: t.Method}
		next.names, next.bias, next.Store = run.Readouts, run.Bias, from
		err := next.makeLearners()
		for i := 0; err == nil && i < len(next.learners); i++ {
			err = next.learners[i].Rollback(online.Snapshot(kept[i]))
		}
		return func() { t.learners, t.buffers, t.steps = next.learners, next.buffers, run.Steps }, err
	})
}

// Save writes a Snapshot to a safetensors file, whole or not at all.
func (t *Online[S]) Save(path string) error {
	f, err := t.Snapshot()
	return writeSnapshot(path, f, err)
}

// Load is Rollback to a file that Save wrote.
func (t *Online[S]) Load(path string) error { return readSnapshot(path, t.Rollback) }

// writeSnapshot writes a snapshot that was taken with err.
func writeSnapshot(path string, f *checkpoint.File, err error) error {
	if err == nil {
		err = checkpoint.WriteFile(path, f)
	}
	if err != nil {
		return fmt.Errorf("train: Save: %w", err)
	}
	return nil
}

func readSnapshot(path string, rollback func(*checkpoint.File) error) error {
	f, err := checkpoint.ReadFile(path)
	if err == nil {
		err = rollback(f)
	}
	if err != nil {
		return fmt.Errorf("train: Load: %w", err)
	}
	return nil
}

// snapshot returns a checkpoint; kept is what the readouts know.
func (r *Runner[S]) snapshot(kind string, kept []map[string]*tensor.Dense, steps int64) (*checkpoint.File, error) {
	if err := r.ready(); err != nil {
		return nil, err
	}
	run := readerRun{Model: r.Model, Seed: r.Store.Seed(), Readouts: r.names, Bias: r.bias, Steps: steps, Learned: kept != nil}
	f := &checkpoint.File{Kind: kind}
	for _, p := range r.Store.Params() {
		f.Add(p.Name, copyOf(p.Value))
		if p.Trained {
			run.Trained = append(run.Trained, p.Name)
		}
	}
	if r.state != nil {
		run.Batch, run.Present = r.batch, r.present
		for i, s := range r.state {
			f.Add(fmt.Sprint(statePrefix, i), copyOf(s))
		}
		f.Add(inputName, copyOf(r.input))
	}
	for i, one := range kept {
		for name, x := range one {
			f.Add(fmt.Sprint(learnPrefix, i, "/", name), x)
		}
	}
	state, err := json.Marshal(run)
	if err != nil {
		return nil, err
	}
	names, err := trainedNames(r.Store)
	f.Metadata = map[string]string{readerKey: string(state), trainedKey: names}
	return f, err
}

// learnedFunc prepares what the readouts know, given the parameters in a checkpoint, and returns what
// puts it in place.
type learnedFunc func(run readerRun, from *graph.Store, kept []map[string]*tensor.Dense) (put func(), err error)

// rollback goes on from a checkpoint.
func (r *Runner[S]) rollback(f *checkpoint.File, kind string, learned learnedFunc) error {
	if err := r.ready(); err != nil {
		return err
	}
	put, err := r.prepare(f, kind, learned)
	if err != nil {
		return err
	}
	put()
	return nil
}

// prepare checks a checkpoint, and returns what puts it in place.
func (r *Runner[S]) prepare(f *checkpoint.File, kind string, learned learnedFunc) (func(), error) {
	run, err := r.header(f, kind)
	if err != nil {
		return nil, err
	}
	params, state, kept, err := r.sorted(f, run)
	if err != nil {
		return nil, err
	}
	from, err := scratchStore(params)
	if err == nil {
		err = readoutsIn(from, run)
	}
	if err != nil {
		return nil, err
	}
	put, err := learned(run, from, kept)
	if err != nil {
		return nil, err
	}
	return func() {
		put()
		r.adopt(params, run)
		r.rest()
		if !slices.Equal(r.names, run.Readouts) {
			clear(r.programs) // they collect what arrives at others
		}
		r.names, r.bias = run.Readouts, run.Bias
		if run.Batch > 0 {
			r.state, r.input, r.batch, r.present = state, f.Tensor(inputName), run.Batch, run.Present
		}
	}, nil
}

// header reads and compares what a checkpoint says of its run.
func (r *Runner[S]) header(f *checkpoint.File, kind string) (run readerRun, err error) {
	if f.Kind != kind {
		return run, fmt.Errorf("%w: it is %q, expected %q", checkpoint.ErrMismatch, f.Kind, kind)
	}
	if err := json.Unmarshal([]byte(f.Metadata[readerKey]), &run); err != nil {
		return run, fmt.Errorf("%w: its state: %w", checkpoint.ErrFormat, err)
	}
	if err := (about{Model: run.Model, Seed: run.Seed}).differences(about{Model: r.Model, Seed: r.Store.Seed()}); err != nil {
		return run, err
	}
	if len(r.Readouts) > 0 && !slices.Equal(run.Readouts, r.Readouts) {
		return run, fmt.Errorf("%w: it is of the readouts %q, not %q", checkpoint.ErrMismatch, run.Readouts, r.Readouts)
	}
	if run.Learned && len(run.Bias) != len(run.Readouts) || run.Batch < 0 || run.Steps < 0 {
		return run, fmt.Errorf("%w: its state is %+v", checkpoint.ErrFormat, run)
	}
	return run, nil
}

// sorted tells the tensors of a checkpoint apart, and compares the parameters with those there are.
func (r *Runner[S]) sorted(f *checkpoint.File, run readerRun) (params []checkpoint.Tensor, state []*tensor.Dense, kept []map[string]*tensor.Dense, err error) {
	for range run.Readouts {
		kept = append(kept, map[string]*tensor.Dense{})
	}
	for _, t := range f.Tensors {
		if !strings.HasPrefix(t.Name, runPrefix) {
			params = append(params, t)
		}
		for i := range kept {
			if name, ok := strings.CutPrefix(t.Name, fmt.Sprint(learnPrefix, i, "/")); ok {
				kept[i][name] = t.Value
			}
		}
	}
	if run.Batch > 0 {
		state, err = savedState(f, run)
	}
	var all []error
	for _, p := range r.Store.Params() {
		if have := f.Tensor(p.Name); have == nil || !isType(have, typeOf(p.Value)) {
			all = append(all, fmt.Errorf("%w: parameter %q of %v %v is missing or another", checkpoint.ErrMismatch,
				p.Name, p.Value.Dtype(), []int(p.Value.Shape())))
		}
	}
	return params, state, kept, errors.Join(append(all, err)...)
}

// savedState returns the state in a checkpoint.
func savedState(f *checkpoint.File, run readerRun) ([]*tensor.Dense, error) {
	state := []*tensor.Dense{}
	for _, there := range run.Present {
		if !there {
			continue
		}
		s := f.Tensor(fmt.Sprint(statePrefix, len(state)))
		if s == nil {
			return nil, fmt.Errorf("%w: the state lacks tensor %d", checkpoint.ErrFormat, len(state))
		}
		state = append(state, s)
	}
	if f.Tensor(inputName) == nil {
		return nil, fmt.Errorf("%w: the next input is missing", checkpoint.ErrFormat)
	}
	return state, nil
}

// adopt takes copies of parameters over.
func (r *Runner[S]) adopt(params []checkpoint.Tensor, run readerRun) {
	for _, t := range params {
		if p := r.Store.Get(t.Name); p != nil {
			copyTensor(p.Value, t.Value)
		} else if err := r.Store.Put(t.Name, copyOf(t.Value), slices.Contains(run.Trained, t.Name)); err != nil {
			panic(err) // scratchStore took it
		}
	}
}

// scratchStore returns a store of the parameters alone, to make things ready in.
func scratchStore(params []checkpoint.Tensor) (*graph.Store, error) {
	s := graph.NewStore(0)
	for _, t := range params {
		if err := s.Put(t.Name, t.Value, false); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// readoutsIn checks that the parameters of the readouts are there.
func readoutsIn(s *graph.Store, run readerRun) error {
	for i, name := range run.Readouts {
		if !run.Learned {
			return nil
		}
		if w := s.Get(name + ".W"); w == nil || w.Value.Dims() != 2 || run.Bias[i] && s.Get(name+".B") == nil {
			return fmt.Errorf("%w: it lacks parameters of readout %q", checkpoint.ErrFormat, name)
		}
	}
	return nil
}
