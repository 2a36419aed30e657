package offline

import (
	"fmt"
	"math"
)

// An ending is how the search for the weights of a target ended.
type ending int

const (
	converged  ending = iota
	separable         // a plane separates the classes, and no penalty worth the name holds the weights
	dependent         // second derivatives are singular to working precision, and so they are at w = 0
	flat              // second derivatives vanish where the gradient does not
	stuck             // no step lessens the objective
	unfinished        // there were no more steps
	endings
)

// reasons say what to do about each ending.
var reasons = [endings]string{
	separable:  "a plane separates the classes, so that weights grow without bound; give a penalty Alpha, or a greater one",
	dependent:  "features all but depend on one another, or their squares vanish; leave some out, scale them, or give a penalty Alpha, or a greater one",
	flat:       "the objective is flat, as samples weigh too differently; scale them, or give a penalty Alpha",
	stuck:      "no step lessens the objective, as features or weights of samples differ too much; scale them, or give a penalty Alpha",
	unfinished: "a plane may separate the classes, or it takes more; give a penalty Alpha, or a greater MaxIter",
}

// apart is how many times as large as another a feature may be before a warning names it as a cause.
const apart = 1e6

// warnings tells of the targets that have not converged within so many steps, for features whose
// columns have their largest magnitudes within reach.
func warnings(ends [endings]int, steps int, reach [2]float64) (all []string) {
	total := 0
	for _, n := range ends {
		total += n
	}
	for end, n := range ends {
		if n == 0 || ending(end) == converged {
			continue
		}
		says := fmt.Sprintf("%d of %d targets have not converged in %d steps: %s", n, total, steps, reasons[end])
		if reach[1] > apart*reach[0] {
			says += fmt.Sprintf("; features reach from %.3g to %.3g, which is far apart: scale them", reach[0], reach[1])
		}
		all = append(all, says)
	}
	return all
}

// reach returns the least and the largest of the largest magnitudes of the columns of features that are not
// all zeros. It refuses samples for which the objective or its second derivatives, at most
// ¼·Σ weight·x² + Alpha, are not finite.
func (f *logistic) reach() (reach [2]float64, err error) {
	s := &f.s
	sums, most, weight := make([]float64, s.p), make([]float64, s.p), 0.0
	for i, w := range s.w {
		weight += w
		root := math.Sqrt(w)
		for j, e := range s.x[i*s.p : (i+1)*s.p] {
			most[j] = max(most[j], math.Abs(e))
			e *= root
			sums[j] += e * e
		}
	}
	if weight == 0 {
		return reach, fmt.Errorf("offline: %w: all %d weigh 0", ErrEmpty, s.n)
	}
	reach = [2]float64{math.Inf(1), largest(most)}
	for _, e := range most {
		if e > 0 {
			reach[0] = min(reach[0], e)
		}
	}
	if sum := largest(sums) + weight + f.l.Alpha; sum-sum != 0 {
		return reach, fmt.Errorf("offline: %w: features reach %.3g, weights of samples %.3g, and Alpha is %.3g: sums of squares are %v, expected finite numbers; scale the samples",
			ErrValue, reach[1], largest(s.w), f.l.Alpha, sum)
	}
	return reach, nil
}

// singular reports whether the second derivatives at w = 0 are, whatever the targets, as far as that can be told.
func (t *likelihood) singular() bool {
	if t.p > t.direct {
		return false
	}
	h, diagonal := t.hessian(make([]float64, t.p)), make([]float64, t.p)
	for j := range diagonal {
		diagonal[j] = h[j*t.p+j]
	}
	_, ok := t.solver.Cholesky(t.p, h, t.p)
	return !ok || cancelled(t.p, h, diagonal)
}

// separates reports whether the plane of w has all samples of class 0 on one side, and of class 1 on the
// other, while the penalty is so small that it is lost beside the tolerance.
func (t *likelihood) separates(w, bound []float64) bool {
	pull := make([]float64, t.p)
	for j, e := range w {
		pull[j] = t.penalty(j) * e
	}
	if !vanishes(pull, bound, loose) {
		return false
	}
	for i, weight := range t.w {
		y, z := t.y[i*t.q+t.target], product(t.x[i*t.p:(i+1)*t.p], w)
		if weight > 0 && !(y == 1 && z > 0 || y == 0 && z < 0) {
			return false
		}
	}
	return true
}
