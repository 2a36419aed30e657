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

// rootRef is Newton's iteration X <- (X + X⁻¹A)/2 on the symmetric part (Higham, "Functions of Matrices", 2008,
// section 6.3).
func rootRef(_ string, in []arr) arr {
	a := plusDiagonal(in[0], 6)
	n := a.dim(-1)
	out := arr{a.shape, make([]float64, len(a.v))}
	for at := 0; at < len(a.v); at += n * n {
		sym, x := symmetricPart(a.v[at:at+n*n], n), out.v[at:at+n*n]
		for i := range n {
			x[i*n+i] = 3
		}
		for range 60 {
			for c, column := range solveColumns(x, sym, n) {
				for r := range n {
					x[r*n+c] = (x[r*n+c] + column[r]) / 2
				}
			}
		}
	}
	return out
}

// solveColumns returns the columns of A⁻¹B.
func solveColumns(a, b []float64, n int) [][]float64 {
	var columns [][]float64
	for c := range n {
		rows := make([][]float64, n)
		for r := range n {
			rows[r] = append(append(rows[r], a[r*n:(r+1)*n]...), b[r*n+c])
		}
		columns = append(columns, eliminate(rows))
	}
	return columns
}

func symmetricPart(a []float64, n int) []float64 {
	s := make([]float64, n*n)
	for i := range n {
		for j := range n {
			s[i*n+j] = (a[i*n+j] + a[j*n+i]) / 2
		}
	}
	return s
}

// lyapunovRef solves the n² equations R·X + X·R = C one beside the other.
func lyapunovRef(_ string, in []arr) arr {
	r := plusDiagonal(in[0], 6)
	n := r.dim(-1)
	out := arr{r.shape, nil}
	for at := 0; at < len(r.v); at += n * n {
		a, c := symmetricPart(r.v[at:at+n*n], n), symmetricPart(in[1].v[at:at+n*n], n)
		rows := make([][]float64, n*n)
		for i := range n {
			for j := range n {
				row := make([]float64, n*n+1)
				for k := range n {
					row[k*n+j] += a[i*n+k]
					row[i*n+k] += a[k*n+j]
				}
				row[n*n] = c[i*n+j]
				rows[i*n+j] = row
			}
		}
		out.v = append(out.v, eliminate(rows)...)
	}
	return out
}
