package gorgonia

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// place names an element: of input in, at position at, row by row. A negative in is the fill.
type place struct{ in, at int }

// move gives a result of the given shape whose element i is that of places[i], or fill. It
// stands for all ops that only move elements. Gorgonia has some of them, but its slices keep one
// byte of a start in their hash, so that slices of a sequence of more than 255 steps are taken for
// one another, and it has none with steps other than 1.
func move(name string, shape tensor.Shape, places []place, fill float64, xs ...*G.Node) (*G.Node, error) {
	o := &extension{name: name, shape: shape, wrt: all(len(xs)), run: moveKernels(places, fill)}
	routes := make([][]route, len(xs))
	for to, p := range places {
		if p.in >= 0 {
			routes[p.in] = append(routes[p.in], route{from: to, to: p.at})
		}
	}
	o.grad = func(in G.Nodes, _, gy *G.Node) (G.Nodes, error) {
		gs := make(G.Nodes, len(in))
		for i, x := range in {
			var err error
			if gs[i], err = moveBack(routes[i], x.Shape(), gy); err != nil {
				return nil, err
			}
		}
		return gs, nil
	}
	return o.apply(xs...)
}

func moveKernels(places []place, fill float64) kernels {
	return kernels{moveKernel[float32](places, fill), moveKernel[float64](places, fill)}
}

func moveKernel[T float32 | float64](places []place, fill float64) func(y []T, xs [][]T) error {
	return func(y []T, xs [][]T) error {
		for i, p := range places {
			if p.in < 0 {
				y[i] = T(fill)
				continue
			}
			y[i] = xs[p.in][p.at]
		}
		return nil
	}
}

// route leads an element of a gradient to the element of the input that it came from.
type route struct{ from, to int }

// moveBack is the reverse of move for one input: what went to several places is summed.
func moveBack(routes []route, shape tensor.Shape, gy *G.Node) (*G.Node, error) {
	o := &extension{name: "MoveBack", shape: shape, wrt: all(1)}
	o.run = kernels{moveBackKernel[float32](routes), moveBackKernel[float64](routes)}
	o.grad = func(in G.Nodes, _, g *G.Node) (G.Nodes, error) {
		places := make([]place, in[0].Shape().TotalSize())
		for i := range places {
			places[i].in = -1
		}
		for _, r := range routes {
			places[r.from] = place{0, r.to}
		}
		y, err := move("Move", in[0].Shape(), places, 0, g)
		return G.Nodes{y}, err
	}
	return o.apply(gy)
}

func moveBackKernel[T float32 | float64](routes []route) func(y []T, xs [][]T) error {
	return func(y []T, xs [][]T) error {
		clear(y)
		for _, r := range routes {
			y[r.to] += xs[0][r.from]
		}
		return nil
	}
}

func all(n int) []bool {
	b := make([]bool, n)
	for i := range b {
		b[i] = true
	}
	return b
}

// view describes a strided walk over one input: element (i, j, …) of the result is found at
// off + i·strides[0] + j·strides[1] + ….
type view struct {
	shape, strides []int
	off            int
}

// places lists the elements of the walk, row by row.
func (v view) places(in int) []place {
	ps := make([]place, tensor.Shape(v.shape).TotalSize())
	at := make([]int, len(v.shape))
	for i := range ps {
		ps[i] = place{in, v.off}
		for j, k := range at {
			ps[i].at += k * v.strides[j]
		}
		for j := len(at) - 1; j >= 0; j-- {
			if at[j]++; at[j] < v.shape[j] {
				break
			}
			at[j] = 0
		}
	}
	return ps
}

// rowMajor returns the distance in elements between neighbours along each axis.
func rowMajor(shape []int) []int {
	st := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		st[i] = n
		n *= shape[i]
	}
	return st
}

// boxed returns the shape that stands for s in a lowered graph: Gorgonia treats scalars apart, so
// a value without axes is a vector of one.
func boxed(s []int) tensor.Shape {
	if len(s) == 0 {
		return tensor.Shape{1}
	}
	return append(tensor.Shape{}, s...)
}

// stop copies a value, and passes no gradient.
func stop(x *G.Node) (*G.Node, error) {
	o := &extension{name: "StopGradient", shape: x.Shape(), wrt: []bool{false}, run: copyFirst(x.Shape())}
	return o.apply(x)
}

// copyFirst copies the first input, of that shape.
func copyFirst(shape tensor.Shape) kernels {
	return moveKernels(view{shape, rowMajor(shape), 0}.places(0), 0)
}
