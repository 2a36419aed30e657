package offline

import (
	"fmt"
	"math"

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
	w, cond, how, err := byFactors(a, b, alpha)
	if err == nil && w == nil {
		w, cond, how, err = bySVD(a, b, alpha)
	}
	if err != nil {
		return nil, err
	}
	r := m.model(m.withBias(w, free))
	r.Alpha, r.Condition = alpha, cond
	r.Warnings = append(r.Warnings, fmt.Sprintf(
		"X'X is singular or nearly so, condition number %.2g: solved by %s", cond, how))
	return r, nil
}

// byFactors returns the weights without a penalty by the factors QR of X: W = R⁻¹·Q'·Y. It returns nil
// where R is singular or nearly so, and with a penalty, which is as small then as the rounding of X. A
// fit of 4,000 samples of 1,000 features takes 1.5 s by it, and 7.9 s by singular values.
func byFactors(a, b *mat.Dense, alpha float64) (w []float64, cond float64, how string, err error) {
	if n, p := a.Dims(); n < p || alpha > 0 {
		return nil, 0, "", nil
	}
	var qr mat.QR
	qr.Factorize(a)
	c := qr.Cond()
	if !(c <= factorLimit) {
		return nil, 0, "", nil
	}
	var x mat.Dense
	if err := qr.SolveTo(&x, false, b); err != nil {
		return nil, 0, "", fmt.Errorf("offline: %w", err)
	}
	return x.RawMatrix().Data, c * c, "the factors QR of X", nil
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
