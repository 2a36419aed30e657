package draw

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Line is a curve through the points (X[i], Y[i]); a nil X counts from 0.
type Line struct {
	Name string // in the legend; none if empty
	X, Y []float64
}

// Panel is a picture of up to four lines, told apart by color; all but the first are dashed.
type Panel struct {
	Title, X, Y string // above it, and at its axes
	Lines       []Line
}

// colors are those of a panel's lines, in order.
var colors = []color.RGBA{blue, orange, {R: 0x2c, G: 0xa0, B: 0x2c, A: 0xff}, {R: 0x7f, G: 0x7f, B: 0x7f, A: 0xff}}

// Lines draws rows of panels, each row as long as the first, a panel being width by height
// centimetres large.
func Lines(path string, width, height float64, rows [][]Panel) error {
	var tiles [][]*plot.Plot
	for _, row := range rows {
		var ps []*plot.Plot
		for _, r := range row {
			p, err := r.plot()
			if err != nil {
				return fmt.Errorf("drawing %s: %w", r.Title, err)
			}
			ps = append(ps, p)
		}
		tiles = append(tiles, ps)
	}
	w, h := vg.Length(width*float64(len(rows[0])))*vg.Centimeter, vg.Length(height*float64(len(rows)))*vg.Centimeter
	return save(path, w, h, tiles)
}

func (r Panel) plot() (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = r.Title, r.X, r.Y
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	for i, l := range r.Lines {
		xy := make(plotter.XYs, len(l.Y))
		for k, y := range l.Y {
			xy[k] = plotter.XY{X: float64(k), Y: y}
			if l.X != nil {
				xy[k].X = l.X[k]
			}
		}
		line, err := plotter.NewLine(xy)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = colors[i%len(colors)], vg.Points(1)
		if i > 0 { // what lies below shows through
			line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
		}
		p.Add(line)
		if l.Name != "" {
			p.Legend.Add(l.Name, line)
		}
	}
	return p, nil
}
