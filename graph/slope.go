package graph

// slopes finds the factors that wait for values of a graph: where all that reads a value, but for elementwise
// nodes in between, multiplies it by one and the same factor that is often 0, as the slope of a surrogate with
// compact support is, only those of its elements count at which the factor is not 0.
type slopes struct {
	zeros   zeros
	readers [][]*Node
	given   []bool // whether it is a result
	known   map[*Node]*Node
}

func findSlopes(u unit, z zeros) *slopes {
	s := &slopes{zeros: z, readers: make([][]*Node, len(u.g.nodes)), given: make([]bool, len(u.g.nodes)), known: map[*Node]*Node{}}
	need := reachable(u.g, u.outs)
	for i, n := range u.g.nodes {
		for _, x := range n.in {
			if need[i] {
				s.readers[x.id] = append(s.readers[x.id], n)
			}
		}
	}
	for _, o := range u.outs {
		s.given[o.id] = true
	}
	return s
}

// of returns the factor that waits for x, nil if there is none.
func (s *slopes) of(x *Node) *Node {
	f, seen := s.known[x]
	if !seen {
		s.known[x] = s.find(x)
		f = s.known[x]
	}
	return f
}

func (s *slopes) find(x *Node) (f *Node) {
	if s.given[x.id] {
		return nil
	}
	for _, m := range s.readers[x.id] {
		g := s.through(x, m)
		if g == nil || f != nil && f != g {
			return nil
		}
		f = g
	}
	return f
}

// through returns the factor that waits for x where m reads it.
func (s *slopes) through(x, m *Node) *Node {
	if _, ok := m.op.(elementwise); !ok || !m.typ.Equal(x.typ) {
		return nil
	}
	if m.op == opMul {
		for i, f := range m.in {
			if m.in[1-i] == x && f != x && f.typ.Equal(x.typ) && s.zeros.in(f) {
				return f
			}
		}
	}
	return s.of(m)
}

// zeros knows what sequences and captures of loops stand for, to tell which values are often 0.
type zeros map[*Node]*Node

func findZeros(u unit) zeros {
	z := zeros{}
	z.look(u)
	return z
}

func (z zeros) look(u unit) {
	for _, n := range u.g.nodes {
		if l := n.Loop(); l != nil {
			for i, a := range l.Args() {
				if i >= len(l.Carried) {
					z[a] = n.in[i]
				}
			}
		}
		for _, b := range n.bodies() {
			z.look(b)
		}
	}
}

// in reports whether x is made in a way in which many of its elements may be 0.
func (z zeros) in(x *Node) bool {
	switch o := x.op.(type) {
	case unary:
		return o == opRelu || (o == opNeg || o == opStep) && z.in(x.in[0])
	case castOp:
		return x.in[0].typ.DType == Bool
	case binary:
		return o == opMul && (z.in(x.in[0]) || z.in(x.in[1])) || o == opMax && (isConst(x.in[0], 0) || isConst(x.in[1], 0))
	case selectOp:
		return isConst(x.in[1], 0) || isConst(x.in[2], 0)
	case argOp:
		return z[x] != nil && z.in(z[x])
	case resultOp:
		l := x.in[0].Loop()
		return l != nil && o.index >= len(l.Carried) && z.in(l.Ys[o.index-len(l.Carried)])
	}
	return false
}

// maxSlope bounds the nodes of which a slope is computed twice.
const maxSlope = 16

// opening computes once more where a factor is not 0: apart from the factor itself, as that is needed later.
type opening struct {
	g     *Graph
	at    []*Node // the new node of each old one, nil if it comes later
	after *Node   // what is computed before
	left  int     // nodes that may be computed
}

// where returns a Bool that is true where f is not 0, and perhaps where it is; nil if it cannot be had so early, or
// takes too much.
func (o *opening) where(f *Node) *Node {
	zero := func(i int) bool { return isConst(f.in[i], 0) }
	number := func(i int) bool { _, ok := f.in[i].op.(constOp); return ok }
	switch {
	case f.op == opNeg:
		return o.where(f.in[0])
	case f.op == opMul && number(0):
		return o.where(f.in[1])
	case f.op == opMul && number(1):
		return o.where(f.in[0])
	case f.op == opRelu:
		return o.compare(opGt, f.in[0])
	}
	switch f.op.(type) {
	case castOp:
		if f.in[0].typ.DType == Bool {
			return o.again(f.in[0])
		}
	case selectOp:
		if number(1) && zero(2) {
			return o.again(f.in[0])
		}
	}
	return o.compare(opNe, f)
}

// compare compares x with 0.
func (o *opening) compare(op binary, x *Node) *Node {
	y := o.again(x)
	if y == nil {
		return nil
	}
	return apply(op, y, o.g.Const(y.typ.DType, 0))
}

// again computes x once more.
func (o *opening) again(x *Node) *Node {
	if c, ok := x.op.(constOp); ok {
		return o.g.Const(x.typ.DType, c.value(), x.typ.Shape...)
	}
	if o.left--; o.left < 0 {
		return nil
	}
	if _, ok := computeKind(x); !ok {
		if o.at[x.id] == nil {
			return nil
		}
		return o.g.add(barrierOp{}, []*Node{o.at[x.id], o.after})
	}
	in := make([]*Node, len(x.in))
	for i, y := range x.in {
		if in[i] = o.again(y); in[i] == nil {
			return nil
		}
	}
	return o.g.add(x.op, in)
}
