package graph

import "fmt"

// sparseOp is a product with a sparse matrix M: inputs are x [R rows] and, unless all elements of M
// are 1, their values [n]; the result is x·M [R cols]. Transposed, it is x·Mᵀ [R rows] of x [R cols].
type sparseOp struct {
	m      *Pattern
	trans  bool
	spikes bool // whether x is binary: set by the compiler
}

func (o sparseOp) String() string {
	s := "SparseMatMul["
	if o.spikes {
		s = "SpikeSparseMatMul["
	}
	if o.trans {
		s += "transposed "
	}
	return s + o.m.String() + "]"
}

// ends returns the extents of what goes in and what comes out.
func (o sparseOp) ends() (in, out int) {
	if o.trans {
		return o.m.cols, o.m.rows
	}
	return o.m.rows, o.m.cols
}

func (o sparseOp) Infer(in []Type) (Type, error) {
	x, d := in[0], in[0].DType
	if o.spikes && d == Bool && len(in) == 2 {
		d = in[1].DType
	}
	if !d.IsFloat() || len(in) == 2 && in[1].DType != d {
		return Type{}, fmt.Errorf("%w: want floats of one type", ErrDType)
	}
	from, to := o.ends()
	if len(x.Shape) != 2 || x.Shape[1] != from {
		return Type{}, fmt.Errorf("%w: want rows of %d elements", ErrShape, from)
	}
	if len(in) == 2 && !in[1].Shape.Equal(Shape{o.m.Len()}) {
		return Type{}, fmt.Errorf("%w: values are %v, the matrix has %d elements", ErrShape, in[1].Shape, o.m.Len())
	}
	return Type{d, Shape{x.Shape[0], to}}, nil
}

func (o sparseOp) Grad(n, gy *Node) []*Node {
	x, w := n.in[0], n.in[1:]
	d := []*Node{apply(sparseOp{m: o.m, trans: !o.trans}, append([]*Node{gy}, w...)...)}
	if len(w) > 0 {
		d = append(d, apply(sampledOp{m: o.m, trans: o.trans}, x, gy))
	}
	return d
}

func (o sparseOp) attrs() Attrs {
	return Attrs{Name: "SparseMatMul", TransB: o.trans, Pattern: o.m}
}

func (o sparseOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return sparseKernel[float64](o, n)
	}
	return sparseKernel[float32](o, n)
}

// SparseMatMul returns x·M, [... cols] of x [... rows], for the matrix M with the pattern m and the
// values w [n] of its elements; they are all 1 if w is nil. No value for each row of x and element of
// M is kept. Where the compiler finds that x is binary and its ones are few, only those are looked at.
func (x *Node) SparseMatMul(m *Pattern, w *Node) *Node { return x.sparse(sparseOp{m: m}, w) }

// SparseMatMulT returns x·Mᵀ, [... rows] of x [... cols], in the manner of SparseMatMul.
func (x *Node) SparseMatMulT(m *Pattern, w *Node) *Node {
	return x.sparse(sparseOp{m: m, trans: true}, w)
}

func (x *Node) sparse(o sparseOp, w *Node) *Node {
	in := []*Node{x}
	if w != nil {
		in = append(in, w)
	}
	switch {
	case !x.Valid():
		return apply(o, in...)
	case o.m == nil:
		return x.g.Fail(fmt.Errorf("SparseMatMul(%v): %w: the pattern is nil", x.typ, ErrValue))
	case x.Rank() == 0:
		return x.g.Fail(fmt.Errorf("SparseMatMul(%v): %w: want rows", x.typ, ErrShape))
	}
	lead := x.typ.Shape[:x.Rank()-1]
	in[0] = rowsOf(x)
	y := apply(o, in...)
	if !y.Valid() {
		return y
	}
	return y.Reshape(append(lead[:len(lead):len(lead)], y.Dim(1))...)
}

// sampledOp takes the elements of a product that a sparse matrix has: of inputs x [R rows] and y
// [R cols] those of xᵀ·y, which are the gradient of the values of the matrix. Transposed, x is
// [R cols] and y [R rows].
type sampledOp struct {
	m      *Pattern
	trans  bool
	spikes bool // whether x is binary: set by the compiler
}

func (o sampledOp) String() string {
	s := "SampledMatMul["
	if o.spikes {
		s = "SpikeSampledMatMul["
	}
	if o.trans {
		s += "transposed "
	}
	return s + o.m.String() + "]"
}

func (o sampledOp) Infer(in []Type) (Type, error) {
	x, y := in[0], in[1]
	if o.spikes && x.DType == Bool {
		x.DType = y.DType
	}
	if !x.DType.IsFloat() || y.DType != x.DType {
		return Type{}, fmt.Errorf("%w: want floats of one type", ErrDType)
	}
	from, to := sparseOp{m: o.m, trans: o.trans}.ends()
	if len(x.Shape) != 2 || len(y.Shape) != 2 || x.Shape[0] != y.Shape[0] || x.Shape[1] != from || y.Shape[1] != to {
		return Type{}, fmt.Errorf("%w: want as many rows of %d and of %d elements", ErrShape, from, to)
	}
	return Type{x.DType, Shape{o.m.Len()}}, nil
}

func (o sampledOp) Grad(n, gv *Node) []*Node {
	x, y := n.in[0], n.in[1]
	return []*Node{apply(sparseOp{m: o.m, trans: !o.trans}, y, gv), apply(sparseOp{m: o.m, trans: o.trans}, x, gv)}
}

func (o sampledOp) attrs() Attrs {
	return Attrs{Name: "SampledMatMul", TransB: o.trans, Pattern: o.m}
}

func (o sampledOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return sampledKernel[float64](o, n)
	}
	return sampledKernel[float32](o, n)
}

// SampledMatMul returns the elements of xᵀ·y that m has, [n], of x [... rows] and y [... cols]: the
// sum over the axes in front of x_i·y_j for each element (i, j).
func (x *Node) SampledMatMul(m *Pattern, y *Node) *Node {
	if !x.Valid() || !y.Valid() {
		return apply(sampledOp{}, x, y)
	}
	if m == nil {
		return x.g.Fail(fmt.Errorf("SampledMatMul(%v, %v): %w: the pattern is nil", x.typ, y.typ, ErrValue))
	}
	if x.Rank() == 0 || y.Rank() == 0 {
		return x.g.Fail(fmt.Errorf("SampledMatMul(%v, %v): %w: want rows", x.typ, y.typ, ErrShape))
	}
	return apply(sampledOp{m: m}, rowsOf(x), rowsOf(y))
}

// rowsOf returns x [... n] as a matrix [rows n].
func rowsOf(x *Node) *Node { return x.Reshape(x.typ.Shape[:x.Rank()-1].Size(), x.Dim(-1)) }
