package layers

import "github.com/spikegraph/spikegraph/graph"

// AdLIF is a population of LIF neurons with a second variable, a current w that opposes the input
// and follows both the potential below threshold and the spikes: neurons that resonate, or tire
// (Baronig, Ferrand, Sabathiel, Legenstein 2025, doi:10.1038/s41467-025-60878-z; before them Bittar,
// Garner 2022, doi:10.3389/fnins.2022.865897):
//
//	V, z ← LIF step of the current x - w
//	w ← ρ·w + (1 - ρ)·(A·(V - VRest) + B·z),  ρ = e^(-dt/TauW)
//
// V is the potential of this step after its reset, and not that of the step before: symplectic Euler,
// which stays stable where the usual order oscillates with growing amplitude. The authors reset to
// rest: Reset Hard with VReset as VRest.
type AdLIF struct {
	LIF        // the neuron without adaptation
	A    Param // sub-threshold coupling, current for each mV; 0.5
	B    Param // current of a spike; 1
	TauW Param // time constant of w, ms, > 0; 100
	RhoW Param // in place of TauW: ρ, in [0, 1]
}

// AdLIFCell is an AdLIF placed in a graph: its constants are nodes.
type AdLIFCell struct {
	LIFCell
	A, B *graph.Node
	RhoW *graph.Node // share of w left after a step
}

// AdLIFState is what a population carries from one step to the next. The zero state is at rest.
type AdLIFState struct {
	LIF LIFState
	W   *graph.Node // adaptation current, [B N]
}

// In places the population in g, to advance by dt ms a step. Constants that are stored are named
// name.A and so on. Faults, each named by layer and field, are recorded on g.
func (p AdLIF) In(g *graph.Graph, name string, dt float64) AdLIFCell {
	c := AdLIFCell{LIFCell: p.LIF.In(g, name, dt)}
	if c.A, c.B, c.RhoW = c.fault, c.fault, c.fault; c.fault != nil {
		return c
	}
	defer g.Scope(name)()
	l := newPlacer(g, name, c.dtype)
	c.A = l.node(p.A, field{name: "A", def: Const(0.5), shape: c.shape, domain: anyNumber})
	c.B = l.node(p.B, field{name: "B", def: Const(1), shape: c.shape, domain: anyNumber})
	tau := field{name: "TauW", def: Const(100), shape: c.shape, domain: positive}
	c.RhoW = l.decay(p.TauW, tau, p.RhoW, "RhoW", dt)
	return c
}

// Step advances the population by one time step: x is the input current [... N], z the spikes, of
// the same shape.
func (c AdLIFCell) Step(x *graph.Node, s AdLIFState) (z *graph.Node, next AdLIFState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, AdLIFState{LIFState{x, x}, x}
	}
	w := s.W.Else(c.zeros(x))
	z, next.LIF = c.LIFCell.Step(x.Sub(w), s.LIF)
	drive := c.A.Mul(next.LIF.V.Sub(c.VRest)).Add(c.B.Mul(z))
	next.W = drive.Add(c.RhoW.Mul(w.Sub(drive)))
	return z, next
}
