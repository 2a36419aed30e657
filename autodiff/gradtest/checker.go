package gradtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// checker is a case made into programs.
type checker struct {
	c    Case
	r    *rand.Rand
	g    *graph.Graph
	feed []*tensor.Dense // arguments of the programs, over the slices of vars, u and what is fixed
	vars []*variable
	u    cell // weights of y's elements

	value, slope, plain *program // y; the gradient along w; both, and all below, without passes
	derivs              *program
	wrong               []string
}

// cell is a node and the numbers that stand for it.
type cell struct {
	node *graph.Node
	x    []float64
}

// variable is something to differentiate by.
type variable struct {
	cell
	name  string
	v, w  cell    // directions
	scale float64 // of steps
	flat  bool
	base  []float64 // the point at which derivatives are taken
	moved bool      // whether some gradient was not zero
}

func newChecker(c Case) (*checker, error) {
	k := &checker{c: c, r: rand.New(rand.NewPCG(c.Seed, 1)), g: graph.NewIn(graph.NewStore(c.Seed))}
	xs, err := k.inputs()
	if err != nil {
		return nil, err
	}
	y := c.Build(k.g, xs)
	if err := k.g.Err(); err != nil {
		return nil, err
	}
	switch {
	case !y.Valid():
		return nil, fmt.Errorf("the function that Build returned is an invalid node, yet the graph has no fault")
	case y.DType() != graph.Float64:
		return nil, fmt.Errorf("the function that Build returned is %v, want Float64", y.Type())
	}
	if err := k.parameters(); err != nil {
		return nil, err
	}
	if len(k.vars) == 0 {
		return nil, fmt.Errorf("there is nothing to differentiate by: no float input, no trained parameter")
	}
	return k, k.compile(y)
}

// inputs declares the inputs of the case.
func (k *checker) inputs() ([]*graph.Node, error) {
	s := newStrata(k.r, k.c.Inputs)
	var xs []*graph.Node
	for i, in := range k.c.Inputs {
		name := fmt.Sprintf("input %d", i)
		x := in.values(s)
		if n := graph.Shape(in.Shape).Size(); len(x) != n {
			return nil, fmt.Errorf("%s: %d values for shape %v", name, len(x), in.Shape)
		}
		switch in.DType {
		case graph.Invalid, graph.Float64:
			lo, hi := in.bounds()
			v := &variable{cell: k.cell(name, in.Shape, slices.Clone(x)), name: name, scale: (hi - lo) / 2, flat: in.Flat}
			k.vars = append(k.vars, v)
			xs = append(xs, v.node)
		case graph.Float32:
			return nil, fmt.Errorf("%s: Float32 is too coarse for differences, want Float64", name)
		default:
			if len(x) == 0 {
				xs = append(xs, k.g.Const(in.DType, 0, in.Shape...))
				break
			}
			xs = append(xs, k.g.Values(in.DType, x, in.Shape...))
		}
	}
	return xs, nil
}

// cell declares an argument of the programs. Tensors cannot be empty, so what has no element is a
// constant.
func (k *checker) cell(name string, shape []int, x []float64) cell {
	if len(x) == 0 {
		return cell{k.g.Const(graph.Float64, 0, shape...), x}
	}
	k.feed = append(k.feed, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x)))
	return cell{k.g.Input(name, graph.Float64, shape...), x}
}

// like declares an argument of x's shape.
func (k *checker) like(name string, x *graph.Node) cell {
	return k.cell(name, x.Shape(), make([]float64, x.Shape().Size()))
}

// parameters adds the trained parameters to what is differentiated by.
func (k *checker) parameters() error {
	var names []string
	for _, p := range k.g.Trained() {
		name := p.ParamName()
		names = append(names, name)
		if p.DType() != graph.Float64 {
			return fmt.Errorf("parameter %s is %v, want Float64", name, p.Type())
		}
		x := k.g.Store().Get(name).Value.Float64s()
		v := &variable{cell: cell{p, x}, name: "parameter " + name, scale: 1, flat: slices.Contains(k.c.Flat, name)}
		k.vars = append(k.vars, v)
	}
	for _, name := range k.c.Flat {
		if !slices.Contains(names, name) {
			return fmt.Errorf("there is no %q, which Flat names; the trained parameters are %q", name, names)
		}
	}
	return nil
}

// compile builds all derivatives of y.
func (k *checker) compile(y *graph.Node) (err error) {
	var xs, vs []*graph.Node
	for _, v := range k.vars {
		v.base = slices.Clone(v.x)
		v.v, v.w = k.like("v", v.node), k.like("w", v.node)
		xs, vs = append(xs, v.node), append(vs, v.v.node)
	}
	k.u = k.like("u", y)
	grads := autodiff.VJP([]*graph.Node{y}, []*graph.Node{k.u.node}, xs...)
	outs := append(grads, autodiff.JVP([]*graph.Node{y}, xs, vs)[0])
	if k.value, err = k.program(graph.Options{}, y); err != nil {
		return err
	}
	if k.c.SecondOrder {
		s := k.g.Const(graph.Float64, 0)
		for i, v := range k.vars {
			s = s.Add(grads[i].Mul(v.w.node).Sum())
		}
		if k.slope, err = k.program(graph.Options{}, s); err != nil {
			return err
		}
		outs = slices.Concat(outs, autodiff.Grad(s, xs...), autodiff.JVP([]*graph.Node{s}, xs, vs))
	}
	if k.derivs, err = k.program(graph.Options{Verify: true}, outs...); err != nil {
		return err
	}
	names, _ := graph.Passes()
	k.plain, err = k.program(graph.Options{Disable: names}, append([]*graph.Node{y}, outs...)...)
	return err
}
