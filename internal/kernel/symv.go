package kernel

// symvRows is how many rows Symv takes at a time.
const symvRows = 4

// symvPart is how many elements there are, at most, in a part of a sum: 16 bytes of float32.
const symvPart = 4

// Symv computes y = A·x for a symmetric A [n n], of which the upper triangle is read, once: while a
// row is in registers it is both added to y, times its element of x, and multiplied by x. It takes the rows
// from the last to the first if upwards is set: where products with one A follow one another, in turn
// downwards and upwards, each begins with what the one before has left in the cache.
func Symv[T Float](n int, a []T, lda int, upwards bool, x, y []T) {
	operand(a, lda, false).mustHold("A", n, n)
	symvAt(active, n, a, lda, upwards, x[:n], y[:n])
}

func symvAt[T Float](l isa, n int, a []T, lda int, upwards bool, x, y []T) {
	Clear(y)
	for at := 0; at < n; at += symvRows {
		i, next := at, symvRows*lda
		if upwards {
			i, next = (n-1-at)/symvRows*symvRows, -next
		}
		symvRowsOf(l, n, i, a, lda, next, x, y)
	}
}

// symvRowsOf takes the rows from i on.
func symvRowsOf[T Float](l isa, n, i int, a []T, lda, next int, x, y []T) {
	rows := min(symvRows, n-i)
	if rows == symvRows {
		wholeCorner(a[i*lda+i:], lda, x[i:], y[i:])
	} else {
		corner(rows, a[i*lda+i:], lda, x[i:], y[i:])
	}
	if j := i + rows; j < n {
		var sums [symvRows * symvPart]T
		block := a[i*lda+j:]
		if !symvBlock(l, n-j, block, lda, next, x[i:], x[j:], y[j:], &sums) {
			symvGo(n-j, block, lda, x[i:], x[j:], y[j:], &sums)
		}
		to := y[i:][:symvRows]
		for r := range to {
			s := sums[r*symvPart:][:symvPart]
			to[r] = to[r] + s[0] + s[1] + s[2] + s[3]
		}
	}
}

// corner adds the product with the triangle of A [n n] that is on the diagonal.
func corner[T Float](n int, a []T, lda int, x, y []T) {
	for r := range n {
		y[r] += T(a[r*lda+r] * x[r])
		for c := r + 1; c < n; c++ {
			e := a[r*lda+c]
			y[r] += T(e * x[c])
			y[c] += T(e * x[r])
		}
	}
}

// wholeCorner is corner for symvRows, with the same bits.
func wholeCorner[T Float](a []T, lda int, x, y []T) {
	a0, a1, a2, a3 := a[:symvRows], a[lda:][:symvRows], a[2*lda:][:symvRows], a[3*lda:][:symvRows]
	x, y = x[:symvRows], y[:symvRows]
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	y[0] = y[0] + T(a0[0]*x0) + T(a0[1]*x1) + T(a0[2]*x2) + T(a0[3]*x3)
	y[1] = y[1] + T(a0[1]*x0) + T(a1[1]*x1) + T(a1[2]*x2) + T(a1[3]*x3)
	y[2] = y[2] + T(a0[2]*x0) + T(a1[2]*x1) + T(a2[2]*x2) + T(a2[3]*x3)
	y[3] = y[3] + T(a0[3]*x0) + T(a1[3]*x1) + T(a2[3]*x2) + T(a3[3]*x3)
}

// symvGo is symvBlock in Go; the sums are in the first of their parts.
func symvGo[T Float](n int, a []T, lda int, factors, x, y []T, sums *[symvRows * symvPart]T) {
	for r := range symvRows {
		row, f, s := a[r*lda:][:n], factors[r], T(0)
		for c, e := range row {
			y[c] += T(e * f)
			s += T(e * x[c])
		}
		sums[r*symvPart] = s
	}
}
