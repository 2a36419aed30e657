package gorgonia

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// Lower adds to the Gorgonia graph of xs the nodes that compute outs, with xs in the place of the
// inputs of ours, in the order in which they were declared; xs have their shapes, and the one float
// type of the graph of ours. A parameter becomes a variable of its name with a copy of what it holds
// now, unless there is a variable of that name and type, which then is used with the value it has.
// They are returned by name: train and save them as Gorgonia's own. Whole numbers and Bools among
// inputs and results are floats there, 0 and 1 for a Bool.
//
// Errors are as those of Compile, and for xs that do not fit.
func Lower(xs []*G.Node, outs ...*graph.Node) (ys []*G.Node, params map[string]*G.Node, err error) {
	if len(xs) == 0 || len(outs) == 0 || outs[0].Graph() == nil {
		return nil, nil, fmt.Errorf("gorgonia: %w: there is nothing to lower, or no graph to lower to", graph.ErrValue)
	}
	in := inputs(outs[0].Graph())
	if len(in) != len(xs) {
		return nil, nil, fmt.Errorf("gorgonia: %w: %d nodes for %d inputs", graph.ErrShape, len(xs), len(in))
	}
	given := map[*graph.Node]*G.Node{}
	for i, n := range in {
		given[n] = xs[i]
	}
	l, err := begin(xs[0].Graph(), given, outs...)
	if err != nil {
		return nil, nil, err
	}
	for i, n := range in {
		if x := xs[i]; x.Dtype() != l.dt || !n.Shape().Equal(graph.Shape(x.Shape())) {
			return nil, nil, fmt.Errorf("gorgonia: %w: node %d is %v%v, want %v%v",
				graph.ErrShape, i, x.Dtype(), x.Shape(), l.dt, n.Shape())
		}
	}
	for _, y := range outs {
		x := l.lower(y)
		if y.Rank() == 0 { // a scalar is a vector of one inside
			x = l.unary(func(x *G.Node) (*G.Node, error) { return G.Sum(x, 0) }, x)
		}
		ys = append(ys, x)
	}
	params, err = l.bindParams(outs[0].Graph().Store())
	return ys, params, errors.Join(l.err, err)
}

// bindParams gives the variables that stand for parameters their values.
func (l *lowering) bindParams(s *graph.Store) (map[string]*G.Node, error) {
	params := map[string]*G.Node{}
	for _, lf := range l.leaves {
		name := lf.from.ParamName()
		if name == "" {
			continue
		}
		params[name] = lf.node
		if lf.node.Value() != nil {
			continue
		}
		if err := G.Let(lf.node, lift(l.dt, lf.from.Shape(), s.Get(name).Value)); err != nil {
			return nil, fmt.Errorf("gorgonia: %w", err)
		}
	}
	return params, nil
}

// Embed returns a node of the Gorgonia graph of xs that f computes on our executor. Gorgonia's
// derivatives flow through it by autodiff: f is traced once for the value and, when a gradient is
// asked for, once more for the product with the Jacobian.
//
// f receives inputs of ours with the types of xs, Float32 or Float64, and returns a float node. Its
// parameters live in store, nil for a new one; to Gorgonia they are constants, read at every run:
// pass as xs what Gorgonia is to train. There are no derivatives of second order: asking for one is
// an error of Gorgonia's. Errors are the faults of f's graph.
func Embed(store *graph.Store, f func(g *graph.Graph, xs []*graph.Node) *graph.Node, xs ...*G.Node) (*G.Node, error) {
	if store == nil {
		store = graph.NewStore(0)
	}
	if len(xs) == 0 {
		return nil, fmt.Errorf("gorgonia: %w: Embed needs a node", graph.ErrValue)
	}
	e := embedding{store, f, xs}
	y, prog, err := e.program(nil)
	if err != nil {
		return nil, err
	}
	if !y.DType().IsFloat() || y.DType().Tensor() != xs[0].Dtype() {
		return nil, fmt.Errorf("gorgonia: %w: the embedded node is %v, the first of the others %v",
			graph.ErrDType, y.Type(), xs[0].Dtype())
	}
	o := run("Embed", prog, 0, tensor.Shape(y.Shape()), len(xs))
	o.grad = func(in G.Nodes, _, gy *G.Node) (G.Nodes, error) { return e.backward(in, gy) }
	return o.apply(xs...)
}

// embedding is a function of ours in a Gorgonia graph.
type embedding struct {
	store *graph.Store
	f     func(g *graph.Graph, xs []*graph.Node) *graph.Node
	xs    []*G.Node
}

// program compiles f, or, given the type of the gradient that arrives, its products with the
// Jacobian for all inputs.
func (e embedding) program(gy *G.Node) (*graph.Node, *graph.Program, error) {
	g := graph.NewIn(e.store)
	in := make([]*graph.Node, len(e.xs))
	for i, x := range e.xs {
		d, err := floatType(x)
		if err != nil {
			return nil, nil, err
		}
		in[i] = g.Input(fmt.Sprintf("x%d", i), d, x.Shape()...)
	}
	y := e.f(g, in)
	outs := []*graph.Node{y}
	if gy != nil {
		arriving := g.Input("gy", y.DType(), y.Shape()...)
		outs = autodiff.VJP(outs, []*graph.Node{arriving}, in...)
	}
	prog, err := g.Compile(outs...)
	if err != nil {
		return nil, nil, fmt.Errorf("gorgonia: embedded graph: %w", err)
	}
	return y, prog, nil
}

// floatType returns our type for the elements of x.
func floatType(x *G.Node) (graph.DType, error) {
	switch x.Dtype() {
	case tensor.Float32:
		return graph.Float32, nil
	case tensor.Float64:
		return graph.Float64, nil
	}
	return graph.Invalid, fmt.Errorf("gorgonia: %w: elements are %v, want floats", graph.ErrDType, x.Dtype())
}

// backward returns the nodes of the products with the Jacobian.
func (e embedding) backward(in G.Nodes, gy *G.Node) (G.Nodes, error) {
	_, prog, err := e.program(gy)
	if err != nil {
		return nil, err
	}
	gs := make(G.Nodes, len(in))
	args := append(append(G.Nodes{}, in...), gy)
	for i, x := range in {
		if gs[i], err = run("EmbedGrad", prog, i, x.Shape(), len(args)).apply(args...); err != nil {
			return nil, err
		}
	}
	return gs, nil
}

// run returns the op of n inputs whose result is that of prog of the given number and shape.
func run(name string, prog *graph.Program, out int, shape tensor.Shape, n int) *extension {
	o := &extension{name: name, shape: shape, wrt: all(n)}
	o.eval = func(in []G.Value) (G.Value, error) {
		ts := make([]*tensor.Dense, len(in))
		for i, v := range in {
			ts[i] = own(v, v.Shape())
		}
		res, err := prog.Run(ts...)
		if err != nil {
			return nil, err
		}
		return theirs(res[out]), nil
	}
	return o
}
