package main

import (
	"errors"
	"math"

	"github.com/spikegraph/spikegraph/train/report"
)

// record is what is drawn.
type record struct {
	before, after ranFreely
	learning      []float64 // output
	change        []float64 // of the weights in a ms, for every piece
}

// picture draws learning on the left, free runs on the right.
func (r record) picture(path string, target []float64) error {
	learned := target[len(r.learning):]
	begin := min(2*period, len(r.learning))
	panels := [6]report.Panel{}
	var errs [6]error
	panels[0], errs[0] = report.Lines(report.Axes{Title: "learning: output", X: "ms"}, r.line("target", target[:begin]), r.line("output", r.learning[:begin]))
	panels[1], errs[1] = r.freeRun("by itself: output", r.after.z[:begin], learned[:begin])
	panels[2], errs[2] = report.Lines(report.Axes{Title: "mean error of 60 ms", X: "ms", LogY: true}, r.ofPieces(r.pieceErrors(target)))
	panels[3], errs[3] = report.Lines(report.Axes{Title: "rates before learning", X: "ms"}, r.rates(r.before, begin)...)
	panels[4], errs[4] = report.Lines(report.Axes{Title: "weight change in a ms", X: "ms", LogY: true}, r.ofPieces(r.change))
	panels[5], errs[5] = report.Lines(report.Axes{Title: "rates after learning", X: "ms"}, r.rates(r.after, begin)...)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	return report.Figure{Panels: panels[:], Columns: 2}.Save(path)
}

// freeRun draws an output beside the target.
func (r record) freeRun(title string, z, f []float64) (report.Panel, error) {
	return report.Lines(report.Axes{Title: title, X: "ms"}, r.line("target", f), r.line("output", z))
}

// line is a curve over ms.
func (r record) line(name string, y []float64) report.Series {
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i)
	}
	return report.Series{Name: name, X: x, Y: y}
}

// ofPieces is a curve of one number for each piece.
func (r record) ofPieces(y []float64) report.Series {
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i * piece)
	}
	return report.Series{X: x, Y: y}
}

// pieceErrors returns the mean error of every piece.
func (r record) pieceErrors(target []float64) []float64 {
	var e []float64
	for z, f := r.learning, target; len(z) > 0; {
		n := min(piece, len(z))
		e = append(e, math.Max(meanError(z[:n], f), 1e-12))
		z, f = z[n:], f[n:]
	}
	return e
}

// rates are the curves of the first five neurons, one above the other.
func (r record) rates(run ranFreely, steps int) []report.Series {
	const shown = 5
	n := run.rates.Shape()[2]
	all := numbers(run.rates)
	var top float64
	for _, v := range all[:steps*n] {
		top = max(top, math.Abs(v))
	}
	var lines []report.Series
	for j := range min(shown, n) {
		y := make([]float64, steps)
		for t := range y {
			y[t] = all[t*n+j]/top + 2*float64(j)
		}
		lines = append(lines, r.line("", y))
	}
	return lines
}
