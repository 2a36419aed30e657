package train

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/vbauerster/mpb/v8/cwriter"
)

// reporter shows how a run gets on.
type reporter interface {
	begin(l *loop)
	batch(l *loop)
	epoch(l *loop, e Epoch)
	end()
}

// reporters are several.
type reporters []reporter

// newReporters returns who reports by the options: no one, if neither a writer nor a logger is set.
func newReporters(o FitOptions) reporters {
	var rs reporters
	if o.Logger != nil {
		rs = append(rs, &lines{log: o.Logger, every: o.LogEvery})
	}
	switch {
	case o.Progress == nil:
	case isTerminal(o.Progress):
		rs = append(rs, newBars(o.Progress))
	default:
		log := slog.New(slog.NewTextHandler(o.Progress, nil))
		rs = append(rs, &lines{log: log, every: o.LogEvery})
	}
	return rs
}

// isTerminal reports whether w is a terminal that a bar fits on; some that are none say 0 lines.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || !cwriter.IsTerminal(int(f.Fd())) {
		return false
	}
	width, height, err := cwriter.GetSize(int(f.Fd()))
	return err == nil && width > 0 && height > 0
}

func (rs reporters) begin(l *loop) {
	for _, r := range rs {
		r.begin(l)
	}
}

func (rs reporters) batch(l *loop) {
	for _, r := range rs {
		r.batch(l)
	}
}

func (rs reporters) epoch(l *loop, e Epoch) {
	for _, r := range rs {
		r.epoch(l, e)
	}
}

func (rs reporters) end() {
	for _, r := range rs {
		r.end()
	}
}

// lines reports by lines of a log.
type lines struct {
	log   *slog.Logger
	every int // batches between lines; 0: none

	samples int // of the epoch before this run took it up
}

func (r *lines) begin(l *loop) { r.samples = l.at.Total.Samples }

func (r *lines) batch(l *loop) {
	if r.every == 0 || l.at.Batch%r.every != 0 {
		return
	}
	speed := perSecond(l.at.Total.Samples-r.samples, time.Since(l.began))
	r.line("batch", l.at.Epoch, l.at.Total.scores(l.at.Names), speed, slog.Int("batch", l.at.Batch))
}

func (r *lines) epoch(_ *loop, e Epoch) {
	var more []slog.Attr
	if e.Validation != nil {
		more = attrs("validation_", *e.Validation)
	}
	speed := perSecond(e.Samples-r.samples, time.Duration(e.Seconds*float64(time.Second)))
	r.line("epoch", e.Epoch, e.Scores, speed, more...)
}

func (r *lines) end() {}

// line writes the scores of an epoch, or of its part so far.
func (r *lines) line(what string, epoch int, s Scores, speed float64, more ...slog.Attr) {
	as := append([]slog.Attr{slog.Int("epoch", epoch)}, attrs("", s)...)
	as = append(as, slog.Float64("samples_per_s", rounded(speed)))
	for _, v := range s.Rates {
		as = append(as, slog.Float64("rate."+v.Name, rounded(v.Value)))
	}
	r.log.LogAttrs(context.Background(), slog.LevelInfo, what, append(as, more...)...)
}

// attrs returns loss and metrics for a log.
func attrs(prefix string, s Scores) []slog.Attr {
	as := []slog.Attr{slog.Float64(prefix+lossName, rounded(s.Loss))}
	for _, v := range s.Metrics {
		as = append(as, slog.Float64(prefix+v.Name, rounded(v.Value)))
	}
	return as
}

// rounded returns x to four digits, as people read it.
func rounded(x float64) float64 {
	var y float64
	if _, err := fmt.Sscan(fmt.Sprintf("%.4g", x), &y); err != nil {
		return x
	}
	return y
}

func perSecond(samples int, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(samples) / d.Seconds()
}

// summary returns scores as they stand beside a bar.
func summary(s Scores, speed float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "loss %.4g", s.Loss)
	for _, v := range s.Metrics {
		fmt.Fprintf(&b, "  %s %.4g", v.Name, v.Value)
	}
	fmt.Fprintf(&b, "  %.0f samples/s", speed)
	for i, v := range s.Rates {
		if i == 0 {
			b.WriteString("  rates")
		}
		fmt.Fprintf(&b, " %s %.3f", v.Name, v.Value)
	}
	return b.String()
}
