package nir

import (
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"gorgonia.org/tensor"
)

// Chain returns a graph of nodes in a row, between an Input and an Output of the given shapes, which are
// without the batch. Further edges, such as recurrent ones, may be appended to Edges.
func Chain(in, out []int, nodes ...Node) *Graph {
	end := func(name, kind string, shape []int) Node {
		v := make([]int64, len(shape))
		for i, d := range shape {
			v[i] = int64(d)
		}
		return Node{Name: name, Type: kind, Params: map[string]Array{"shape": {Shape: []int{len(v)}, Data: v}}}
	}
	row := slices.Concat([]Node{end("input", inputType, in)}, nodes, []Node{end("output", outputType, out)})
	g := &Graph{Nodes: row}
	for i := range row[1:] {
		g.Edges = append(g.Edges, Edge{row[i].Name, row[i+1].Name})
	}
	return g
}

// NewDense returns the node of a layers.Dense: Affine, or Linear if it has no biases. Errors: ErrUnsupported for
// parameters that the store lacks.
func NewDense(name string, p layers.Dense, from Source) (Node, error) {
	n := Node{Name: name, Type: "Linear", Params: map[string]Array{}}
	dtype := p.DType
	p.DType = graph.Float64
	out, err := from.values(name, func(g *graph.Graph) []*graph.Node {
		c := p.Place(g, name)
		if c.B == nil {
			return []*graph.Node{c.W}
		}
		return []*graph.Node{c.W, c.B}
	})
	if err != nil {
		return n, err
	}
	n.Params["weight"] = transposed(out[0], dtype, 1, 0)
	if len(out) > 1 {
		n.Type, n.Params["bias"] = "Affine", transposed(out[1], dtype, 0)
	}
	return n, nil
}

// NewScale returns the node of a layers.OneToOne. Errors as NewDense has them.
func NewScale(name string, p layers.OneToOne, from Source) (Node, error) {
	n := Node{Name: name, Type: "Scale", Params: map[string]Array{}}
	dtype := p.DType
	p.DType = graph.Float64
	out, err := from.values(name, func(g *graph.Graph) []*graph.Node { return []*graph.Node{p.Place(g, name).W} })
	if err != nil {
		return n, err
	}
	var axes []int
	for i := range out[0].Shape() {
		axes = append(axes, i)
	}
	n.Params["scale"] = transposed(out[0], dtype, axes...)
	return n, nil
}

// transposed returns a tensor of float64 with axis i of the result axis perm[i] of it, in a type.
func transposed(t *tensor.Dense, d graph.DType, perm ...int) Array {
	shape := make([]int, len(perm))
	for i, p := range perm {
		shape[i] = t.Shape()[p]
	}
	like := any([]float32(nil))
	if d == graph.Float64 {
		like = nil
	}
	return Array{Shape: shape, Data: typed(permute(t.Float64s(), t.Shape(), perm), like)}
}

// NewFlatten returns the node that makes one axis of all axes of an input of that shape.
func NewFlatten(name string, in []int) Node {
	return Node{Name: name, Type: "Flatten", Params: map[string]Array{
		"start_dim": whole(0), "end_dim": whole(-1), "input_type": each(in, len(in)),
	}}
}

// NewLI returns the node of a layers.LeakyIntegrator: LI, or I where it has Decay 1. Errors: ErrUnsupported, with
// the field that NIR has no place for.
func NewLI(name string, p layers.LeakyIntegrator, from Source) (Node, error) {
	n := Node{Name: name, Type: "LI", Params: map[string]Array{}}
	shape := p.Shape
	if len(shape) == 0 {
		shape = []int{p.N}
	}
	if p.V0 != nil {
		return n, unsupported(name, "NIR has no place for V0")
	}
	tau, share, err := from.memory(name, p, shape)
	if err != nil {
		return n, err
	}
	r, err := from.constant(name, "R", p.R, 1, shape)
	if err != nil {
		return n, err
	}
	rest, err := from.constant(name, "VRest", p.VRest, 0, shape)
	if err != nil {
		return n, err
	}
	if tau == nil {
		n.Type = "I"
		if p.Input == layers.Scaled || slices.ContainsFunc(rest, func(v float64) bool { return v != 0 }) {
			return n, unsupported(name, "NIR has no place for Scaled input or VRest where nothing leaks")
		}
		for i := range r {
			r[i] *= msPerSecond / from.Dt
		}
	} else {
		if p.Input == layers.Unscaled {
			for i := range r {
				r[i] /= share[i]
			}
		}
		n.Params["tau"], n.Params["v_leak"] = Array{shape, tau}, Array{shape, rest}
	}
	n.Params["r"] = Array{slices.Clone(shape), r}
	return n, nil
}

// NewDelay returns the node of a layers.Delay. Errors as NewDense has them.
func NewDelay(name string, p layers.Delay, from Source) (Node, error) {
	n := Node{Name: name, Type: "Delay", Params: map[string]Array{}}
	shape := p.Shape
	if len(shape) == 0 {
		shape = []int{p.N}
	}
	if p.D == nil {
		p.D = layers.Uniform{Lo: 0, Hi: p.Max}
	}
	d, err := from.constant(name, "D", p.D, 0, shape)
	for i := range d {
		d[i] /= msPerSecond
	}
	n.Params["delay"] = Array{shape, d}
	return n, err
}
