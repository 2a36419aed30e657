package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// rule is a horizontal line through the panel.
type rule struct {
	y     float64
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (r rule) Plot(c draw.Canvas, p *plot.Plot) {
	if r.y < p.Y.Min || r.y > p.Y.Max {
		return
	}
	_, y := p.Transforms(&c)
	c.StrokeLine2(r.style, c.Min.X, y(r.y), c.Max.X, y(r.y))
}

// above are ticks in a row at the upper edge of the panel, the first row highest.
type above struct {
	at    []float64
	row   int
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (a above) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	const length, pitch = 7, 9
	top := c.Max.Y - pitch*vg.Length(a.row)
	for _, v := range a.at {
		if v >= p.X.Min && v <= p.X.Max {
			c.StrokeLine2(a.style, x(v), top-length, x(v), top)
		}
	}
}

// note is text in the middle of the panel.
type note string

// Plot implements plot.Plotter.
func (n note) Plot(c draw.Canvas, _ *plot.Plot) {
	style := text.Style{Color: faded, Font: sans(labelSize), XAlign: draw.XCenter, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	c.FillText(style, vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: (c.Min.Y + c.Max.Y) / 2}, string(n))
}
