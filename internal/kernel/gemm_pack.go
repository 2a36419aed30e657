package kernel

// rowTiles is a left operand cut into tiles of rows: element (i, l) of the tile that begins with row
// i0 is data[i0*step+i*rs+l*cs].
type rowTiles[T Float] struct {
	matrix[T]
	step int
}

func unpacked[T Float](a matrix[T]) rowTiles[T] { return rowTiles[T]{a, a.rs} }

// panelsThatPay is the number of panels of op(B) from which it pays to gather op(A).
const panelsThatPay = 4

// packA returns op(A), m×k, in the form in which it is best read once for each of the n/nr panels of
// op(B): as it lies, or, if its rows are columns in memory, gathered when enough panels share the cost.
func (t *tiles[T]) packA(buf *buffers[T], a matrix[T], m, n, k int) rowTiles[T] {
	if a.cs == 1 || n < panelsThatPay*t.nr {
		return unpacked(a)
	}
	return t.gather(buf, matrix[T]{a.data, a.cs, a.rs}, m, k)
}

// gather returns the columns of a, [k m], whose rows are contiguous, as rows of tiles.
func (t *tiles[T]) gather(buf *buffers[T], a matrix[T], m, k int) rowTiles[T] {
	dst := buf.a(roundUp(m, t.mr)*k + slack)
	for i := 0; i < m; i += t.mr {
		t.copyRows(k, min(t.mr, m-i), a.data[i:], a.rs, dst[i*k:], t.mr)
	}
	return rowTiles[T]{matrix[T]{dst, 1, t.mr}, k}
}

// packB writes k rows and n columns of op(B) to dst as panels of nr columns, one after the other, each
// row by row. The columns missing from the last panel are left as they are: nothing reads them.
func (t *tiles[T]) packB(dst []T, b matrix[T], k, n int) {
	for j := 0; j < n; j += t.nr {
		panel, nb := dst[j*k:], min(t.nr, n-j)
		if b.cs == 1 {
			t.copyRows(k, nb, b.data[j:], b.rs, panel, t.nr)
		} else {
			t.transpose(nb, k, b.data[j*b.cs:], b.cs, panel, t.nr)
		}
	}
}

// Transpose writes the transposed of src, [rows cols], to dst, [cols rows]; the leading dimensions are
// lds and ldd. They must not overlap.
func Transpose[T Float](rows, cols int, src []T, lds int, dst []T, ldd int) {
	operand(src, lds, false).mustHold("src", rows, cols)
	operand(dst, ldd, false).mustHold("dst", cols, rows)
	if rows > 0 && cols > 0 {
		tilesOf[T]().transpose(rows, cols, src, lds, dst, ldd)
	}
}

// copyRowsGo is the portable copyRows.
func copyRowsGo[T Float](rows, cols int, src []T, lds int, dst []T, ldd int) {
	for i := range rows {
		copy(dst[i*ldd:i*ldd+cols], src[i*lds:])
	}
}

// transposeGo is the portable transpose.
func transposeGo[T Float](rows, cols int, src []T, lds int, dst []T, ldd int) {
	for i := range rows {
		for j, x := range src[i*lds : i*lds+cols] {
			dst[j*ldd+i] = x
		}
	}
}
