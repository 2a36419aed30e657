package layers

import (
	"fmt"
	"math/cmplx"

	"github.com/spikegraph/spikegraph/graph"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// SpectralRadius returns the largest absolute value of the eigenvalues of the matrix w [n n], given
// row by row. Small matrices are decomposed in full, large ones by a Krylov method, which takes
// the matrix times a few hundred vectors, to a relative residual of 1e-10; a matrix it does not
// converge for, as one without eigenvalues apart from 0, is decomposed in full after all. Wrong
// sizes and numbers that are not finite are errors that wrap graph.ErrShape or graph.ErrValue.
func SpectralRadius(w []float64, n int) (float64, error) {
	if n < 1 || len(w) != n*n {
		return 0, fmt.Errorf("layers: SpectralRadius: %w: %d numbers for a matrix %d x %d", graph.ErrShape, len(w), n, n)
	}
	if err := anyNumber.check(w); err != nil {
		return 0, fmt.Errorf("layers: SpectralRadius: %w", err)
	}
	a := blas64.General{Rows: n, Cols: n, Stride: n, Data: w}
	return spectralRadius(operator{
		n:     n,
		mul:   func(y, x []float64) { blas64.Gemv(noTrans, 1, a, vector(x), 0, vector(y)) },
		dense: func() []float64 { return w },
	})
}

// SpectralRadius returns the largest absolute value of the eigenvalues of the square sparse matrix
// of the weights w, one for each connection, as the function of that name does.
func (m CSR) SpectralRadius(w []float64) (float64, error) {
	if err := m.Check(); err != nil {
		return 0, fmt.Errorf("layers: SpectralRadius: %w", err)
	}
	if m.In() != m.Out || len(w) != m.Len() {
		return 0, fmt.Errorf("layers: SpectralRadius: %w: %d weights for %d connections of %d to %d neurons",
			graph.ErrShape, len(w), m.Len(), m.In(), m.Out)
	}
	if err := anyNumber.check(w); err != nil {
		return 0, fmt.Errorf("layers: SpectralRadius: %w", err)
	}
	return spectralRadius(operator{
		n:     m.Out,
		mul:   func(y, x []float64) { m.mul(y, w, x) },
		dense: func() []float64 { return m.Dense(w) },
	})
}

// mul sets y = W·x, the matrix acting from the left: y_i = Σ_k w_k x_j over the connections k from i to j.
func (m CSR) mul(y, w, x []float64) {
	for i := range y {
		sum := 0.
		for k := m.Start[i]; k < m.Start[i+1]; k++ {
			sum += w[k] * x[m.Post[k]]
		}
		y[i] = sum
	}
}

// operator is a square matrix, known by what it does to vectors.
type operator struct {
	n     int
	mul   func(y, x []float64) // y = A·x
	dense func() []float64     // all elements, row by row
}

// smallMatrix is the size up to which all eigenvalues take less time than a Krylov space.
const smallMatrix = 200

func spectralRadius(a operator) (float64, error) {
	if a.n > smallMatrix {
		if r, ok := newKrylov(a).radius(); ok {
			return r, nil
		}
	}
	var e mat.Eigen
	if !e.Factorize(mat.NewDense(a.n, a.n, a.dense()), mat.EigenNone) {
		return 0, fmt.Errorf("layers: SpectralRadius: %w: the eigenvalues of a matrix %d x %d do not converge",
			graph.ErrValue, a.n, a.n)
	}
	return largest(e.Values(nil)), nil
}

// largest returns the largest absolute value.
func largest(values []complex128) float64 {
	r := 0.
	for _, v := range values {
		r = max(r, cmplx.Abs(v))
	}
	return r
}
