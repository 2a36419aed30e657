package gorgonia

import (
	"math"

	G "gorgonia.org/gorgonia"
)

// where returns a where c is not 0, else b, element by element; all are of one shape. The value
// not taken does no harm, be it NaN, which arithmetic with 0 and 1 would let through.
func (b *builder) where(c, x, y *G.Node) *G.Node {
	if b.err != nil {
		return c
	}
	o := &extension{name: "Where", shape: c.Shape(), wrt: []bool{false, true, true}}
	o.run = kernels{choose[float32], choose[float64]}
	o.grad = func(in G.Nodes, _, gy *G.Node) (G.Nodes, error) {
		zero := b.splat(0, gy.Shape())
		gs := G.Nodes{nil, b.where(in[0], gy, zero), b.where(in[0], zero, gy)}
		return gs, b.err
	}
	return b.keep(o.apply(c, x, y))
}

func choose[T float32 | float64](y []T, xs [][]T) error {
	for i := range y {
		if y[i] = xs[2][i]; xs[0][i] != 0 {
			y[i] = xs[1][i]
		}
	}
	return nil
}

// function is an elementwise function that Gorgonia lacks and that its own do not compose to.
type function struct {
	name string
	f    func(xs ...float64) float64
	grad func(b *builder, xs []*G.Node, gy *G.Node) []*G.Node
}

var (
	asin = function{"Asin", func(xs ...float64) float64 { return math.Asin(xs[0]) },
		func(b *builder, xs []*G.Node, gy *G.Node) []*G.Node {
			return []*G.Node{b.div(gy, b.sqrt(b.sub(b.like(xs[0], 1), b.square(xs[0]))))}
		}}
	acos = function{"Acos", func(xs ...float64) float64 { return math.Acos(xs[0]) },
		func(b *builder, xs []*G.Node, gy *G.Node) []*G.Node {
			return []*G.Node{b.neg(b.div(gy, b.sqrt(b.sub(b.like(xs[0], 1), b.square(xs[0])))))}
		}}
	atan = function{"Atan", func(xs ...float64) float64 { return math.Atan(xs[0]) },
		func(b *builder, xs []*G.Node, gy *G.Node) []*G.Node {
			return []*G.Node{b.div(gy, b.add(b.like(xs[0], 1), b.square(xs[0])))}
		}}
	erf = function{"Erf", func(xs ...float64) float64 { return math.Erf(xs[0]) },
		func(b *builder, xs []*G.Node, gy *G.Node) []*G.Node {
			bell := b.exp(b.neg(b.square(xs[0])))
			return []*G.Node{b.mul(gy, b.mul(b.like(gy, 2/math.Sqrt(math.Pi)), bell))}
		}}
	atan2 = function{"Atan2", func(xs ...float64) float64 { return math.Atan2(xs[0], xs[1]) },
		func(b *builder, xs []*G.Node, gy *G.Node) []*G.Node {
			q := b.div(gy, b.add(b.square(xs[0]), b.square(xs[1])))
			return []*G.Node{b.mul(q, xs[1]), b.neg(b.mul(q, xs[0]))}
		}}
)

// call applies f to xs, which are of one shape.
func (b *builder) call(f function, xs ...*G.Node) *G.Node {
	if b.err != nil {
		return xs[0]
	}
	o := &extension{name: f.name, shape: xs[0].Shape(), wrt: all(len(xs))}
	o.run = kernels{each[float32](f.f), each[float64](f.f)}
	o.grad = func(in G.Nodes, _, gy *G.Node) (G.Nodes, error) {
		gs := f.grad(b, in, gy)
		return gs, b.err
	}
	return b.keep(o.apply(xs...))
}

func each[T float32 | float64](f func(xs ...float64) float64) func(y []T, xs [][]T) error {
	return func(y []T, xs [][]T) error {
		args := make([]float64, len(xs))
		for i := range y {
			for j := range xs {
				args[j] = float64(xs[j][i])
			}
			y[i] = T(f(args...))
		}
		return nil
	}
}
