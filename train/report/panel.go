package report

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Axes are what stands around a panel.
type Axes struct {
	Title, X, Y    string
	LogY           bool       // logarithmic in Y
	WholeX, WholeY bool       // ticks at whole numbers only
	PercentY       bool       // labels of Y are 100 times the value, with a percent sign
	Rules          []float64  // dashed horizontal lines of Lines, such as a threshold
	XRange, YRange [2]float64 // what is shown; zeros: what the data need
}

// Panel is one picture with axes. Plot may be changed before it is drawn.
type Panel struct {
	Plot  *plot.Plot
	title string
	keys  []key
}

// key is an entry of a panel's legend.
type key struct {
	name string
	line draw.LineStyle
}

// Colours of what is drawn, and of what is around it. The first eight are those of Okabe and Ito,
// "Color universal design" (2008), which colour-blind readers tell apart, in another order.
var palette = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff}, // blue
	color.RGBA{0xe6, 0x7e, 0x00, 0xff}, // orange, darker
	color.RGBA{0x00, 0x9e, 0x73, 0xff}, // green
	color.RGBA{0xcc, 0x79, 0xa7, 0xff}, // purple
	color.RGBA{0x56, 0xb4, 0xe9, 0xff}, // sky
	color.RGBA{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	color.RGBA{0x8c, 0x7a, 0x00, 0xff}, // olive, for yellow
	color.RGBA{0x44, 0x44, 0x44, 0xff}, // black
}

var (
	ink   = color.RGBA{0x22, 0x27, 0x2e, 0xff} // titles
	faded = color.RGBA{0x5b, 0x65, 0x70, 0xff} // labels
	frame = color.RGBA{0x9a, 0xa3, 0xad, 0xff} // axes
	grid  = color.RGBA{0xe6, 0xe9, 0xed, 0xff}
)

// colour returns the colour of the i-th series.
func colour(i int) color.Color { return palette[i%len(palette)] }

// sans is the font of everything.
func sans(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// bold is the font of titles.
func bold(size vg.Length) font.Font {
	f := sans(size)
	f.Weight = weightBold
	return f
}

// weightBold is WeightBold of golang.org/x/image/font.
const weightBold = 3

const (
	labelSize = 9.0 // points
	tickSize  = 8.0
	titleSize = 10.0
	hairline  = vg.Length(0.6)
	lineWidth = vg.Length(1.4)
)

// newPanel returns a panel without data.
func newPanel(a Axes) Panel {
	p := plot.New()
	for _, axis := range []struct {
		of    *plot.Axis
		label string
	}{{&p.X, a.X}, {&p.Y, a.Y}} {
		x := axis.of
		x.Label.Text = axis.label
		x.Label.TextStyle.Font, x.Label.TextStyle.Color = sans(labelSize), faded
		x.Label.Padding = vg.Points(4)
		x.LineStyle = draw.LineStyle{Color: frame, Width: hairline}
		x.Tick.LineStyle = x.LineStyle
		x.Tick.Length = vg.Points(3)
		x.Tick.Label.Font, x.Tick.Label.Color = sans(tickSize), faded
		x.Padding = vg.Points(2)
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{whole: a.WholeX}, ticks{whole: a.WholeY, percent: a.PercentY}
	if a.LogY {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks{}
	}
	lines := plotter.NewGrid()
	lines.Vertical.Width = 0
	lines.Horizontal = draw.LineStyle{Color: grid, Width: hairline}
	p.Add(lines)
	return Panel{Plot: p, title: a.Title}
}

// setRange lets the axes show [lo, hi], or what the user asked for.
func setRange(x *plot.Axis, lo, hi float64, asked [2]float64) {
	if asked[0] < asked[1] {
		lo, hi = asked[0], asked[1]
	}
	if lo == hi {
		lo, hi = lo-0.5, hi+0.5
	}
	x.Min, x.Max = lo, hi
}
