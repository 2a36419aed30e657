package graph

import "slices"

// Mark names a value of interest, such as a layer's spikes, under the current scope: trainers and
// probes find it in Marks without the model being changed. It costs nothing unless it is read.
func (x *Node) Mark() *Node {
	if x.Valid() && !x.g.closed {
		x.g.root.marks = append(x.g.root.marks, Marked{x.g.root.scope, x})
	}
	return x
}

// Marked is a value with the scope it was marked in.
type Marked struct {
	Scope string
	Node  *Node
}

// Marks returns what was marked while the graph was built, in order.
func (g *Graph) Marks() []Marked {
	if g == nil {
		return nil
	}
	return slices.Clone(g.root.marks)
}

// Stacked returns the values that x takes over all steps of the loops it is in, as a node outside
// of them: stacked on one leading axis for each loop, the outermost first. It returns nil if x is
// in the body of a branch or of a loop that was unrolled.
func Stacked(x *Node) *Node {
	for x.Valid() && x.g.parent != nil {
		loop := x.g.root.loops[x.g]
		if loop == nil {
			return nil
		}
		x = Saved(loop, x)
	}
	return x
}
