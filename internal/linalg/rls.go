package linalg

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// Errors of RLS.Step.
var (
	// ErrIndefinite says that P has lost its definiteness to rounding.
	ErrIndefinite = errors.New("P is not positive definite any more, by rounding")
	// ErrOverflow says that x'·P·x of an input x is not finite.
	ErrOverflow = errors.New("x'·P·x leaves the range of its numbers")
	// ErrWindup says that P would leave the range of its type: where no input comes from, forgetting
	// makes it grow without bound.
	ErrWindup = errors.New("P grows out of its range: the past is forgotten and inputs are missing that would teach it anew")
)

// RLS is the state of recursive least squares: the inverse P [n n] of the correlations of the
// inputs, of which the upper triangle is kept. Corrections of rank one are put off and applied
// together, as one product:
//
//	P = ρ·(A - Σ_j v[j]'·v[j])   over the pending v[j] [n]
//
// so that a step reads A once and seldom writes it.
type RLS[T Float] struct {
	n, most int
	forget  T
	a       []T // [n n]
	v       []T // [most n]
	pending int
	rho     T
	top     float64 // largest element on the diagonal of A
	flushed bool    // whether the last Step began by a Flush

	minus []T // -v
	y     []T // [most n]: inputs times A
	dots  []T // [most], and the product of an input with its own y
	s     *Solver[T]
}

// NewRLS returns P = alpha·I for n inputs, which forgets by the factor forget in (0, 1] at each
// sample and puts off at most so many corrections, >= 1. s must outlive it.
func NewRLS[T Float](s *Solver[T], n int, alpha, forget T, most int) *RLS[T] {
	if n < 1 || most < 1 {
		panic(fmt.Sprintf("linalg: RLS of %d inputs, %d corrections", n, most))
	}
	most = min(most, forgotten(float64(forget)))
	r := &RLS[T]{n: n, most: most, forget: forget, s: s, rho: 1, top: float64(alpha),
		a: make([]T, n*n), v: make([]T, most*n), minus: make([]T, most*n), y: make([]T, most*n), dots: make([]T, most+1)}
	for i := range n {
		r.a[i*n+i] = alpha
	}
	return r
}

// spread bounds how far ρ may grow before corrections are applied: the digits of P that cancel in the
// difference with what is put off.
const spread = 1e3

// forgotten returns how many samples it takes to forget by the factor 1/spread, at least 1.
func forgotten(forget float64) int {
	return int(max(1, min(math.Log(spread)/math.Abs(math.Log(forget)), 1<<30))) // of 1, more than there are
}

// RLSLimit returns the largest element that P may have: a quarter of the largest number of its type.
func RLSLimit[T Float]() float64 {
	if unsafe.Sizeof(T(0)) == 4 {
		return math.MaxFloat32 / 4
	}
	return math.MaxFloat64 / 4
}

// winds reports whether m samples more could take P beyond RLSLimit. As P is positive definite, no
// element exceeds ρ times the largest on the diagonal of A.
func (r *RLS[T]) winds(m int) bool {
	return !(float64(r.rho)*math.Pow(float64(r.forget), -float64(m))*r.top <= RLSLimit[T]())
}

// Step takes in the samples X [m n], one after the other, and writes the gain of each to k [m n]:
//
//	k = P·x / (λ + x'·P·x),  P ← (P - k·x'·P) / λ     (Haykin, "Adaptive Filter Theory", 2002, table 9.1)
//
// The weights that were to give t learn by w ← w - k·(x'·w - t). It returns
// ErrIndefinite or ErrOverflow, with P as it was before that sample, where a denominator is not positive or
// not finite, and ErrWindup before any sample; Rewind takes P back to where it was before the step.
func (r *RLS[T]) Step(m int, x, k []T) error {
	for m > r.most {
		if err := r.Step(r.most, x, k); err != nil {
			return err
		}
		x, k, m = x[r.most*r.n:], k[r.most*r.n:], m-r.most
	}
	if r.flushed = r.pending+m > r.most || r.winds(m); r.flushed {
		r.Flush()
	}
	if r.winds(m) {
		return fmt.Errorf("%w: it reaches %.3g, and grows by 1/%v a sample up to %.3g",
			ErrWindup, r.top*float64(r.rho), r.forget, RLSLimit[T]())
	}
	r.s.Symm(m, r.n, r.a, r.n, r.pending%2 == 1, x, r.n, r.y, r.n)
	for i := range m {
		if err := r.sample(x[i*r.n:(i+1)*r.n], r.y[i*r.n:(i+1)*r.n], k[i*r.n:(i+1)*r.n]); err != nil {
			return err
		}
	}
	return nil
}

// sample takes in one sample x, of which y = A·x.
func (r *RLS[T]) sample(x, y, k []T) error {
	if p := r.pending; p > 0 { // y - Σ v·(v'x)
		clear(r.dots[:p])
		kernel.Dots(p, r.n, r.v, r.n, x, r.dots)
		kernel.RowGemm(r.s.pool, r.n, p, r.dots[:p], r.minus, r.n, true, y)
	}
	xy := r.dots[r.most:]
	xy[0] = 0
	kernel.Dots(1, r.n, x, r.n, y, xy)
	den := r.forget + r.rho*xy[0]
	if den-den != 0 {
		return fmt.Errorf("%w: inputs reach %.3g, P %.3g", ErrOverflow, largest(x), r.top*float64(r.rho))
	}
	if den <= 0 {
		return fmt.Errorf("%w: λ + x'·P·x is %.3g, expected a number above 0", ErrIndefinite, den)
	}
	// k = ρy/den, and the correction of P, k·x'P, is ρ times that of v = y·sqrt(ρ/den).
	gain, root := r.rho/den, T(math.Sqrt(float64(r.rho/den)))
	v, minus := r.v[r.pending*r.n:][:r.n], r.minus[r.pending*r.n:][:r.n]
	for i, e := range y {
		k[i] = gain * e
		v[i], minus[i] = root*e, -root*e
	}
	r.pending++
	r.rho /= r.forget
	return nil
}

// largest returns the greatest magnitude in x, NaN if there is one.
func largest[T Float](x []T) (most float64) {
	for _, e := range x {
		most = max(most, math.Abs(float64(e)))
	}
	return most
}

// Rewind takes back the samples since State returned rho and pending, of one Step of no more samples
// than corrections may be put off: what was pending before these is applied or lies as it was.
func (r *RLS[T]) Rewind(rho T, pending int) {
	if r.flushed { // Step applied them first
		rho, pending = 1, 0
	}
	r.rho, r.pending = rho, pending
}

// Flush applies the pending corrections.
func (r *RLS[T]) Flush() {
	if r.pending == 0 && r.rho == 1 {
		return
	}
	if r.rho != 1 {
		for i := range r.pending * r.n {
			r.minus[i] *= r.rho
		}
	}
	r.s.symmetric(r.n, r.pending, r.minus, r.v, r.n, r.rho, r.a, r.n)
	r.pending, r.rho = 0, 1
	r.measure()
}

// measure finds the largest element on the diagonal of A.
func (r *RLS[T]) measure() {
	r.top = 0
	for i := 0; i < len(r.a); i += r.n + 1 {
		r.top = max(r.top, math.Abs(float64(r.a[i])))
	}
}

// P writes the matrix P to dst [n n], whole, and applies what is pending.
func (r *RLS[T]) P(dst []T) {
	r.Flush()
	Copy(dst, r.a)
	Mirror(r.n, dst, r.n)
}

// State returns what there is to save, as it lies: A, all of v, and the scalars ρ and the number of
// pending corrections. The slices are the state's own.
func (r *RLS[T]) State() (a, v []T, rho T, pending int) { return r.a, r.v, r.rho, r.pending }

// SetState takes over copies of what State returned.
func (r *RLS[T]) SetState(a, v []T, rho T, pending int) error {
	if len(a) != len(r.a) || len(v) != len(r.v) || pending < 0 || pending > r.most || !(rho > 0 && rho-rho == 0) {
		return fmt.Errorf("linalg: state of RLS: %d and %d elements, %d pending, factor %v; expected %d and %d, at most %d, positive and finite",
			len(a), len(v), pending, rho, len(r.a), len(r.v), r.most)
	}
	Copy(r.a, a)
	Copy(r.v, v)
	for i, e := range r.v {
		r.minus[i] = -e
	}
	r.rho, r.pending = rho, pending
	r.measure()
	return nil
}
