package kernel

const (
	// turnColumns is the number of columns of a transposed C that are computed before they are turned: they stay
	// in the first-level cache.
	turnColumns = 96
	// turnedLD is how far apart its rows begin, not in the same line of the cache.
	turnedLD = turnColumns + cacheLine/4
	// turnSide divides the number of rows that turn may read.
	turnSide = 8
)

// turnedRoom is how many elements n columns of C take before they are turned.
func turnedRoom(n int) int { return roundUp(n, turnSide) * turnedLD }

// turns reports whether C is better computed as its transposed, B'·A' instead of A·B: where C has few columns,
// which leave vectors half empty, and those of A are contiguous.
func (t *tiles[T]) turns(a, b matrix[T], m, n int) bool {
	return t.turn != nil && a.rs == 1 && a.cs != 1 && b.cs == 1 && n <= t.nr/2 && m >= t.nr
}

// turned computes C (+)= A·B by way of its transposed. Each product and sum is the same.
func (t *tiles[T]) turned(buf *buffers[T], a, b matrix[T], m, n, k int, c []T, ldc int, add bool) {
	dst := buf.a(turnedRoom(n))
	for i := 0; i < m; i += turnColumns {
		mb := min(turnColumns, m-i)
		ai := a.from(i, 0)
		t.rows(buf, matrix[T]{b.data, 1, b.rs}, matrix[T]{ai.data, ai.cs, 1}, n, mb, k, dst, turnedLD, false)
		t.turn(n, mb, dst, turnedLD, c[i*ldc:], ldc, add)
	}
}
