package graph_test

import (
	"math"
	"slices"
)

// plusDiagonal returns x + w·I for the last two axes, which the samples solve and factor.
func plusDiagonal(x arr, w float64) arr {
	return tab(x.shape, func(i []int) float64 {
		r := len(i)
		return x.at(i...) + w*truth(i[r-1] == i[r-2])
	})
}

// solveRef solves by elimination without pivots: the diagonal is heavy.
func solveRef(_ string, in []arr) arr {
	a, b := plusDiagonal(in[0], 4), in[1]
	vector := len(b.shape) == 1
	if vector {
		b = arr{[]int{b.shape[0], 1}, b.v}
	}
	n, m := b.dim(-2), b.dim(-1)
	batch := joint(arr{shape: a.shape[:len(a.shape)-2]}, arr{shape: b.shape[:len(b.shape)-2]})
	x := tab(append(slices.Clone(batch), n, m), func(i []int) float64 {
		nb := len(batch)
		at := func(y arr, r, c int) float64 { return y.at(append(slices.Clone(i[:nb]), r, c)...) }
		rows := make([][]float64, n) // a and the column of b
		for r := range rows {
			for c := range n {
				rows[r] = append(rows[r], at(a, r, c))
			}
			rows[r] = append(rows[r], at(b, r, i[nb+1]))
		}
		return eliminate(rows)[i[nb]]
	})
	if vector {
		x.shape = x.shape[:len(x.shape)-1]
	}
	return x
}

// eliminate solves the system whose last column is the right side.
func eliminate(rows [][]float64) []float64 {
	n := len(rows)
	for p := range n {
		for r := range n {
			if r == p {
				continue
			}
			q := rows[r][p] / rows[p][p]
			for c := range n + 1 {
				rows[r][c] -= q * rows[p][c]
			}
		}
	}
	x := make([]float64, n)
	for r := range n {
		x[r] = rows[r][n] / rows[r][r]
	}
	return x
}

// choleskyRef is the textbook recurrence on the symmetric part.
func choleskyRef(_ string, in []arr) arr {
	a := plusDiagonal(in[0], 6)
	n := a.dim(-1)
	l := arr{a.shape, make([]float64, len(a.v))}
	for at := 0; at < len(a.v); at += n * n {
		x, y := a.v[at:at+n*n], l.v[at:at+n*n]
		for i := range n {
			for j := range i + 1 {
				s := (x[i*n+j] + x[j*n+i]) / 2
				for k := range j {
					s -= y[i*n+k] * y[j*n+k]
				}
				if i == j {
					y[i*n+i] = math.Sqrt(s)
				} else {
					y[i*n+j] = s / y[j*n+j]
				}
			}
		}
	}
	return l
}
