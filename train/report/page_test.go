package report_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/report"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// html returns a page, whose elements must be closed.
func html(t *testing.T, p report.Page) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, p.WriteHTML(&b))
	text := b.String()
	d := xml.NewDecoder(&b)
	d.Strict, d.AutoClose, d.Entity = false, []string{"meta"}, xml.HTMLEntity
	open := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch token.(type) {
		case xml.StartElement:
			open++
		case xml.EndElement:
			open--
		}
	}
	assert.Zero(t, open)
	return text
}

func TestPage(t *testing.T) {
	t.Parallel()
	text := html(t, report.Page{
		Title: "A <run>", Note: "of & on", History: history(5),
		Settings: []report.Setting{{"Rate", "0.1"}},
		Figures:  []report.Figure{{Caption: `"Mine"`, Panels: []report.Panel{report.Histogram(report.Axes{Title: "H"}, []float64{1, 2}, 2)}}},
	})
	for _, want := range []string{
		"<title>A &lt;run&gt;</title>", "of &amp; on", "<dt>Rate</dt><dd>0.1</dd>", "<b>Figure 3.</b>&#34;Mine&#34;",
		"<dt>validation accuracy, best epoch (5)</dt><dd>90.0 %</dd>", "<dt>training time</dt><dd>6.2 s</dd>",
		"<dt>samples per second</dt><dd>400</dd>", `<tr class="best"><td>5</td><td>0.2000</td><td>90.0 %</td><td>0.3000</td>`,
		"<td>3</td><td>NaN</td><td>NaN</td>",
	} {
		assert.Contains(t, text, want)
	}
	assert.Equal(t, 3, strings.Count(text, "<svg "))
	assert.Equal(t, 1, strings.Count(text, `class="best"`))
	assert.Equal(t, text, html(t, report.Page{
		Title: "A <run>", Note: "of & on", History: history(5),
		Settings: []report.Setting{{"Rate", "0.1"}},
		Figures:  []report.Figure{{Caption: `"Mine"`, Panels: []report.Panel{report.Histogram(report.Axes{Title: "H"}, []float64{1, 2}, 2)}}},
	}), "deterministic")
}

// Nothing is loaded from elsewhere, and nothing runs.
func TestPageIsSelfContained(t *testing.T) {
	t.Parallel()
	text := html(t, report.Page{History: history(3)})
	assert.NotRegexp(t, regexp.MustCompile(`(?i)<script|<link|<img|@import|url\(|src=|[^:]href=`), text)
	addresses := regexp.MustCompile(`https?://[^"]*`).FindAllString(text, -1)
	for _, a := range addresses {
		assert.Contains(t, []string{"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, a, "a name of XML only")
	}
}

// A run without validation, metrics, rates or batches, and stopped within its epoch.
func TestPageOfLittle(t *testing.T) {
	t.Parallel()
	h := &train.History{Stopped: "by a hook", Epochs: []train.Epoch{{Partial: true, Updates: 1234567, GradNorm: math.Inf(1)}}}
	text := html(t, report.Page{History: h})
	for _, want := range []string{"Training run", "Training stopped: by a hook.", "<td>1 (part)</td>", "1\u202f234\u202f567", "<td>&#43;Inf</td>"} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "Val. loss")
	assert.NotContains(t, text, `class="best"`)
	assert.NotContains(t, text, "is the best")
}

// Of a readout that was solved for there are no gradients, and so no picture of them.
func TestPageWithoutGradients(t *testing.T) {
	t.Parallel()
	h := &train.History{Epochs: []train.Epoch{{Scores: train.Scores{Samples: 1, Loss: 1}}}}
	assert.NotContains(t, html(t, report.Page{History: h}), "Figure 2")
	h.Epochs[0].Rates = []train.Value{{Name: "hidden", Value: 0.5}}
	text := html(t, report.Page{History: h})
	assert.Contains(t, text, "<b>Figure 2.</b>Activity")
	assert.NotContains(t, text, "Gradient norm")
	h.Epochs[0].GradNorm = 1
	assert.Contains(t, html(t, report.Page{History: h}), "<b>Figure 2.</b>Gradients and activity")
}

func TestPageOfALongRun(t *testing.T) {
	t.Parallel()
	h := history(2)
	h.Epochs[0].Seconds, h.Epochs[1].Seconds = 4000, 3700
	h.Epochs[1].Validation = nil
	assert.Contains(t, html(t, report.Page{History: h}), "2.1 h")
	h.Epochs[0].Seconds, h.Epochs[1].Seconds = 60, 36000
	text := html(t, report.Page{History: h})
	assert.Contains(t, text, "10.0 h")
	assert.Contains(t, text, "<td>–</td>")
}

func TestPageErrors(t *testing.T) {
	t.Parallel()
	for _, h := range []*train.History{nil, {}} {
		err := report.Page{History: h}.WriteHTML(io.Discard)
		assert.ErrorIs(t, err, report.ErrValue)
		assert.EqualError(t, err, "report: cannot be shown: the history has no epochs")
		assert.ErrorIs(t, report.Page{History: h}.Save(filepath.Join(t.TempDir(), "a.html")), report.ErrValue)
	}
	p := report.Page{History: history(1)}
	assert.ErrorIs(t, p.WriteHTML(full{}), errFull)
	p.Figures = []report.Figure{{}}
	assert.ErrorIs(t, p.WriteHTML(io.Discard), report.ErrValue)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	tr := &train.BPTT[struct{}]{Optimizer: optim.NewAdam(2e-3), Steps: 20, Ignore: []int{-1}, Chunks: train.Chunks{Whole: true}}
	got := report.Settings(tr)
	for _, want := range []report.Setting{
		{"Optimizer", "optim.Adam"}, {"Optimizer.LR", "optim.Constant(0.002)"}, {"Optimizer.Beta1", "0.9"},
		{"Steps", "20"}, {"Ignore", "[-1]"}, {"Chunks.Whole", "true"},
	} {
		assert.Contains(t, got, want)
	}
	for _, s := range got {
		assert.NotContains(t, []string{"ClipNorm", "Seed", "Store", "Net"}, s.Name, "zero, or not a setting")
	}
	type own struct {
		Many  []float64
		Small float32
		Deep  any
		inner int
	}
	assert.Equal(t, []report.Setting{
		{"Many", "[1 1 1 1 1 1 1 1] and 1 more"}, {"Small", "0.1"}, {"Deep", "*report_test.own"}, {"Deep.Small", "0.5"},
	}, report.Settings(own{[]float64{1, 1, 1, 1, 1, 1, 1, 1, 1}, 0.1, &own{Small: 0.5}, 3}))
	assert.Equal(t, []report.Setting{{"Range", "[0 0.5]"}}, report.Settings(struct{ Range [2]float64 }{[2]float64{0, 0.5}}))
	assert.Empty(t, report.Settings(nil))
	assert.Empty(t, report.Settings((*own)(nil)))
	assert.Equal(t, []report.Setting{{"Deep", "*report_test.own"}}, report.Settings(own{Deep: (*own)(nil), inner: 1}))
}
