package gorgonia

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// extension is an op that Gorgonia does not have, for its graphs: it implements G.Op and G.SDOp.
// Its value is new memory in every run.
type extension struct {
	name  string
	place int          // of the node in the order in which nodes came to the graph
	ranks []int        // of the inputs, then of the result
	shape tensor.Shape // of the result
	wrt   []bool       // inputs that get a gradient
	run   kernels
	eval  func(in []G.Value) (G.Value, error) // instead of run, where the value is computed whole
	// grad returns a gradient for each input of wrt, nil for the others; nil if there is no derivative.
	grad func(in G.Nodes, out, gy *G.Node) (G.Nodes, error)
}

// kernels compute an op's elements from its inputs', for each type of element.
type kernels struct {
	f32 func(y []float32, xs [][]float32) error
	f64 func(y []float64, xs [][]float64) error
}

// apply makes the node of o over xs. The ranks are those of the nodes.
func (o *extension) apply(xs ...*G.Node) (*G.Node, error) {
	for _, x := range xs {
		o.ranks = append(o.ranks, x.Dims())
	}
	o.ranks = append(o.ranks, len(o.shape))
	o.place = len(xs[0].Graph().AllNodes())
	return G.ApplyOp(o, xs...)
}

// Arity returns the number of inputs.
func (o *extension) Arity() int { return len(o.ranks) - 1 }

// Type returns the op's signature: tensors of the inputs' ranks to one of the result's.
func (o *extension) Type() hm.Type {
	ts := make([]hm.Type, len(o.ranks))
	for i, r := range o.ranks {
		ts[i] = hm.TypeVariable('a')
		if r > 0 {
			ts[i] = G.TensorType{Dims: r, Of: hm.TypeVariable('a')}
		}
	}
	return hm.NewFnType(ts...)
}

// InferShape returns the result's shape, which is fixed.
func (o *extension) InferShape(...G.DimSizer) (tensor.Shape, error) { return o.shape.Clone(), nil }

// Do computes the result.
func (o *extension) Do(in ...G.Value) (G.Value, error) {
	if o.eval != nil {
		return o.eval(in)
	}
	y := tensor.New(tensor.Of(in[0].Dtype()), tensor.WithShape(o.shape...))
	var err error
	switch out := y.Data().(type) {
	case []float32:
		err = compute(o.run.f32, out, in)
	case float32:
		one := []float32{0}
		err = compute(o.run.f32, one, in)
		return G.NewF32(one[0]), err
	case []float64:
		err = compute(o.run.f64, out, in)
	case float64:
		one := []float64{0}
		err = compute(o.run.f64, one, in)
		return G.NewF64(one[0]), err
	default:
		err = fmt.Errorf("gorgonia: %s: elements are %v, want floats", o.name, in[0].Dtype())
	}
	if err != nil {
		return nil, err
	}
	return y, nil
}

func compute[T float32 | float64](f func(y []T, xs [][]T) error, y []T, in []G.Value) error {
	xs := make([][]T, len(in))
	for i, v := range in {
		xs[i] = elements[T](v)
	}
	return f(y, xs)
}

// elements returns the elements of a value, a scalar's as a slice of one.
func elements[T float32 | float64](v G.Value) []T {
	switch x := v.Data().(type) {
	case []T:
		return x
	case T:
		return []T{x}
	}
	panic(fmt.Sprintf("gorgonia: a value of %v where %T was inferred", v.Dtype(), *new(T)))
}

// ReturnsPtr reports that results are not to be edited in place.
func (o *extension) ReturnsPtr() bool { return false }

// CallsExtern reports that nothing outside of Go is called.
func (o *extension) CallsExtern() bool { return false }

// OverwritesInput returns -1: inputs stay as they are.
func (o *extension) OverwritesInput() int { return -1 }

// WriteHash writes what tells the op from all others: its place. It is the same in each process: Gorgonia takes
// nodes of one kind whose hashes of 32 bits agree for one node, and with addresses in them another two did in one
// of a hundred runs.
func (o *extension) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%s %d", o.name, o.place) }

// Hashcode returns the hash of WriteHash.
func (o *extension) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// String returns the op's name.
func (o *extension) String() string { return o.name }

// DiffWRT reports which inputs get a gradient.
func (o *extension) DiffWRT(int) []bool { return o.wrt }

// SymDiff returns the nodes of the inputs' gradients for the gradient gy arriving at the result.
func (o *extension) SymDiff(in G.Nodes, out, gy *G.Node) (G.Nodes, error) {
	if o.grad == nil {
		return nil, fmt.Errorf("gorgonia: %s has no derivative", o.name)
	}
	return o.grad(in, out, gy)
}
