package nir

import "slices"

// end adds to a graph that has no Input, or no Output, what the reference implementation adds: one before the only
// node that nothing leads to, or behind the only one that leads nowhere. ports are the nodes of the graph, whose edges
// are there. Errors: ErrUnsupported where there is no such node, or several, or its input's shape is not told.
func (f *flat) end(g *Graph, ports map[string]port, prefix, kindOfEnd string) (int, error) {
	what, says := func(e Edge) string { return e.To }, "that nothing leads to"
	if kindOfEnd == outputType {
		what, says = func(e Edge) string { return e.From }, "that lead nowhere"
	}
	var open []string
	for _, n := range g.Nodes {
		if !slices.ContainsFunc(g.Edges, func(e Edge) bool { return what(e) == n.Name }) {
			open = append(open, n.Name)
		}
	}
	if len(open) != 1 {
		return 0, unsupported(prefix, "the graph has no %s, and %d nodes %s, want one: %q", kindOfEnd, len(open), says, open)
	}
	at, next := len(f.units), ports[open[0]]
	u := &unit{name: prefix + "(" + kindOfEnd + ")", node: &Node{Type: kindOfEnd}}
	f.units = append(f.units, u)
	if kindOfEnd == outputType {
		u.kind.build = func(b *builder) ([]int, part) { return b.in, part{place: passing} }
		f.edges = append(f.edges, wire{next.out, at})
		return at, nil
	}
	shape := f.units[next.in].node.takes()
	if len(shape) == 0 || slices.Min(shape) < 1 {
		return 0, unsupported(prefix+open[0], "the graph has no Input, and the shape of its first node is not told")
	}
	u.kind, u.node.Params = kinds[inputType], map[string]Array{"shape": each(shape, len(shape))}
	f.edges = append(f.edges, wire{at, next.in})
	return at, nil
}

// takes returns the shape that a node takes, as far as its parameters tell, else nil.
func (n *Node) takes() []int {
	whole := func(param string) []int {
		list, _ := n.Params[param].ints()
		return list
	}
	w := n.Params["weight"].Shape
	switch n.Type {
	case inputType:
		return whole("shape")
	case "Affine", "Linear":
		if len(w) == 2 {
			return w[1:]
		}
	case "Conv1d", "Conv2d":
		if in, groups := whole("input_shape"), whole("groups"); len(in) > 0 && len(w) > 1 && len(groups) == 1 {
			return append([]int{w[1] * groups[0]}, in...)
		}
	case "Flatten":
		return whole("input_type")
	case "Scale", "Delay", "Threshold":
		return n.Params[kinds[n.Type].params[0]].Shape
	case "SumPool2d", "AvgPool2d":
	default: // neurons
		return n.Params["r"].Shape
	}
	return nil
}
