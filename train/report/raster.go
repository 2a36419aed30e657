package report

import (
	"image/color"

	"github.com/spikegraph/spikegraph/train/probe"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Spike is a spike of a neuron at a time.
type Spike struct {
	Time   float64 // in the unit of the axis
	Neuron int
}

// Raster draws spikes as upright strokes, time to the right, neurons upward. The axes show at least
// [0, steps] and [0, neurons]; times that are not finite are left out.
func Raster(a Axes, steps float64, neurons int, spikes []Spike) Panel {
	a.WholeY = true
	p := newPanel(a)
	x1, y1 := steps, float64(neurons)
	var seen []Spike
	for _, s := range spikes {
		if finite(s.Time) {
			seen = append(seen, s)
			x1, y1 = max(x1, s.Time), max(y1, float64(s.Neuron+1))
		}
	}
	setRange(&p.Plot.X, -0.02*x1, x1, a.XRange)
	setRange(&p.Plot.Y, -0.5, y1-0.5, a.YRange)
	p.Plot.Add(strokes{seen, colour(0)})
	return p
}

// RasterOf draws the spikes of one sample of a trace, by its position in Samples: what is not 0 is a
// spike.
func RasterOf(a Axes, t *probe.Trace, sample int) (Panel, error) {
	if err := checkSample(t, sample); err != nil {
		return Panel{}, err
	}
	a = labelled(a, t.Name, "step", "neuron")
	a.WholeX = true
	var spikes []Spike
	top := 0
	for n, neuron := range t.Neurons {
		top = max(top, neuron+1)
		for i, step := range t.Steps {
			if t.At(i, sample, n) != 0 {
				spikes = append(spikes, Spike{float64(step), neuron})
			}
		}
	}
	return Raster(a, float64(t.Steps[len(t.Steps)-1]), top, spikes), nil
}

// labelled fills in the texts that are not given.
func labelled(a Axes, title, x, y string) Axes {
	for _, t := range []struct {
		of   *string
		text string
	}{{&a.Title, title}, {&a.X, x}, {&a.Y, y}} {
		if *t.of == "" {
			*t.of = t.text
		}
	}
	return a
}

func checkSample(t *probe.Trace, sample int) error {
	switch {
	case t == nil:
		return refuse("the trace is nil")
	case len(t.Steps) == 0:
		return refuse("trace %q has no steps", t.Name)
	case sample < 0 || sample >= len(t.Samples):
		return refuse("trace %q: sample %d of %d", t.Name, sample, len(t.Samples))
	}
	return nil
}

// strokes are spikes, drawn as one path.
type strokes struct {
	spikes []Spike
	color  color.Color
}

// Plot implements plot.Plotter. A stroke is as high as a neuron's row, but can be seen.
func (s strokes) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	half := min(max(0.4*(y(1)-y(0)), vg.Points(0.9)), vg.Points(6))
	width := min(max(0.35*(x(1)-x(0)), vg.Points(0.7)), vg.Points(1.4))
	var path vg.Path
	for _, k := range s.spikes {
		at := vg.Point{X: x(k.Time), Y: y(float64(k.Neuron))}
		if !c.Contains(at) {
			continue
		}
		path.Move(vg.Point{X: at.X, Y: max(at.Y-half, c.Min.Y)})
		path.Line(vg.Point{X: at.X, Y: min(at.Y+half, c.Max.Y)})
	}
	if len(path) == 0 {
		note("no spikes").Plot(c, p)
		return
	}
	c.SetLineStyle(draw.LineStyle{Color: s.color, Width: width})
	c.Stroke(path)
}
