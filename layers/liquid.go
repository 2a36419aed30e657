package layers

import (
	"math"
	"slices"
	"sync"

	"github.com/spikegraph/spikegraph/graph"
)

// Liquid is the liquid of a liquid state machine: a column of LIF neurons on a grid, connected at
// random, near ones more often than far ones, whose weights are not trained (Maass, Natschläger,
// Markram 2002, doi:10.1162/089976602760407955, appendix B). Inhibitory neurons are drawn at
// random, and all that a neuron sends has one sign (Dale). NewLiquid fills in the paper's numbers.
//
// Neuron i connects to neuron j other than itself with probability C·e^(-(D/Lambda)²), at distance
// D on the grid; the size of the weight is exponential. Synapses are currents that decay, and are
// static: the paper's change with use, and the Weight of NewLiquid are those of a first spike.
// A spike arrives one step later. A readout is a Dense on filtered spikes, as of a LeakyIntegrator.
type Liquid struct {
	Inputs     int         // neurons that drive it, >= 1
	Shape      [3]int      // neurons along three axes, each >= 1
	Inhibitory float64     // share of inhibitory neurons, in [0, 1]
	Lambda     float64     // reach of connections, in steps of the grid, > 0
	Connect    LiquidPairs // C, in [0, 1]
	Weight     LiquidPairs // mean size of a weight, nA, >= 0
	Win        Param       // weights of inputs [In N], nA; Exponential{18}
	InDensity  float64     // share of inputs that reach a neuron, in (0, 1]
	TauE, TauI float64     // decay of currents from excitatory neurons and inputs, and from inhibitory neurons, ms, > 0
	Background Param       // constant current, nA, [N]; 13.5
	Neuron     LIF         // of N, R in MΩ; a nil TauRef is 3 ms for excitatory neurons, 2 ms for inhibitory ones
}

// LiquidPairs is a number for each kind of connection: EI is from excitatory to inhibitory neurons.
type LiquidPairs struct{ EE, EI, IE, II float64 }

// of returns the number for a connection.
func (p LiquidPairs) of(from, to bool) float64 {
	return [2][2]float64{{p.EE, p.EI}, {p.IE, p.II}}[index(from)][index(to)]
}

// index returns 1 for an inhibitory neuron.
func index(inhibitory bool) int {
	if inhibitory {
		return 1
	}
	return 0
}

// NewLiquid returns the column of the paper: 15 x 3 x 3 neurons.
func NewLiquid(inputs int) Liquid {
	return Liquid{
		Inputs: inputs, Shape: [3]int{15, 3, 3}, Inhibitory: 0.2, Lambda: 2,
		Connect:   LiquidPairs{EE: 0.3, EI: 0.2, IE: 0.4, II: 0.1},
		Weight:    LiquidPairs{EE: 15, EI: 3, IE: 4.75, II: 6.08}, // the paper's A·U
		InDensity: 0.3, TauE: 3, TauI: 6,
		Neuron: LIF{
			VTh: Const(15), VReset: Const(13.5), V0: Uniform{13.5, 15}, Tau: Const(30), Reset: Hard,
		},
	}
}

// LiquidCell is a Liquid placed in a graph.
type LiquidCell struct {
	Neuron     LIFCell
	Win        *graph.Node // [In N]
	Inhibitory *graph.Node // 1 where a neuron is inhibitory, else 0, [N]
	Background *graph.Node // nA
	rec        fanIn
	decay      *graph.Node // share of a neuron's current left after a step, [N]
	decayIn    float64     // the same of inputs
	site
}

// LiquidState is what a liquid carries from step to step. The zero state has no currents.
type LiquidState struct {
	Neuron LIFState
	Trace  *graph.Node // spikes of each neuron, decaying, [B N]
	Input  *graph.Node // spikes of each input, decaying, [B In]
}

// In places the liquid in g, to advance by dt ms a step. Its parameters are name.W and name.WPre,
// the connections that each neuron gets; name.Win; name.Inhibitory; and those of its neurons.
// Faults, each named by layer and field, are recorded on g.
func (p Liquid) In(g *graph.Graph, name string, dt float64) LiquidCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.Neuron.DType)
	n := p.Shape[0] * p.Shape[1] * p.Shape[2]
	c := LiquidCell{site: l.site(p.Inputs)}
	c.fault = p.refuse(l, n, dt)
	if bad := c.fault; bad != nil {
		c.Win, c.Inhibitory, c.Background = bad, bad, bad
		return c
	}
	column := sync.OnceValue(func() column { return p.draw(l) })
	perNeuron := func(of func(inhibitory float64) float64) Param {
		return lazily(func() ([]float64, error) {
			x := slices.Clone(column().inhibitory)
			for i := range x {
				x[i] = of(x[i])
			}
			return x, nil
		})
	}
	c.Inhibitory = l.node(perNeuron(same), field{name: "Inhibitory", shape: []int{n}, domain: zeroOrOne})
	win := field{name: "Win", def: Exponential{18}, shape: []int{p.Inputs, n}, domain: anyNumber}
	c.Win = l.thin(p.Win, win, thinning{density: p.InDensity})
	ground := field{name: "Background", def: Const(13.5), shape: []int{n}, domain: anyNumber}
	c.Background = l.node(p.Background, ground)
	w := field{name: "W", shape: []int{n, n}, domain: anyNumber}
	c.rec = l.lists(Fix(Const(0)), w, func() (CSR, []float64, error) { return column().m, column().w, nil })
	c.decayIn = math.Exp(-dt / p.TauE)
	c.decay = c.Inhibitory.Scale(math.Exp(-dt/p.TauI) - c.decayIn).Shift(c.decayIn)
	p.Neuron.N, p.Neuron.DType = n, l.dtype
	if p.Neuron.TauRef == nil {
		p.Neuron.TauRef = perNeuron(func(inhibitory float64) float64 { return 3 - inhibitory })
	}
	c.Neuron = p.Neuron.In(g, name, dt)
	return c
}

// Step advances the liquid by one time step. x are the spikes of the inputs [... Inputs], z those
// of the neurons [... N]:
//
//	in ← e^(-dt/TauE)·in + x,  I = in·Win + trace·W + Background,  z = Neuron(I),
//	trace ← e^(-dt/τ)·trace + z,  τ being the neuron's TauE or TauI
func (c LiquidCell) Step(x *graph.Node, s LiquidState) (z *graph.Node, next LiquidState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, LiquidState{LIFState{x, x}, x, x}
	}
	lead := x.Shape()[:x.Rank()-1]
	trace := s.Trace.Else(c.g.Const(x.DType(), 0, append(lead[:len(lead):len(lead)], c.Neuron.shape...)...))
	next.Input = s.Input.Else(x.Like(0)).Scale(c.decayIn).Add(x)
	current := product(next.Input, c.Win, nil).Add(c.rec.carry(trace)).Add(c.Background)
	z, next.Neuron = c.Neuron.Step(current, s.Neuron)
	next.Trace = trace.Mul(c.decay).Add(z)
	return z, next
}
