package report

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Figure is panels in rows, their axes aligned.
type Figure struct {
	Caption       string // beside it in a Page
	Panels        []Panel
	Columns       int     // panels in a row; 0: up to three, in one row
	Width, Height float64 // of a panel, mm; 0: a row is 264 wide, and 82, 82 or 70 high for 1, 2 or 3 panels
	DPI           int     // of PNG; 0 is 144
}

const (
	maxColumns = 3
	defaultDPI = 144
	rowWidth   = 264 // mm
	rowHeight  = 82
	lowHeight  = 70 // of narrow panels
)

// Save writes the figure as PNG or SVG, as the suffix of path says.
func (f Figure) Save(path string) error {
	write := map[string]func(io.Writer) error{".png": f.WritePNG, ".svg": f.WriteSVG}[strings.ToLower(filepath.Ext(path))]
	if write == nil {
		return refuse("figures are .png or .svg, not %q", filepath.Base(path))
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return writeFile(path, b.Bytes())
}

func writeFile(path string, b []byte) error {
	if err := atomicfile.WriteBytes(path, b); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// WritePNG writes the figure as PNG.
func (f Figure) WritePNG(w io.Writer) error {
	width, height, err := f.size()
	if err != nil {
		return err
	}
	dpi := f.DPI
	if dpi == 0 {
		dpi = defaultDPI
	}
	img := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	f.draw(draw.New(img))
	if err := png.Encode(w, img.Image()); err != nil {
		return fmt.Errorf("report: writing PNG: %w", err)
	}
	return nil
}

// fonts replaces the one family that the canvas names by it and its substitutes.
var fonts = strings.NewReplacer("font-family:Liberation Sans;", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")

// WriteSVG writes the figure as SVG. Its text is text, in Liberation Sans or what resembles it.
func (f Figure) WriteSVG(w io.Writer) error {
	width, height, err := f.size()
	if err != nil {
		return err
	}
	c := vgsvg.New(width, height)
	f.draw(draw.NewCanvas(c, width, height))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return fmt.Errorf("report: writing SVG: %w", err)
	}
	if _, err := fonts.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("report: writing SVG: %w", err)
	}
	return nil
}

func (f Figure) columns() int {
	if f.Columns > 0 {
		return min(f.Columns, len(f.Panels))
	}
	return min(maxColumns, len(f.Panels))
}

func (f Figure) rows() int { return (len(f.Panels) + f.columns() - 1) / f.columns() }

// size returns the extent of the whole figure.
func (f Figure) size() (w, h vg.Length, err error) {
	if len(f.Panels) == 0 || f.Columns < 0 || f.Width < 0 || f.Height < 0 || f.DPI < 0 {
		return 0, 0, refuse("a figure of %d panels in %d columns, %g x %g mm, %d dpi", len(f.Panels), f.Columns, f.Width, f.Height, f.DPI)
	}
	for i, p := range f.Panels {
		if p.Plot == nil {
			return 0, 0, refuse("panel %d is empty", i)
		}
	}
	width, height := f.Width, f.Height
	if width == 0 {
		width = rowWidth / float64(f.columns())
	}
	if height == 0 {
		if height = rowHeight; f.columns() > 2 {
			height = lowHeight
		}
	}
	return vg.Length(width*float64(f.columns())) * vg.Millimeter, vg.Length(height*float64(f.rows())) * vg.Millimeter, nil
}

// Margins, in points.
const (
	margin   = vg.Length(8)
	gutter   = vg.Length(22)
	heading  = vg.Length(22) // title, and the space under it
	keyStrip = vg.Length(15) // legend under the title
)

// draw draws panels, then what stands above them.
func (f Figure) draw(c draw.Canvas) {
	cols, rows := f.columns(), f.rows()
	plots := make([][]*plot.Plot, rows)
	strip := heading
	for i := range rows {
		plots[i] = make([]*plot.Plot, cols)
		for j := range cols {
			if k := i*cols + j; k < len(f.Panels) {
				plots[i][j] = f.Panels[k].Plot
				if len(f.Panels[k].keys) > 0 {
					strip = heading + keyStrip
				}
			}
		}
	}
	tiles := draw.Tiles{Rows: rows, Cols: cols, PadX: gutter, PadY: strip + margin,
		PadTop: margin + strip, PadBottom: margin, PadLeft: margin, PadRight: margin + 4}
	at := plot.Align(plots, tiles, c)
	for k, p := range f.Panels {
		here := at[k/cols][k%cols]
		p.Plot.Draw(here)
		data := p.Plot.DataCanvas(here)
		p.head(c, data.Min.X, data.Max.X, data.Max.Y+strip)
	}
}

// head draws title and legend from left to right, down from top.
func (p Panel) head(c draw.Canvas, left, right, top vg.Length) {
	title := text.Style{Color: ink, Font: bold(titleSize), YAlign: draw.YTop, Handler: plot.DefaultTextHandler}
	c.FillText(title, vg.Point{X: left, Y: top}, p.title)
	label := text.Style{Color: faded, Font: sans(tickSize), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	y := top - heading + 1
	for i, k := range p.keys {
		const dash, space = 14, 4
		if left+dash+space+label.Width(k.name) > right {
			c.FillText(label, vg.Point{X: left, Y: y}, fmt.Sprintf("+%d", len(p.keys)-i))
			return
		}
		c.StrokeLine2(k.line, left, y, left+dash, y)
		c.FillText(label, vg.Point{X: left + dash + space, Y: y}, k.name)
		left += dash + space + label.Width(k.name) + 3*space
	}
}
