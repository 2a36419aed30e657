package nir

import (
	"fmt"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
)

// Options is what a file does not say of a network. Weights, biases and scales are trained; of the
// constants of neurons, those that Train names.
type Options struct {
	Dt       float64         // ms of a step, > 0; snnTorch's and SpikingJelly's files are made for 0.1
	Euler    bool            // whether a step decays by 1 - dt/tau, as in those tools, rather than e^(-dt/tau)
	Subtract bool            // whether a spike lowers v by v_threshold - v_reset rather than setting v_reset
	Train    []string        // constants of neurons that are trained, by their names in NIR: tau, v_threshold
	V0       layers.Param    // potential at the start of a sequence; v_leak, and 0 for I and IF
	Spike    graph.Surrogate // derivative of the spike; that of layers.LIF
	DType    graph.DType     // of weights, constants and input; Float32
}

// Net is a network whose nodes, shapes and order are known. It is not changed after Graph.Net.
type Net struct {
	source        *Graph
	units         []*unit
	order         []int
	input, output int
	o             Options
}

// State is what a network carries from one step to the next: what Net.Init returns is at rest.
type State struct{ Nodes []Memory }

// Memory is what one node carries; what it has no use for is nil.
type Memory struct {
	Late     *graph.Node                 // what it gave in the step before [B ...]
	Synapse  layers.LeakyIntegratorState // of CubaLI and CubaLIF
	Membrane layers.LeakyIntegratorState // of LI, CubaLI and I
	Neuron   layers.LIFState             // of LIF, CubaLIF and IF
	Line     layers.DelayState           // of Delay
}

// Net checks the graph and returns it as a network in steps of o.Dt. The graph must not change after.
// Errors: ErrUnsupported, with the name of the node and why; everything about one node is in one error.
func (g *Graph) Net(o Options) (*Net, error) {
	if !(o.Dt > 0) || math.IsInf(o.Dt, 1) {
		return nil, fmt.Errorf("nir: Options.Dt is %v ms, want > 0 and finite", o.Dt)
	}
	for _, name := range o.Train {
		if _, ok := constants[name]; !ok {
			return nil, fmt.Errorf("nir: Options.Train names %q; want constants of neurons", name)
		}
	}
	if o.DType == graph.Invalid {
		o.DType = graph.Float32
	}
	if o.Spike == nil {
		o.Spike = surrogate.NewInvSquareGrad()
	}
	f, err := g.flatten()
	if err != nil {
		return nil, err
	}
	if err := f.cut(); err != nil {
		return nil, err
	}
	if err := f.shapes(o); err != nil {
		return nil, err
	}
	return &Net{source: g, units: f.units, order: f.order(), input: f.input, output: f.output, o: o}, nil
}

// InShape returns the axes of x behind the batch.
func (n *Net) InShape() []int { return slices.Clone(n.units[n.input].out) }

// OutShape returns the axes of y behind the batch.
func (n *Net) OutShape() []int { return slices.Clone(n.units[n.output].out) }

// Init returns the state at rest, for any graph and batch: it is the Init of a train.BPTT, and the
// initial state of a graph.Loop.
func (n *Net) Init(*graph.Graph, int) State {
	return State{Nodes: make([]Memory, len(n.units))}
}

// Cell is a Net placed in a graph.
type Cell struct {
	net   *Net
	g     *graph.Graph
	name  string
	steps []stepFunc
}

// stepFunc is the step of one node.
type stepFunc func(x *graph.Node, m Memory) (y *graph.Node, next Memory)

// In places the network in g. Parameters are named name.NODE.FIELD as those of package layers are:
// net.fc1.W is [in out]. Faults are recorded on g.
func (n *Net) In(g *graph.Graph, name string) Cell {
	c := Cell{net: n, g: g, name: name}
	for _, u := range n.units {
		c.steps = append(c.steps, u.part.place(g, n.path(name, u.name)))
	}
	return c
}

// path returns the name of a unit's parameters in the store, without the field.
func (n *Net) path(name, unit string) string {
	if name == "" {
		return unit
	}
	return name + "." + unit
}

// Step advances the network by one time step, from x [B InShape...] to y [B OutShape...]. The first
// state is that of Net.Init.
func (c Cell) Step(x *graph.Node, s State) (y *graph.Node, next State) {
	n := c.net
	if err := c.check(x, s); err != nil {
		defer c.g.Scope(c.name)() // parts have names of their own
		return c.g.Fail(err), s
	}
	if !x.Valid() {
		return x, s
	}
	batch := x.Dim(0)
	next.Nodes = slices.Clone(s.Nodes)
	ys := make([]*graph.Node, len(n.units))
	for i, u := range n.units {
		if u.kept {
			rest := x.Graph().Const(n.o.DType, 0, append([]int{batch}, u.out...)...)
			next.Nodes[i].Late = s.Nodes[i].Late.Else(rest)
		}
	}
	for _, i := range n.order {
		u := n.units[i]
		in := x
		for k, from := range u.in {
			v := ys[from.from]
			if from.late {
				v = next.Nodes[from.from].Late
			}
			if k > 0 {
				v = in.Add(v)
			}
			in = v
		}
		late := next.Nodes[i].Late
		ys[i], next.Nodes[i] = c.steps[i](in, s.Nodes[i])
		next.Nodes[i].Late = late
	}
	for i, u := range n.units {
		if u.kept {
			next.Nodes[i].Late = ys[i]
		}
	}
	return ys[n.output], next
}

// check returns what is wrong with an input or a state, nil also for an input that is no longer valid.
func (c Cell) check(x *graph.Node, s State) error {
	n := c.net
	switch {
	case x == nil:
		return fmt.Errorf("%w: the input is nil", graph.ErrValue)
	case !x.Valid():
		return nil
	case len(s.Nodes) != len(n.units):
		return fmt.Errorf("%w: the state has %d nodes, want %d: begin with Net.Init", graph.ErrValue, len(s.Nodes), len(n.units))
	case x.Rank() == 0 || !slices.Equal(x.Shape()[1:], n.InShape()):
		return fmt.Errorf("%w: the input is %v, want [B %v...]", graph.ErrShape, x.Type(), n.InShape())
	}
	return nil
}
