// Package linalg holds dense linear algebra for fitting readouts: symmetric products, the factors of
// Cholesky and QR, triangular solutions and the recursive least squares step, in float32 and float64.
//
// Everything large is one of the matrix products of internal/kernel, so it runs at their speed and
// has their property: a result has the same bits for any number of workers. A [Solver] lends the
// memory and the workers:
//
//	s := linalg.NewSolver[float64](workers)
//	defer s.Close()
//	s.Syrk(n, rows, x, n, 0, g, n)       // G = X'X
//	if _, ok := s.Cholesky(n, g, n); ok { // G = U'U
//		s.Solve(n, q, g, n, b, q)         // B = G⁻¹·B
//	}
//
// # Conventions
//
// Matrices are row-major with a leading dimension, the distance between the starts of rows in
// elements. Of a symmetric or triangular matrix the upper triangle counts; what stands below the
// diagonal is neither read nor kept.
//
// # Errors
//
// Sizes that contradict each other are a defect of the caller and panic. A matrix that is not
// positive definite is reported. In the steady state nothing is allocated, but by QR.
package linalg
