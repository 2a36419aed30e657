package nir

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/ndarray"
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

// NewAffine returns the node of a layers.Dense with weights w [in out] and biases b [out], as the store
// keeps them: Affine, or Linear if b is nil. Errors: ErrUnsupported for other shapes or types.
func NewAffine(name string, w, b *tensor.Dense) (Node, error) {
	n := Node{Name: name, Type: "Linear", Params: map[string]Array{}}
	weight, err := transposed(w, 1, 0)
	if err != nil {
		return n, unsupported(name, "the weights: %v", err)
	}
	n.Params["weight"] = weight
	if b == nil {
		return n, nil
	}
	bias, err := transposed(b, 0)
	if err != nil || !slices.Equal(bias.Shape, weight.Shape[:1]) {
		return n, unsupported(name, "biases of shape %v for weights of %v: %v", b.Shape(), w.Shape(), err)
	}
	n.Type, n.Params["bias"] = "Affine", bias
	return n, nil
}

// transposed returns a tensor with axis i of the result axis perm[i] of it.
func transposed(t *tensor.Dense, perm ...int) (Array, error) {
	a, err := ndarray.Of(t)
	if err != nil {
		return Array{}, err
	}
	v := ndarray.Floats(a.Data)
	if len(a.Shape) != len(perm) || v == nil {
		return Array{}, fmt.Errorf("they are %v, want %d axes of numbers", a.Shape, len(perm))
	}
	shape := make([]int, len(perm))
	for i, p := range perm {
		shape[i] = a.Shape[p]
	}
	return Array{Shape: shape, Data: typed(permute(v, a.Shape, perm), a.Data)}, nil
}

// NewLI returns the node of a layers.LeakyIntegrator in steps of dt ms: LI, or I where it has Decay 1.
// Constants are those of the settings, which must be numbers: what was trained is given as layers.Values
// from the store. Errors: ErrUnsupported, with the field that NIR has no place for.
func NewLI(name string, p layers.LeakyIntegrator, dt float64) (Node, error) {
	s, err := newSettings(name, p, dt)
	return s.node(name, "I", "LI"), err
}

// NewLIF returns the node of a layers.LIF in steps of dt ms: LIF, or IF where it has Decay 1. NIR's neurons
// are set to v_reset by a spike: Reset must be Hard. Constants are as NewLI has them. Errors:
// ErrUnsupported, with the field that NIR has no place for.
func NewLIF(name string, p layers.LIF, dt float64) (Node, error) {
	s, err := newSettings(name, layers.LeakyIntegrator{
		N: p.N, Shape: p.Shape, VRest: p.VRest, V0: p.V0, R: p.R, Tau: p.Tau, Decay: p.Decay, Input: p.Input, DType: p.DType,
	}, dt)
	for _, f := range []struct {
		name string
		bad  bool
	}{
		{"Reset other than Hard", p.Reset != layers.Hard},
		{"Timing other than AtSpike", p.Timing != layers.AtSpike},
		{"TauRef", p.TauRef != nil && p.TauRef != layers.Param(layers.Const(0))},
	} {
		if f.bad && err == nil {
			err = unsupported(name, "NIR has no place for %s", f.name)
		}
	}
	s.set("v_threshold", p.VTh, 20, &err)
	s.set("v_reset", p.VReset, -5, &err)
	return s.node(name, "IF", "LIF"), err
}

// settings are constants of neurons on the way to a node.
type settings struct {
	name   string
	shape  []int
	params map[string]Array
	leaks  bool
}

func newSettings(name string, p layers.LeakyIntegrator, dt float64) (s settings, err error) {
	s = settings{name: name, shape: p.Shape, params: map[string]Array{}}
	if len(s.shape) == 0 {
		s.shape = []int{p.N}
	}
	if p.V0 != nil {
		return s, unsupported(name, "NIR has no place for V0")
	}
	decay := layers.Const(0)
	if c, ok := p.Decay.(layers.Const); ok {
		decay = c
	} else if p.Decay != nil {
		return s, unsupported(name, "give Tau in place of Decay")
	}
	switch {
	case p.Decay == nil && p.Input == layers.Scaled:
		s.leaks = true
		s.set("tau", p.Tau, 10, &err)
		s.set("r", p.R, 1, &err)
		s.set("v_leak", p.VRest, 0, &err)
		s.scale("tau", 1./msPerSecond)
	case decay == 1 && p.Input == layers.Unscaled:
		if p.VRest != nil && p.VRest != layers.Param(layers.Const(0)) {
			return s, unsupported(name, "NIR has no place for VRest where nothing leaks")
		}
		s.set("r", p.R, 1, &err)
		s.scale("r", msPerSecond/dt)
	default:
		err = unsupported(name, "NIR has no place for Input %v with Decay %v; want Scaled with Tau, or Unscaled with Decay 1", p.Input, p.Decay)
	}
	return s, err
}

// set adds a constant, one number for each neuron.
func (s settings) set(param string, p layers.Param, def float64, err *error) {
	if *err != nil {
		return
	}
	if p == nil {
		p = layers.Const(def)
	}
	switch p.(type) {
	case layers.Const, layers.Values:
	default:
		*err = unsupported(s.name, "%s is %T; give the numbers that the store has, as layers.Values", param, p)
		return
	}
	v, bad := p.Init(s.shape, nil)
	if bad != nil {
		*err = unsupported(s.name, "%s: %v", param, bad)
		return
	}
	s.params[param] = Array{Shape: slices.Clone(s.shape), Data: slices.Clone(v)}
}

func (s settings) scale(param string, by float64) {
	v, _ := s.params[param].Data.([]float64)
	for i := range v {
		v[i] *= by
	}
}

// node returns the node, of type still if nothing leaks.
func (s settings) node(name, still, leaks string) Node {
	n := Node{Name: name, Type: still, Params: s.params}
	if s.leaks {
		n.Type = leaks
	}
	return n
}
