package offline

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/linalg"
)

// squareLimit is the condition number of X'X from which few digits of W may be left: the
// samples themselves, where they are at hand, are solved instead.
const squareLimit = 1e14

// epsilon is the distance from 1 to the next number.
const epsilon = 0x1p-52

// Solve returns the W that minimises |X·W - Y|² + alpha·|W|², for alpha >= 0:
//
//	W = (X'X + alpha·I)⁻¹·X'Y
//
// (Hoerl, Kennard 1970, doi:10.1080/00401706.1970.10488634), with Options.FreeBias without the
// penalty of row 0. It is computed by Cholesky's factors. Where these do not exist, or the matrix is
// singular to working precision, it is computed by eigenvalues instead, of which those that are zero
// to working precision are left out: W is then the least of the solutions, and a warning names the
// condition number. So does one where that is above 1e14, as few digits of W are left then. Fit, which
// has the samples at hand, then solves these instead, whose condition number is the root: the relative
// error of W is about 1e-16 of that, and of its square in what W leaves of the targets. It takes the
// factors QR or, with a penalty or where the root is above 1e12, singular values.
func (m *Moments) Solve(alpha float64) (*Model, error) {
	if err := refuse(notNegative(alpha), "Alpha", alpha, "a finite number, at least 0"); err != nil {
		return nil, err
	}
	t, err := m.total()
	if err != nil {
		return nil, err
	}
	return t.solve(alpha, nil)
}

// solve is Solve for sums of which nothing waits. design, if not nil, returns the samples.
func (m *Moments) solve(alpha float64, design func() (x, y []float64, err error)) (*Model, error) {
	if err := m.weighed(); err != nil {
		return nil, err
	}
	w, cond, ok := m.byCholesky(alpha)
	if ok && (cond <= squareLimit || design == nil) {
		r := m.model(w)
		r.Alpha, r.Condition = alpha, cond
		if cond > squareLimit {
			r.Warnings = append(r.Warnings, fmt.Sprintf(
				"X'X is nearly singular, condition number %.2g: few digits of the weights may be correct", cond))
		}
		return r, nil
	}
	if design != nil {
		return m.bySamples(alpha, design)
	}
	s, err := m.spectrum(alpha > 0 && m.o.FreeBias)
	if err != nil {
		return nil, err
	}
	r := m.model(s.weights(alpha))
	r.Alpha, r.Condition = alpha, s.condition(alpha)
	r.Warnings = append(r.Warnings, fmt.Sprintf(
		"X'X is singular to working precision, condition number %.2g: solved by its eigenvalues, %d of %d above zero",
		r.Condition, s.rank(alpha), len(s.values)))
	return r, nil
}

// byCholesky returns the weights and the condition number of the matrix, or false where it is
// singular to working precision.
func (m *Moments) byCholesky(alpha float64) (w []float64, cond float64, ok bool) {
	a := make([]float64, m.p*m.p)
	for i := range m.p {
		linalg.Copy(a[i*m.p+i:(i+1)*m.p], m.g[i*m.p+i:])
		if i > 0 || !m.o.FreeBias {
			a[i*m.p+i] += alpha
		}
	}
	diagonal := make([]float64, m.p)
	for i := range diagonal {
		diagonal[i] = a[i*m.p+i]
	}
	norm := linalg.Norm1(m.p, a, m.p)
	if _, ok := m.s.Cholesky(m.p, a, m.p); !ok || cancelled(m.p, a, diagonal) {
		return nil, 0, false
	}
	cond = norm * m.s.InverseNorm1(m.p, a, m.p)
	w = append([]float64(nil), m.c...)
	m.s.Solve(m.p, m.q, a, m.p, w, m.q)
	return w, cond, true
}

// cancelled reports whether a pivot is no more than the rounding of the diagonal it is left of: its
// feature depends on those before.
func cancelled(p int, u, diagonal []float64) bool {
	for i, d := range diagonal {
		if e := u[i*p+i]; !(e*e > float64(max(p, 10))*epsilon*d) {
			return true
		}
	}
	return false
}

// center moves weighted samples, rows of features after a root of their weight, to their mean.
func (m *Moments) center(x, y []float64) {
	for i := range len(y) / m.q {
		row, root := x[i*m.p:(i+1)*m.p], x[i*m.p]
		for j := 1; j < m.p; j++ {
			row[j] -= root * m.g[j] / m.g[0]
		}
		for j := range m.q {
			y[i*m.q+j] -= root * m.c[j] / m.g[0]
		}
	}
}

// withBias returns the weights of all features: w itself or, if it was found for samples moved to
// their mean, with the bias that moves them back.
func (m *Moments) withBias(w []float64, free bool) []float64 {
	if !free {
		return w
	}
	all := make([]float64, m.q, m.p*m.q)
	for k := range m.q {
		all[k] = m.c[k]
		for j := 1; j < m.p; j++ {
			all[k] -= m.g[j] * w[(j-1)*m.q+k]
		}
		all[k] /= m.g[0]
	}
	return append(all, w...)
}
