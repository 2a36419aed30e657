package report

import (
	"fmt"
	"math"
	"strconv"

	"github.com/spikegraph/spikegraph/train"
)

// row is an epoch in the table.
type row struct {
	Cells []string
	Best  bool
}

// tiles are the few numbers that a run comes down to.
func tiles(h *train.History) []Setting {
	last := h.Epochs[len(h.Epochs)-1]
	var ts []Setting
	if best, ok := h.Best(); ok {
		s, of := best.Scores, "training"
		if best.Validation != nil {
			s, of = *best.Validation, "validation"
		}
		name, value := lossName, s.Loss
		if len(s.Metrics) > 0 {
			name, value = s.Metrics[0].Name, s.Metrics[0].Value
		}
		ts = append(ts, Setting{fmt.Sprintf("%s %s, best epoch (%d)", of, name, best.Epoch+1), score(name, value)})
	}
	ts = append(ts, Setting{"training loss, last epoch", number(last.Loss)})
	if last.Validation != nil {
		ts = append(ts, Setting{"validation loss, last epoch", number(last.Validation.Loss)})
	}
	seconds, samples := 0.0, 0
	for _, e := range h.Epochs {
		seconds, samples = seconds+e.Seconds, samples+e.Samples
	}
	ts = append(ts, Setting{"epochs", strconv.Itoa(len(h.Epochs))}, Setting{"updates", grouped(last.Updates)})
	if seconds > 0 {
		ts = append(ts, Setting{"training time", duration(seconds)},
			Setting{"samples per second", grouped(int(math.Round(float64(samples) / seconds)))})
	}
	return ts
}

// epochTable has a row for each epoch. A number that an epoch does not have is a dash.
func epochTable(h *train.History) (columns []string, rows []row) {
	metrics := metricNames(h)
	validated := false
	for _, e := range h.Epochs {
		validated = validated || e.Validation != nil
	}
	columns = append([]string{"Epoch", "Loss"}, capitals(metrics)...)
	if validated {
		for _, name := range append([]string{lossName}, metrics...) {
			columns = append(columns, "Val. "+name)
		}
	}
	gradients := hasGradients(h)
	if gradients {
		columns = append(columns, "Gradient norm")
	}
	columns = append(columns, "Updates", "Seconds")
	best, ok := h.Best()
	for _, e := range h.Epochs {
		cells := []string{strconv.Itoa(e.Epoch + 1)}
		if e.Partial {
			cells[0] += " (part)"
		}
		cells = append(cells, scoreCells(&e.Scores, metrics)...)
		if validated {
			cells = append(cells, scoreCells(e.Validation, metrics)...)
		}
		if gradients {
			cells = append(cells, number(e.GradNorm))
		}
		cells = append(cells, grouped(e.Updates), strconv.FormatFloat(e.Seconds, 'f', 2, 64))
		rows = append(rows, row{cells, ok && e.Epoch == best.Epoch})
	}
	return columns, rows
}

func capitals(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = capital(n)
	}
	return out
}

// scoreCells are the loss and the metrics; s may be nil.
func scoreCells(s *train.Scores, metrics []string) []string {
	var cells []string
	for _, name := range append([]string{lossName}, metrics...) {
		cell := "–"
		if s != nil {
			if v, ok := s.Metric(name); ok {
				cell = score(name, v)
			}
		}
		cells = append(cells, cell)
	}
	return cells
}

// score writes the value of a metric; an accuracy in percent.
func score(name string, v float64) string {
	if name == accuracyName && finite(v) {
		return strconv.FormatFloat(100*v, 'f', 1, 64) + " %"
	}
	return number(v)
}

// number writes a number with four digits.
func number(v float64) string {
	if a := math.Abs(v); finite(v) && a >= 1e-3 && a < 1e4 {
		digits := 3 - int(math.Floor(math.Log10(a)))
		return minus(strconv.FormatFloat(v, 'f', max(0, digits), 64))
	}
	return minus(strconv.FormatFloat(v, 'g', 4, 64))
}

// grouped writes a whole number with a thin space at the thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// duration writes a time in seconds with the unit that keeps it short.
func duration(seconds float64) string {
	value, unit := seconds, " s"
	const enough = 100
	for _, next := range []string{" min", " h"} {
		if value < enough {
			break
		}
		value, unit = value/60, next
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + unit
}
