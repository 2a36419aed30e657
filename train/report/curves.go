package report

import (
	"strings"

	"github.com/spikegraph/spikegraph/train"
)

// lossName is the loss among the metrics.
const lossName = "loss"

// Curve draws a number of every epoch, "loss" or a metric, in training and in validation, whichever
// is there.
func Curve(h *train.History, metric string) Panel {
	a := Axes{Title: capital(metric), X: "epoch", WholeX: true, PercentY: metric == accuracyName}
	var training, validation Series
	training.Name, validation.Name = "training", "validation"
	training.Dots = len(h.Epochs) <= manyEpochs
	validation.Dots = training.Dots
	for _, e := range h.Epochs {
		x := float64(e.Epoch + 1)
		if v, ok := e.Metric(metric); ok {
			training.X, training.Y = append(training.X, x), append(training.Y, v)
		}
		if e.Validation == nil {
			continue
		}
		if v, ok := e.Validation.Metric(metric); ok {
			validation.X, validation.Y = append(validation.X, x), append(validation.Y, v)
		}
	}
	return lines(a, present(training, validation)...)
}

const (
	accuracyName = "accuracy" // is a fraction, and shown in percent
	manyEpochs   = 40         // from there on points are not marked
)

// present returns the series that have points.
func present(series ...Series) []Series {
	var some []Series
	for _, s := range series {
		if len(s.Y) > 0 {
			some = append(some, s)
		}
	}
	return some
}

// lines is Lines for series that are well formed.
func lines(a Axes, series ...Series) Panel {
	p, err := Lines(a, series...)
	if err != nil {
		panic(err)
	}
	return p
}

// Curves draws the loss and every metric over the epochs, one panel for each.
func Curves(h *train.History) Figure {
	f := Figure{Caption: "Learning", Panels: []Panel{Curve(h, lossName)}}
	for _, name := range metricNames(h) {
		f.Panels = append(f.Panels, Curve(h, name))
	}
	return f
}

// metricNames returns the metrics of training and validation, in their order.
func metricNames(h *train.History) []string {
	var names []string
	seen := map[string]bool{lossName: true}
	note := func(vs []train.Value) {
		for _, v := range vs {
			if !seen[v.Name] {
				seen[v.Name] = true
				names = append(names, v.Name)
			}
		}
	}
	for _, e := range h.Epochs {
		note(e.Metrics)
		if e.Validation != nil {
			note(e.Validation.Metrics)
		}
	}
	return names
}

// Rates draws the firing rate of every layer over the epochs, while training.
func Rates(h *train.History) Panel {
	var series []Series
	at := map[string]int{}
	for _, e := range h.Epochs {
		for _, r := range e.Rates {
			i, ok := at[r.Name]
			if !ok {
				i, at[r.Name] = len(series), len(series)
				series = append(series, Series{Name: r.Name, Dots: len(h.Epochs) <= manyEpochs})
			}
			series[i].X = append(series[i].X, float64(e.Epoch+1))
			series[i].Y = append(series[i].Y, r.Value)
		}
	}
	return lines(Axes{Title: "Firing rates", X: "epoch", Y: "spikes for each step", WholeX: true}, series...)
}

// GradNorm draws the norm of the gradient of every batch that the history keeps, else of every
// epoch, logarithmically.
func GradNorm(h *train.History) Panel {
	a := Axes{Title: "Gradient norm", X: "update", WholeX: true, LogY: true}
	var s Series
	for _, b := range h.Batches {
		s.X, s.Y = append(s.X, float64(b.Updates)), append(s.Y, b.GradNorm)
	}
	if len(h.Batches) == 0 {
		a.X = "epoch"
		for _, e := range h.Epochs {
			s.X, s.Y = append(s.X, float64(e.Epoch+1)), append(s.Y, e.GradNorm)
		}
	}
	return lines(a, s)
}

// Norms are gradient norms by layer, or any named numbers, at one update.
type Norms struct {
	Update int
	Values []train.Value
}

// GradNorms draws norms by layer over the updates, logarithmically; package probe measures them.
func GradNorms(norms []Norms) Panel {
	var series []Series
	at := map[string]int{}
	for _, n := range norms {
		for _, v := range n.Values {
			i, ok := at[v.Name]
			if !ok {
				i, at[v.Name] = len(series), len(series)
				series = append(series, Series{Name: v.Name, Dots: len(norms) <= manyEpochs})
			}
			series[i].X = append(series[i].X, float64(n.Update))
			series[i].Y = append(series[i].Y, v.Value)
		}
	}
	return lines(Axes{Title: "Gradient norm by layer", X: "update", WholeX: true, LogY: true}, series...)
}

// capital returns the name with a capital letter.
func capital(name string) string {
	if name == "" {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
