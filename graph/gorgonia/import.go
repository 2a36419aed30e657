package gorgonia

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
)

// Import adds to g the nodes that compute outs, nodes of a Gorgonia graph, and returns them. The
// nodes of at stand for Gorgonia's nodes, of the same shapes and types: computation is taken over
// from there on. Of Gorgonia's other nodes without inputs, constants become constants, variables
// that have a value become parameters of their names, trained, with a copy of that value where the
// store has none; variables without one become inputs.
//
// Errors are an *Unsupported for each op that has no counterpart, joined; then g is as it was.
// Shapes that do not fit are faults of g. Where Gorgonia's maximum gives each of equal elements
// the whole gradient, ours shares it.
func Import(g *graph.Graph, at map[*G.Node]*graph.Node, outs ...*G.Node) ([]*graph.Node, error) {
	im := &importer{
		g: g, rules: importRules(),
		at: map[*G.Node]*graph.Node{}, seen: map[*G.Node]bool{}, bad: map[string]bool{},
	}
	for n, x := range at {
		im.at[n], im.seen[n] = x, true
	}
	for _, n := range outs {
		im.check(n)
	}
	if len(im.errs) > 0 {
		return nil, errors.Join(im.errs...)
	}
	ys := make([]*graph.Node, len(outs))
	for i, n := range outs {
		ys[i] = im.node(n)
	}
	return ys, errors.Join(im.errs...)
}

// importRule makes our node for n from those of its inputs.
type importRule func(o opaque, in []*graph.Node) *graph.Node

type importer struct {
	g     *graph.Graph
	rules map[string]importRule
	at    map[*G.Node]*graph.Node
	seen  map[*G.Node]bool
	bad   map[string]bool
	errs  []error
}

// check notes what n is computed from and has no counterpart.
func (im *importer) check(n *G.Node) {
	if im.seen[n] {
		return
	}
	im.seen[n] = true
	name, reason := "", ""
	switch d := ourType(n.Dtype()); {
	case d == graph.Invalid:
		name, reason = n.Name(), fmt.Sprintf("its elements are %v", n.Dtype())
	case isComputed(n):
		if name = kindOf(n.Op()); im.rules[name] != nil {
			name = ""
		}
		reason = "there is no rule for it"
	}
	if name != "" && !im.bad[name] {
		im.bad[name] = true
		im.errs = append(im.errs, &Unsupported{name, reason})
	}
	for _, x := range children(n) {
		im.check(x)
	}
}

// isComputed reports whether n is neither a variable nor a constant.
func isComputed(n *G.Node) bool { return n.Op() != nil && !isConstant(n) }

func isConstant(n *G.Node) bool {
	return n.Op() != nil && strings.HasPrefix(reflect.Indirect(reflect.ValueOf(n.Op())).Type().Name(), "constant")
}

// children returns the inputs of a Gorgonia node, in order.
func children(n *G.Node) G.Nodes {
	if !isComputed(n) {
		return nil
	}
	var xs G.Nodes
	for it := n.Graph().From(n.ID()); it.Next(); {
		xs = append(xs, it.Node().(*G.Node))
	}
	return xs
}

func ourType(d tensor.Dtype) graph.DType {
	for t := graph.Float32; t <= graph.Bool; t++ {
		if t.Tensor() == d {
			return t
		}
	}
	return graph.Invalid
}

func (im *importer) node(n *G.Node) *graph.Node {
	if x := im.at[n]; x != nil {
		return x
	}
	var x *graph.Node
	if isComputed(n) {
		var in []*graph.Node
		for _, c := range children(n) {
			in = append(in, im.node(c))
		}
		x = im.rules[kindOf(n.Op())](opaque{n, reflect.Indirect(reflect.ValueOf(n.Op()))}, in)
		if x.Valid() && !x.Shape().Equal(graph.Shape(n.Shape())) {
			x = x.Reshape(n.Shape()...) // Gorgonia drops axes of extent 1 in places
		}
	} else {
		x = im.leaf(n)
	}
	im.at[n] = x
	return x
}

// leaf makes a constant, a parameter or an input.
func (im *importer) leaf(n *G.Node) *graph.Node {
	d, shape := ourType(n.Dtype()), n.Shape()
	if n.Value() == nil {
		return im.g.Input(n.Name(), d, shape...)
	}
	value := own(n.Value(), shape)
	if isConstant(n) {
		return im.g.Literal(value)
	}
	s := im.g.Store()
	if s.Get(n.Name()) == nil {
		if err := s.Put(n.Name(), value, d.IsFloat()); err != nil {
			im.errs = append(im.errs, fmt.Errorf("gorgonia: %w", err))
		}
	}
	return im.g.Param(n.Name(), graph.Var{DType: d, Shape: shape})
}

// own returns a copy of a value as a tensor.
func own(v G.Value, shape []int) *tensor.Dense {
	if t, ok := v.(*tensor.Dense); ok && t.Dims() > 0 {
		if t.RequiresIterator() || !t.DataOrder().IsRowMajor() {
			return t.Materialize().(*tensor.Dense)
		}
		return t.Clone().(*tensor.Dense)
	}
	x := reflect.ValueOf(v.Data())
	if x.Kind() == reflect.Slice {
		x = x.Index(0)
	}
	back := reflect.MakeSlice(reflect.SliceOf(x.Type()), 1, 1)
	back.Index(0).Set(x)
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(back.Interface()))
}
