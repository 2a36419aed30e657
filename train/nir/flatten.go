package nir

import (
	"cmp"
	"slices"
)

// Types that only pass on what they get.
const (
	inputType  = "Input"
	outputType = "Output"
)

// unit is a node of the network once sub-graphs are part of the graph around them.
type unit struct {
	name string // with the names of the graphs around it: outer/inner
	node *Node
	kind kind
	in   []source
	kept bool // whether its output is needed in the next step

	shape []int // of what comes in, without the batch
	out   []int // of what goes out
	part  part
}

// passes reports whether the unit only passes on what it gets.
func (u *unit) passes() bool { return u.node.Type == inputType || u.node.Type == outputType }

// source is a unit that gives to another, in the same step or, late, in the next.
type source struct {
	from int
	late bool
}

// flat is a graph without sub-graphs.
type flat struct {
	units         []*unit
	edges         []wire
	input, output int
}

// wire is an edge between units.
type wire struct{ from, to int }

// flatten returns the units of a graph and the edges between them. Errors: ErrUnsupported.
func (g *Graph) flatten() (*flat, error) {
	f := &flat{}
	var err error
	if f.input, f.output, err = f.add(g, "", 0); err != nil {
		return nil, err
	}
	slices.SortFunc(f.edges, func(a, b wire) int { return cmp.Or(a.from-b.from, a.to-b.to) })
	for i, e := range f.edges {
		if i > 0 && e == f.edges[i-1] {
			return nil, unsupported(f.units[e.from].name, "its edge to %q is there twice", f.units[e.to].name)
		}
		to := f.units[e.to]
		to.in = append(to.in, source{from: e.from})
	}
	return f, nil
}

// port is where edges to and from a node end and begin.
type port struct{ in, out int }

const deepest = 32 // graphs within graphs

// add adds the nodes of g, whose names get a prefix, and returns its Input and Output.
func (f *flat) add(g *Graph, prefix string, depth int) (input, output int, err error) {
	if depth > deepest {
		return 0, 0, unsupported(prefix, "graphs are nested deeper than %d", deepest)
	}
	ports := map[string]port{}
	input, output = -1, -1
	for i := range g.Nodes {
		n := &g.Nodes[i]
		name := prefix + n.Name
		if _, twice := ports[n.Name]; twice {
			return 0, 0, unsupported(name, "there are two of that name")
		}
		if n.Graph != nil {
			in, out, err := f.add(n.Graph, name+"/", depth+1)
			if err != nil {
				return 0, 0, err
			}
			ports[n.Name] = port{in, out}
			continue
		}
		k, ok := kinds[n.Type]
		if !ok {
			return 0, 0, unsupported(name, "type %q is none of %v", n.Type, kindNames())
		}
		at := len(f.units)
		f.units = append(f.units, &unit{name: name, node: n, kind: k})
		ports[n.Name] = port{at, at}
		if n.Type == inputType && input >= 0 || n.Type == outputType && output >= 0 {
			return 0, 0, unsupported(name, "it is a second %s, and a step has one", n.Type)
		}
		switch n.Type {
		case inputType:
			input = at
		case outputType:
			output = at
		}
	}
	if err := f.connect(g.Edges, ports, prefix); err != nil {
		return 0, 0, err
	}
	if input < 0 {
		input, err = f.end(g, ports, prefix, inputType)
	}
	if err == nil && output < 0 {
		output, err = f.end(g, ports, prefix, outputType)
	}
	return input, output, err
}

// connect adds the edges between the nodes of a graph.
func (f *flat) connect(edges []Edge, ports map[string]port, prefix string) error {
	for _, e := range edges {
		from, ok := ports[e.From]
		to, too := ports[e.To]
		if !ok || !too {
			return unsupported(prefix+e.From, "its edge leads to %q, and one of them is not there", prefix+e.To)
		}
		f.edges = append(f.edges, wire{from.out, to.in})
	}
	return nil
}
