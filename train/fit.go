package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
)

// FitOptions say how long to train and what to do besides. Epochs or Updates must be set.
type FitOptions struct {
	Epochs  int // passes over the data in the whole run; 0: no bound
	Updates int // of the parameters in the whole run, stops after the batch that reaches it; 0: no bound

	Validation    Data    // evaluated at the ends of epochs, if its Epoch is set
	ValidateEvery int     // epochs; 0 is 1
	Monitor       Monitor // the best epoch, early stopping
	Hooks         Hooks
	Checkpoint    Checkpoint

	Progress io.Writer    // a bar if it is a terminal, else lines of text; nil: nothing
	Logger   *slog.Logger // receives a line for each epoch; nil: nothing
	LogEvery int          // batches between further lines; 0: none
	Tail     int          // batches to keep in the history and in checkpoints; 0 is 1024
}

// Hooks are called while training, by the goroutine of Fit; any may be nil. An error ends training
// and is returned; ErrStop ends it without one. What they are given is theirs to keep.
type Hooks struct {
	OnBatch      func(b Batch) error
	OnEpoch      func(e Epoch) error // after validation
	OnCheckpoint func(path string)   // once it is on disk; with Checkpoint.Background that is later
}

const defaultTail = 1024

func (o FitOptions) tail() int {
	if o.Tail == 0 {
		return defaultTail
	}
	return o.Tail
}

func (o FitOptions) validate(data Data) error {
	return errors.Join(
		refuse(data.Epoch != nil, "Data.Epoch", nil, "a function"),
		refuse(o.Epochs >= 0, "Epochs", o.Epochs, "at least 0"),
		refuse(o.Updates >= 0, "Updates", o.Updates, "at least 0"),
		refuse(o.Epochs > 0 || o.Updates > 0, "Epochs", o.Epochs, "at least 1, or Updates"),
		refuse(o.ValidateEvery >= 0, "ValidateEvery", o.ValidateEvery, "at least 0"),
		refuse(o.LogEvery >= 0, "LogEvery", o.LogEvery, "at least 0"),
		refuse(o.Tail >= 0, "Tail", o.Tail, "at least 0"),
		o.Monitor.validate(o.Checkpoint.Dir), o.Checkpoint.validate(),
	)
}

// engine is what the training loop needs of a trainer.
type engine interface {
	store() *graph.Store
	about() about
	// place makes all parameters; b is a batch like those to come.
	place(b datasets.Batch) (*program, error)
	// step trains on a batch and adds what it measured to m.
	step(b datasets.Batch, m *measure) (updates int, err error)
	// flush applies what several steps accumulated.
	flush() error
	evaluate(ctx context.Context, data Data) (Scores, error)
	samples(b datasets.Batch) int
}

// position is how far a run has come. It is part of a checkpoint.
type position struct {
	Epoch   int // being trained
	Batch   int // to come, within the epoch
	Updates int
	Pending int    // batches whose gradients wait for an update
	Total   totals // of the epoch
	Names   names
	Tick    int64 // batches and epochs done: the number of a checkpoint
	Watch   watch
	Stopped string // why the run is at its end, if it is before its time
}

// loop is one run of Fit.
type loop struct {
	engine
	data    Data
	o       FitOptions
	at      position
	history *History
	saver   saver
	show    reporters
	now     measure
	began   time.Time // the part of the epoch that this run trains
	every   int       // batches for an update
}

// fit trains.
func fit(ctx context.Context, e engine, data Data, o FitOptions) (*History, error) {
	l := &loop{engine: e, data: data, o: o, history: &History{}, every: e.about().Accumulate}
	if err := l.resume(ctx); err != nil {
		return l.history, err
	}
	if err := checkParameters(l.store()); err != nil {
		return l.history, err
	}
	l.show = newReporters(o)
	err := l.run(ctx)
	if late := l.settle(); late != nil {
		err = errors.Join(err, late)
	}
	l.show.end()
	l.history.trim(o.tail())
	l.history.Stopped = l.at.Stopped
	if err == nil && o.Monitor.Restore {
		err = l.restore()
	}
	return l.history, err
}

// run takes epochs until the end. On a stop it saves a checkpoint.
func (l *loop) run(ctx context.Context) error {
	for !l.done() {
		err := l.epoch(ctx)
		switch {
		case errors.Is(err, ErrStop):
			err = l.save(nil)
			l.closePartial()
			l.at.Stopped = "by a hook"
			return err
		case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
			err = fmt.Errorf("stopped in epoch %d before batch %d: %w", l.at.Epoch, l.at.Batch, err)
			return errors.Join(err, l.save(nil))
		case err != nil:
			return err
		}
	}
	return nil
}

// done reports whether the run is at its end.
func (l *loop) done() bool {
	return l.o.Epochs > 0 && l.at.Epoch >= l.o.Epochs || l.enough() || l.at.Stopped != ""
}

func (l *loop) enough() bool { return l.o.Updates > 0 && l.at.Updates >= l.o.Updates }

// epoch trains on what is left of the epoch and validates.
func (l *loop) epoch(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := optim.SetEpoch(l.store(), l.at.Epoch); err != nil {
		return err
	}
	l.began = time.Now()
	l.show.begin(l)
	n := 0
	for b, err := range l.data.batches(ctx, l.at.Epoch) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if n++; n <= l.at.Batch {
			continue // trained before the interruption
		}
		if err := l.batch(b); err != nil {
			return err
		}
		if l.enough() {
			err := l.save(nil)
			l.closePartial()
			return err
		}
		if err := l.saveEvery(); err != nil {
			return err
		}
	}
	if n < l.at.Batch || n == 0 {
		return empty(fmt.Sprintf("epoch %d, after %d of %d,", l.at.Epoch, n, l.at.Batch))
	}
	return l.close(ctx)
}

// batch trains on one batch and records it.
func (l *loop) batch(b datasets.Batch) error {
	updates, err := l.learn(b)
	if err != nil {
		return fmt.Errorf("epoch %d, batch %d, update %d: %w", l.at.Epoch, l.at.Batch, l.at.Updates+updates+1, err)
	}
	if len(l.at.Total.Sums) == 0 {
		p, err := l.place(b)
		if err != nil {
			return err
		}
		l.at.Names = p.names
		if err := l.watchable(); err != nil {
			return err
		}
	}
	n := l.samples(b)
	l.at.Updates += updates
	if err := l.at.Total.add(l.now.values, n); err != nil {
		return fmt.Errorf("epoch %d, batch %d: %w", l.at.Epoch, l.at.Batch, err)
	}
	rec := Batch{Epoch: l.at.Epoch, Batch: l.at.Batch, Updates: l.at.Updates,
		GradNorm: l.now.values[normColumn], Scores: scoresOf(l.now.values, n, l.at.Names)}
	l.at.Batch, l.at.Tick = l.at.Batch+1, l.at.Tick+1
	l.history.add(rec, l.o.tail())
	l.show.batch(l)
	if l.o.Hooks.OnBatch != nil {
		return l.o.Hooks.OnBatch(rec)
	}
	return nil
}

// watchable refuses a Monitor whose number this training does not give, at the first batch and not after an
// epoch: where no metrics are given, the targets decide whether there is an accuracy. Those of the
// validation may be of another type, which is known once it runs.
func (l *loop) watchable() error {
	if l.o.Validation.Epoch != nil {
		return nil
	}
	return l.o.Monitor.among(l.at.Names.Metrics)
}

// learn checks a batch and trains on it. It returns the number of updates, also of those before an
// error.
func (l *loop) learn(b datasets.Batch) (updates int, err error) {
	if err := checkBatch(b); err != nil {
		return 0, err
	}
	l.now.reset()
	updates, err = l.step(b, &l.now)
	if err != nil || l.every == 1 {
		return updates, err
	}
	if l.at.Pending++; l.at.Pending < l.every {
		return 0, nil
	}
	if err := l.flushed(); err != nil {
		return 0, err
	}
	return 1, nil
}

func (l *loop) flushed() error {
	l.at.Pending = 0
	return l.flush()
}

// close ends an epoch: what is accumulated is applied, then come validation, checkpoint, hook.
func (l *loop) close(ctx context.Context) error {
	seconds := time.Since(l.began).Seconds()
	if l.at.Pending > 0 {
		if err := l.flushed(); err != nil {
			return fmt.Errorf("epoch %d, update %d: %w", l.at.Epoch, l.at.Updates+1, err)
		}
		l.at.Updates++
	}
	e := l.record(seconds)
	if err := l.validate(ctx, &e); err != nil {
		return err
	}
	l.history.Epochs = append(l.history.Epochs, e)
	l.show.epoch(l, e)
	l.at.Epoch, l.at.Batch, l.at.Total, l.at.Tick = l.at.Epoch+1, 0, totals{}, l.at.Tick+1
	if l.o.Monitor.exhausted(l.at.Watch) {
		l.at.Stopped = fmt.Sprintf("early, %d epochs after the best", l.at.Watch.Waited)
	}
	if err := l.save(&e); err != nil {
		return err
	}
	if l.o.Hooks.OnEpoch != nil {
		return l.o.Hooks.OnEpoch(e)
	}
	return nil
}

// closePartial enters an epoch in the history that the run ended within. A checkpoint does not have
// it: the run may go on from there.
func (l *loop) closePartial() {
	if l.at.Total.Samples == 0 {
		return
	}
	e := l.record(time.Since(l.began).Seconds())
	e.Partial = true
	l.history.Epochs = append(l.history.Epochs, e)
	l.show.epoch(l, e)
}

func (l *loop) record(seconds float64) Epoch {
	return Epoch{Epoch: l.at.Epoch, Batches: l.at.Batch, Updates: l.at.Updates, Seconds: seconds,
		GradNorm: l.at.Total.mean(normColumn), Scores: l.at.Total.scores(l.at.Names)}
}

// validate evaluates the validation data, where it is their turn, and finds whether the epoch is the
// best so far.
func (l *loop) validate(ctx context.Context, e *Epoch) error {
	if l.o.Validation.Epoch != nil {
		if (e.Epoch+1)%max(l.o.ValidateEvery, 1) != 0 {
			return nil
		}
		v, err := l.evaluate(ctx, l.o.Validation)
		if err != nil {
			return fmt.Errorf("epoch %d, validation: %w", e.Epoch, err)
		}
		e.Validation = &v
	}
	var err error
	e.Best, err = l.o.Monitor.see(&l.at.Watch, e.Epoch, e.watched())
	return err
}
