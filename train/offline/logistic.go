package offline

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"
)

// Logistic minimises for each target, with z = X·w,
//
//	Σ weight·(log(1 + exp(z)) - y·z) + ½·Alpha·|w|²
//
// which is maximum likelihood for classes y of 0 and 1, or probabilities between; Predict gives
// probabilities. Up to 1024 features it takes Newton's steps (iteratively reweighted least squares;
// McCullagh, Nelder, "Generalized Linear Models", 1989, section 4.4), and beyond looks for them by
// conjugate gradients (Nocedal, Wright, "Numerical Optimization", 2006, algorithm 7.1). These are not
// the methods of gonum/optimize: its Newton takes as long (5,000 samples of 200 inputs, 10 targets:
// 0.8 s each) and its L-BFGS three times that, but on 200 samples of 7 both gave up in their line
// search 4e-8 and 3e-9 from the minimum, where these steps go on to a gradient of 1e-14. All samples
// are kept. Steps end where no element of the gradient exceeds 1e-12 of what it can be, Σ weight·|x|,
// whatever the units of the inputs. Without a penalty there is no solution where a plane separates the
// classes; the model then carries a warning, as it does wherever it has not converged.
type Logistic struct {
	Alpha   float64 // penalty, >= 0
	Degree  int     // of polynomial features, see PolynomialFeatures; 0 is 1, the inputs themselves
	MaxIter int     // Newton's steps; 0 is 100
}

// New returns a Fitter that keeps the samples.
func (l Logistic) New(o Options) (Fitter, error) {
	for _, err := range []error{
		o.validate(),
		refuse(notNegative(l.Alpha), "Alpha", l.Alpha, "a finite number, at least 0"),
		refuse(l.Degree >= 0, "Degree", l.Degree, "at least 0"),
		refuse(l.MaxIter >= 0, "MaxIter", l.MaxIter, "at least 0"),
	} {
		if err != nil {
			return nil, err
		}
	}
	return &logistic{l: l, s: samples{plan: plan{o: o, degree: l.Degree}}}, nil
}

type logistic struct {
	l Logistic
	s samples
}

func (f *logistic) Add(x, y *tensor.Dense, weights []float64) error {
	m, err := f.s.read("targets", y)
	if err != nil {
		return err
	}
	row := make([]float64, m.cols)
	for i := range m.rows {
		m.row(i, row)
		for _, e := range row {
			if e < 0 || e > 1 {
				return fmt.Errorf("offline: %w: the target of sample %d is %v, expected within [0, 1]", ErrValue, i, e)
			}
		}
	}
	return f.s.add(x, y, weights)
}

func (f *logistic) Fit() (*Model, error) {
	if f.s.n == 0 {
		return nil, fmt.Errorf("offline: %w", ErrEmpty)
	}
	reach, err := f.reach()
	if err != nil {
		return nil, err
	}
	s := linalg.NewSolver[float64](f.s.o.Workers)
	defer s.Close()
	if err := weighed(f.s.n, floats.Sum(f.s.w)); err != nil {
		return nil, err
	}
	w := make([]float64, f.s.p*f.s.q)
	t := likelihood{samples: &f.s, alpha: f.l.Alpha, solver: s, direct: newtonFeatures}
	steps, most := f.l.MaxIter, 0
	if steps == 0 {
		steps = 100
	}
	var ends [endings]int
	for t.target = range f.s.q {
		v, n, end := t.maximum(steps)
		most = max(most, n)
		ends[end]++
		for j, e := range v {
			w[j*f.s.q+t.target] = e
		}
	}
	r := f.s.model(w)
	r.Alpha, r.Iterations, r.logistic = f.l.Alpha, most, true
	r.Warnings = warnings(ends, most, reach)
	return r, nil
}

// likelihood is the objective for one target.
type likelihood struct {
	*samples
	alpha  float64
	solver *linalg.Solver[float64]
	target int
	rows   []float64 // [chunk p], for the Hessian
	direct int       // features up to which it is factored
}

// penalty returns the penalty of weight j.
func (t *likelihood) penalty(j int) float64 {
	if j == 0 && t.o.FreeBias {
		return 0
	}
	return t.alpha
}

// value returns the objective at w, and its gradient in grad.
func (t *likelihood) value(w, grad []float64) float64 {
	sum := 0.0
	for j, e := range w {
		sum += 0.5 * t.penalty(j) * e * e
		grad[j] = t.penalty(j) * e
	}
	for i := range t.n {
		row, y := t.x[i*t.p:(i+1)*t.p], t.y[i*t.q+t.target]
		z := product(row, w)
		sum += t.w[i] * (softplus(z) - y*z)
		f := t.w[i] * (Sigmoid(z) - y)
		for j, e := range row {
			grad[j] += f * e
		}
	}
	return sum
}

// maximum returns the weights for the target, after so many steps at most.
func (t *likelihood) maximum(steps int) (w []float64, n int, end ending) {
	bound := t.bound()
	w, n, end = t.search(steps, bound)
	switch {
	case t.separates(w, bound):
		end = separable
	case end != converged && t.singular():
		end = dependent
	}
	return w, n, end
}

// search takes Newton's steps, halved until the objective falls.
func (t *likelihood) search(steps int, bound []float64) (w []float64, n int, end ending) {
	w, next := make([]float64, t.p), make([]float64, t.p)
	grad := make([]float64, t.p)
	f := t.value(w, grad)
	for n = range steps {
		if vanishes(grad, bound, tolerance) {
			return w, n, converged
		}
		step := t.direction(w, grad)
		if largest(step) == 0 {
			return w, n, flat
		}
		fell := false
		for size := 1.0; size > 1e-15 && !fell; size /= 2 {
			for j := range w {
				next[j] = w[j] - size*step[j]
			}
			g := t.value(next, grad)
			if fell = g <= f+1e-14*math.Abs(f); fell {
				f = g
				copy(w, next)
			}
		}
		if fell {
			continue
		}
		if t.value(w, grad); vanishes(grad, bound, loose) {
			return w, n, converged // as far as the digits of the objective tell
		}
		return w, n, stuck
	}
	if vanishes(grad, bound, loose) {
		return w, steps, converged
	}
	return w, steps, unfinished
}

// bound returns how large the gradient may be without the penalty: Σ weight·|x| of each feature.
func (t *likelihood) bound() []float64 {
	b := make([]float64, t.p)
	for i, w := range t.w {
		for j, e := range t.x[i*t.p : (i+1)*t.p] {
			b[j] += w * math.Abs(e)
		}
	}
	return b
}

// Shares of its bound up to which a gradient is next to nothing, whatever the unit of a feature.
const (
	tolerance = 1e-12
	loose     = 1e3 * tolerance // where no more is to be had
)

// vanishes reports whether no element of a gradient is beyond such a share of its bound.
func vanishes(grad, bound []float64, share float64) bool {
	for j, g := range grad {
		if !(math.Abs(g) <= share*bound[j]) {
			return false
		}
	}
	return true
}

func product(x, y []float64) (sum float64) {
	for i, e := range x {
		sum += e * y[i]
	}
	return sum
}

func largest(x []float64) (most float64) {
	for _, e := range x {
		most = max(most, math.Abs(e))
	}
	return most
}

// softplus returns log(1 + exp(z)).
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
