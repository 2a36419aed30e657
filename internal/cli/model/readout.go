package model

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/spikegraph/spikegraph/train/online"
	"gorgonia.org/tensor"
)

// Readout says that a dense layer is solved for, or learns step by step, and that nothing else is trained.
type Readout struct {
	Layer    string // its name
	Washout  int    // first steps of every sequence that are run and not learned
	FreeBias bool   // whether biases are not penalised, of methods that solve
	Every    int    // steps from one update to the next, of methods that learn
	method   any    // an offline.Method or an online.Method
	out      int    // neurons of the layer
}

// OfflineMethods are the methods that solve for a readout once all samples have been seen.
var OfflineMethods = []settings.Kind{
	{Name: "ridge", Settings: offline.NewRidge()},
	{Name: "linear", Settings: offline.Linear{}},
	{Name: "ridge_choice", Settings: offline.RidgeChoice{Alphas: []float64{1e-8, 1e-6, 1e-4, 1e-2, 1}}},
	{Name: "lasso", Settings: offline.Lasso{Alpha: 1}},
	{Name: "elastic_net", Settings: offline.ElasticNet{Alpha: 1, L1Ratio: 0.5}},
	{Name: "logistic", Settings: offline.Logistic{}},
}

// OnlineMethods are the methods that move a readout at every step; RLS is that of FORCE.
var OnlineMethods = []settings.Kind{
	{Name: "rls", Settings: online.RLS{Alpha: 1}},
	{Name: "lms", Settings: online.NewLMS()},
	{Name: "nlms", Settings: online.NewNLMS()},
}

// Online reports whether the readout learns step by step.
func (r *Readout) Online() bool {
	_, ok := r.method.(online.Method)
	return ok
}

// readReadout reads [readout]; nil if there is none.
func (m *Model) readReadout(root *config.Table, c Changes) *Readout {
	t := root.Table("readout")
	if t == nil {
		return nil
	}
	r := &Readout{Layer: t.String("layer", m.lastDense()), Washout: t.Count("washout", 0, 0)}
	kinds := slices.Concat(OfflineMethods, OnlineMethods)
	name := t.OneOf("type", "ridge", settings.Names(kinds)...)
	for _, k := range kinds {
		if k.Name == name {
			r.method = settings.Of(t, k)
		}
	}
	l := m.layer(r.Layer)
	if dense, ok := settingsOf(l).(layers.Dense); ok && l.back == nil {
		r.out = dense.Out
	} else {
		t.Fault("layer", "%q: want the name of a dense layer", r.Layer)
	}
	train := root.Table("train")
	if r.Online() {
		r.Every = t.Count("every", 1, 1)
	} else {
		r.FreeBias = t.Bool("free_bias", false)
		if train.Has("epochs") || c.Epochs > 0 {
			t.Fault("type", "%q: it is solved for in one pass: want no epochs in [train] or on the command line", name)
		}
	}
	for _, key := range []string{"updates", "clip_norm", "accumulate", "truncate", "segment", "chunk", "monitor"} {
		if train.Has(key) {
			train.Fault(key, "with [readout] there are no gradients: want it left out")
		}
	}
	if root.Has("optimizer") {
		root.Fault("optimizer", "with [readout] nothing is left to it: want it left out")
	}
	return r
}

// settingsOf returns the settings of a layer, nil if there is none.
func settingsOf(l *Layer) any {
	if l == nil {
		return nil
	}
	return l.Settings
}

// layer returns the layer of a name, nil if there is none.
func (m *Model) layer(name string) *Layer {
	i := slices.IndexFunc(m.Layers, func(l *Layer) bool { return l.Name == name })
	if i < 0 {
		return nil
	}
	return m.Layers[i]
}

// lastDense returns the name of the last dense layer, "" if there is none.
func (m *Model) lastDense() string {
	for _, l := range slices.Backward(m.Layers) {
		if l.Type == "dense" {
			return l.Name
		}
	}
	return ""
}

// trial returns a batch as a sequence: what is shown for several steps is repeated, labels become 1 for
// the class and 0 for the others, and targets of a sample are those of every step.
func (m *Model) trial(b datasets.Batch) (s train.Sequence, err error) {
	s.X = b.X
	if n := m.Trainer.Steps; n > 0 {
		s.X = repeated(b.X, n)
	}
	steps := s.X.Shape()[0]
	switch {
	case b.Y == nil:
		return s, fmt.Errorf("the samples have no targets: a readout needs them")
	case b.Y.Dtype() == tensor.Int32:
		var y *tensor.Dense
		if y, err = oneHot(b.Y.Int32s(), m.Readout.out, m.Data.DType); err == nil {
			s.Y = repeated(y, steps)
		}
	case b.Y.Dims() > 2 && b.Y.Shape()[1] == steps: // [B T ...]
		axes := []int{1, 0}
		for i := 2; i < b.Y.Dims(); i++ {
			axes = append(axes, i)
		}
		s.Y = turned(b.Y, axes)
	default:
		s.Y = repeated(b.Y, steps)
	}
	return s, err
}

// oneHot returns [B classes] of labels.
func oneHot(labels []int32, classes int, d graph.DType) (*tensor.Dense, error) {
	v := make([]float64, len(labels)*classes)
	for i, c := range labels {
		if c < 0 || int(c) >= classes {
			return nil, fmt.Errorf("label out of range: sample %d has %d, expected 0 to %d", i, c, classes-1)
		}
		v[i*classes+int(c)] = 1
	}
	var back any = v
	if d != graph.Float64 {
		back = convert[float64, float32](v)
	}
	return tensor.New(tensor.WithShape(len(labels), classes), tensor.WithBacking(back)), nil
}

// repeated returns x n times along an axis in front.
func repeated(x *tensor.Dense, n int) *tensor.Dense {
	shape := append([]int{n}, x.Shape()...)
	if x.Dtype() == tensor.Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Repeat(x.Float64s(), n)))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(slices.Repeat(x.Float32s(), n)))
}

// turned returns x with its axes in another order.
func turned(x *tensor.Dense, axes []int) *tensor.Dense {
	places := ndarray.Places(x.Shape(), axes)
	shape := make([]int, len(axes))
	for i, a := range axes {
		shape[i] = x.Shape()[a]
	}
	if x.Dtype() == tensor.Float64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(pick(x.Float64s(), places)))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(pick(x.Float32s(), places)))
}
