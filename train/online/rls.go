package online

import (
	"errors"
	"fmt"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gorgonia.org/tensor"
)

// RLS is recursive least squares (Haykin, "Adaptive Filter Theory", 2002, table 9.1; in FORCE
// learning: Sussillo, Abbott 2009, eq. 4-5, doi:10.1016/j.neuron.2009.07.018). With P = Alpha·I at
// first, and λ = Forget, a sample x with the error e gives
//
//	k = P·x' / (λ + x·P·x'),  W ← W - k·e,  P ← (P - k·x·P) / λ
//
// A batch is its samples one after the other; without forgetting this is the block solution
// K = P·X', S = (I + X·K)⁻¹, W ← W - K·S·E, P ← P - K·S·K'. BrainPy puts a number in place of S.
type RLS struct {
	// Alpha is the scale of the first P, > 0: the greater the faster at first. It may be as much as a
	// quarter of the largest number of P's type. NewRLS gives 0.1.
	Alpha float64
	// Forget is the factor of what is past at each sample, in (0, 1]; 0 is 1. Below 1, P grows by
	// 1/Forget a sample wherever inputs do not reach; before it leaves its range, Learn ends in ErrDiverged.
	Forget  float64
	Defer   int  // corrections of P that are put off at most, to be applied at once; 0 is 32
	Single  bool // whether P is kept in float32, which halves time and memory and costs digits
	Workers int  // goroutines that share the work; 0 is 1
}

// NewRLS returns BrainPy's: Alpha 0.1.
func NewRLS() RLS { return RLS{Alpha: 0.1} }

// New returns a Learner that keeps P, which its method P() *tensor.Dense returns: [in in], Float64.
func (r RLS) New(in, out int) (Learner, error) {
	if r.Forget == 0 {
		r.Forget = 1
	}
	if r.Defer == 0 {
		r.Defer = 32
	}
	for _, err := range []error{
		checkSizes(in, out),
		refuse(r.Defer > 0, "Defer", r.Defer, "at least 0"),
		refuse(r.Workers >= 0, "Workers", r.Workers, "at least 0"),
	} {
		if err != nil {
			return nil, err
		}
	}
	if r.Single {
		return newRLS[float32](r, in, out)
	}
	return newRLS[float64](r, in, out)
}

// rls is the state, P being of type T.
type rls[T linalg.Float] struct {
	in, out int
	p       *linalg.RLS[T]
	solver  *linalg.Solver[float64]
	x, k    []T       // [b in]
	minus   []float64 // -k
	e       []float64 // errors after the samples before
}

// newRLS refuses numbers that are out of their domain as a T.
func newRLS[T linalg.Float](r RLS, in, out int) (Learner, error) {
	alpha, forget, most := T(r.Alpha), T(r.Forget), linalg.RLSLimit[T]()
	if err := refuse(alpha > 0 && r.Alpha <= most, "Alpha", r.Alpha,
		fmt.Sprintf("a number above 0 and up to %.3g, as P is of %T", most, alpha)); err != nil {
		return nil, err
	}
	if err := refuse(forget > 0 && r.Forget <= 1 && (forget < 1 || r.Forget == 1), "Forget", r.Forget,
		fmt.Sprintf("within (0, 1], and not nearer to 0 or 1 than numbers of %T are", forget)); err != nil {
		return nil, err
	}
	return &rls[T]{in: in, out: out, solver: linalg.NewSolver[float64](1),
		p: linalg.NewRLS(linalg.NewSolver[T](r.Workers), in, alpha, forget, r.Defer)}, nil
}

// Learn takes in samples.
func (l *rls[T]) Learn(b int, x, e, w []float64) error {
	if err := checkSamples(b, l.in, l.out, x, e, w); err != nil {
		return err
	}
	if len(l.x) < len(x) {
		l.x, l.k, l.minus = make([]T, len(x)), make([]T, len(x)), make([]float64, len(x))
		l.e = make([]float64, len(e))
	}
	for i, v := range x {
		l.x[i] = T(v)
	}
	undo := l.mark(b)
	if err := l.p.Step(b, l.x, l.k); err != nil {
		undo()
		return l.refusal(x, err)
	}
	for i := range x {
		l.minus[i] = -float64(l.k[i])
	}
	l.errors(b, x, e)
	most := 0.0
	for i := range b {
		most += largest(l.minus[i*l.in:(i+1)*l.in]) * largest(l.e[i*l.out:(i+1)*l.out])
	}
	if err := checkStep(w, most); err != nil {
		undo()
		return err
	}
	l.teach(b, w)
	return nil
}

// refusal returns the error for samples x, which P could not take in for the reason why.
func (l *rls[T]) refusal(x []float64, why error) error {
	if errors.Is(why, linalg.ErrWindup) {
		return fmt.Errorf("online: %w: %w; the last P is kept", ErrDiverged, why)
	}
	for i, v := range x {
		if T(v)-T(v) != 0 {
			return fmt.Errorf("online: %w: input %d of sample %d is %v, expected a finite number of %T, of which P is",
				ErrValue, i%l.in, i/l.in, v, T(v))
		}
	}
	if errors.Is(why, linalg.ErrOverflow) {
		return fmt.Errorf("online: %w: %w, of %T; scale the inputs, or take a smaller Alpha", ErrValue, why, T(0))
	}
	return fmt.Errorf("online: %w: %w", ErrValue, why)
}

// teach adds to w what was learned: -k'·e.
func (l *rls[T]) teach(b int, w []float64) {
	if b > 1 {
		l.solver.Gemm(true, false, l.in, l.out, b, l.minus, l.in, l.e, l.out, 1, w, l.out)
		return
	}
	for i, k := range l.minus[:b*l.in] { // a product of vectors, of the same bits
		row := w[i*l.out:][:l.out]
		for j := range row {
			row[j] += float64(k * l.e[j])
		}
	}
}

// mark returns what takes P back to where it is now after a step of b samples. Only a batch of more
// than may be put off needs a copy of P for that.
func (l *rls[T]) mark(b int) (undo func()) {
	a, v, rho, pending := l.p.State()
	if most := len(v) / l.in; b <= most {
		return func() { l.p.Rewind(rho, pending) }
	}
	a, v = linalg.Clone(a), linalg.Clone(v)
	return func() {
		if err := l.p.SetState(a, v, rho, pending); err != nil {
			panic(err) // it is a state of l.p itself
		}
	}
}

// errors leaves in l.e the error of each sample after what those before it taught:
// e[i] - Σ_j (x[i]·k[j])·e[j] over j < i.
func (l *rls[T]) errors(b int, x, e []float64) {
	copy(l.e, e)
	for i := 1; i < b; i++ {
		for j := range i {
			xk := 0.0
			for n, v := range x[i*l.in : (i+1)*l.in] {
				xk += v * l.minus[j*l.in+n]
			}
			for n := range l.out {
				l.e[i*l.out+n] += xk * l.e[j*l.out+n]
			}
		}
	}
}

// P returns P [in in], Float64.
func (l *rls[T]) P() *tensor.Dense {
	p, dst := make([]T, l.in*l.in), make([]float64, l.in*l.in)
	l.p.P(p)
	for i, e := range p {
		dst[i] = float64(e)
	}
	return tensor.New(tensor.WithShape(l.in, l.in), tensor.WithBacking(dst))
}

// Snapshot returns P as it is kept: without the corrections that are put off, and these.
func (l *rls[T]) Snapshot() Snapshot {
	a, v, rho, pending := l.p.State()
	vector := func(x []T, shape ...int) *tensor.Dense {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]T(nil), x...)))
	}
	return Snapshot{
		"P":       vector(a, l.in, l.in),
		"pending": vector(v, len(v)/l.in, l.in),
		"scalars": vector([]T{rho, T(pending)}, 2),
	}
}

// Rollback takes over what Snapshot returned.
func (l *rls[T]) Rollback(s Snapshot) error {
	var parts [3][]T
	for i, name := range []string{"P", "pending", "scalars"} {
		var ok bool
		if s[name] != nil {
			parts[i], ok = s[name].Data().([]T)
		}
		if !ok {
			return fmt.Errorf("online: %w: the snapshot has no %s of type %T", ErrShape, name, parts[i])
		}
	}
	if len(parts[2]) != 2 {
		return fmt.Errorf("online: %w: the snapshot has %d scalars, expected 2", ErrShape, len(parts[2]))
	}
	for i, name := range []string{"P", "pending"} {
		for _, e := range parts[i] {
			if e-e != 0 {
				return fmt.Errorf("online: %w: %s of the snapshot has %v, expected finite numbers", ErrValue, name, e)
			}
		}
	}
	if err := l.p.SetState(parts[0], parts[1], parts[2][0], int(parts[2][1])); err != nil {
		return fmt.Errorf("online: %w: %w", ErrShape, err)
	}
	return nil
}
