package offline

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Path returns the solution of Solve for each penalty, from one eigendecomposition of X'X: a
// penalty more costs a product.
func (m *Moments) Path(alphas []float64) ([]*Model, error) {
	if err := checkAlphas(alphas); err != nil {
		return nil, err
	}
	t, err := m.total()
	if err != nil {
		return nil, err
	}
	s, err := t.spectrum(t.o.FreeBias)
	if err != nil {
		return nil, err
	}
	models := make([]*Model, len(alphas))
	for i, a := range alphas {
		models[i] = t.model(s.weights(a))
		models[i].Alpha, models[i].Condition = a, s.condition(a)
	}
	return models, nil
}

func checkAlphas(alphas []float64) error {
	if len(alphas) == 0 {
		return refuse(false, "Alphas", alphas, "at least one")
	}
	for i, a := range alphas {
		if err := refuse(notNegative(a), fmt.Sprintf("Alphas[%d]", i), a, "a finite number, at least 0"); err != nil {
			return err
		}
	}
	return nil
}

// spectrum is X'X = V·diag(λ)·V', of the samples moved to their mean where the bias is free.
type spectrum struct {
	m      *Moments
	free   bool
	values []float64
	v      mat.Dense
	vc     mat.Dense // V'·X'Y
}

// spectrum decomposes sums of which nothing waits.
func (m *Moments) spectrum(free bool) (*spectrum, error) {
	if err := m.weighed(); err != nil {
		return nil, err
	}
	s := &spectrum{m: m, free: free}
	g, c := m.g, m.c
	n := m.p
	if free {
		g, c = m.centered()
		n--
	}
	if n == 0 {
		return s, nil
	}
	var e mat.EigenSym
	if !e.Factorize(mat.NewSymDense(n, slices.Clone(g)), true) {
		return nil, errors.New("offline: the eigenvalues of X'X were not found")
	}
	s.values = e.Values(nil)
	e.VectorsTo(&s.v)
	s.vc.Mul(s.v.T(), mat.NewDense(n, m.q, slices.Clone(c)))
	return s, nil
}

// centered returns X'X and X'Y without the bias, of samples moved to their mean.
func (m *Moments) centered() (g, c []float64) {
	n := m.p - 1
	g, c = make([]float64, n*n), make([]float64, n*m.q)
	for i := range n {
		f := m.g[i+1] / m.g[0]
		for j := i; j < n; j++ {
			g[i*n+j] = m.g[(i+1)*m.p+j+1] - f*m.g[j+1]
		}
		for k := range m.q {
			c[i*m.q+k] = m.c[(i+1)*m.q+k] - f*m.c[k]
		}
	}
	return g, c
}

// inverse returns 1/(λ+alpha) for each eigenvalue, 0 where that is singular to working precision.
func (s *spectrum) inverse(alpha float64) []float64 {
	d := make([]float64, len(s.values))
	if len(d) == 0 {
		return d
	}
	cutoff := (math.Abs(s.values[len(d)-1]) + alpha) * epsilon * float64(len(d))
	for i, l := range s.values {
		if l+alpha > cutoff {
			d[i] = 1 / (l + alpha)
		}
	}
	return d
}

// rank returns how many eigenvalues are above zero, to working precision.
func (s *spectrum) rank(alpha float64) (n int) {
	for _, d := range s.inverse(alpha) {
		if d > 0 {
			n++
		}
	}
	return n
}

// condition returns the condition number of X'X + alpha·I.
func (s *spectrum) condition(alpha float64) float64 {
	if len(s.values) == 0 {
		return 1
	}
	return (s.values[len(s.values)-1] + alpha) / max(s.values[0]+alpha, 0)
}

// weights returns V·diag(1/(λ+alpha))·V'·X'Y.
func (s *spectrum) weights(alpha float64) []float64 {
	if len(s.values) == 0 {
		return s.m.withBias(nil, s.free)
	}
	var scaled, w mat.Dense
	d := s.inverse(alpha)
	scaled.Apply(func(i, _ int, v float64) float64 { return d[i] * v }, &s.vc)
	w.Mul(&s.v, &scaled)
	return s.m.withBias(w.RawMatrix().Data, s.free)
}
