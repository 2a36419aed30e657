package offline

import "math"

// newtonFeatures is the number of features from which on a Hessian is too large to be factored.
const newtonFeatures = 1024

// direction returns the inverse of the Hessian at w times grad. Where the Hessian is singular to working
// precision, as it is if a feature is zero or the sum of others, conjugate gradients give the least of the
// solutions, each feature being measured by its second derivative.
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
// steps then still converge faster than linearly. The diagonal of H takes the place of H where it is
// left out, so that the unit of a feature does not matter (algorithm 5.3 of the book).
func (t *likelihood) conjugate(w, grad []float64) (step []float64) {
	step = make([]float64, t.p)
	curvature, hd := t.curvatures(w), make([]float64, t.p)
	diagonal := t.diagonal(curvature)
	r, d, z := append([]float64(nil), grad...), make([]float64, t.p), make([]float64, t.p)
	quotients(d, grad, diagonal)
	rr := product(r, d)
	stop := rr * min(0.01, math.Sqrt(rr))
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
		quotients(z, r, diagonal)
		old := rr
		rr = product(r, z)
		for j := range d {
			d[j] = z[j] + rr/old*d[j]
		}
	}
	return step
}

// diagonal returns the diagonal of the Hessian.
func (t *likelihood) diagonal(curvature []float64) []float64 {
	h := make([]float64, t.p)
	for j := range h {
		h[j] = t.penalty(j)
	}
	for i, c := range curvature {
		root := math.Sqrt(c)
		for j, e := range t.x[i*t.p : (i+1)*t.p] {
			e *= root
			h[j] += e * e
		}
	}
	return h
}

// quotients writes x/y to dst, 0 where y is 0.
func quotients(dst, x, y []float64) {
	for j, e := range y {
		dst[j] = 0
		if e != 0 {
			dst[j] = x[j] / e
		}
	}
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
