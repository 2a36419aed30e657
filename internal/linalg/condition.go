package linalg

import "math"

// Norm1 returns the greatest sum of magnitudes in a column of the symmetric A [n n].
func Norm1[T Float](n int, a []T, lda int) float64 {
	sums := make([]float64, n)
	for i := range n {
		for j := i; j < n; j++ {
			e := math.Abs(float64(a[i*lda+j]))
			sums[j] += e
			if j > i {
				sums[i] += e
			}
		}
	}
	most := 0.0
	for _, e := range sums {
		most = max(most, e)
	}
	return most
}

// InverseNorm1 estimates Norm1 of A⁻¹ for A = U'·U, from below and rarely by more than a factor of
// 3 (Hager 1984, doi:10.1137/0905023; Higham 1988, doi:10.1145/50063.214386).
func (s *Solver[T]) InverseNorm1(n int, u []T, ldu int) float64 {
	const rounds = 5
	x, best := make([]T, n), 0.0
	for i := range x {
		x[i] = 1 / T(n)
	}
	last := -1
	for range rounds {
		s.Solve(n, 1, u, ldu, x, 1)
		norm := 0.0
		for i, e := range x {
			norm += math.Abs(float64(e))
			x[i] = T(math.Copysign(1, float64(e)))
		}
		if norm <= best {
			break
		}
		best = norm
		s.Solve(n, 1, u, ldu, x, 1)
		at := 0
		for i, e := range x {
			if math.Abs(float64(e)) > math.Abs(float64(x[at])) {
				at = i
			}
		}
		if at == last {
			break
		}
		last = at
		clear(x)
		x[at] = 1
	}
	return best
}
