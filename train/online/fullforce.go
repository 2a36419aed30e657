package online

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gorgonia.org/tensor"
)

// FullForce is full-FORCE learning (DePasquale, Cueva, Rajan, Escola, Abbott 2018,
// doi:10.1371/journal.pone.0191527): a teacher network, which is driven by the target f itself,
// gives every neuron of the student the current it is to make of its own:
//
//	teacher: x ← x + Dt/Tau·(-x + J·r + Wfb·f + Win·u)
//	student: x ← x + Dt/Tau·(-x + W·r + Win·u),  W·r → J·r(teacher) + Wfb·f,  z = Wout'·r → f
//
// All rows of W and Wout learn by one Learner, as they have the same inputs.
type FullForce struct {
	teacher, student Network
	learner          Learner
	w                []float64 // [N N+out]: W' beside Wout
	y, e             []float64 // [N+out]: outputs of w, and their errors
	want             []float64 // [N]: currents of the teacher
	solver           *linalg.Solver[float64]
}

// NewFullForce returns full-FORCE learning with teacher, which needs Wfb, as the teacher. The
// student has its Win, Dt, Tau and, to begin with, its potentials and readout; W is zeros at first.
// The tensors of teacher are used, not copied.
func NewFullForce(teacher Network, m Method) (*FullForce, error) {
	if m == nil {
		return nil, refuse(false, "the method", nil, "a Method")
	}
	f := &FullForce{teacher: teacher, solver: linalg.NewSolver[float64](1)}
	if err := f.teacher.place(); err != nil {
		return nil, err
	}
	t := &f.teacher
	if t.Wfb == nil {
		return nil, fmt.Errorf("online: %w: the teacher needs Wfb", ErrShape)
	}
	zeros := func(shape ...int) *tensor.Dense {
		return tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float64))
	}
	f.student = Network{J: zeros(t.n, t.n), Win: t.Win, Wout: t.Wout.Clone().(*tensor.Dense), X: t.X.Clone().(*tensor.Dense), Dt: t.Dt, Tau: t.Tau}
	if err := f.student.place(); err != nil {
		return nil, err
	}
	width := t.n + t.out
	f.w, f.y, f.e, f.want = make([]float64, t.n*width), make([]float64, width), make([]float64, width), make([]float64, t.n)
	for i := range t.n {
		copy(f.w[i*width+t.n:(i+1)*width], t.Wout.Float64s()[i*t.out:])
	}
	f.readout()
	var err error
	f.learner, err = m.New(t.n, width)
	return f, err
}

// Step advances the student, alone, and returns its output z [out], which the next step overwrites.
func (f *FullForce) Step(u ...float64) (z []float64, err error) {
	s := &f.student
	if err := s.checkInput(u); err != nil {
		return nil, err
	}
	copy(s.sum, f.y[:s.n])
	s.drive(s.Win, u)
	s.advance()
	f.readout()
	return f.y[s.n:], nil
}

// Teach advances teacher and student by a step with the input u, and learns: the student's
// connections and readout approach what the teacher does for the target.
func (f *FullForce) Teach(u, target []float64) error {
	t := &f.teacher
	if err := t.checkTarget(target); err != nil {
		return err
	}
	if _, err := f.Step(u...); err != nil {
		return err
	}
	t.recurrent()
	t.drive(t.Wfb, target)
	t.drive(t.Win, u)
	t.advance()
	t.recurrent() // what the teacher's rates are about to give
	t.drive(t.Wfb, target)
	copy(f.want, t.sum)
	for i, y := range f.y[:t.n] {
		f.e[i] = y - f.want[i]
	}
	for i, y := range f.y[t.n:] {
		f.e[t.n+i] = y - target[i]
	}
	if err := f.learner.Learn(1, f.student.r, f.e, f.w); err != nil {
		return err
	}
	f.readout()
	return nil
}

// readout computes currents and outputs of the student.
func (f *FullForce) readout() {
	s := &f.student
	f.solver.Gemm(false, false, 1, len(f.y), s.n, s.r, s.n, f.w, len(f.y), 0, f.y, len(f.y))
}

// Learner returns what learns the weights.
func (f *FullForce) Learner() Learner { return f.learner }

// Weights returns copies of the student's connections W [N N], acting from the left, and of its
// readout [N out].
func (f *FullForce) Weights() (w, wout *tensor.Dense) {
	n, out := f.student.n, f.student.out
	width := n + out
	a, b := make([]float64, n*n), make([]float64, n*out)
	for i := range n {
		for j := range n {
			a[j*n+i] = f.w[i*width+j]
		}
		copy(b[i*out:(i+1)*out], f.w[i*width+n:])
	}
	return tensor.New(tensor.WithShape(n, n), tensor.WithBacking(a)), tensor.New(tensor.WithShape(n, out), tensor.WithBacking(b))
}
