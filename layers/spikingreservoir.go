package layers

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// SpikingReservoir connects spiking neurons at random for FORCE learning (Nicola, Clopath 2017, eq.
// 3-10, doi:10.1038/s41467-017-01827-3): sparse weights that are not trained, and the output y of a
// readout, fed back. Spikes pass double exponential synapses, which make of them the rates r that the
// readout sees, and the currents of the neurons:
//
//	x = r·W + y·Wfb + u·Win + B
//
// The paper's W is G·ω⁰, its Wfb Q·η. Populate joins the connections to neurons, a LIF, Theta
// or Izhikevich; train.Online fits a Dense on the rates. NewSpikingReservoir fills in the paper's; a nil
// Param takes its own. Under Train weights are learned; connections that were not drawn then stay absent.
type SpikingReservoir struct {
	Inputs, N int // inputs, neurons, >= 1
	Feedback  int // outputs that are fed back, >= 0

	Win, Wfb           Param       // weights [Inputs N], [Feedback N]; Uniform{-1, 1}
	W                  Param       // weights [N N], current for each Hz; Normal{Std: 0.04/(Density·√N)}
	B                  Param       // constant currents [N]; 0
	InDensity, Density float64     // share of Win and W that is drawn, the rest being 0; in (0, 1]
	Balanced           bool        // whether the drawn weights of each neuron are moved to sum 0
	Rise, Decay        Param       // time constants of the synapses, ms, > 0; 2, 20
	DType              graph.DType // of weights, input and state; Float32
}

// NewSpikingReservoir returns the paper's: a tenth of W drawn, balanced.
func NewSpikingReservoir(in, n int) SpikingReservoir {
	return SpikingReservoir{Inputs: in, N: n, InDensity: 1, Density: 0.1, Balanced: true}
}

// SpikingReservoirCell is a SpikingReservoir placed in a graph.
type SpikingReservoirCell struct {
	Win, W, Wfb, B *graph.Node           // [Inputs N]; [N N]; [Feedback N], nil without feedback; [N] or a scalar
	Synapse        DoubleExponentialCell // of rates, and of currents
	feedback       int
	site
}

// In places the connections in g, to advance by dt ms a step. Parameters are named name.Win, name.W
// and so on. Faults, each named by layer and field, are recorded on g.
func (p SpikingReservoir) In(g *graph.Graph, name string, dt float64) SpikingReservoirCell {
	c := SpikingReservoirCell{
		Synapse:  DoubleExponential{N: p.N, Rise: p.Rise, Decay: p.Decay, DType: p.DType}.In(g, name, dt),
		feedback: p.Feedback,
	}
	defer g.Scope(name)()
	l := newPlacer(g, name, c.Synapse.dtype)
	if c.site = c.Synapse.site; c.fault == nil {
		c.site = l.between(p.Inputs, p.N)
	}
	if c.fault == nil {
		c.fault = p.refuse(l)
	}
	if bad := c.fault; bad != nil {
		c.Win, c.W, c.Wfb, c.B = bad, bad, bad, bad
		return c
	}
	weights := func(name string, def Param, in int) field {
		return field{name: name, def: def, shape: []int{in, p.N}, domain: anyNumber}
	}
	c.Win = l.thin(p.Win, weights("Win", Uniform{-1, 1}, p.Inputs), thinning{density: p.InDensity})
	usual := Normal{Std: 0.04 / (p.Density * math.Sqrt(float64(p.N)))}
	c.W = l.thin(p.W, weights("W", usual, p.N), thinning{density: p.Density, balanced: p.Balanced})
	if p.Feedback > 0 {
		c.Wfb = l.thin(p.Wfb, weights("Wfb", Uniform{-1, 1}, p.Feedback), thinning{density: 1})
	}
	c.B = l.node(p.B, field{name: "B", def: Const(0), shape: []int{p.N}, domain: anyNumber})
	return c
}

// refuse reports every bare number that is out of its domain; it returns nil if there is none.
func (p SpikingReservoir) refuse(l placer) (bad *graph.Node) {
	for _, f := range []struct {
		name string
		v    float64
		domain
	}{
		{"Feedback", float64(p.Feedback), notNegative}, {"InDensity", p.InDensity, share}, {"Density", p.Density, share},
	} {
		if !f.has(f.v) {
			bad = l.fail(f.name, fmt.Errorf("%w: %v, want %s", graph.ErrValue, f.v, f.want))
		}
	}
	return bad
}

// Populated is a SpikingReservoir with neurons. Populate returns one.
type Populated[S any] struct {
	Neurons     Stepper[S]
	Connections SpikingReservoirCell
}

// Populate joins placed neurons, as many as the connections are for:
//
//	neurons := layers.Izhikevich{N: 1000}.In(g, "neurons", dt)
//	reservoir := layers.Populate(neurons, layers.NewSpikingReservoir(1, 1000).In(g, "reservoir", dt))
func Populate[S any](neurons Stepper[S], connections SpikingReservoirCell) Populated[S] {
	return Populated[S]{neurons, connections}
}

// PopulatedState is what a reservoir of spiking neurons carries from step to step. The zero state is
// that of the neurons, and no rates.
type PopulatedState[S any] struct {
	Neurons         S
	Rates, Currents DoubleExponentialState // r and r·W
	// Y is what is fed back at the next step, [B Feedback]; nil without feedback. Step hands it on
	// as it is: set it in the state that Step returns, to the output.
	Y *graph.Node
}

// Step advances the reservoir by one time step. x are its inputs u [... Inputs], r the rates [... N]
// in Hz. What a neuron gets is of the rates, and of the output, of the step before.
func (p Populated[S]) Step(x *graph.Node, s PopulatedState[S]) (r *graph.Node, next PopulatedState[S]) {
	c := p.Connections
	var z *graph.Node
	z, s.Neurons = p.Neurons.Step(c.gather(x, &s.Currents.R, &s.Y), s.Neurons)
	_, s.Currents = c.Synapse.Step(product(z, c.W, nil), s.Currents)
	r, s.Rates = c.Synapse.Step(z, s.Rates)
	return r, s
}

// gather returns the currents of the neurons for the inputs x; rw are r·W, y the output, and 0 where
// there is none yet.
func (c SpikingReservoirCell) gather(x *graph.Node, rw, y **graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		if *rw = x; c.feedback > 0 {
			*y = x
		}
		return x
	}
	*rw = (*rw).Else(c.none(x, c.Synapse.shape[0]))
	sum := (*rw).Add(product(x, c.Win, nil)).Add(c.B)
	if c.feedback > 0 {
		*y = (*y).Else(c.none(x, c.feedback))
		sum = sum.Add(product(*y, c.Wfb, nil))
	}
	return sum
}
