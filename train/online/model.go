package online

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Options apply to every Method.
type Options struct {
	Bias bool // whether a one stands before the inputs: row 0 of W is the bias
}

// Model is weights and what learns them.
type Model struct {
	W *tensor.Dense // [in out], or [1+in out] with a bias; Float64, zeros at first, may be written to

	in, out int
	o       Options
	learner Learner
	x, e    []float64
}

// NewModel returns weights of zeros for so many inputs and outputs, and a Learner of the method.
func NewModel(m Method, in, out int, o Options) (*Model, error) {
	if m == nil {
		return nil, refuse(false, "the method", nil, "a Method")
	}
	if err := checkSizes(in, out); err != nil {
		return nil, err
	}
	n := in
	if o.Bias {
		n++
	}
	l, err := m.New(n, out)
	if err != nil {
		return nil, err
	}
	return &Model{W: tensor.New(tensor.WithShape(n, out), tensor.Of(tensor.Float64)), in: in, out: out, o: o, learner: l}, nil
}

// PartialFit learns from samples x [b in], y [b out], and returns the errors before: x·W - y,
// [b out], Float64. Vectors are one sample.
func (m *Model) PartialFit(x, y *tensor.Dense) (*tensor.Dense, error) {
	b, err := m.read(x)
	if err != nil {
		return nil, err
	}
	target, err := rowsOf("targets", y, m.out)
	if err != nil {
		return nil, err
	}
	if len(target) != b*m.out {
		return nil, fmt.Errorf("online: %w: %d inputs and %d targets", ErrShape, b, len(target)/m.out)
	}
	m.output(b)
	for i, t := range target {
		m.e[i] -= t
	}
	e := append([]float64(nil), m.e...)
	if err := m.learner.Learn(b, m.x, m.e, m.W.Float64s()); err != nil {
		return nil, err
	}
	return tensor.New(tensor.WithShape(b, m.out), tensor.WithBacking(e)), nil
}

// Predict returns x·W [b out], Float64, for x [b in] or [in].
func (m *Model) Predict(x *tensor.Dense) (*tensor.Dense, error) {
	b, err := m.read(x)
	if err != nil {
		return nil, err
	}
	m.output(b)
	return tensor.New(tensor.WithShape(b, m.out), tensor.WithBacking(append([]float64(nil), m.e...))), nil
}

// read leaves the inputs, with ones before them, in m.x.
func (m *Model) read(x *tensor.Dense) (b int, err error) {
	in, err := rowsOf("inputs", x, m.in)
	if err != nil {
		return 0, err
	}
	m.x = m.x[:0]
	for i := 0; i < len(in); i += m.in {
		if m.o.Bias {
			m.x = append(m.x, 1)
		}
		m.x = append(m.x, in[i:i+m.in]...)
	}
	return len(in) / m.in, nil
}

// output leaves x·W in m.e.
func (m *Model) output(b int) {
	w, n := m.W.Float64s(), m.W.Shape()[0]
	m.e = append(m.e[:0], make([]float64, b*m.out)...)
	for i := range b {
		for j, v := range m.x[i*n : (i+1)*n] {
			for k := range m.out {
				m.e[i*m.out+k] += v * w[j*m.out+k]
			}
		}
	}
}

// rowsOf returns the numbers of x [b n] or [n], checked.
func rowsOf(what string, x *tensor.Dense, n int) ([]float64, error) {
	if x == nil {
		return nil, fmt.Errorf("online: %w: the %s are nil", ErrShape, what)
	}
	s := x.Shape()
	if len(s) < 1 || len(s) > 2 || s[len(s)-1] != n {
		return nil, fmt.Errorf("online: %w: the %s are %v, expected [b %d] or [%d]", ErrShape, what, []int(s), n, n)
	}
	if s.TotalSize() == 0 {
		return nil, fmt.Errorf("online: %w: the %s are %v, expected a row at least", ErrShape, what, []int(s))
	}
	if x.RequiresIterator() || !x.DataOrder().IsRowMajor() {
		return nil, fmt.Errorf("online: %w: the %s are a view; clone them", ErrValue, what)
	}
	var rows []float64
	switch x.Dtype() {
	case tensor.Float32:
		for _, e := range x.Float32s() {
			rows = append(rows, float64(e))
		}
	case tensor.Float64:
		rows = x.Float64s()
	default:
		return nil, fmt.Errorf("online: %w: the %s are of %v, expected float32 or float64", ErrValue, what, x.Dtype())
	}
	for i, e := range rows {
		if e-e != 0 {
			return nil, fmt.Errorf("online: %w: row %d of the %s has %v", ErrValue, i/n, what, e)
		}
	}
	return rows, nil
}

// weightsKey is the name of the weights in a snapshot of a Model.
const weightsKey = "W"

// Snapshot returns a copy of the weights and of what the method knows.
func (m *Model) Snapshot() Snapshot {
	s := Snapshot{weightsKey: m.W.Clone().(*tensor.Dense)}
	for name, v := range m.learner.Snapshot() {
		s["learner."+name] = v
	}
	return s
}

// Rollback takes over a state that Snapshot returned. The tensor W stays the same.
func (m *Model) Rollback(s Snapshot) error {
	w := s[weightsKey]
	if w == nil || w.Dtype() != tensor.Float64 || !w.Shape().Eq(m.W.Shape()) {
		return fmt.Errorf("online: %w: the snapshot has no weights %v of float64", ErrShape, []int(m.W.Shape()))
	}
	inner := Snapshot{}
	for name := range m.learner.Snapshot() {
		inner[name] = s["learner."+name]
	}
	if err := m.learner.Rollback(inner); err != nil {
		return err
	}
	copy(m.W.Float64s(), w.Float64s())
	return nil
}

// Learner returns what learns the weights.
func (m *Model) Learner() Learner { return m.learner }
