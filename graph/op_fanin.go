package graph

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// fanInOp sums up what arrives by lists of connections: inputs are x [R N], Int32 places [M K] and
// weights [M K].
type fanInOp struct{}

func (o fanInOp) String() string { return "FanIn" }

func (o fanInOp) Infer(in []Type) (Type, error) {
	x, pre, w := in[0], in[1], in[2]
	if pre.DType != Int32 || !x.DType.IsFloat() || w.DType != x.DType {
		return Type{}, fmt.Errorf("%w: want floats of one type and Int32 places between them", ErrDType)
	}
	if len(x.Shape) != 2 || len(pre.Shape) != 2 || !w.Shape.Equal(pre.Shape) {
		return Type{}, fmt.Errorf("%w: want rows, and as many weights as places, [M K]", ErrShape)
	}
	return Type{x.DType, Shape{x.Shape[0], pre.Shape[0]}}, nil
}

func (o fanInOp) Grad(n, gy *Node) []*Node {
	x, pre, w := n.in[0], n.in[1], n.in[2]
	arrived := gy.Unsqueeze(-1) // [R M 1]
	gx := arrived.Mul(w).ScatterAdd(1, pre, x.Dim(1)+1).Narrow(1, 0, x.Dim(1))
	gw := x.Pad([]int{0, 0}, []int{0, 1}, 0).Gather(1, pre).Mul(arrived).Sum(0)
	return []*Node{gx, nil, gw}
}

func (o fanInOp) attrs() Attrs { return Attrs{Name: "FanIn"} }

func (o fanInOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return fanInKernel[float64](n)
	}
	return fanInKernel[float32](n)
}

// FanIn returns y_j = Σ_k w_jk·x_pre(j,k), [... M] of x [... N], for the Int32 places pre [M K] and
// the weights w [M K]: a product with a sparse matrix whose places are data. The place N is nowhere:
// what comes from there is 0. A place outside [0, N] is an error when the program runs. As in a
// full product, an element of x that is not finite may reach any of y.
func (x *Node) FanIn(pre, w *Node) *Node {
	if !x.Valid() || !pre.Valid() || !w.Valid() {
		return apply(fanInOp{}, x, pre, w)
	}
	if x.Rank() == 0 {
		return x.g.Fail(fmt.Errorf("FanIn(%v): %w: want rows", x.typ, ErrShape))
	}
	lead := x.typ.Shape[:x.Rank()-1]
	y := apply(fanInOp{}, rowsOf(x), pre, w)
	if !y.Valid() {
		return y
	}
	return y.Reshape(append(slices.Clone(lead), y.Dim(1))...)
}

// fanInGrain is the number of bytes that a row reads for each worker that it is split between: less
// stays in the second-level cache of one.
const fanInGrain = 1 << 20

// fanInProduct is the kernel of a FanIn. Bringing the lists in their form takes as long as a hundred
// products: it is done again where they are others.
type fanInProduct[T float32 | float64] struct {
	f      *kernel.FanIn[T]
	pre, w []byte // what f was made of
	lists  [2]*Node
	keep   bool // whether the lists stay what they are while a loop runs
	loop   int
	stamp  stamp // of the lists where they are parameters
	size   int   // bytes of a weight

	y     []T
	parts int
}

func fanInKernel[T float32 | float64](n *Node) evalFunc {
	p := &fanInProduct[T]{lists: [2]*Node{n.in[1], n.in[2]}, keep: n.in[1].capturedByLoop() && n.in[2].capturedByLoop(), loop: -1, size: n.typ.DType.Size()}
	rows, in := n.in[0].typ.Shape[0], n.in[0].typ.Shape[1]
	out, k := n.in[1].typ.Shape[0], n.in[1].typ.Shape[1]
	return func(c *call) error {
		if err := p.refresh(c, in, out, k); err != nil {
			return err
		}
		x, y := kernel.View[T](c.in[0]), kernel.View[T](c.out[0])
		p.parts = min(c.pool.Workers(), max(1, p.f.Bytes()/fanInGrain), max(1, p.f.Slices()))
		for r := range rows {
			p.f.Load(x[r*in : (r+1)*in])
			p.y = y[r*out : (r+1)*out]
			c.pool.Do(p.parts, p)
		}
		return nil
	}
}

// Part computes the i-th share of a row.
func (p *fanInProduct[T]) Part(_, i int) {
	n := p.f.Slices()
	p.f.Times(p.y, i*n/p.parts, (i+1)*n/p.parts)
}

// refresh makes f what the lists are now.
func (p *fanInProduct[T]) refresh(c *call, in, out, k int) error {
	if p.keep && p.loop == c.env.loops {
		return nil
	}
	s := c.env.store
	now := s.stampOf(s.param(p.lists[0]), s.param(p.lists[1]))
	if p.f != nil && now != (stamp{}) && now == p.stamp {
		return nil
	}
	pre, w := c.in[1].Bytes(Int32.Size()), c.in[2].Bytes(p.size)
	if p.f == nil || !bytes.Equal(p.pre, pre) || !bytes.Equal(p.w, w) {
		f, bad := kernel.PackFanIn(p.f, in, out, k, c.in[1].I32(), kernel.View[T](c.in[2]))
		if bad >= 0 {
			p.f = nil
			return outOfRange(c.in[1].I32(), bad, in+1)
		}
		p.f, p.pre, p.w = f, append(p.pre[:0], pre...), append(p.w[:0], w...)
	}
	p.loop, p.stamp = c.env.loops, now
	return nil
}
