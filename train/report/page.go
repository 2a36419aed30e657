package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/train"
)

// Page is the report of a run: one HTML file that needs nothing else, no network and no scripts.
type Page struct {
	Title    string // "Training run" if empty
	Note     string // a sentence under it
	Settings []Setting
	History  *train.History // at least one epoch
	Figures  []Figure       // after those of the history
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// view is what the template shows.
type view struct {
	Page
	Tiles   []Setting
	Columns []string
	Rows    []row
	HasBest bool // one of the rows is marked
	Figures []drawn
}

// drawn is a figure as SVG.
type drawn struct {
	Number  int
	Caption string
	SVG     template.HTML
}

// WriteHTML writes the page.
func (p Page) WriteHTML(w io.Writer) error {
	if p.History == nil || len(p.History.Epochs) == 0 {
		return refuse("the history has no epochs")
	}
	if p.Title == "" {
		p.Title = "Training run"
	}
	v := view{Page: p, Tiles: tiles(p.History)}
	v.Columns, v.Rows = epochTable(p.History)
	_, v.HasBest = p.History.Best()
	for i, f := range append(historyFigures(p.History), p.Figures...) {
		d, err := inline(f)
		if err != nil {
			return err
		}
		d.Number = i + 1
		v.Figures = append(v.Figures, d)
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, v); err != nil {
		return fmt.Errorf("report: writing HTML: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("report: writing HTML: %w", err)
	}
	return nil
}

// Save writes the page to a file.
func (p Page) Save(path string) error {
	var b bytes.Buffer
	if err := p.WriteHTML(&b); err != nil {
		return err
	}
	return writeFile(path, b.Bytes())
}

// hasGradients reports whether gradients were measured: of a readout that is fitted there are none.
func hasGradients(h *train.History) bool {
	return len(h.Batches) > 0 || slices.ContainsFunc(h.Epochs, func(e train.Epoch) bool { return e.GradNorm != 0 })
}

// historyFigures are what is drawn of every run; where no gradients were measured, none are drawn.
func historyFigures(h *train.History) []Figure {
	var second Figure
	if hasGradients(h) {
		second = Figure{Caption: "Gradients", Panels: []Panel{GradNorm(h)}}
	}
	if len(h.Epochs[0].Rates) > 0 {
		second.Caption = map[string]string{"": "Activity", "Gradients": "Gradients and activity"}[second.Caption]
		second.Panels = append(second.Panels, Rates(h))
	}
	if len(second.Panels) == 0 {
		return []Figure{Curves(h)}
	}
	return []Figure{Curves(h), second}
}

// inline draws a figure as a part of a page: the SVG element without what stands before it in a
// file. It holds numbers and escaped texts only.
func inline(f Figure) (drawn, error) {
	var b strings.Builder
	if err := f.WriteSVG(&b); err != nil {
		return drawn{}, err
	}
	_, svg, ok := strings.Cut(b.String(), "<svg ")
	if !ok {
		panic("report: the canvas wrote no SVG element")
	}
	label := template.HTMLEscapeString(f.Caption)
	return drawn{Caption: f.Caption, SVG: template.HTML(`<svg role="img" aria-label="` + label + `" ` + svg)}, nil
}
