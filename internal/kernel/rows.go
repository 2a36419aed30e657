package kernel

// GatherRows copies row idx[i] of table, [rows rowLen], to row i of dst, [len(idx) rowLen]. It returns
// the position in idx of the first index that is not in [0, rows), where it stops, or -1.
func GatherRows(dst, table Buf, idx []int32, rows, rowLen, elemSize int) int {
	switch {
	case rowLen == 1 && elemSize == 4:
		return gatherElements(view[uint32](dst), view[uint32](table), idx, rows)
	case rowLen == 1 && elemSize == 8:
		return gatherElements(view[uint64](dst), view[uint64](table), idx, rows)
	}
	to, from, size, since := dst.Bytes(elemSize), table.Bytes(elemSize), rowLen*elemSize, 0
	for i, row := range idx {
		if uint(row) >= uint(rows) {
			return i
		}
		since = copyNext(to[i*size:][:size], from[int(row)*size:][:size], since)
	}
	return -1
}

func gatherElements[U uint32 | uint64](dst, table []U, idx []int32, rows int) int {
	dst, table = dst[:len(idx)], table[:rows]
	for i, at := range idx {
		if uint(at) >= uint(len(table)) {
			return i
		}
		dst[i] = table[at]
	}
	return -1
}

// ScatterAddRows adds row i of src, [len(idx) rowLen], to row idx[i] of dst, in the order of i. It
// returns the position in idx of the first index that dst has no row for, where it stops, or -1.
func ScatterAddRows[T Number](dst []T, idx []int32, src []T, rowLen int) int {
	if rowLen == 0 {
		return -1
	}
	rows := len(dst) / rowLen
	for i, row := range idx {
		if uint(row) >= uint(rows) {
			return i
		}
		sum := dst[int(row)*rowLen:][:rowLen]
		x := src[i*rowLen:][:len(sum)]
		for j := range sum {
			sum[j] += x[j]
		}
	}
	return -1
}

// OneHot writes rows of classes elements to dst, [len(idx) classes]: 1 at idx[i], 0 elsewhere. It
// returns the position in idx of the first index that is not in [0, classes), where it stops, or -1.
func OneHot[T Number](dst []T, idx []int32, classes int) int {
	Clear(dst)
	for i, class := range idx {
		if uint(class) >= uint(classes) {
			return i
		}
		dst[i*classes+int(class)] = 1
	}
	return -1
}

// Triangle copies one side of a diagonal of each matrix of src, [batch rows cols], to dst and zero
// elsewhere: the elements with col - row <= diagonal, or if upper those with col - row >= diagonal.
// dst may be src.
func Triangle[T any](dst, src []T, batch, rows, cols, diagonal int, upper bool) {
	for r := range batch * rows {
		row := r % rows
		to, from := dst[r*cols:][:cols], src[r*cols:][:cols]
		if upper {
			edge := min(max(row+diagonal, 0), cols)
			Clear(to[:edge])
			Copy(to[edge:], from[edge:])
			continue
		}
		edge := min(max(row+diagonal+1, 0), cols)
		Copy(to[:edge], from[:edge])
		Clear(to[edge:])
	}
}
