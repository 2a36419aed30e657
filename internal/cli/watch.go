package cli

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/probe"
	"github.com/spikegraph/spikegraph/train/report"
)

// watch shows a run while it goes on: an HTML page, TensorBoard event files. The zero value shows nothing.
type watch struct {
	m     *model.Model
	path  string // of the page; "": none
	page  report.Page
	board *report.Board
	first datasets.Batch // whose gradients are measured
	norms []report.Norms
}

// watchOf returns what shows the run of a model, as the flags of train ask for.
func (a *app) watchOf(ctx context.Context, toml string, m *model.Model, f trainFlags) (*watch, error) {
	w := &watch{m: m, path: f.report}
	if f.board != "" {
		w.board = report.TensorBoard(f.board)
		w.board.Store = m.Trainer.Store
	}
	if w.path == "" {
		return w, nil
	}
	w.page.Title = strings.TrimSuffix(filepath.Base(toml), filepath.Ext(toml))
	for _, s := range m.Settings() {
		w.page.Settings = append(w.page.Settings, report.Setting{Name: s[0], Value: s[1]})
	}
	for b, err := range m.Data.Ordered(m.Parts.Train).Epoch(ctx, 0) {
		w.first = b
		return w, err
	}
	return w, datasets.ErrEmpty
}

// hooks are called while training.
func (w *watch) hooks() train.Hooks {
	var all []train.Hooks
	if w.path != "" {
		all = append(all, train.Hooks{OnEpoch: w.measure}, w.page.Hooks(w.path))
	}
	if w.board != nil {
		all = append(all, w.board.Hooks())
	}
	return report.JoinHooks(all...)
}

// measure takes the norms of the gradients of the first batch, by layer, at the end of an epoch.
func (w *watch) measure(e train.Epoch) error {
	if w.m.Readout != nil {
		return nil
	}
	norms, err := probe.GradNorms(w.m.Trainer, w.first)
	if err != nil {
		return err
	}
	w.norms = append(w.norms, report.Norms{Update: e.Updates, Values: probe.ByLayer(norms)})
	return nil
}

// finish writes the page of the whole run, with what the network does for the first sample.
func (w *watch) finish(ctx context.Context, h *train.History) error {
	if w.board != nil {
		if err := w.board.Close(); err != nil {
			return err
		}
	}
	if w.path == "" || len(h.Epochs) == 0 {
		return nil
	}
	w.page.History = h
	if len(w.norms) > 0 {
		w.page.Figures = append(w.page.Figures, report.Figure{Caption: "Gradients of the first batch, by layer", Panels: []report.Panel{report.GradNorms(w.norms)}})
	}
	seen, err := w.record(ctx)
	if err != nil {
		return err
	}
	w.page.Figures = append(w.page.Figures, append(seen, report.Weights(w.m.Trainer.Store))...)
	return w.page.Save(w.path)
}

// record draws what layers mark, such as spikes, and the outputs, for the first training sample.
func (w *watch) record(ctx context.Context) ([]report.Figure, error) {
	p := &probe.Probe[model.State]{Trainer: w.m.Trainer}
	names, err := p.Names(w.first.X)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "[") { // else it is a node of the state, which has no name in a file
			p.Watch = append(p.Watch, probe.Watch{Name: name, Samples: []int{0}})
		}
	}
	r, err := p.Run(ctx, w.first.X)
	if err != nil {
		return nil, err
	}
	return report.Recorded(r, 0)
}
