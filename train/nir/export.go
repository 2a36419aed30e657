package nir

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"gorgonia.org/tensor"
)

// Export returns the graph that the network was made of with the parameters that a store has for it
// under the name it was placed by. Each number is of the file's type; one that has not changed in the
// store is the file's, to the bit. What the store does not keep stays as it was. Errors: a parameter
// that the store lacks or has in another shape.
func (n *Net) Export(s *graph.Store, name string) (*Graph, error) {
	out := n.source.clone()
	f, err := out.flatten() // in the order of n.units
	if err != nil {
		return nil, err
	}
	for i, u := range n.units {
		changed := false
		for _, b := range u.part.bound {
			at := n.path(name, u.name) + "." + b.field
			p := s.Get(at)
			if p == nil {
				return nil, fmt.Errorf("nir: node %q: the store has no %q", u.name, at)
			}
			node := f.units[i].node
			a, same, err := b.export(node.Params[b.param], p.Value, n.o.DType)
			if err != nil {
				return nil, fmt.Errorf("nir: node %q: %q: %w", u.name, at, err)
			}
			if !same {
				node.Params[b.param], changed = a, true
			}
		}
		if changed && u.kind.memory {
			widen(f.units[i].node.Params, u.shape)
		}
	}
	return out, nil
}

// clone returns a copy of g that shares numbers, but no maps and slices, with it.
func (g *Graph) clone() *Graph {
	c := *g
	c.Nodes = slices.Clone(g.Nodes)
	for i := range c.Nodes {
		n := &c.Nodes[i]
		if n.Params = maps.Clone(n.Params); n.Graph != nil {
			n.Graph = n.Graph.clone()
		}
	}
	return &c
}

// export returns the numbers that the store keeps, as the file has them, and whether they are the same;
// was is what the file had.
func (b binding) export(was Array, now *tensor.Dense, d graph.DType) (a Array, same bool, err error) {
	stored, err := ndarray.Of(now)
	if err != nil {
		return a, false, err
	}
	v := ndarray.Floats(stored.Data)
	old := was.Floats()
	if len(old) == 0 { // what a file without it means
		old = []float64{constants[b.param].absent}
	}
	if len(old) == 1 {
		old = slices.Repeat(old, len(v))
	}
	if n, _ := ndarray.Size(b.shape); len(v) != n || len(old) != n {
		return a, false, fmt.Errorf("it is %v, of %v in the file", stored.Shape, b.shape)
	}
	if b.perm != nil {
		v = permute(v, stored.Shape, inverse(b.perm))
	}
	same = true
	for i, x := range v {
		kept := b.to(old[i])
		if d == graph.Float32 {
			kept = float64(float32(kept))
		}
		if v[i] = b.from(x); x == kept {
			v[i] = old[i]
		} else {
			same = false
		}
	}
	return Array{Shape: slices.Clone(b.shape), Data: typed(v, was.Data)}, same, nil
}

// inverse returns the permutation that undoes perm.
func inverse(perm []int) []int {
	out := make([]int, len(perm))
	for i, p := range perm {
		out[p] = i
	}
	return out
}

// typed returns numbers in the type of like: float32, or float64 for anything else.
func typed(v []float64, like any) any {
	if _, ok := like.([]float32); !ok {
		return v
	}
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x)
	}
	return out
}

// widen repeats constants of one number where others of the node are one for each neuron: the
// reference implementation wants one shape for all.
func widen(params map[string]Array, shape []int) {
	n, _ := ndarray.Size(shape)
	if !slices.ContainsFunc(slices.Collect(maps.Values(params)), func(a Array) bool { return len(a.Floats()) == n }) {
		return
	}
	for name, a := range params {
		if v := a.Floats(); len(v) == 1 && n > 1 {
			params[name] = Array{Shape: slices.Clone(shape), Data: typed(slices.Repeat(v, n), a.Data)}
		}
	}
}
