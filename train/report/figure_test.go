package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/report"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// blue and orange are the colours of the first two series.
var (
	blue   = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	orange = color.RGBA{0xe6, 0x7e, 0x00, 0xff}
)

// picture draws a figure as PNG and reads it back.
func picture(t *testing.T, f report.Figure) image.Image {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, f.WritePNG(&b))
	img, err := png.Decode(&b)
	require.NoError(t, err)
	return img
}

// count returns the number of pixels of a colour.
func count(img image.Image, c color.RGBA) int {
	n := 0
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if color.RGBAModel.Convert(img.At(x, y)) == c {
				n++
			}
		}
	}
	return n
}

// svg returns a figure as SVG, which must be well formed.
func svg(t *testing.T, f report.Figure) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, f.WriteSVG(&b))
	text := b.String()
	d := xml.NewDecoder(&b)
	for {
		if _, err := d.Token(); err == io.EOF {
			return text
		} else {
			require.NoError(t, err)
		}
	}
}

// panels are one of each kind.
func panels(t *testing.T) map[string]report.Panel {
	t.Helper()
	h := history(6)
	norms := []report.Norms{{Update: 1, Values: []train.Value{{Name: "fc1", Value: 10}, {Name: "fc2", Value: 0}}},
		{Update: 5, Values: []train.Value{{Name: "fc1", Value: 1}, {Name: "fc2", Value: 2}}}}
	ps := map[string]report.Panel{
		"curve":     report.Curve(h, "loss"),
		"gradients": report.GradNorm(h),
		"rates":     report.Rates(h),
		"norms":     report.GradNorms(norms),
		"histogram": report.Histogram(report.Axes{Title: "h"}, []float64{1, 2, 2, 3, math.NaN(), math.Inf(1)}, 4),
		"raster":    report.Raster(report.Axes{Title: "r"}, 10, 5, []report.Spike{{1, 2}, {3, 4}, {9.5, 0}}),
	}
	lines, err := report.Lines(report.Axes{Title: "l", Rules: []float64{1.5}},
		report.Series{Name: "a", Y: []float64{0, 1, 2}, Spikes: []float64{1}},
		report.Series{Name: "b", X: []float64{0, 0.5, 2}, Y: []float64{2, 2, 2}, Dots: true})
	require.NoError(t, err)
	ps["lines"] = lines
	return ps
}

func TestPicturesHaveSizeAndContent(t *testing.T) {
	t.Parallel()
	for name, p := range panels(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := report.Figure{Panels: []report.Panel{p}, Width: 127, Height: 76.2, DPI: 100} // 5 x 3 inches
			img := picture(t, f)
			assert.Equal(t, image.Pt(500, 300), img.Bounds().Size())
			assert.Greater(t, count(img, blue), 20, "data")
			assert.Greater(t, count(img, color.RGBA{255, 255, 255, 255}), 500*300/2, "ground")
			assert.Contains(t, svg(t, f), `viewBox="0 0 360 216"`)
		})
	}
}

func TestFiguresAreDeterministic(t *testing.T) {
	t.Parallel()
	draw := func() []byte {
		var b bytes.Buffer
		f := report.Curves(history(4))
		require.NoError(t, f.WritePNG(&b))
		require.NoError(t, f.WriteSVG(&b))
		return b.Bytes()
	}
	assert.Equal(t, draw(), draw())
}

func TestSave(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := report.Curves(history(2))
	for name, start := range map[string]string{"a.png": "\x89PNG", "a.SVG": "<?xml"} {
		path := filepath.Join(dir, name)
		require.NoError(t, f.Save(path))
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(b), start), name)
	}
	assert.ErrorIs(t, f.Save(filepath.Join(dir, "a.gif")), report.ErrValue)
	assert.ErrorIs(t, f.Save(filepath.Join(dir, "none", "a.png")), os.ErrNotExist)
	assert.ErrorIs(t, f.WritePNG(full{}), errFull)
	assert.ErrorIs(t, f.WriteSVG(full{}), errFull)
}

var errFull = errors.New("full")

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFigureErrors(t *testing.T) {
	t.Parallel()
	p := report.Curve(history(2), "loss")
	for _, f := range []report.Figure{
		{}, {Panels: []report.Panel{{}}}, {Panels: []report.Panel{p}, Width: -1}, {Panels: []report.Panel{p}, DPI: -1},
	} {
		assert.ErrorIs(t, f.WritePNG(io.Discard), report.ErrValue)
		assert.ErrorIs(t, f.WriteSVG(io.Discard), report.ErrValue)
	}
}

// Values that are not finite are gaps: what is left is drawn, and nothing fails.
func TestGaps(t *testing.T) {
	t.Parallel()
	draw := func(y ...float64) int {
		p, err := report.Lines(report.Axes{YRange: [2]float64{0, 3}, XRange: [2]float64{0, 4}}, report.Series{Y: y})
		require.NoError(t, err)
		return count(picture(t, report.Figure{Panels: []report.Panel{p}}), blue)
	}
	nan, inf := math.NaN(), math.Inf(1)
	whole := draw(1, 1, 1, 1, 1)
	assert.InDelta(t, whole/2, draw(1, 1, nan, 1, 1), float64(whole)/8)
	assert.Equal(t, draw(1, 1, nan, 1, 1), draw(1, 1, inf, 1, 1))
	assert.Positive(t, draw(nan, 1, nan, nan, nan), "a lone point is a dot")
	assert.Zero(t, draw(nan, inf))
}

func TestNothingToDraw(t *testing.T) {
	t.Parallel()
	nan := []float64{math.NaN()}
	empty, err := report.Lines(report.Axes{LogY: true}, report.Series{Y: []float64{0, -1}})
	require.NoError(t, err)
	for _, p := range []report.Panel{
		empty, report.Histogram(report.Axes{}, nan, 0), report.Histogram(report.Axes{}, nil, 3),
		report.Curve(&train.History{}, "loss"), report.Rates(&train.History{}), report.GradNorm(&train.History{}), report.GradNorms(nil),
	} {
		assert.Contains(t, svg(t, report.Figure{Panels: []report.Panel{p}}), "no finite values")
	}
	quiet := report.Raster(report.Axes{}, 10, 5, []report.Spike{{math.NaN(), 1}})
	assert.Contains(t, svg(t, report.Figure{Panels: []report.Panel{quiet}}), "no spikes")
}

// Constant data, extreme data, and one point have axes too.
func TestRangesAreDrawable(t *testing.T) {
	t.Parallel()
	for _, y := range [][]float64{{0}, {3, 3}, {1e300, -1e300}, {1e-300, 2e-300}, {5e6, 5e6 + 1}} {
		for _, log := range []bool{false, true} {
			p, err := report.Lines(report.Axes{LogY: log}, report.Series{Y: y})
			require.NoError(t, err)
			text := svg(t, report.Figure{Panels: []report.Panel{p, report.Histogram(report.Axes{}, y, 0)}})
			assert.NotContains(t, text, "NaN")
		}
	}
}

func TestLinesRefusesLengths(t *testing.T) {
	t.Parallel()
	_, err := report.Lines(report.Axes{}, report.Series{Name: "a", X: []float64{1}, Y: []float64{1, 2}})
	assert.ErrorIs(t, err, report.ErrValue)
	assert.ErrorContains(t, err, `report: cannot be shown: series 0, "a": 1 values of X, 2 of Y`)
}

func TestLegends(t *testing.T) {
	t.Parallel()
	var many []report.Series
	for range 30 {
		many = append(many, report.Series{Name: "a long name <&>", Y: []float64{1, 2}})
	}
	p, err := report.Lines(report.Axes{Title: "T"}, many...)
	require.NoError(t, err)
	text := svg(t, report.Figure{Panels: []report.Panel{p}})
	assert.Contains(t, text, "a long name &lt;&amp;&gt;")
	assert.Regexp(t, `>\+2\d<`, text, "what has no room is counted")
	assert.Contains(t, svg(t, report.Curves(history(3))), ">validation<")
	assert.Positive(t, count(picture(t, report.Curves(history(3))), orange))
}

func TestAxesHaveWholeAndPercentTicks(t *testing.T) {
	t.Parallel()
	text := svg(t, report.Figure{Panels: []report.Panel{report.Curve(history(3), "accuracy")}})
	assert.Contains(t, text, ">2</text>")
	assert.Contains(t, text, ">3</text>", "which is a gap")
	assert.NotContains(t, text, ">1.5</text>", "there is no epoch 1.5")
	assert.Contains(t, text, ">50 %</text>")
}

func TestWeights(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(1)
	for name, trained := range map[string]bool{"W": true, "fixed": false} {
		require.NoError(t, s.Put(name, tensor.New(tensor.WithShape(3), tensor.WithBacking([]float32{1, 2, 3})), trained))
	}
	require.NoError(t, s.Put("one", tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{1})), true))
	f := report.Weights(s)
	require.Len(t, f.Panels, 1)
	assert.Contains(t, svg(t, f), ">W</text>")
}
