package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/online"
)

// fitter fits the readout of a network, which begins every sequence at rest.
type fitter interface {
	learn(ctx context.Context, s train.Sequence) error
	solve() error // at the end of a pass
	Snapshot() (*checkpoint.File, error)
	Rollback(f *checkpoint.File) error
}

type offlineFitter struct{ train.Offline[State] }

func (f *offlineFitter) learn(ctx context.Context, s train.Sequence) error {
	return f.Collect(ctx, train.Trials(s))
}

func (f *offlineFitter) solve() error {
	_, err := f.Solve()
	return err
}

type onlineFitter struct{ train.Online[State] }

func (f *onlineFitter) learn(ctx context.Context, s train.Sequence) error {
	_, err := f.Fit(ctx, train.Trials(s))
	return err
}

func (f *onlineFitter) solve() error { return nil }

// fitter returns what fits the readout, and the data of a pass.
func (m *Model) fitter() (fitter, train.Data) {
	r := m.Readout
	if method, ok := r.method.(offline.Method); ok {
		f := &offlineFitter{train.Offline[State]{Method: method, FreeBias: r.FreeBias, Workers: m.Trainer.Options.Workers}}
		m.run(&f.Runner)
		return f, m.Data.Ordered(m.Parts.Train)
	}
	f := &onlineFitter{train.Online[State]{Method: r.method.(online.Method), Every: r.Every}}
	m.run(&f.Runner)
	return f, m.Data.Training(m.Parts.Train)
}

// run sets what runs the network.
func (m *Model) run(r *train.Runner[State]) {
	r.Net, r.Init, r.Readouts = m.net, m.start, []string{m.Readout.Layer}
	r.Reset, r.Washout = true, m.Readout.Washout
	r.Store, r.Seed, r.Options = m.Trainer.Store, m.Trainer.Seed, m.Trainer.Options
	r.Model = m.Trainer.Model + "; readout " + m.File.Root.Table("readout").Values()
}

// What a checkpoint holds of a run besides tensors, and the file of the best pass, by the names that package
// train has for them.
const (
	positionKey = "spikegraph.train"
	watchedKey  = "spikegraph.watched"
	bestFile    = "best.safetensors"
)

// position is where the fit of a readout is.
type position struct {
	About  struct{ Seed uint64 }
	At     struct{ Epoch, Batch, Updates int } // passes done, batches of the next, batches in all
	Epochs []train.Epoch
}

// fit is the run that fits a readout.
type fit struct {
	m       *Model
	o       train.FitOptions
	how     fitter
	data    train.Data
	series  checkpoint.Series
	pos     position
	last    int64 // number of the last checkpoint
	beside  checkpoint.Background
	written string // path of the last one, until the hook has been told
}

// FitReadout fits the readout of a network and returns what was measured after each pass over the data. The
// weights are in the trainer's store then. Of o it takes Epochs, Validation, Checkpoint and the hooks OnEpoch
// and OnCheckpoint; checkpoints are numbered by batches and passes done, and a run that is resumed equals one that
// was not interrupted, bit for bit. A done context stops after the current batch, with a checkpoint if there is a
// directory for it.
func (m *Model) FitReadout(ctx context.Context, o train.FitOptions) (*train.History, error) {
	f := &fit{m: m, o: o}
	f.how, f.data = m.fitter()
	f.pos.About.Seed = m.Trainer.Seed
	c := o.Checkpoint
	f.series = checkpoint.Series{Dir: c.Dir, KeepLast: c.KeepLast, KeepEvery: int64(c.KeepEvery), KeepBest: c.KeepBest, BestBy: watchedKey}
	err := f.resume(ctx)
	for err == nil && f.pos.At.Epoch < o.Epochs {
		err = f.pass(ctx)
	}
	err = errors.Join(err, f.settle())
	return &train.History{Epochs: f.pos.Epochs}, err
}

// pass goes on with a pass over the data, to its end.
func (f *fit) pass(ctx context.Context) error {
	start, n := time.Now(), 0
	for b, err := range f.data.Epoch(ctx, f.pos.At.Epoch) {
		if ctx.Err() != nil {
			return f.stop(ctx)
		}
		if err != nil {
			return err
		}
		if n++; n <= f.pos.At.Batch {
			continue // from before the checkpoint
		}
		s, err := f.m.trial(b)
		if err == nil {
			err = f.how.learn(context.WithoutCancel(ctx), s)
		}
		if err != nil {
			return err
		}
		f.pos.At.Batch++
		f.pos.At.Updates++
		if every := f.o.Checkpoint.Every; every > 0 && f.pos.At.Batch%every == 0 {
			if err := f.save(nil); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return f.stop(ctx)
	}
	if err := f.how.solve(); err != nil {
		return err
	}
	return f.measure(ctx, start)
}

// stop saves the run where it is, and returns why it ends there.
func (f *fit) stop(ctx context.Context) error { return errors.Join(f.save(nil), ctx.Err()) }

// measure measures the readout at the end of a pass.
func (f *fit) measure(ctx context.Context, start time.Time) error {
	e := train.Epoch{Epoch: f.pos.At.Epoch, Batches: f.pos.At.Batch, Updates: f.pos.At.Updates, Seconds: time.Since(start).Seconds()}
	var err error
	if e.Scores, err = f.m.Trainer.Evaluate(ctx, f.m.Data.Ordered(f.m.Parts.Train)); err == nil && f.o.Validation.Epoch != nil {
		var v train.Scores
		v, err = f.m.Trainer.Evaluate(ctx, f.o.Validation)
		e.Validation = &v
	}
	if ctx.Err() != nil {
		return f.stop(ctx) // the pass is measured when the run goes on
	}
	if err != nil {
		return err
	}
	e.Best = true
	for _, was := range f.pos.Epochs {
		e.Best = e.Best && watched(e) < watched(was)
	}
	f.pos.At.Epoch, f.pos.At.Batch = e.Epoch+1, 0
	f.pos.Epochs = append(f.pos.Epochs, e)
	if err := f.save(&e); err != nil {
		return err
	}
	if f.o.Hooks.OnEpoch == nil {
		return nil
	}
	return f.o.Hooks.OnEpoch(e)
}

// watched is the number by which passes are ranked.
func watched(e train.Epoch) float64 {
	if e.Validation != nil {
		return e.Validation.Loss
	}
	return e.Loss
}

// save saves the run where it is, unless that is saved; at the end of pass e, else nil.
func (f *fit) save(e *train.Epoch) error {
	step := int64(f.pos.At.Updates + f.pos.At.Epoch)
	if f.series.Dir == "" || step == f.last {
		return nil
	}
	file, err := f.how.Snapshot()
	if err != nil {
		return err
	}
	state, err := json.Marshal(f.pos)
	if err != nil {
		return err
	}
	number := math.NaN()
	if e != nil {
		number = watched(*e)
	}
	file.Metadata[positionKey] = string(state)
	file.Metadata[watchedKey] = strconv.FormatFloat(number, 'g', -1, 64)
	if err := f.settle(); err != nil { // of the checkpoint before
		return err
	}
	best := e != nil && e.Best
	write := func(file *checkpoint.File) (err error) {
		if best {
			if err = os.MkdirAll(f.series.Dir, 0o777); err == nil {
				err = checkpoint.WriteFile(filepath.Join(f.series.Dir, bestFile), file)
			}
		}
		if err == nil {
			f.written, err = f.series.Save(step, file)
		}
		return err
	}
	f.last = step
	if f.o.Checkpoint.Background {
		return f.beside.Save(file, write)
	}
	return errors.Join(write(file), f.settle())
}

// settle waits for the checkpoint that is being written, if any, and tells the hook of it.
func (f *fit) settle() error {
	err := f.beside.Wait()
	if path := f.written; path != "" && f.o.Hooks.OnCheckpoint != nil {
		f.o.Hooks.OnCheckpoint(path)
	}
	f.written = ""
	return err
}

// resume goes on from the last checkpoint, if it is asked for and there is one.
func (f *fit) resume(ctx context.Context) error {
	if f.series.Dir == "" || !f.o.Checkpoint.Resume {
		return nil
	}
	if err := errors.Join(f.series.Clean(), checkpoint.Series{Dir: f.series.Dir, Prefix: bestFile}.Clean()); err != nil {
		return err
	}
	all, err := f.series.List()
	if err != nil || len(all) == 0 {
		return err
	}
	if err := f.m.Place(ctx); err != nil { // so that parameters are in the order of the network
		return err
	}
	last := all[len(all)-1]
	file, err := checkpoint.ReadFile(last.Path)
	if err == nil {
		err = f.how.Rollback(file)
	}
	if err == nil {
		err = f.goOn(file)
	}
	if err != nil {
		return fmt.Errorf("resuming from %s: %w", last.Path, err)
	}
	f.last = last.Step
	return nil
}

// goOn takes over the position in a checkpoint.
func (f *fit) goOn(file *checkpoint.File) error {
	var p position
	if err := json.Unmarshal([]byte(file.Metadata[positionKey]), &p); err != nil {
		return fmt.Errorf("%w: its position: %w", checkpoint.ErrFormat, err)
	}
	if min(p.At.Epoch, p.At.Batch, p.At.Updates) < 0 || len(p.Epochs) != p.At.Epoch {
		return fmt.Errorf("%w: its position is %+v", checkpoint.ErrFormat, p.At)
	}
	f.pos = p
	return nil
}
