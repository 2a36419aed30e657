package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
)

// ALIF is a population of LIF neurons whose threshold rises with every spike and falls back slowly
// (Bellec, Scherr, Subramoney, Hajek, Salaj, Legenstein, Maass 2020, Methods, "Neuron models",
// doi:10.1038/s41467-020-17236-y):
//
//	a ← e^(-dt/TauA)·a + z,  z the spikes of the step before
//	threshold: VTh + Beta·a
//
// Everything else is the LIF's; a soft reset takes VTh - VReset, whatever the threshold is. In the
// earlier form (Bellec, Salaj, Subramoney, Legenstein, Maass 2018, arXiv:1803.09574) z counts
// 1 - e^(-dt/TauA): its β is Beta/(1 - e^(-dt/TauA)). AdaptiveLeaky returns that of 2020.
type ALIF struct {
	LIF          // the neuron without adaptation; Timing Refunded is not for it
	Beta   Param // rise of the threshold by a spike, mV; 1.8
	TauA   Param // time constant of a, ms, > 0; 200
	DecayA Param // in place of TauA: share of a that is left after a step, in [0, 1]
}

// AdaptiveLeaky returns adaptive neurons as Bellec and others 2020 have them: V loses the threshold
// 1 in the step after a spike, input is a charge, and the derivative of a spike is
// 0.3·max(0, 1 - |V - threshold|). Time constants are tau and tauA, ms.
func AdaptiveLeaky(n int, tau, tauA, beta Param) ALIF {
	return ALIF{
		LIF: LIF{
			N: n, Tau: tau, VTh: Const(1), VReset: Const(0), Input: Unscaled, Timing: AfterInput,
			Spike: surrogate.ReluGrad{Alpha: 0.3, Width: 1},
		},
		Beta: beta, TauA: tauA,
	}
}

// ALIFCell is an ALIF placed in a graph: its constants are nodes.
type ALIFCell struct {
	LIFCell
	Beta   *graph.Node // mV
	DecayA *graph.Node // share of a left after a step
}

// ALIFState is what a population carries from one step to the next. The zero state is at rest.
type ALIFState struct {
	LIF LIFState
	A   *graph.Node // adaptation, [B N]
	Z   *graph.Node // spikes of the step before, [B N]
}

// In places the population in g, to advance by dt ms a step. Constants that are stored are named
// name.Beta and so on. Faults, each named by layer and field, are recorded on g.
func (p ALIF) In(g *graph.Graph, name string, dt float64) ALIFCell {
	c := ALIFCell{LIFCell: p.LIF.In(g, name, dt)}
	if c.Beta, c.DecayA = c.fault, c.fault; c.fault != nil {
		return c
	}
	defer g.Scope(name)()
	l := newPlacer(g, name, c.dtype)
	if c.timing == Refunded {
		l.fail("Timing", fmt.Errorf("%w: Refunded is for a threshold that stays", graph.ErrValue))
	}
	c.Beta = l.node(p.Beta, field{name: "Beta", def: Const(1.8), shape: c.shape, domain: anyNumber})
	tau := field{name: "TauA", def: Const(200), shape: c.shape, domain: positive}
	c.DecayA = l.decay(p.TauA, tau, p.DecayA, "DecayA", dt)
	return c
}

// decay places e^(-dt/tau), or, where it is given, the share that is left after a step in its place.
func (l placer) decay(tau Param, f field, share Param, name string, dt float64) *graph.Node {
	if share == nil {
		return l.node(tau, f).Reciprocal().Scale(-dt).Exp()
	}
	if tau != nil {
		return l.fail(name, fmt.Errorf("%w: %s is given too; one of them sets the other", graph.ErrValue, f.name))
	}
	return l.node(share, field{name: name, shape: f.shape, domain: unit})
}

// Step advances the population by one time step: x is the input current [... N], z the spikes, of
// the same shape.
func (c ALIFCell) Step(x *graph.Node, s ALIFState) (z *graph.Node, next ALIFState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, ALIFState{LIFState{x, x}, x, x}
	}
	last := s.Z.Else(c.zeros(x))
	a := c.DecayA.Mul(s.A.Else(c.zeros(x))).Add(last)
	at := c.LIFCell
	at.VTh = c.VTh.Add(c.Beta.Mul(a))
	_, z, lif := at.fire(x, s.LIF, c.passing(last))
	return z, ALIFState{LIF: lif, A: a, Z: z}
}

// zeros returns 0 of x's shape, as state begins.
func (s site) zeros(x *graph.Node) *graph.Node { return s.g.Const(x.DType(), 0, x.Shape()...) }
