package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/online"
	"gorgonia.org/tensor"
)

// Settings say what a model is: with its updates, all there is to know of it.
type Settings struct {
	In      int     `json:"in"`      // inputs; 1
	Out     int     `json:"out"`     // outputs; 1
	Neurons int     `json:"neurons"` // 200
	Radius  float64 `json:"radius"`  // spectral radius; 0.9
	Leak    float64 `json:"leak"`    // share of a step that is new; 0.3
	Density float64 `json:"density"` // share of the recurrent weights that is drawn; 10 for each neuron
	Scale   float64 `json:"scale"`   // of the input weights; 1
	Alpha   float64 `json:"alpha"`   // of the first P of recursive least squares; 1
	Forget  float64 `json:"forget"`  // factor of the past at each update; 1
	Seed    uint64  `json:"seed"`    // 1
}

func defaultSettings() Settings {
	return Settings{In: 1, Out: 1, Neurons: 200, Radius: 0.9, Leak: 0.3, Scale: 1, Alpha: 1, Forget: 1, Seed: 1}
}

// filled gives the density its default, which depends on the neurons.
func (s Settings) filled() Settings {
	if s.Density == 0 {
		s.Density = min(1, 10/float64(max(s.Neurons, 1)))
	}
	return s
}

// check refuses what is out of its domain or over the limits.
func (s Settings) check(l limits) error {
	within := func(name string, v, lo, hi float64) error {
		if v >= lo && v <= hi {
			return nil
		}
		return fmt.Errorf("%s is %v, expected %v to %v", name, v, lo, hi)
	}
	const tiny, huge = 1e-9, 1e9
	return errors.Join(
		within("in", float64(s.In), 1, float64(l.channels)),
		within("out", float64(s.Out), 1, float64(l.channels)),
		within("neurons", float64(s.Neurons), 1, float64(l.neurons)),
		within("radius", s.Radius, tiny, huge), within("leak", s.Leak, tiny, 1),
		within("density", s.Density, math.Min(1, 2/float64(max(s.Neurons, 1))), 1), within("scale", s.Scale, 0, huge),
		within("alpha", s.Alpha, tiny, huge), within("forget", s.Forget, 0.5, 1))
}

// bytes bounds the memory of a model: P, half of it as it is symmetric, once to learn and once as it was
// before, and whole while a checkpoint is written; what is put off of its corrections; the weights, and
// a copy of them; the programs. A test holds it against what is measured.
func (s Settings) bytes() int64 {
	n, io := int64(s.Neurons)+1, int64(s.In+s.Out)
	const putOff, programs = 3 * 32, 1 << 20
	p := 2*n*n + n*n/2
	return programs + 8*(p+2*putOff*n+int64(4*s.Density*float64(n*n))+8*n*io)
}

// state is what the network carries from step to step.
type state struct{ R layers.ReservoirState }

// model is a network that learns, without anything that lasts.
type model struct {
	s    Settings
	t    *train.Online[state]
	x, y *tensor.Dense // of one step, [1 1 ...]
}

// newModel returns the model of the settings at rest, with zeros for a readout.
func newModel(s Settings) (*model, error) {
	m := &model{s: s, x: step(s.In), y: step(s.Out), t: &train.Online[state]{Method: online.RLS{Alpha: s.Alpha, Forget: s.Forget}}}
	m.t.Net, m.t.Readouts, m.t.Seed, m.t.Options.Workers = s.network, []string{"out"}, s.Seed, 1
	m.t.Model = fmt.Sprintf("%+v", s)
	if _, err := m.predict(make([]float64, s.In)); err != nil { // draws the weights
		return nil, err
	}
	m.t.ResetState()
	return m, nil
}

func step(n int) *tensor.Dense {
	return tensor.New(tensor.WithShape(1, 1, n), tensor.Of(tensor.Float64))
}

// network is an echo state network of the settings.
func (s Settings) network(g *graph.Graph, _ bool) train.Step[state] {
	r := layers.NewReservoir(s.In, s.Neurons)
	r.Win, r.InDensity = layers.Uniform{Lo: -s.Scale, Hi: s.Scale}, 1
	r.W, r.Density, r.SpectralRadius = layers.Normal{Std: 1}, s.Density, s.Radius
	r.B, r.LeakRate, r.DType = layers.Uniform{Lo: -0.2, Hi: 0.2}, layers.Const(s.Leak), graph.Float64
	cell := r.Place(g, "reservoir")
	out := layers.Dense{In: s.Neurons, Out: s.Out, W: layers.Const(0), DType: graph.Float64}.Place(g, "out")
	return func(x *graph.Node, at state) (*graph.Node, state) {
		var rates *graph.Node
		rates, at.R = cell.Step(x, at.R)
		return out.Apply(rates), at
	}
}

// errNumbers says that a number of the model is no longer finite.
var errNumbers = errors.New("the numbers of the model overflow; roll back, or scale the data")

// predict moves the network by a step and returns what it says.
func (m *model) predict(x []float64) ([]float64, error) {
	copy(m.x.Float64s(), x)
	y, err := m.t.Predict(context.Background(), m.x)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNumbers, err)
	}
	return finite(y)
}

// learn is predict that then learns what it should have said.
func (m *model) learn(x, y []float64) ([]float64, error) {
	copy(m.x.Float64s(), x)
	copy(m.y.Float64s(), y)
	r, err := m.t.Fit(context.Background(), train.Trials(train.Sequence{X: m.x, Y: m.y}))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNumbers, err)
	}
	return finite(r.Out[0])
}

func finite(y *tensor.Dense) ([]float64, error) {
	for i, v := range y.Float64s() {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: output %d is %v", errNumbers, i, v)
		}
	}
	return y.Float64s(), nil
}
