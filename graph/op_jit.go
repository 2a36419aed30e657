package graph

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// JITLaw says what the elements of a JITMatrix are.
type JITLaw uint8

// The laws.
const (
	JITOnes    JITLaw = iota // 1
	JITUniform               // uniform in [A, B)
	JITNormal                // normal of mean A and standard deviation B
)

// A JITMatrix is a sparse random matrix [Rows Cols] that is never stored (just-in-time connectivity;
// BrainPy's jitconn, Wang and others 2023, doi:10.7554/eLife.86365): it is a pure function of these
// fields, drawn anew by every product, so that a product, its transpose and its gradient see one matrix.
//
// A line is one column (or with ByRow one row). On it the first element is uniform in 0..L-1, and the
// way from one to the next uniform in 1..L, with L = 2⌈1/P⌉ - 1: on average one in ⌈1/P⌉ is there, so
// that P = 0.3 acts as 0.25. Lines are drawn by the counter-based generator of the graph's random ops
// (Philox4x32-10) from Seed and their number, the values of their elements in order.
type JITMatrix struct {
	Rows, Cols int     // at least 1
	P          float64 // share of elements that are there, in [0, 1]
	Seed       uint64
	ByRow      bool
	Law        JITLaw
	A, B       float64 // of the law
}

// Check returns what is wrong with the fields; the error wraps ErrShape or ErrValue.
func (m JITMatrix) Check() error {
	switch {
	case m.Rows < 1 || m.Cols < 1 || max(m.Rows, m.Cols) > math.MaxInt32:
		return fmt.Errorf("%w: %d rows, %d columns, want 1 to 2³¹-1", ErrShape, m.Rows, m.Cols)
	case !(m.P >= 0 && m.P <= 1):
		return fmt.Errorf("%w: P is %v, want a number in [0, 1]", ErrValue, m.P)
	case m.Law > JITNormal:
		return fmt.Errorf("%w: JITLaw(%d)", ErrValue, m.Law)
	case m.A-m.A != 0 || m.B-m.B != 0, m.Law == JITUniform && m.A > m.B, m.Law == JITNormal && m.B < 0:
		return fmt.Errorf("%w: A, B are %v, %v, want finite ones, of JITUniform ascending, of JITNormal B >= 0", ErrValue, m.A, m.B)
	}
	return nil
}

// lines returns the matrix as it is drawn; ok is false if nothing is on any line.
func (m JITMatrix) lines() (j kernel.JIT, ok bool) {
	j = kernel.JIT{Lines: m.Cols, Length: m.Rows, Seed: m.Seed, Law: kernel.JITLaw(m.Law), A: m.A, B: m.B}
	if m.ByRow {
		j.Lines, j.Length = j.Length, j.Lines
	}
	gap := math.Ceil(1 / m.P)
	if !(gap <= math.MaxInt32) { // P is 0, or as good as 0
		return j, false
	}
	j.Longest = 2*int(gap) - 1
	return j, true
}

// Elements returns the matrix in full for tests and for what reads other forms: where the elements are,
// in the order of rows, as NewPattern takes them, and their values, nil under JITOnes. An error is that of Check.
func (m JITMatrix) Elements() (start, col []int32, values []float64, err error) {
	if err := m.Check(); err != nil {
		return nil, nil, nil, fmt.Errorf("graph: JITMatrix: %w", err)
	}
	rows := make([][]int32, m.Rows)
	vs := make([][]float64, m.Rows)
	var l kernel.JITLine[float64]
	j, ok := m.lines()
	for i := 0; ok && i < j.Lines; i++ {
		l.Draw(j, i)
		for k, at := range l.Index {
			row, c := int(at), int32(i)
			if m.ByRow {
				row, c = i, int32(at)
			}
			rows[row] = append(rows[row], c)
			if l.Values != nil {
				vs[row] = append(vs[row], l.Values[k])
			}
		}
	}
	start = make([]int32, 1, m.Rows+1)
	for i, cs := range rows {
		col, values = append(col, cs...), append(values, vs[i]...)
		start = append(start, int32(len(col)))
	}
	return start, col, values, nil
}

// jitOp is a product with a JITMatrix: x·M [R Cols] of x [R Rows], or transposed x·Mᵀ.
type jitOp struct {
	m      JITMatrix
	trans  bool
	spikes bool // whether x is binary: set by the compiler
}

func (o jitOp) String() string {
	s := "JITMatMul["
	if o.spikes {
		s = "SpikeJITMatMul["
	}
	if o.trans {
		s += "transposed "
	}
	return fmt.Sprintf("%s%dx%d of %v]", s, o.m.Rows, o.m.Cols, o.m.P)
}

// ends returns the extents of what goes in and what comes out.
func (o jitOp) ends() (in, out int) {
	if o.trans {
		return o.m.Cols, o.m.Rows
	}
	return o.m.Rows, o.m.Cols
}

func (o jitOp) Infer(in []Type) (Type, error) {
	if err := o.m.Check(); err != nil {
		return Type{}, err
	}
	x := in[0]
	if !x.DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats", ErrDType)
	}
	from, to := o.ends()
	if len(x.Shape) != 2 || x.Shape[1] != from {
		return Type{}, fmt.Errorf("%w: want rows of %d elements", ErrShape, from)
	}
	return Type{x.DType, Shape{x.Shape[0], to}}, nil
}

func (o jitOp) Grad(_, gy *Node) []*Node { return []*Node{apply(jitOp{m: o.m, trans: !o.trans}, gy)} }
func (o jitOp) attrs() Attrs             { return Attrs{Name: "JITMatMul", TransB: o.trans} }

func (o jitOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return jitKernel[float64](o, n)
	}
	return jitKernel[float32](o, n)
}

// JITMatMul returns x·m, [... Cols] of x [... Rows]. The matrix is drawn while it is multiplied, once for
// many rows of x; nothing of its size is kept. With ByRow, where the compiler finds that x is binary,
// rows of m that no spike meets are not drawn.
func (x *Node) JITMatMul(m JITMatrix) *Node { return x.jit(jitOp{m: m}) }

// JITMatMulT returns x·mᵀ, [... Rows] of x [... Cols], in the manner of JITMatMul; what is said of ByRow
// holds here without it.
func (x *Node) JITMatMulT(m JITMatrix) *Node { return x.jit(jitOp{m: m, trans: true}) }

func (x *Node) jit(o jitOp) *Node {
	if !x.Valid() {
		return apply(o, x)
	}
	if x.Rank() == 0 {
		return x.g.Fail(fmt.Errorf("JITMatMul(%v): %w: want rows", x.typ, ErrShape))
	}
	lead := x.typ.Shape[:x.Rank()-1]
	y := apply(o, rowsOf(x))
	if !y.Valid() {
		return y
	}
	return y.Reshape(append(lead[:len(lead):len(lead)], y.Dim(1))...)
}
