// Package program is what the examples share: how they begin and end.
package program

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/report"
)

// Main parses the flags and runs an example, whose context ends with an interrupt. It ends the
// process: with 1, and what was wrong on the standard error, if there is an error.
func Main(run func(ctx context.Context) error) {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(code(ctx, flag.Args(), os.Stderr, run))
}

// Picture parses the flags, and with them -out, and runs an example that draws a picture in that directory. It ends the process as Main
// does; an interrupt ends it at once.
func Picture(out *string, run func() error) {
	flag.StringVar(out, "out", ".", "directory for the picture, made if there is none")
	flag.Parse()
	os.Exit(code(context.Background(), flag.Args(), os.Stderr, func(context.Context) error {
		if err := (Files{Out: *out}).Ready(); err != nil {
			return err
		}
		return run()
	}))
}

// code runs an example unless there are arguments behind the flags, and returns the exit code.
func code(ctx context.Context, rest []string, errs io.Writer, run func(ctx context.Context) error) int {
	err := error(nil)
	if len(rest) > 0 {
		err = fmt.Errorf("%q is no flag; there are no other arguments, -help lists the flags", rest[0])
	} else {
		err = run(ctx)
	}
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	return 0
}

// Files says what an example leaves besides the lines that it prints. The zero value is nothing.
type Files struct {
	Out  string // directory for a picture of how it learned
	Save string // file for the trained weights
}

// Flags adds the flags -out and -save.
func (f *Files) Flags(set *flag.FlagSet) {
	set.StringVar(&f.Out, "out", "", "directory for a picture of how it learned, made if there is none (default: no picture)")
	set.StringVar(&f.Save, "save", "", "file for the trained weights (default: none)")
}

// Ready makes the directories of the files, so that training does not end at a path that cannot be.
func (f Files) Ready() error {
	if f.Out != "" {
		if err := writable(filepath.Join(f.Out, "picture")); err != nil {
			return fmt.Errorf("-out: %w", err)
		}
	}
	if f.Save == "" {
		return nil
	}
	if err := writable(f.Save); err != nil {
		return fmt.Errorf("-save: %w", err)
	}
	return nil
}

// writable makes the directory of a file if there is none, and returns why the file cannot be written.
func writable(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Check(path)
}

// Run is a training that has ended.
type Run struct {
	Name    string // of the example
	History *train.History
	Test    *train.Scores // with an accuracy; nil if it was interrupted before there were any
	Store   *graph.Store
	Start   time.Time
}

// Finish prints how accurate the trained network is, and leaves the files.
func (f Files) Finish(r Run) error {
	if r.Test != nil {
		accuracy, _ := r.Test.Metric("accuracy")
		fmt.Printf("test accuracy %.2f %% after %d epochs in %.1f s\n",
			100*accuracy, len(r.History.Epochs), time.Since(r.Start).Seconds())
	}
	if f.Save != "" { // first, as it cannot be drawn again
		if err := train.SaveWeights(f.Save, r.Store); err != nil {
			return err
		}
	}
	if f.Out == "" {
		return nil
	}
	return report.Curves(r.History).Save(filepath.Join(f.Out, r.Name+"-curve.png"))
}

// Validated returns the test scores of the last epoch, nil if it has none.
func Validated(h *train.History) *train.Scores {
	last, _ := h.Last()
	return last.Validation
}
