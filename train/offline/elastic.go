package offline

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/linalg"
)

// ElasticNet minimises for each target
//
//	½|Z·w - y|² + Alpha·(L1Ratio·|w|₁ + ½(1-L1Ratio)·|w|²)
//
// (Zou, Hastie 2005, doi:10.1111/j.1467-9868.2005.00503.x), where Z are the polynomial features, each
// row, the one of the bias included, divided by its norm. scikit-learn divides the squares by the
// number of samples: its alpha is Alpha/n. Coordinates are descended one by one, by the sums Z'Z and
// Z'y alone (Friedman, Hastie, Tibshirani 2010, section 2.2, doi:10.18637/jss.v033.i01).
type ElasticNet struct {
	Alpha   float64 // penalty, >= 0
	L1Ratio float64 // share of the absolute values in it, in [0, 1]
	Degree  int     // of polynomial features, see PolynomialFeatures; 0 is 1, the inputs themselves
	Raw     bool    // whether rows are not divided by their norm
	MaxIter int     // sweeps over the coordinates; 0 is 10000
}

// NewElasticNet returns BrainPy's: Alpha 1, L1Ratio 0.5, Degree 2.
func NewElasticNet() ElasticNet { return ElasticNet{Alpha: 1, L1Ratio: 0.5, Degree: 2} }

// New returns a Fitter whose memory does not grow with the samples.
func (e ElasticNet) New(o Options) (Fitter, error) {
	for _, err := range []error{
		refuse(notNegative(e.Alpha), "Alpha", e.Alpha, "a finite number, at least 0"),
		refuse(e.L1Ratio >= 0 && e.L1Ratio <= 1, "L1Ratio", e.L1Ratio, "within [0, 1]"),
		refuse(e.MaxIter >= 0, "MaxIter", e.MaxIter, "at least 0"),
	} {
		if err != nil {
			return nil, err
		}
	}
	if e.MaxIter == 0 {
		e.MaxIter = 10000
	}
	pl := plan{o: o, degree: e.Degree, normalize: !e.Raw}
	return newSquares(pl, func(_ *squares, m *Moments) (*Model, error) {
		if err := m.weighed(); err != nil {
			return nil, err
		}
		return e.fit(m), nil
	})
}

// Lasso is ElasticNet with absolute values alone: ½|Z·w - y|² + Alpha·|w|₁ (Tibshirani 1996,
// doi:10.1111/j.2517-6161.1996.tb02080.x).
type Lasso struct {
	Alpha   float64 // penalty, >= 0
	Degree  int     // of polynomial features, see PolynomialFeatures; 0 is 1, the inputs themselves
	Raw     bool    // whether rows are not divided by their norm
	MaxIter int     // sweeps over the coordinates; 0 is 10000
}

// NewLasso returns BrainPy's: Alpha 1, Degree 2.
func NewLasso() Lasso { return Lasso{Alpha: 1, Degree: 2} }

// New returns a Fitter whose memory does not grow with the samples.
func (l Lasso) New(o Options) (Fitter, error) {
	return ElasticNet{Alpha: l.Alpha, L1Ratio: 1, Degree: l.Degree, Raw: l.Raw, MaxIter: l.MaxIter}.New(o)
}

// fit descends for every target.
func (e ElasticNet) fit(m *Moments) *Model {
	linalg.Mirror(m.p, m.g, m.p)
	w := make([]float64, m.p*m.q)
	d := descent{m: m, l1: e.Alpha * e.L1Ratio, l2: e.Alpha * (1 - e.L1Ratio), w: make([]float64, m.p), r: make([]float64, m.p)}
	most, missed := 0, 0
	for k := range m.q {
		n, ok := d.run(k, e.MaxIter)
		most = max(most, n)
		if !ok {
			missed++
		}
		for j, v := range d.w {
			w[j*m.q+k] = v
		}
	}
	r := m.model(w)
	r.Alpha, r.Iterations = e.Alpha, most
	if missed > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d of %d targets have not converged in %d sweeps", missed, m.q, e.MaxIter))
	}
	return r
}

// descent is the search for the weights of one target.
type descent struct {
	m      *Moments
	l1, l2 float64
	w      []float64
	r      []float64 // Z'(y - Z·w)
}

// run sweeps over the coordinates until a sweep over all of them moves the gradient by no more than
// 1e-12 of Z'y. Between these, it sweeps over the weights that are not 0.
func (d *descent) run(target, sweeps int) (n int, converged bool) {
	clear(d.w)
	most := 0.0
	for j := range d.r {
		d.r[j] = d.m.c[j*d.m.q+target]
		most = max(most, math.Abs(d.r[j]))
	}
	const tolerance = 1e-12
	all := true
	for n = 1; n <= sweeps; n++ {
		still := d.sweep(all) <= tolerance*most
		if all && still {
			return n, true
		}
		all = still
	}
	return sweeps, false
}

// sweep takes a step along each coordinate, or each that is not 0, and returns how far the gradient
// moved at most.
func (d *descent) sweep(all bool) (moved float64) {
	for j, old := range d.w {
		row := d.m.g[j*d.m.p : (j+1)*d.m.p]
		if row[j] == 0 || old == 0 && !all {
			continue // the feature is 0 everywhere, or has its turn later
		}
		l1, l2 := d.l1, d.l2
		if j == 0 && d.m.o.FreeBias {
			l1, l2 = 0, 0
		}
		d.w[j] = soft(d.r[j]+row[j]*old, l1) / (row[j] + l2)
		if step := d.w[j] - old; step != 0 {
			for i, g := range row {
				d.r[i] -= g * step
			}
			moved = max(moved, math.Abs(step)*row[j])
		}
	}
	return moved
}

// soft returns x moved towards 0 by l, 0 at most.
func soft(x, l float64) float64 {
	return math.Copysign(max(math.Abs(x)-l, 0), x)
}
