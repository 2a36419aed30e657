package graph

import (
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// simplifyPass rewrites nodes by the laws of the table below, folds constants, and merges equal
// nodes, which building a graph does by itself. Laws that hold only up to rounding it leaves to the
// writer of the model.
func simplifyPass(u unit, _ *compiler) unit {
	r := &rewriter{loops: map[*LoopSpec]*LoopSpec{}, consts: map[*Node]constOp{}}
	r.node = func(n *Node, in []*Node) *Node {
		if l := n.Loop(); l != nil {
			return r.constantArgs(l, in)
		}
		for _, l := range laws {
			if m := l.rewrite(n, in); m != nil && m.typ.Equal(n.typ) {
				return m
			}
		}
		return nil
	}
	return r.graph(u, nil, make([]*Node, len(u.g.nodes)))
}

// constantArgs rebuilds a loop in which captured constants, and state that begins as a constant and
// never changes, are constants of the body; nil if there are none.
func (r *rewriter) constantArgs(l *LoopSpec, in []*Node) *Node {
	found := false
	for i, p := range l.Args() {
		c, ok := in[i].op.(constOp)
		nc := len(l.Carried)
		if ok && (i < nc && l.Next[i] == p || i >= nc+len(l.Seqs)) {
			r.consts[p], found = c, true
		}
	}
	if !found {
		return nil
	}
	own := *l // not shared with loops whose inputs differ
	return r.inside.add(loopOp{r.loop(&own, r.inside)}, in)
}

// law is a rewrite: what may stand for the node n, whose inputs are rewritten already, nil if the
// law does not apply. It holds for every float: NaN, infinities and -0 included.
type law struct {
	law     string
	rewrite func(n *Node, in []*Node) *Node
}

var laws = []law{
	{"f(constants) = constant", foldConst},
	{"stop(x) = x, custom(y, …) = y once derivatives are taken", func(n *Node, in []*Node) *Node {
		switch n.op.(type) {
		case stopOp, customOp:
			return in[0]
		}
		return nil
	}},
	{"1·x = x, x/1 = x, x-0 = x, x+(-0) = x", identity},
	{"-(-x) = x, -1·x = -x, a+(-b) = a-b, a-(-b) = a+b", signs},
	{"select(c, a, a) = a", func(n *Node, in []*Node) *Node {
		if _, ok := n.op.(selectOp); ok && in[1] == in[2] {
			return in[1]
		}
		return nil
	}},
	{"reshape(reshape(x)) = reshape(x), and so on", shapes},
	{"f(broadcast(x), y) = f(x, y) where y has the whole shape", unbroadcast},
	{"transpose(a)·b = aᵀ·b", transposed},
	{"c + addAlong(-0, at, y) = addAlong(c, at, y)", addsAlong},
}

// foldConst computes an elementwise node of constants, and reshaped or repeated constants.
func foldConst(n *Node, in []*Node) *Node {
	if len(in) == 0 {
		return nil
	}
	var v [3]float64
	for i, x := range in {
		c, ok := x.op.(constOp)
		if !ok || i >= len(v) {
			return nil
		}
		v[i] = c.value()
	}
	g, s := in[0].g, n.typ.Shape
	switch o := n.op.(type) {
	case reshapeOp, broadcastOp, transposeOp, sliceOp:
		return g.Const(n.typ.DType, v[0], s...)
	case castOp:
		return castConst(g, n.typ, in[0].typ.DType, v[0])
	case elementwise:
		if k, ok := computeKind(n); !ok || k == kernel.Int32 {
			return nil
		}
		y := o.code().Eval(v[0], v[1], v[2], 0, 0)
		switch {
		case n.typ.DType == Bool && y != 0:
			y = 1
		case n.typ.DType == Float32: // what is too large is infinite
			y = float64(float32(y))
		}
		return g.Const(n.typ.DType, y, s...)
	}
	return nil
}

func castConst(g *Graph, t Type, from DType, v float64) *Node {
	switch {
	case t.DType == Bool:
		if v != 0 {
			v = 1
		}
	case t.DType == Int32 && !(math.Abs(v) < math.MaxInt32):
		return nil // left to the kernel
	case t.DType == Int32:
		v = math.Trunc(v)
	case t.DType == Float32:
		v = float64(float32(v))
	}
	return g.Const(t.DType, v, t.Shape...)
}

// isConst reports whether x is the constant v, -0 and 0 being different.
func isConst(x *Node, v float64) bool {
	c, ok := x.op.(constOp)
	return ok && c.bits == math.Float64bits(v)
}

func identity(n *Node, in []*Node) *Node {
	switch {
	case n.op == opMul && isConst(in[0], 1):
		return in[1]
	case (n.op == opMul || n.op == opDiv) && isConst(in[1], 1):
		return in[0]
	case n.op == opSub && isConst(in[1], 0):
		return in[0]
	case n.op == opAdd && isConst(in[1], negZero):
		return in[0]
	case n.op == opAdd && isConst(in[0], math.Copysign(0, -1)):
		return in[1]
	}
	return nil
}

func signs(n *Node, in []*Node) *Node {
	switch {
	case n.op == opNeg && in[0].op == opNeg:
		return in[0].in[0]
	case n.op == opMul && isConst(in[1], -1):
		return in[0].Neg()
	case n.op == opMul && isConst(in[0], -1):
		return in[1].Neg()
	case n.op == opAdd && in[1].op == opNeg:
		return in[0].Sub(in[1].in[0])
	case n.op == opAdd && in[0].op == opNeg:
		return in[1].Sub(in[0].in[0])
	case n.op == opSub && in[1].op == opNeg:
		return in[0].Add(in[1].in[0])
	}
	return nil
}

// shapes joins two changes of shape into one.
func shapes(n *Node, in []*Node) *Node {
	if len(in) != 1 {
		return nil
	}
	x := in[0]
	switch o := n.op.(type) {
	case reshapeOp:
		if _, ok := x.op.(reshapeOp); ok {
			x = x.in[0]
		}
		return x.Reshape(o.shape.slice()...)
	case broadcastOp:
		if _, ok := x.op.(broadcastOp); ok {
			x = x.in[0]
		}
		return x.BroadcastTo(o.shape.slice()...)
	case transposeOp:
		if t, ok := x.op.(transposeOp); ok {
			p, q := o.perm.slice(), t.perm.slice()
			for i := range p {
				p[i] = q[p[i]]
			}
			return x.in[0].Transpose(p...)
		}
		return x.Transpose(o.perm.slice()...)
	}
	return nil
}

// unbroadcast lets an elementwise op read the smaller value itself.
func unbroadcast(n *Node, in []*Node) *Node {
	if _, ok := n.op.(elementwise); !ok || len(in) < 2 {
		return nil
	}
	for i, x := range in {
		if _, ok := x.op.(broadcastOp); !ok {
			continue
		}
		args := append([]*Node{}, in...)
		args[i] = x.in[0]
		s := args[0].typ.Shape
		for _, a := range args[1:] {
			s, _ = broadcast(s, a.typ.Shape)
		}
		if s.Equal(n.typ.Shape) {
			return apply(n.op, args...)
		}
	}
	return nil
}

// transposed turns a transposition of a factor into a flag of the product.
func transposed(n *Node, in []*Node) *Node {
	o, ok := n.op.(matMulOp)
	if !ok {
		return nil
	}
	a, fa := lastTwoSwapped(in[0])
	b, fb := lastTwoSwapped(in[1])
	if !fa && !fb {
		return nil
	}
	return matMul(a, b, o.ta != fa, o.tb != fb)
}

// lastTwoSwapped returns what x is the transposition of, if it swaps just the last two axes.
func lastTwoSwapped(x *Node) (*Node, bool) {
	t, ok := x.op.(transposeOp)
	if !ok {
		return x, false
	}
	p := t.perm.slice()
	r := len(p)
	for i := range r - 2 {
		if p[i] != i {
			return x, false
		}
	}
	if r < 2 || p[r-2] != r-1 {
		return x, false
	}
	return x.in[0], true
}
