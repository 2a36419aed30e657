package model

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train/nir"
)

// NIR returns the network, with the parameters in the trainer's store, as a graph of the Neuromorphic
// Intermediate Representation: a node for each layer, of its name. Images are channels first there. What
// is dropped in training alone is left out. euler says that its reader decays by 1 - dt/tau in a step
// rather than e^(-dt/tau). Errors name the layer and what NIR has no place for.
func (m *Model) NIR(euler bool) (*nir.Graph, error) {
	if len(m.Layers) == 0 {
		return nil, fmt.Errorf("the network has no layers")
	}
	if only, ok := m.Layers[0].Settings.(imported); ok && len(m.Layers) == 1 {
		return only.export(m.Trainer.Store, m.Layers[0].Name, m.Dt)
	}
	b := &nirBuilder{from: nir.Source{Dt: m.Dt, Euler: euler, Store: m.Trainer.Store}, dt: m.Dt, names: names(m.Layers)}
	f := b.start(m.Layers[0].in)
	first := b.end("input", "Input", f.theirs)
	f.sources = []string{first}
	for _, l := range m.Layers {
		var err error
		if f, err = b.layer(l, f); err != nil {
			return nil, err
		}
	}
	last := b.end("output", "Output", f.theirs)
	return &b.graph, b.connect(f.sources, last)
}

// nirBuilder builds a graph layer by layer.
type nirBuilder struct {
	graph nir.Graph
	from  nir.Source
	dt    float64
	names []string // of all layers
}

// flow is what goes from layer to layer.
type flow struct {
	sources []string // the nodes that give it: their sum
	ours    []int    // its shape
	theirs  []int    // and as NIR has it
	places  []int    // where the elements of NIR's stand in ours
}

// names are those of layers and of the layers within.
func names(ls []*Layer) []string {
	var all []string
	for _, l := range ls {
		all = append(append(all, l.Name), names(l.inside)...)
		if l.back != nil {
			all = append(all, l.back.Name)
		}
	}
	return all
}

// end adds an Input or an Output under a name that no layer has.
func (b *nirBuilder) end(name, kind string, shape []int) string {
	for slices.Contains(b.names, name) {
		name += "_"
	}
	b.graph.Nodes = append(b.graph.Nodes, nir.Node{Name: name, Type: kind, Params: map[string]nir.Array{"shape": shapeOf(shape)}})
	return name
}

// start returns a flow of a shape whose last axis is the channels, if it has several.
func (b *nirBuilder) start(ours []int) flow {
	f := flow{ours: ours}
	perm := []int{len(ours) - 1}
	for i := range len(ours) - 1 {
		perm = append(perm, i)
	}
	for _, p := range perm {
		f.theirs = append(f.theirs, ours[p])
	}
	f.places = ndarray.Places(ours, perm)
	return f
}

// connect adds edges.
func (b *nirBuilder) connect(sources []string, to string) error {
	for _, from := range sources {
		e := nir.Edge{From: from, To: to}
		if slices.Contains(b.graph.Edges, e) {
			return fmt.Errorf("%s: NIR has no place for two edges from %s", to, from)
		}
		b.graph.Edges = append(b.graph.Edges, e)
	}
	return nil
}

// add adds a node behind a flow and returns what it gives, of the layer's shape.
func (b *nirBuilder) add(n nir.Node, f flow) (flow, error) {
	b.graph.Nodes = append(b.graph.Nodes, n)
	err := b.connect(f.sources, n.Name)
	f.sources = []string{n.Name}
	return f, err
}

// layer adds a layer.
func (b *nirBuilder) layer(l *Layer, f flow) (flow, error) {
	switch {
	case l.Type == "dropout":
		return f, nil
	case l.Type == "skip":
		y := f
		for _, in := range l.inside {
			var err error
			if y, err = b.layer(in, y); err != nil {
				return y, err
			}
		}
		y.sources = append(slices.Clone(f.sources), y.sources...)
		return y, nil
	case l.Type == "flatten":
		n := nir.NewFlatten(l.Name, f.theirs)
		f.ours = l.out
		f.theirs = l.out
		return b.add(n, f)
	}
	n, err := b.node(l, f)
	if err != nil {
		return f, err
	}
	switch l.Settings.(type) {
	case layers.LIF, layers.LeakyIntegrator, layers.Delay, layers.OneToOne: // element by element
	default:
		sources := f.sources
		f = b.start(l.out)
		f.sources = sources
	}
	if f, err = b.add(n, f); err != nil || l.back == nil {
		return f, err
	}
	return f, b.recurrent(l, f)
}

// node returns the node of a layer.
func (b *nirBuilder) node(l *Layer, f flow) (n nir.Node, err error) {
	flat := len(f.ours) == 1
	switch p := l.Settings.(type) {
	case layers.Dense:
		if !flat {
			return n, fmt.Errorf("layer %s: a dense layer over images %v has no node in NIR: flatten them before", l.Name, f.ours)
		}
		n, err = nir.NewDense(l.Name, p, b.from)
		return columns(n, f.places), err
	case layers.AllToAll:
		dense := *l
		dense.Settings = layers.Dense{In: p.In, Out: p.Out, W: p.W, NoSelf: p.NoSelf, NoBias: true, DType: p.DType}
		return b.node(&dense, f)
	case layers.OneToOne:
		n, err = nir.NewScale(l.Name, p, b.from)
	case layers.Conv1d:
		return nir.NewConv1d(l.Name, p, f.ours[:len(f.ours)-1], b.from)
	case layers.Conv2d:
		return nir.NewConv2d(l.Name, p, f.ours[:len(f.ours)-1], b.from)
	case layers.AvgPool2d:
		return nir.NewAvgPool2d(l.Name, p)
	case layers.LIF:
		n, err = nir.NewLIF(l.Name, p, b.from)
	case layers.LeakyIntegrator:
		n, err = nir.NewLI(l.Name, p, b.from)
	case layers.Delay:
		n, err = nir.NewDelay(l.Name, p, b.from)
	case imported:
		return b.subgraph(l, p, f)
	default:
		return n, fmt.Errorf("layer %s: NIR has no node for %s", l.Name, l.Type)
	}
	f.relay(n)
	return n, err
}

// relay brings the constants of a node, one for each neuron, in NIR's order, also within a sub-graph.
func (f flow) relay(n nir.Node) {
	if n.Graph != nil {
		for _, in := range n.Graph.Nodes {
			f.relay(in)
		}
		return
	}
	for name, a := range n.Params {
		if name == "shape" {
			n.Params[name] = shapeOf(f.theirs)
			continue
		}
		n.Params[name] = nir.Array{Shape: slices.Clone(f.theirs), Data: picked(a.Data, f.places)}
	}
}

// shapeOf returns a shape as Input and Output have it.
func shapeOf(shape []int) nir.Array {
	v := make([]int64, len(shape))
	for i, n := range shape {
		v[i] = int64(n)
	}
	return nir.Array{Shape: []int{len(v)}, Data: v}
}

// subgraph returns an imported graph as a node.
func (b *nirBuilder) subgraph(l *Layer, p imported, f flow) (nir.Node, error) {
	n := nir.Node{Name: l.Name, Type: "NIRGraph"}
	g, err := p.export(b.from.Store, l.Name, b.dt)
	if err != nil {
		return n, err
	}
	if in := inShape(g); in != nil && !slices.Equal(in, f.theirs) {
		return n, fmt.Errorf("layer %s: its input is %v in NIR, what comes is %v", l.Name, in, f.theirs)
	}
	g.Version = ""
	n.Graph = g
	return n, nil
}

// inShape returns the shape of a graph's Input, nil if it has none.
func inShape(g *nir.Graph) []int {
	var shape []int
	for _, n := range g.Nodes {
		if n.Type == "Input" {
			for _, d := range n.Params["shape"].Floats() {
				shape = append(shape, int(d))
			}
		}
	}
	return shape
}

// recurrent adds what leads from the neurons of a layer back to them.
func (b *nirBuilder) recurrent(l *Layer, f flow) error {
	if len(f.ours) != 1 {
		return fmt.Errorf("layer %s: recurrent weights over images %v have no node in NIR", l.Name, f.ours)
	}
	n, err := b.node(l.back, f)
	if err != nil {
		return err
	}
	if n.Type != "Affine" && n.Type != "Linear" {
		return fmt.Errorf("layer %s: recurrent %s is not in NIR: want dense or all_to_all", l.Name, l.back.Type)
	}
	if _, err = b.add(rows(n, f.places), f); err != nil {
		return err
	}
	return b.connect([]string{n.Name}, l.Name)
}

// columns returns a node with the columns of its weight, [out in], in another order.
func columns(n nir.Node, places []int) nir.Node {
	w, ok := n.Params["weight"]
	if !ok {
		return n
	}
	at := make([]int, 0, w.Shape[0]*w.Shape[1])
	for row := range w.Shape[0] {
		for _, p := range places {
			at = append(at, row*w.Shape[1]+p)
		}
	}
	n.Params["weight"] = nir.Array{Shape: w.Shape, Data: picked(w.Data, at)}
	return n
}

// rows returns a node with the rows of its weight and bias in another order.
func rows(n nir.Node, places []int) nir.Node {
	w := n.Params["weight"]
	at := make([]int, 0, w.Shape[0]*w.Shape[1])
	for _, p := range places {
		for c := range w.Shape[1] {
			at = append(at, p*w.Shape[1]+c)
		}
	}
	n.Params["weight"] = nir.Array{Shape: w.Shape, Data: picked(w.Data, at)}
	if bias, ok := n.Params["bias"]; ok {
		n.Params["bias"] = nir.Array{Shape: bias.Shape, Data: picked(bias.Data, places)}
	}
	return n
}

// picked returns the elements at those places.
func picked(data any, places []int) any {
	if v, ok := data.([]float32); ok {
		return pick(v, places)
	}
	return pick(data.([]float64), places)
}

func pick[T any](v []T, places []int) []T {
	out := make([]T, len(places))
	for i, p := range places {
		out[i] = v[p]
	}
	return out
}
