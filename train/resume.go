package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train/checkpoint"
)

// Checkpoint says where and when Fit saves its run: all tensors of the store (weights, the
// optimizer's slots and counters, the random clock) and the position in data, history and early
// stopping. A run that is resumed equals one that was not interrupted, bit for bit. Files are
// written whole or not at all; they are numbered by batches and epochs done.
//
// A checkpoint is saved at the end of every epoch, every Every batches, and on a stop by the
// context or a hook. The one of the best epoch, see Monitor, is also in best.safetensors.
type Checkpoint struct {
	Dir   string // where; empty: no checkpoints
	Every int    // batches between checkpoints within an epoch; 0: at its end only
	// What is kept; all if none of the three is set. The last checkpoint always is.
	KeepLast  int // this many of the last
	KeepEvery int // the first, and on from each one kept the next that is so many batches and epochs later
	KeepBest  int // those of this many epochs that were the best by Monitor's number
	// Background writes checkpoints while training goes on, one at a time. It takes a copy of the
	// store in memory. An error of writing ends training at the next checkpoint, or at the end.
	Background bool
	// Resume goes on from the last checkpoint in Dir, if there is one, and deletes the temporary files
	// of runs that were killed there; no other run may be using Dir. It is refused if it is of
	// another model: other parameters, description, seed, names of metrics. Without Resume a
	// directory with checkpoints is refused.
	Resume bool
}

const (
	runKind    = "spikegraph.train"
	stateKey   = "spikegraph.train"
	watchedKey = "spikegraph.watched" // Monitor's number of the epoch that the checkpoint ends; else NaN
	bestFile   = "best.safetensors"
)

func (c Checkpoint) validate() error {
	return errors.Join(
		refuse(c.Every >= 0, "Checkpoint.Every", c.Every, "at least 0"),
		refuse(c.KeepLast >= 0, "Checkpoint.KeepLast", c.KeepLast, "at least 0"),
		refuse(c.KeepEvery >= 0, "Checkpoint.KeepEvery", c.KeepEvery, "at least 0"),
		refuse(c.KeepBest >= 0, "Checkpoint.KeepBest", c.KeepBest, "at least 0"),
		refuse(c.Dir != "" || c == Checkpoint{}, "Checkpoint.Dir", `""`, "a directory"),
	)
}

func (c Checkpoint) series() checkpoint.Series {
	return checkpoint.Series{Dir: c.Dir, KeepLast: c.KeepLast, KeepEvery: int64(c.KeepEvery), KeepBest: c.KeepBest, BestBy: watchedKey}
}

// about is what must be equal for a run to be resumed.
type about struct {
	Model      string
	Accumulate int
	Seed       uint64 // of the store
	DataSeed   uint64
}

// differences returns an error that says in what the run of a checkpoint differs from this one.
func (a about) differences(now about) error {
	var all []string
	add := func(what string, was, is any) {
		if was != is {
			all = append(all, fmt.Sprintf("%s %v, not %v", what, was, is))
		}
	}
	add("seed", a.Seed, now.Seed)
	add("seed of the data", a.DataSeed, now.DataSeed)
	add("Accumulate", a.Accumulate, now.Accumulate)
	was, is := strings.Split(a.Model, modelPart), strings.Split(now.Model, modelPart)
	if len(was) != len(is) {
		was, is = []string{a.Model}, []string{now.Model}
	}
	for i := range was {
		add("model", "`"+was[i]+"`", "`"+is[i]+"`")
	}
	if len(all) == 0 {
		return nil
	}
	return fmt.Errorf("%w: it is of %s", checkpoint.ErrMismatch, strings.Join(all, ", "))
}

// modelPart separates parts of a description of a model, of which those that differ are told.
const modelPart = "; "

// snapshot is what a checkpoint holds besides tensors.
type snapshot struct {
	About   about
	At      position
	Epochs  []Epoch
	Batches []Batch
}

// saver writes the checkpoints of a run.
type saver struct {
	last    int64 // number of the last one, of this run or the one resumed; 0: none
	beside  checkpoint.Background
	written string // path of the last one, until the hook has been told
}

// about returns what the run is about.
func (l *loop) about() about {
	a := l.engine.about()
	a.Seed, a.DataSeed = l.store().Seed(), l.data.Seed
	return a
}

// save saves the run where it is, unless that is saved; at the end of an epoch e, else nil. The best is
// written first: where only one of the two gets written, the epoch is repeated when the run is
// resumed.
func (l *loop) save(e *Epoch) error {
	c := l.o.Checkpoint
	if c.Dir == "" || l.at.Tick == l.saver.last {
		return nil
	}
	f, err := l.file(e)
	if err != nil {
		return err
	}
	if err := l.settle(); err != nil { // of the checkpoint before
		return err
	}
	series, tick, best := c.series(), l.at.Tick, e != nil && e.Best
	series.Higher = l.o.Monitor.Higher
	write := func(f *checkpoint.File) (err error) {
		if best {
			err = writeBest(c.Dir, f)
		}
		if err == nil {
			l.saver.written, err = series.Save(tick, f)
		}
		return err
	}
	l.saver.last = tick
	if c.Background {
		return l.saver.beside.Save(f, write)
	}
	return errors.Join(write(f), l.settle())
}

// settle waits for the checkpoint that is being written, if any, and tells the hook of it.
func (l *loop) settle() error {
	err := l.saver.beside.Wait()
	if path := l.saver.written; path != "" && l.o.Hooks.OnCheckpoint != nil {
		l.o.Hooks.OnCheckpoint(path)
	}
	l.saver.written = ""
	return err
}

// saveEvery saves where Checkpoint.Every asks for it.
func (l *loop) saveEvery() error {
	if every := l.o.Checkpoint.Every; every == 0 || l.at.Batch%every != 0 {
		return nil
	}
	return l.save(nil)
}

// file returns the run as it is, at the end of an epoch e or nil.
func (l *loop) file(e *Epoch) (*checkpoint.File, error) {
	l.history.trim(l.o.tail())
	state, err := json.Marshal(snapshot{l.about(), l.at, l.history.Epochs, l.history.Batches})
	if err != nil {
		return nil, err
	}
	names, err := trainedNames(l.store())
	if err != nil {
		return nil, err
	}
	return &checkpoint.File{Kind: runKind, Tensors: l.tensors(), Metadata: map[string]string{
		stateKey: string(state), trainedKey: names, watchedKey: strconv.FormatFloat(l.watched(e), 'g', -1, 64),
	}}, nil
}

// watched returns Monitor's number of an epoch; NaN for nil, and where it was not looked at.
func (l *loop) watched(e *Epoch) float64 {
	if e == nil || l.o.Validation.Epoch != nil && e.Validation == nil {
		return math.NaN()
	}
	v, _ := e.watched().Metric(l.o.Monitor.metric()) // that it is there, see has checked
	return v
}

// tensors returns the store.
func (l *loop) tensors() []checkpoint.Tensor {
	var ts []checkpoint.Tensor
	for _, p := range l.store().Params() {
		ts = append(ts, checkpoint.Tensor{Name: p.Name, Value: p.Value})
	}
	return ts
}

// resume goes on from the last checkpoint, if it is asked for and there is one.
func (l *loop) resume(ctx context.Context) error {
	c := l.o.Checkpoint
	if c.Dir == "" {
		return nil
	}
	all, err := c.series().List()
	if err == nil && c.Resume {
		err = errors.Join(c.series().Clean(), checkpoint.Series{Dir: c.Dir, Prefix: bestFile}.Clean())
	}
	if err != nil || len(all) == 0 {
		return err
	}
	if !c.Resume {
		return refuse(false, "Checkpoint.Resume", false, fmt.Sprintf("true: %s holds checkpoints", c.Dir))
	}
	f, err := checkpoint.ReadFile(all[len(all)-1].Path)
	if err == nil {
		err = l.load(ctx, f)
	}
	if err != nil {
		return fmt.Errorf("resuming from %s: %w", all[len(all)-1].Path, err)
	}
	l.saver.last = all[len(all)-1].Step
	return nil
}

// load takes over the run in f.
func (l *loop) load(ctx context.Context, f *checkpoint.File) error {
	var s snapshot
	if f.Kind != runKind {
		return fmt.Errorf("%w: it is %q, expected %q", checkpoint.ErrMismatch, f.Kind, runKind)
	}
	if err := json.Unmarshal([]byte(f.Metadata[stateKey]), &s); err != nil {
		return fmt.Errorf("%w: its state: %w", checkpoint.ErrFormat, err)
	}
	if !s.At.sound() {
		return fmt.Errorf("%w: its position is %+v", checkpoint.ErrFormat, s.At)
	}
	n, err := l.placed(ctx, s.At.Epoch)
	if err != nil {
		return err
	}
	if err := l.differences(f, s, n); err != nil {
		return err
	}
	if err := f.LoadInto(l.tensors(), checkpoint.Rules{}); err != nil {
		return err
	}
	l.at, l.history.Epochs, l.history.Batches = s.At, s.Epochs, s.Batches
	l.at.Stopped = ""
	if l.o.Monitor.exhausted(l.at.Watch) {
		l.at.Stopped = s.At.Stopped
	}
	return nil
}

// sound reports whether a run can be at p.
func (p position) sound() bool {
	columns := metricColumn + len(p.Names.Metrics) + len(p.Names.Layers)
	return min(p.Epoch, p.Batch, p.Updates, p.Pending, p.Total.Samples, p.Watch.Waited) >= 0 &&
		(len(p.Total.Sums) == 0 || len(p.Total.Sums) == columns && p.Total.Samples > 0)
}

// differences returns everything in which the run in a checkpoint differs from this one.
func (l *loop) differences(f *checkpoint.File, s snapshot, n names) error {
	var columns error
	about := s.About.differences(l.about())
	if s.At.Total.Samples > 0 && s.At.Names.differ(n) {
		columns = fmt.Errorf("%w: it measures %v, this run %v", checkpoint.ErrMismatch, s.At.Names, n)
	}
	var specs []checkpoint.Spec
	for _, t := range l.tensors() {
		specs = append(specs, checkpoint.SpecOf(t.Name, t.Value))
	}
	return errors.Join(about, columns, f.Match(specs, checkpoint.Rules{}))
}

// placed makes all parameters with the first batch of an epoch.
func (l *loop) placed(ctx context.Context, epoch int) (names, error) {
	if err := optim.SetEpoch(l.store(), epoch); err != nil {
		return names{}, err
	}
	for b, err := range l.data.batches(ctx, epoch) {
		if err == nil {
			err = checkBatch(b)
		}
		if err != nil {
			return names{}, err
		}
		p, err := l.place(b)
		if err != nil {
			return names{}, err
		}
		return p.names, nil
	}
	return names{}, empty(fmt.Sprintf("epoch %d", epoch))
}

// restore loads the best checkpoint into the store.
func (l *loop) restore() error {
	f, err := checkpoint.ReadFile(filepath.Join(l.o.Checkpoint.Dir, bestFile))
	if err != nil {
		return err
	}
	return f.LoadInto(l.tensors(), checkpoint.Rules{})
}

func writeBest(dir string, f *checkpoint.File) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return checkpoint.WriteFile(filepath.Join(dir, bestFile), f)
}
