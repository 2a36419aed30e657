// Package draw makes the pictures of the examples: learning curves and spike rasters, as PNG.
package draw

import (
	"fmt"
	"image/color"

	"github.com/spikegraph/spikegraph/train"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"os"
)

var (
	blue   = color.RGBA{R: 0x1f, G: 0x77, B: 0xb4, A: 0xff}
	orange = color.RGBA{R: 0xff, G: 0x7f, B: 0x0e, A: 0xff}
)

// Curve draws loss and accuracy of every epoch, in training and in validation, side by side.
func Curve(path string, h *train.History) error {
	loss, err := panel("Loss", h, "loss", 1)
	if err != nil {
		return err
	}
	accuracy, err := panel("Accuracy, %", h, "accuracy", 100)
	if err != nil {
		return err
	}
	accuracy.Legend.Top = false
	return save(path, 22*vg.Centimeter, 9*vg.Centimeter, [][]*plot.Plot{{loss, accuracy}})
}

// panel draws one number over the epochs.
func panel(title string, h *train.History, metric string, scale float64) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text = title, "epoch"
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	var training, validation plotter.XYs
	for _, e := range h.Epochs {
		x := float64(e.Epoch + 1)
		if v, ok := e.Metric(metric); ok {
			training = append(training, plotter.XY{X: x, Y: v * scale})
		}
		if e.Validation != nil {
			if v, ok := e.Validation.Metric(metric); ok {
				validation = append(validation, plotter.XY{X: x, Y: v * scale})
			}
		}
	}
	for _, c := range []struct {
		name   string
		points plotter.XYs
		color  color.RGBA
	}{{"training", training, blue}, {"test", validation, orange}} {
		if len(c.points) == 0 {
			continue
		}
		line, dots, err := plotter.NewLinePoints(c.points)
		if err != nil {
			return nil, fmt.Errorf("drawing %s: %w", title, err)
		}
		line.Color, line.Width = c.color, vg.Points(1.5)
		dots.Color, dots.Shape, dots.Radius = c.color, draw.CircleGlyph{}, vg.Points(2)
		p.Add(line, dots)
		p.Legend.Add(c.name, line, dots)
	}
	return p, nil
}

// Raster is the activity of a layer for one input: a row of neurons for each step.
type Raster struct {
	Title  string
	Spikes [][]float32 // [T][N]
}

// Rasters draws spikes as dots, time to the right, neurons upward, one panel for each raster.
func Rasters(path string, rs []Raster) error {
	var row []*plot.Plot
	for _, r := range rs {
		p := plot.New()
		p.Title.Text, p.X.Label.Text, p.Y.Label.Text = r.Title, "step", "neuron"
		var dots plotter.XYs
		for t, step := range r.Spikes {
			for n, z := range step {
				if z != 0 {
					dots = append(dots, plotter.XY{X: float64(t), Y: float64(n)})
				}
			}
			p.Y.Max = float64(len(step))
		}
		p.X.Min, p.X.Max, p.Y.Min = -0.5, float64(len(r.Spikes))-0.5, -1
		if len(dots) > 0 {
			s, err := plotter.NewScatter(dots)
			if err != nil {
				return fmt.Errorf("drawing %s: %w", r.Title, err)
			}
			s.GlyphStyle = draw.GlyphStyle{Color: blue, Radius: vg.Points(1), Shape: draw.CircleGlyph{}}
			p.Add(s)
		}
		row = append(row, p)
	}
	return save(path, vg.Length(len(row))*8*vg.Centimeter, 11*vg.Centimeter, [][]*plot.Plot{row})
}

// save writes panels as a PNG file.
func save(path string, width, height vg.Length, panels [][]*plot.Plot) error {
	img := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(110))
	tiles := draw.Tiles{
		Rows: len(panels), Cols: len(panels[0]),
		PadX: vg.Points(14), PadY: vg.Points(10), PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(6), PadRight: vg.Points(10),
	}
	canvases := plot.Align(panels, tiles, draw.New(img))
	for i, row := range panels {
		for j, p := range row {
			p.Draw(canvases[i][j])
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := (vgimg.PngCanvas{Canvas: img}).WriteTo(f); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return f.Close()
}
