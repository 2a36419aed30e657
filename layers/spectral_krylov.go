package layers

import (
	"cmp"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

const noTrans = blas.NoTrans

// The Krylov method's constants. Random matrices crowd eigenvalues at the rim of a disc, hence the
// large space; and what comes next must have shown itself, lest it grow past the first.
const (
	krylovSpace    = 80    // vectors
	krylovKeep     = 30    // of them kept by a restart
	krylovRestarts = 60    // before giving up
	firstResidual  = 1e-10 // of the largest eigenvalue, relative to it
	otherResidual  = 1e-3  // of those next to it
	krylovOthers   = 4     // how many those are
	trueResidual   = 1e-8  // of the largest eigenvalue at the end, restarts having their rounding
)

// krylov is a Krylov decomposition A·V = V·H + v_m·bᵀ with orthonormal V (Stewart 2001, A
// Krylov-Schur algorithm for large eigenproblems, doi:10.1137/S0895479800371529). H is [m+1 m]: its
// last row is bᵀ. A restart keeps the span of the Ritz vectors of largest eigenvalues.
type krylov struct {
	a    operator
	v    [][]float64 // [m+1][n]
	h    *mat.Dense  // [m+1 m]
	rand *rand.Rand
}

func newKrylov(a operator) *krylov {
	k := &krylov{a: a, h: mat.NewDense(krylovSpace+1, krylovSpace, nil), rand: rand.New(rand.NewPCG(1, 1))}
	for range krylovSpace + 1 {
		k.v = append(k.v, make([]float64, a.n))
	}
	k.fresh(0)
	return k
}

// radius returns the largest absolute value of an eigenvalue, and whether it was found.
func (k *krylov) radius() (float64, bool) {
	from := 0
	for range krylovRestarts {
		for j := from; j < krylovSpace; j++ {
			k.extend(j)
		}
		ritz, ok := k.ritz()
		if !ok {
			return 0, false
		}
		if ritz.converged() {
			r := cmplx.Abs(ritz[0].value)
			return r, k.residual(ritz[0]) <= trueResidual*r
		}
		from = k.restart(ritz)
	}
	return 0, false
}

// extend adds the vector j+1: A·v_j, orthogonalized twice against those there are, for rounding.
func (k *krylov) extend(j int) {
	w := k.v[j+1]
	k.a.mul(w, k.v[j])
	before := blas64.Nrm2(vector(w))
	for range 2 {
		for i := range j + 1 {
			c := blas64.Dot(vector(k.v[i]), vector(w))
			blas64.Axpy(-c, vector(k.v[i]), vector(w))
			k.h.Set(i, j, k.h.At(i, j)+c)
		}
	}
	beta := blas64.Nrm2(vector(w))
	if beta <= 1e-14*before { // the space is closed under A: go on from another vector
		k.fresh(j + 1)
		return
	}
	blas64.Scal(1/beta, vector(w))
	k.h.Set(j+1, j, beta)
}

// fresh makes vector j a random one, orthogonal to those before it.
func (k *krylov) fresh(j int) {
	w := k.v[j]
	for i := range w {
		w[i] = k.rand.NormFloat64()
	}
	for range 2 {
		for _, v := range k.v[:j] {
			blas64.Axpy(-blas64.Dot(vector(v), vector(w)), vector(v), vector(w))
		}
	}
	blas64.Scal(1/blas64.Nrm2(vector(w)), vector(w))
}

// A ritzPair is an approximate eigenvalue, the eigenvector in terms of V, and how far it is from one.
type ritzPair struct {
	value    complex128
	vector   []complex128
	residual float64
}

type ritzPairs []ritzPair

// ritz returns the eigenvalues of H, the largest first; of a complex pair, the one above the axis
// first.
func (k *krylov) ritz() (ritzPairs, bool) {
	const m = krylovSpace
	var e mat.Eigen
	if !e.Factorize(mat.DenseCopyOf(k.h.Slice(0, m, 0, m)), mat.EigenRight) {
		return nil, false
	}
	var vectors mat.CDense
	e.VectorsTo(&vectors)
	ps := make(ritzPairs, m)
	for i, value := range e.Values(nil) {
		p := ritzPair{value: value, vector: make([]complex128, m)}
		rest := complex128(0) // bᵀ·y
		for j := range m {
			p.vector[j] = vectors.At(j, i)
			rest += complex(k.h.At(m, j), 0) * p.vector[j]
		}
		p.residual = cmplx.Abs(rest)
		ps[i] = p
	}
	slices.SortStableFunc(ps, func(a, b ritzPair) int { return cmp.Compare(cmplx.Abs(b.value), cmplx.Abs(a.value)) })
	return ps, true
}

// converged reports whether the first eigenvalue is precise, and those next to it are known well
// enough to stay behind it.
func (ps ritzPairs) converged() bool {
	r := cmplx.Abs(ps[0].value)
	if !(ps[0].residual <= firstResidual*r) {
		return false
	}
	return !slices.ContainsFunc(ps[1:1+krylovOthers], func(p ritzPair) bool { return p.residual > otherResidual*r })
}

// residual returns |A·x - λ·x| of the pair's eigenvector x = V·y of length 1.
func (k *krylov) residual(p ritzPair) float64 {
	x := [2][]float64{make([]float64, k.a.n), make([]float64, k.a.n)}
	for j, y := range p.vector {
		blas64.Axpy(real(y), vector(k.v[j]), vector(x[0]))
		blas64.Axpy(imag(y), vector(k.v[j]), vector(x[1]))
	}
	sum, a := 0., [2][]float64{make([]float64, k.a.n), make([]float64, k.a.n)}
	k.a.mul(a[0], x[0])
	k.a.mul(a[1], x[1])
	for i := range k.a.n {
		d := cmplx.Abs(complex(a[0][i], a[1][i]) - p.value*complex(x[0][i], x[1][i]))
		sum += d * d
	}
	return math.Sqrt(sum)
}

// restart reduces the decomposition to the span of the first Ritz vectors, and returns how many
// vectors that leaves:
//
//	V ← V·Q,  H ← Qᵀ·H·Q,  bᵀ ← bᵀ·Q,  Q an orthonormal basis of the Ritz vectors
func (k *krylov) restart(ps ritzPairs) int {
	const m = krylovSpace
	q := ps.basis()
	_, keep := q.Dims()
	var hq, s, b mat.Dense
	hq.Mul(k.h.Slice(0, m, 0, m), q)
	s.Mul(q.T(), &hq)
	b.Mul(k.h.Slice(m, m+1, 0, m), q)
	v := make([][]float64, keep)
	for j := range v {
		v[j] = make([]float64, k.a.n)
		for i := range m {
			blas64.Axpy(q.At(i, j), vector(k.v[i]), vector(v[j]))
		}
	}
	copy(k.v, append(v, k.v[m]))
	for i := keep + 1; i < m+1; i++ {
		k.v[i] = make([]float64, k.a.n)
	}
	k.h.Zero()
	k.h.Slice(0, keep, 0, keep).(*mat.Dense).Copy(&s)
	k.h.Slice(keep, keep+1, 0, keep).(*mat.Dense).Copy(&b)
	return keep
}

// basis returns an orthonormal basis of the real span of the first pairs; both of a complex pair
// are in it.
func (ps ritzPairs) basis() *mat.Dense {
	var cols [][]float64
	for _, p := range ps {
		if len(cols) >= krylovKeep {
			break
		}
		if imag(p.value) >= 0 { // its conjugate has the same real and imaginary parts
			cols = append(cols, part(p.vector, func(z complex128) float64 { return real(z) }))
		}
		if imag(p.value) > 0 {
			cols = append(cols, part(p.vector, func(z complex128) float64 { return imag(z) }))
		}
	}
	a := mat.NewDense(len(ps), len(cols), nil)
	for j, c := range cols {
		a.SetCol(j, c)
	}
	var qr mat.QR
	qr.Factorize(a)
	var q mat.Dense
	qr.QTo(&q)
	return mat.DenseCopyOf(q.Slice(0, len(ps), 0, len(cols)))
}

func part(zs []complex128, of func(complex128) float64) []float64 {
	x := make([]float64, len(zs))
	for i, z := range zs {
		x[i] = of(z)
	}
	return x
}

// vector returns x as gonum's routines want it.
func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Inc: 1, Data: x} }
