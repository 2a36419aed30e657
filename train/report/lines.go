package report

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is a curve.
type Series struct {
	Name string // in the legend; none if empty
	X    []float64
	Y    []float64 // gaps where it is not finite, or not above 0 on a logarithmic axis
	// Spikes are marked at these X in a row above the curves.
	Spikes []float64
	Dots   bool // mark the points
}

// x returns where the i-th point is: at i, where X is nil.
func (s Series) x(i int) float64 {
	if s.X == nil {
		return float64(i)
	}
	return s.X[i]
}

// Lines draws curves. X of a series is as long as its Y, or nil for 0, 1, 2, ….
func Lines(a Axes, series ...Series) (Panel, error) {
	for i, s := range series {
		if s.X != nil && len(s.X) != len(s.Y) {
			return Panel{}, refuse("series %d, %q: %d values of X, %d of Y", i, s.Name, len(s.X), len(s.Y))
		}
	}
	p := newPanel(a)
	b := newBounds()
	for i, s := range series {
		style := draw.LineStyle{Color: colour(i), Width: lineWidth}
		b.takeX(s)
		for _, part := range s.parts(a.LogY) {
			b.takeY(part)
			if err := p.addLine(part, style, s.Dots || len(part) == 1); err != nil {
				return Panel{}, err
			}
		}
		if s.Name != "" {
			p.keys = append(p.keys, key{s.Name, style})
		}
	}
	b.show(&p, a)
	p.addSpikes(series)
	for _, y := range a.Rules {
		style := draw.LineStyle{Color: faded, Width: hairline, Dashes: []vg.Length{3, 3}}
		p.Plot.Add(rule{y, style})
	}
	return p, nil
}

// addSpikes marks spikes in a row for each series that has some, and makes room for it above.
func (p *Panel) addSpikes(series []Series) {
	rows := 0
	for i, s := range series {
		if len(s.Spikes) > 0 {
			p.Plot.Add(above{s.Spikes, rows, draw.LineStyle{Color: colour(i), Width: lineWidth}})
			rows++
		}
	}
	const room = 0.08 // of the panel, about the height of a row
	if y := &p.Plot.Y; rows > 0 {
		y.Max += room * float64(rows) * (y.Max - y.Min)
	}
}

// parts cuts the series at its gaps.
func (s Series) parts(log bool) []plotter.XYs {
	var parts []plotter.XYs
	open := false
	for i, y := range s.Y {
		x := s.x(i)
		if !finite(x) || !finite(y) || log && y <= 0 {
			open = false
			continue
		}
		if !open {
			parts, open = append(parts, nil), true
		}
		last := &parts[len(parts)-1]
		*last = append(*last, plotter.XY{X: x, Y: y})
	}
	return parts
}

func finite(x float64) bool { return x-x == 0 }

// addLine draws points joined by lines.
func (p *Panel) addLine(points plotter.XYs, style draw.LineStyle, dots bool) error {
	line, circles, err := plotter.NewLinePoints(points)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	line.LineStyle = style
	p.Plot.Add(line)
	if dots {
		circles.GlyphStyle = draw.GlyphStyle{Color: style.Color, Radius: vg.Points(2), Shape: draw.CircleGlyph{}}
		p.Plot.Add(circles)
	}
	return nil
}

// bounds are the extent of what is drawn.
type bounds struct{ x0, x1, y0, y1 float64 }

func newBounds() bounds {
	inf := math.Inf(1)
	return bounds{inf, -inf, inf, -inf}
}

// takeX takes in where the points of a series are, gaps too.
func (b *bounds) takeX(s Series) {
	for i := range s.Y {
		if x := s.x(i); finite(x) {
			b.x0, b.x1 = min(b.x0, x), max(b.x1, x)
		}
	}
}

func (b *bounds) takeY(points plotter.XYs) {
	for _, p := range points {
		b.y0, b.y1 = min(b.y0, p.Y), max(b.y1, p.Y)
	}
}

// show sets the ranges of the axes, with some air above and below. Without data the panel says so.
func (b *bounds) show(p *Panel, a Axes) {
	if b.y0 > b.y1 {
		p.nothing()
		return
	}
	for _, y := range a.Rules {
		if finite(y) && !(a.LogY && y <= 0) {
			b.y0, b.y1 = min(b.y0, y), max(b.y1, y)
		}
	}
	const air = 0.05
	lo, hi := b.y0-air*(b.y1-b.y0), b.y1+air*(b.y1-b.y0)
	if a.LogY {
		ratio := math.Pow(max(b.y1/b.y0, 1.2), air)
		lo, hi = b.y0/ratio, b.y1*ratio
	} else if b.y0 == b.y1 {
		d := max(math.Abs(b.y0), 1e-3) / 10
		lo, hi = b.y0-d, b.y1+d
	}
	setRange(&p.Plot.X, b.x0, b.x1, a.XRange)
	setRange(&p.Plot.Y, lo, hi, a.YRange)
}

// nothing says in the panel that there is nothing to draw.
func (p *Panel) nothing() {
	p.Plot.X.Min, p.Plot.X.Max, p.Plot.Y.Min, p.Plot.Y.Max = 0, 1, 0.1, 1
	p.Plot.X.Tick.Marker, p.Plot.Y.Tick.Marker = plot.ConstantTicks(nil), plot.ConstantTicks(nil)
	p.Plot.Add(note("no finite values"))
}
