package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Reservoir is an echo state network without its readout: N leaky rate neurons with random weights
// that are not trained (Jaeger 2001, GMD report 148; leaky neurons: Jaeger, Lukoševičius, Popovici,
// Siewert 2007, doi:10.1016/j.neunet.2007.04.016). NewReservoir fills in the defaults, which are
// BrainPy's; a nil Param takes its own. A readout is a Dense on the states, fitted by ridge
// regression, or by gradients, which flow through the reservoir.
//
// Weights are drawn once and kept in the store as fixed parameters. Under Train they are learned;
// connections that were not drawn then stay absent.
type Reservoir struct {
	In, N    int // inputs, neurons, >= 1
	Feedback int // outputs that are fed back, >= 0

	Win, W, Wfb                         Param   // weights [In N], [N N], [Feedback N]; Normal{Std: 0.1}
	B                                   Param   // biases [N]; 0
	Gain                                Param   // factor of what a neuron sums, before its bias, [N]; 1
	InDensity, Density, FeedbackDensity float64 // share of Win, W, Wfb that is drawn, the rest being 0; in (0, 1]
	SpectralRadius                      float64 // largest |eigenvalue| that W is scaled to; 0 leaves W as drawn

	LeakRate Param      // share of a step that is new, in [0, 1]; 0.3
	Func     Activation // of the neurons; "tanh"
	Outside  bool       // whether Func is applied to the leaking state instead of within it
	Product  Product    // how r·W is computed; ProductAuto

	// Standard deviation of the noise of input, state and feedback; half its range if UniformNoise.
	NoiseIn, NoiseRec, NoiseFeedback float64
	UniformNoise                     bool        // whether noise is uniform and not normal
	DType                            graph.DType // of weights, input and state; Float32
}

// NewReservoir returns the usual reservoir of n neurons: 0.1 of the weights drawn.
func NewReservoir(in, n int) Reservoir {
	return Reservoir{In: in, N: n, InDensity: 0.1, Density: 0.1, FeedbackDensity: 0.1}
}

// ReservoirCell is a Reservoir placed in a graph.
type ReservoirCell struct {
	Win, Wfb          *graph.Node // [In N]; [Feedback N], nil without feedback
	B, Gain, LeakRate *graph.Node // [N] or scalars
	rec               recurrence
	p                 Reservoir
	dtype             graph.DType
	site
}

// ReservoirState is what a reservoir carries from step to step. The zero state is 0.
type ReservoirState struct {
	R *graph.Node // the neurons' activity, [B N]
	S *graph.Node // what leaks where Func is Outside, [B N]; nil otherwise
	// Y is what is fed back at the next step, [B Feedback]; nil without feedback. Step hands it on
	// as it is: set it in the state that Step returns, to the output, or while teaching to the target.
	Y *graph.Node
}

// Place puts the reservoir in g. Its parameters are named name.Win, name.W and so on; a sparse W
// has name.WPre beside it, the neuron before each connection. Faults, each named by layer and
// field, are recorded on g.
func (p Reservoir) Place(g *graph.Graph, name string) ReservoirCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := ReservoirCell{p: p, dtype: l.dtype, site: l.between(p.In, p.N)}
	if c.fault == nil {
		c.fault = p.refuse(l)
	}
	if bad := c.fault; bad != nil {
		c.Win, c.B, c.Gain, c.LeakRate, c.rec = bad, bad, bad, bad, fanIn{W: bad}
		return c
	}
	if c.p.Func == "" {
		c.p.Func = "tanh"
	}
	weights := func(name string, in int) field {
		return field{name: name, def: Normal{Std: 0.1}, shape: []int{in, p.N}, domain: anyNumber}
	}
	c.Win = l.thin(p.Win, weights("Win", p.In), thinning{density: p.InDensity})
	if p.Feedback > 0 {
		c.Wfb = l.thin(p.Wfb, weights("Wfb", p.Feedback), thinning{density: p.FeedbackDensity})
	}
	c.rec = l.recurrence(p, weights("W", p.N))
	at := func(name string, v, def Param, d domain) *graph.Node {
		return l.node(v, field{name: name, def: def, shape: []int{p.N}, domain: d})
	}
	c.B = at("B", p.B, Const(0), anyNumber)
	c.Gain = at("Gain", p.Gain, Const(1), anyNumber)
	c.LeakRate = at("LeakRate", p.LeakRate, Const(0.3), unit)
	return c
}

// share is the domain of densities.
var share = domain{"within (0, 1]", func(v float64) bool { return v > 0 && v <= 1 }}

// refuse reports every bare number that is out of its domain; it returns nil if there is none.
func (p Reservoir) refuse(l placer) (bad *graph.Node) {
	for _, f := range []struct {
		name string
		v    float64
		domain
		off bool
	}{
		{"Feedback", float64(p.Feedback), notNegative, false},
		{"InDensity", p.InDensity, share, false},
		{"Density", p.Density, share, false},
		{"FeedbackDensity", p.FeedbackDensity, share, p.Feedback <= 0},
		{"SpectralRadius", p.SpectralRadius, notNegative, false},
		{"NoiseIn", p.NoiseIn, notNegative, false},
		{"NoiseRec", p.NoiseRec, notNegative, false},
		{"NoiseFeedback", p.NoiseFeedback, notNegative, false},
	} {
		if !f.off && !f.has(f.v) {
			bad = l.fail(f.name, fmt.Errorf("%w: %v, want %s", graph.ErrValue, f.v, f.want))
		}
	}
	if p.Product > ProductSparse {
		bad = l.fail("Product", fmt.Errorf("%w: Product(%d)", graph.ErrValue, p.Product))
	}
	if p.Func != "" {
		if err := p.Func.check(); err != nil {
			bad = l.fail("Func", err)
		}
	}
	return bad
}
