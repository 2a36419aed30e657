package offline

import "math"

// newtonFeatures is the number of features from which on a Hessian is too large to be factored.
const newtonFeatures = 1024

// direction returns the inverse of the Hessian at w times grad. Where the Hessian is singular to working
// precision, as it is if a feature is zero or the sum of others, conjugate gradients give the least of the
// solutions.
func (t *likelihood) direction(w, grad []float64) (step []float64) {
	if t.p > t.direct {
		return t.conjugate(w, grad)
	}
	h, diagonal := t.hessian(w), make([]float64, t.p)
	for j := range diagonal {
		diagonal[j] = h[j*t.p+j]
	}
	if _, ok := t.solver.Cholesky(t.p, h, t.p); !ok || cancelled(t.p, h, diagonal) {
		return t.conjugate(w, grad)
	}
	step = append([]float64(nil), grad...)
	t.solver.Solve(t.p, 1, h, t.p, step, 1)
	return step
}

// conjugate solves H·step = grad by conjugate gradients, as far as the gradient is small: the outer
// steps then still converge faster than linearly.
func (t *likelihood) conjugate(w, grad []float64) (step []float64) {
	step = make([]float64, t.p)
	r, d := append([]float64(nil), grad...), append([]float64(nil), grad...)
	curvature, hd := t.curvatures(w), make([]float64, t.p)
	rr := product(r, r)
	stop := rr * min(0.01, rr)
	for range 2*t.p + 10 {
		if rr <= stop {
			break
		}
		t.times(hd, d, curvature)
		dhd := product(d, hd)
		if dhd <= 0 {
			break
		}
		a := rr / dhd
		for j := range step {
			step[j] += a * d[j]
			r[j] -= a * hd[j]
		}
		old := rr
		rr = product(r, r)
		for j := range d {
			d[j] = r[j] + rr/old*d[j]
		}
	}
	return step
}

// curvatures returns weight·s(1-s) of each sample, s = σ(X·w).
func (t *likelihood) curvatures(w []float64) []float64 {
	c := make([]float64, t.n)
	for i := range c {
		s := Sigmoid(product(t.x[i*t.p:(i+1)*t.p], w))
		c[i] = t.w[i] * s * (1 - s)
	}
	return c
}

// hessian returns the second derivatives at w: X'·diag(weight·s(1-s))·X + Alpha·I.
func (t *likelihood) hessian(w []float64) []float64 {
	h, c := make([]float64, t.p*t.p), t.curvatures(w)
	if t.rows == nil {
		t.rows = make([]float64, chunk*t.p)
	}
	for from := 0; from < t.n; from += chunk {
		k := min(chunk, t.n-from)
		for i := range k {
			root := math.Sqrt(c[from+i])
			for j, e := range t.x[(from+i)*t.p : (from+i+1)*t.p] {
				t.rows[i*t.p+j] = root * e
			}
		}
		t.solver.Syrk(t.p, k, t.rows, t.p, 1, h, t.p)
	}
	for j := range t.p {
		h[j*t.p+j] += t.penalty(j)
	}
	return h
}

// times writes the Hessian times d to dst.
func (t *likelihood) times(dst, d, curvature []float64) {
	for j := range dst {
		dst[j] = t.penalty(j) * d[j]
	}
	for i, c := range curvature {
		row := t.x[i*t.p : (i+1)*t.p]
		f := c * product(row, d)
		for j, e := range row {
			dst[j] += f * e
		}
	}
}
