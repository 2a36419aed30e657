package opsamples

import (
	"fmt"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// A Sample is one op applied to inputs of certain types.
type Sample struct {
	Name   string // the op and what is special here, "Sum/axes 0 2"; no two are the same
	Op     string // name of the op, as graph.Attrs gives it
	Inputs []Input
	// Build returns the result for nodes of the types of Inputs. It never is an empty tensor, which
	// a program could not return.
	Build func(g *graph.Graph, xs []*graph.Node) *graph.Node
	// Smooth says that the gradient to every float input is the derivative of the result at the
	// input's values: finite differences confirm it. It may be zero, or absent where it is.
	Smooth bool
	// Second says that the same holds for the gradient of the gradient.
	Second bool
	// Random says that the result is drawn: it has a distribution and no formula.
	Random bool
}

// Input is the type of an argument, and the interval of its values: Lo <= x < Hi, whole numbers if
// it is Int32; a Bool has none.
type Input struct {
	DType  graph.DType
	Shape  []int
	Lo, Hi float64
}

// In returns the sample with d as the type of its floats.
func (s Sample) In(d graph.DType) Sample {
	s.Inputs = slices.Clone(s.Inputs)
	for i := range s.Inputs {
		if s.Inputs[i].DType.IsFloat() {
			s.Inputs[i].DType = d
		}
	}
	return s
}

// Place declares the inputs in g.
func (s Sample) Place(g *graph.Graph) []*graph.Node {
	xs := make([]*graph.Node, len(s.Inputs))
	for i, in := range s.Inputs {
		xs[i] = g.Input(fmt.Sprintf("x%d", i), in.DType, in.Shape...)
	}
	return xs
}

// Values returns the values of input i, row by row: multiples of the golden ratio modulo 1, which
// are spread evenly and keep apart from each other.
func (s Sample) Values(i int) []float64 {
	in := s.Inputs[i]
	x := make([]float64, graph.Shape(in.Shape).Size())
	for j := range x {
		u := float64(j+1)*math.Phi + float64(i)*0.381 + 0.2
		u -= math.Floor(u)
		switch in.DType {
		case graph.Bool:
			x[j] = math.Round(u)
		case graph.Int32:
			x[j] = math.Floor(in.Lo + u*(in.Hi-in.Lo))
		default:
			x[j] = in.Lo + u*(in.Hi-in.Lo)
		}
	}
	return x
}

// Tensors returns the values of all inputs.
func (s Sample) Tensors() []*tensor.Dense {
	ts := make([]*tensor.Dense, len(s.Inputs))
	for i, in := range s.Inputs {
		ts[i] = Tensor(in.DType, in.Shape, s.Values(i))
	}
	return ts
}

// Tensor returns a tensor of type d with the values x.
func Tensor(d graph.DType, shape []int, x []float64) *tensor.Dense {
	t := tensor.New(tensor.Of(d.Tensor()), tensor.WithShape(shape...))
	for i, e := range x {
		switch d {
		case graph.Float32:
			t.Float32s()[i] = float32(e)
		case graph.Float64:
			t.Float64s()[i] = e
		case graph.Int32:
			t.Int32s()[i] = int32(e)
		case graph.Bool:
			t.Bools()[i] = e != 0
		}
	}
	return t
}

// Floats returns the elements of a tensor as float64; a Bool is 0 or 1.
func Floats(t *tensor.Dense) []float64 {
	x := make([]float64, t.Shape().TotalSize())
	for i := range x {
		switch graph.DTypeOf(t) {
		case graph.Float32:
			x[i] = float64(t.Float32s()[i])
		case graph.Float64:
			x[i] = t.Float64s()[i]
		case graph.Int32:
			x[i] = float64(t.Int32s()[i])
		case graph.Bool:
			if t.Bools()[i] {
				x[i] = 1
			}
		}
	}
	return x
}

// Samples returns the samples of every op. Random ops, loops and branches are among them.
func Samples() []Sample {
	return slices.Concat(unaries(), binaries(), logic(), reductions(), shapes(), slicing(), gathers(), products(), sparse(), jit(), convolutions(), control(), draws())
}

func f64(lo, hi float64, shape ...int) Input { return Input{graph.Float64, shape, lo, hi} }
func i32(lo, hi float64, shape ...int) Input { return Input{graph.Int32, shape, lo, hi} }
func boolean(shape ...int) Input             { return Input{graph.Bool, shape, 0, 1} }

// smooth makes a sample that has derivatives of first and second order.
func smooth(name, op string, build func(xs []*graph.Node) *graph.Node, in ...Input) Sample {
	s := rough(name, op, build, in...)
	s.Smooth, s.Second = true, true
	return s
}

// rough makes a sample whose derivative nobody checks.
func rough(name, op string, build func(xs []*graph.Node) *graph.Node, in ...Input) Sample {
	return Sample{Name: name, Op: op, Inputs: in, Build: func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return build(xs) }}
}

// one builds with a function of one node.
func one(f func(x *graph.Node) *graph.Node) func(xs []*graph.Node) *graph.Node {
	return func(xs []*graph.Node) *graph.Node { return f(xs[0]) }
}

// two builds with a function of two nodes.
func two(f func(a, b *graph.Node) *graph.Node) func(xs []*graph.Node) *graph.Node {
	return func(xs []*graph.Node) *graph.Node { return f(xs[0], xs[1]) }
}

// three builds with a function of three nodes.
func three(f func(a, b, c *graph.Node) *graph.Node) func(xs []*graph.Node) *graph.Node {
	return func(xs []*graph.Node) *graph.Node { return f(xs[0], xs[1], xs[2]) }
}
