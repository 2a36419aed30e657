package report

import (
	"fmt"

	"github.com/spikegraph/spikegraph/train/probe"
)

// TracesOf draws what neurons of a trace did in one sample, both by their positions in the trace;
// no neurons: the first four. spikes, which may be nil, is a trace of the same layer whose spikes are
// marked above the curves.
func TracesOf(a Axes, t, spikes *probe.Trace, sample int, neurons ...int) (Panel, error) {
	if err := checkSample(t, sample); err != nil {
		return Panel{}, err
	}
	if len(neurons) == 0 {
		const shown = 4
		for n := range min(shown, len(t.Neurons)) {
			neurons = append(neurons, n)
		}
	}
	x := make([]float64, len(t.Steps))
	for i, step := range t.Steps {
		x[i] = float64(step)
	}
	var series []Series
	for _, n := range neurons {
		if n < 0 || n >= len(t.Neurons) {
			return Panel{}, refuse("trace %q: neuron %d of %d", t.Name, n, len(t.Neurons))
		}
		s := Series{Name: fmt.Sprintf("neuron %d", t.Neurons[n]), X: x, Y: t.Series(sample, n)}
		if spikes != nil {
			s.Spikes = spikesOf(spikes, t.Samples[sample], t.Neurons[n])
		}
		series = append(series, s)
	}
	a.WholeX = true
	return Lines(labelled(a, t.Name, "step", ""), series...)
}

// spikesOf returns the steps at which a neuron of a sample spikes, both by their numbers in the layer.
func spikesOf(t *probe.Trace, sample, neuron int) []float64 {
	var at []float64
	for b, s := range t.Samples {
		for n, k := range t.Neurons {
			if s != sample || k != neuron {
				continue
			}
			for i, step := range t.Steps {
				if t.At(i, b, n) != 0 {
					at = append(at, float64(step))
				}
			}
			return at
		}
	}
	return nil
}

// Recorded returns a figure for each trace of a recording: of spikes the raster of a sample, by its
// position, and the histogram of the neurons' rates; of anything else the first four neurons.
func Recorded(r *probe.Recording, sample int) ([]Figure, error) {
	var figures []Figure
	for _, t := range r.Traces {
		f := Figure{Caption: fmt.Sprintf("%s, sample %d", t.Name, sample)}
		at := min(sample, len(t.Samples)-1) // a value that is one for all samples
		var p Panel
		var err error
		if !t.Binary() {
			p, err = TracesOf(Axes{}, t, nil, at)
			f.Panels = []Panel{p}
		} else if p, err = RasterOf(Axes{}, t, at); err == nil {
			f.Panels = []Panel{p, Histogram(Axes{Title: "Firing rates, all samples", X: "spikes for each step", Y: "neurons"}, t.Rates(), 0)}
		}
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	return figures, nil
}
