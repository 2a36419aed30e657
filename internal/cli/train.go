package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/report"
)

// trainFlags are the flags of train.
type trainFlags struct {
	model.Changes
	seed    uint64
	resume  bool
	weights string // to begin with
	rules   checkpoint.Rules
	out     string
	report  string // .html
	board   string // directory
}

// trained is the last line of train as JSON.
type trained struct {
	Event      string  `json:"event"` // "done" or "interrupted"
	Epochs     int     `json:"epochs"`
	Updates    int     `json:"updates"`
	Train      *scores `json:"train,omitempty"`
	Validation *scores `json:"validation,omitempty"`
	Stopped    string  `json:"stopped,omitempty"` // why it ended early
	Checkpoint string  `json:"checkpoint,omitempty"`
	Weights    string  `json:"weights,omitempty"`
	Seconds    number  `json:"seconds"`
}

// epoch is a line for each epoch.
type epoch struct {
	Event      string  `json:"event"` // "epoch"
	Epoch      int     `json:"epoch"` // from 0
	Updates    int     `json:"updates"`
	Train      scores  `json:"train"`
	Validation *scores `json:"validation,omitempty"`
	Best       bool    `json:"best"`
	Seconds    number  `json:"seconds"`
}

func (a *app) trainCommand() *cobra.Command {
	var f trainFlags
	c := tomlFile(&cobra.Command{
		Use:   "train FILE.toml",
		Short: "Train the model of a TOML file",
		Long: `Train the model of a TOML file by back-propagation through time or, where it has a
table [readout], fit one layer: in one pass (ridge and its kin) or step by step (RLS).

Checkpoints go to the directory that [train.checkpoint] dir or --checkpoint names;
without one nothing is kept but the file of --out. Ctrl-C stops after the current
batch, saves a checkpoint, and ends with code 130; --resume goes on from the last
checkpoint, and the result equals that of a run that was not interrupted, bit for
bit. A second Ctrl-C ends at once.

With --json there is a line for each epoch, {"event":"epoch",...}, and one at the
end, {"event":"done",...} or {"event":"interrupted",...}.`,
		Example: `  spikegraph train net.toml
  spikegraph train net.toml --epochs 20 --checkpoint run --out weights.safetensors
  spikegraph train net.toml --checkpoint run --resume
  spikegraph train net.toml --report run.html --board runs/a
  spikegraph train net.toml --weights other.npz --missing 'out.*' --unexpected 'dense2.*'
  spikegraph train net.toml --json --quiet | jq .validation.metrics.accuracy`,
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("seed") {
				f.Seed = &f.seed
			}
			return a.train(c.Context(), args[0], f)
		},
	})
	c.Flags().IntVar(&f.Epochs, "epochs", 0, "passes over the data in the whole run, in place of the file's")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "of weights and the order of data, in place of the file's")
	c.Flags().StringVar(&f.Checkpoint, "checkpoint", "", "directory of checkpoints, in place of the file's")
	c.Flags().BoolVar(&f.resume, "resume", false, "go on from the last checkpoint")
	c.Flags().StringVar(&f.weights, "weights", "", "weights to begin with: a file that inspect knows, or a directory of checkpoints")
	c.Flags().StringArrayVar(&f.rules.AllowMissing, "missing", nil, "names that the file of --weights need not have; they stay as drawn; a * at the end")
	c.Flags().StringArrayVar(&f.rules.AllowUnexpected, "unexpected", nil, "names in the file of --weights that the model need not have")
	c.Flags().StringVar(&f.report, "report", "", "HTML page of the run, written anew after every epoch: curves, gradients, spikes, weights")
	c.Flags().StringVar(&f.board, "board", "", "directory for TensorBoard event files")
	c.Flags().StringVar(&f.out, "out", "", "file for the trained weights, in the format of its ending: see convert")
	c.Flags().IntVar(&f.Workers, "workers", 0, "goroutines that share the work (default: one for each processor)")
	return c
}

func (a *app) train(ctx context.Context, path string, f trainFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	m, err := a.open(ctx, path, f.Changes)
	if err != nil {
		return err
	}
	if f.resume && m.Fit.Checkpoint.Dir == "" {
		return misuse("--resume: there is no directory of checkpoints: want --checkpoint, or dir in [train.checkpoint]")
	}
	if err := fresh(m.Fit.Checkpoint.Dir, f.resume); err != nil {
		return err
	}
	if f.weights != "" {
		if err := a.load(ctx, m, f.weights, f.rules); err != nil {
			return err
		}
	}
	if m.Fit.Checkpoint.Dir == "" && f.out == "" {
		a.warn("nothing will be saved: there is neither a directory of checkpoints nor --out")
	}
	return a.fit(ctx, path, m, f)
}

// fresh refuses a directory with the checkpoints of another run.
func fresh(dir string, resume bool) error {
	if dir == "" || resume {
		return nil
	}
	list, err := checkpoint.Series{Dir: dir}.List()
	if err == nil && len(list) > 0 {
		err = misuse("%s holds the checkpoints of a run: --resume goes on with it; else name another directory", dir)
	}
	return err
}

// fit trains and tells the result.
func (a *app) fit(ctx context.Context, path string, m *model.Model, f trainFlags) error {
	start := time.Now()
	result := trained{Event: "done"}
	o := m.Fit
	o.Checkpoint.Resume, o.Progress = f.resume, a.progress()
	o.Hooks.OnCheckpoint = func(path string) { result.Checkpoint = path }
	o.Hooks.OnEpoch = func(e train.Epoch) error {
		if !a.json {
			return nil
		}
		return a.object(epoch{"epoch", e.Epoch, e.Updates, scoresOf(e.Scores), optional(e.Validation), e.Best, number(e.Seconds)})
	}
	w, err := a.watchOf(ctx, path, m, f)
	if err != nil {
		return err
	}
	o.Hooks = report.JoinHooks(o.Hooks, w.hooks())
	h, err := a.learn(ctx, m, o)
	stopped := errors.Is(err, context.Canceled)
	if err != nil && !stopped {
		return hinted(err, f.resume)
	}
	if err := w.finish(context.WithoutCancel(ctx), h); err != nil {
		return err
	}
	result.fill(h)
	result.Seconds = number(time.Since(start).Seconds())
	if stopped {
		result.Event = "interrupted"
		return errors.Join(a.tell(result, h), interrupted(err, result.Checkpoint))
	}
	if f.out != "" {
		if err := saveStore(f.out, m.Trainer.Store); err != nil {
			return err
		}
		result.Weights = f.out
	}
	return a.tell(result, h)
}

// learn trains by gradients, or fits the readout that the file names.
func (a *app) learn(ctx context.Context, m *model.Model, o train.FitOptions) (*train.History, error) {
	if m.Readout == nil {
		return m.Trainer.Fit(ctx, m.Data.Training(m.Parts.Train), o)
	}
	return m.FitReadout(ctx, o)
}

// hinted adds to an error of a checkpoint that is damaged what can be done.
func hinted(err error, resume bool) error {
	for _, damage := range []error{checkpoint.ErrTruncated, checkpoint.ErrChecksum, checkpoint.ErrFormat} {
		if resume && errors.Is(err, damage) {
			return fmt.Errorf("%w: without that file --resume goes on from the checkpoint before", err)
		}
	}
	return err
}

// interrupted says what there is after a signal.
func interrupted(err error, checkpoint string) error {
	if checkpoint == "" {
		return fmt.Errorf("interrupted, and nothing is saved: %w", err)
	}
	return fmt.Errorf("interrupted: the run is saved in %s, --resume goes on from there: %w", checkpoint, err)
}

// fill takes over what the history says.
func (r *trained) fill(h *train.History) {
	last, ok := h.Last()
	if !ok {
		return
	}
	r.Epochs, r.Updates, r.Stopped = len(h.Epochs), last.Updates, h.Stopped
	r.Train, r.Validation = optional(&last.Scores), optional(last.Validation)
}

func optional(s *train.Scores) *scores {
	if s == nil {
		return nil
	}
	t := scoresOf(*s)
	return &t
}

// tell writes the result.
func (a *app) tell(r trained, h *train.History) error {
	if a.json {
		return a.object(r)
	}
	last, ok := h.Last()
	if !ok {
		return nil
	}
	rows := [][]string{{"epochs", fmt.Sprint(r.Epochs)}, {"updates", fmt.Sprint(r.Updates)}, {"training", lineOf(last.Scores)}}
	if last.Validation != nil {
		rows = append(rows, []string{"validation", lineOf(*last.Validation)})
	}
	for _, more := range [][]string{{"stopped", r.Stopped}, {"checkpoint", r.Checkpoint}, {"weights", r.Weights}} {
		if more[1] != "" {
			rows = append(rows, more)
		}
	}
	rows = append(rows, []string{"seconds", fmt.Sprintf("%.1f", float64(r.Seconds))})
	return table(a.out, rows)
}
