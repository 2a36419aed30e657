package main

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/train/report"
	"gorgonia.org/tensor"
)

// record is what is drawn.
type record struct {
	model         model
	before, after ranFreely
	learning      []float64 // output
	target        []float64 // of learning, and on
	change        []float64 // of the weights in a ms, for every piece
}

// picture draws learning on the left, free runs on the right.
func (r record) picture(path string) error {
	const least = 1000 // ms that are drawn
	m := r.model
	shown := min(max(2*m.period, least), len(r.learning), len(r.before.z))
	end := len(r.after.z)
	var panels [6]report.Panel
	var errs [6]error
	panels[0], errs[0] = report.Lines(report.Axes{Title: "output before learning, and from 0 on", X: "ms"},
		line("target", -shown/2, m.curve(-shown/2, shown/2, 1)),
		line("output", -shown/2, append(slices.Clone(r.before.z[len(r.before.z)-shown/2:]), r.learning[:shown/2]...)))
	panels[1], errs[1] = report.Lines(report.Axes{Title: "by itself: output at the end", X: "ms"},
		line("target", end-shown, r.target[len(r.learning)+end-shown:][:shown]), line("output", end-shown, r.after.z[end-shown:]))
	panels[2], errs[2] = report.Lines(report.Axes{Title: fmt.Sprintf("mean error of %d ms", piece), X: "ms", LogY: true}, ofPieces(r.pieceErrors()))
	panels[3], errs[3] = m.neurons("before learning", r.before, shown)
	panels[4], errs[4] = report.Lines(report.Axes{Title: "weight change in a ms", X: "ms", LogY: true}, ofPieces(r.change))
	panels[5], errs[5] = m.neurons("by themselves, at the end", r.after, shown)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	return report.Figure{Panels: panels[:], Columns: 2}.Save(path)
}

// line is a curve over ms.
func line(name string, from int, y []float64) report.Series {
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(from + i)
	}
	return report.Series{Name: name, X: x, Y: y}
}

// ofPieces is a curve of one number for each piece.
func ofPieces(y []float64) report.Series {
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i * piece)
	}
	return report.Series{X: x, Y: y}
}

// pieceErrors returns the mean error of every piece.
func (r record) pieceErrors() []float64 {
	var e []float64
	for z, f := r.learning, r.target; len(z) > 0; {
		n := min(piece, len(z))
		e = append(e, math.Max(meanError(z[:n], f), 1e-12))
		z, f = z[n:], f[n:]
	}
	return e
}

// neurons draws what the first neurons did in the last ms: their spikes, or rates.
func (m model) neurons(when string, run ranFreely, ms int) (report.Panel, error) {
	all, n := last(run.shown, ms*m.steps)
	if m.shown == ratesScope {
		return report.Lines(report.Axes{Title: "rates " + when, X: "ms"}, rates(all, n)...)
	}
	const shown = 40
	var spikes []report.Spike
	for i, z := range all {
		if z != 0 && i%n < shown {
			spikes = append(spikes, report.Spike{Time: float64(i/n) / float64(m.steps), Neuron: i % n})
		}
	}
	return report.Raster(report.Axes{Title: "spikes " + when, X: "ms", Y: "neuron"}, float64(ms), min(shown, n), spikes), nil
}

// last returns the last steps of x [T 1 n].
func last(x *tensor.Dense, steps int) (rows []float64, n int) {
	n = x.Shape()[2]
	all := numbers(x)
	return all[len(all)-steps*n:], n
}

// rates are the curves of the first five neurons, one above the other.
func rates(all []float64, n int) []report.Series {
	const shown = 5
	var top float64
	for _, v := range all {
		top = max(top, math.Abs(v))
	}
	var lines []report.Series
	for j := range min(shown, n) {
		y := make([]float64, len(all)/n)
		for t := range y {
			y[t] = all[t*n+j]/top + 2*float64(j)
		}
		lines = append(lines, line("", 0, y))
	}
	return lines
}
