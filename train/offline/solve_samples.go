package offline

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gonum.org/v1/gonum/mat"
)

// factorLimit is the condition number of X up to which the factors QR leave some digits of W, and
// which tells a matrix of full rank from one without.
const factorLimit = 1e12

// bySamples returns the weights by the samples themselves, which are not squared. They are moved to
// their mean where the bias is free.
func (m *Moments) bySamples(alpha float64, design func() (x, y []float64, err error)) (*Model, error) {
	x, y, err := design()
	if err != nil {
		return nil, err
	}
	n := len(y) / m.q
	free := alpha > 0 && m.o.FreeBias
	a, b := mat.NewDense(n, m.p, x), mat.NewDense(n, m.q, y)
	if free {
		m.center(x, y)
		a = a.Slice(0, n, 1, m.p).(*mat.Dense)
	}
	w, cond, how := []float64(nil), 0.0, "the factors QR of X"
	if alpha == 0 && n >= m.p { // a penalty is as small here as the rounding of X
		w, cond = m.byFactors(n, x, y)
	}
	if w == nil {
		if w, cond, how, err = bySVD(a, b, alpha); err != nil {
			return nil, err
		}
	}
	r := m.model(m.withBias(w, free))
	r.Alpha, r.Condition = alpha, cond
	r.Warnings = append(r.Warnings, fmt.Sprintf(
		"X'X is singular or nearly so, condition number %.2g: solved by %s", cond, how))
	return r, nil
}

// byFactors returns the weights without a penalty by the factors QR of X [n p]: W = R⁻¹·Q'·Y, and the condition
// number of X'X = R'R. It returns nil where R is singular or nearly so.
func (m *Moments) byFactors(n int, x, y []float64) (w []float64, cond float64) {
	p := m.p
	r, w := m.s.QR(n, p, m.q, x, p, y, m.q)
	cond = linalg.Norm1(p, m.g, p) * m.s.InverseNorm1(p, r, p)
	if !(cond <= factorLimit*factorLimit) {
		return nil, 0
	}
	m.s.SolveUpper(p, m.q, r, p, w, m.q)
	return w, cond
}

// bySVD returns the least weights by singular values: W = V·diag(s/(s²+alpha))·U'·Y.
func bySVD(a, b *mat.Dense, alpha float64) (w []float64, cond float64, how string, err error) {
	n, p := a.Dims()
	_, q := b.Dims()
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		return nil, 0, "", fmt.Errorf("offline: the singular values of the samples were not found: %w", ErrValue)
	}
	var u, v, uy, x mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	s := svd.Values(nil)
	uy.Mul(u.T(), b)
	rank, cutoff := 0, s[0]*epsilon*float64(max(n, p))
	for i, e := range s {
		f := 0.0
		if e > cutoff {
			f = 1 / (e + alpha/e) // of which nothing is squared
			rank++
		}
		for j := range q {
			uy.Set(i, j, f*uy.At(i, j))
		}
	}
	x.Mul(&v, &uy)
	least := s[len(s)-1]
	if cond = (s[0]*s[0] + alpha) / (least*least + alpha); cond != cond {
		cond = math.Inf(1) // zeros alone
	}
	return x.RawMatrix().Data, cond, fmt.Sprintf("singular values of X, %d of %d above zero", rank, len(s)), nil
}
