package kernel

// A reduction of short rows turns many of them into columns at a time, whose elements it then combines row
// by row in vectors. The order of additions stays that of a row.

const (
	// columnRoom is how many elements the columns of rows that are turned take at most: half of the
	// first-level cache.
	columnRoom = 2048
	// fewRows is how many rows are as quick one by one.
	fewRows = 8
	// turnedRows is a number of rows that are quick to turn: whole squares, and whole vectors of columns.
	turnedRows = 16
	// squareSide divides the number of columns that turning writes.
	squareSide = 8
)

// columnTile is room for rows that are turned.
type columnTile[T Number] [columnRoom]T

// rowTile returns how many elements the reduction of so many rows of n takes at once: those that are turned, or the
// terms of one row.
func rowTile(rows, n int) int {
	room := roundUp(n, chains)
	if isShort(rows, n) {
		room = max(room, roundUp(n, squareSide)*min(rows, chunk))
	}
	return room
}

// isShort reports whether rows of n elements, so many of them, are turned.
func isShort(rows, n int) bool { return n > 1 && n < shortRow && rows >= fewRows }

// turn writes the first rows of x, of n elements, to tile as n rows of so many columns, and returns how many.
func turn[T Number](l isa, tile, x []T, rows, n int) (columns int) {
	columns = min(rows, chunk, len(tile)/roundUp(n, squareSide))
	done := turnSquares(l, tile, x, columns, n)
	for r := done; r < columns; r++ {
		for i, v := range x[r*n:][:n] {
			tile[i*columns+r] = v
		}
	}
	return columns
}

// sumShortRows writes the sums of rows of n elements.
func sumShortRows[T Float](l isa, tile, dst, x []T, n int) {
	var sums [chunk]float64
	for len(dst) > 0 {
		columns := turn(l, tile, x, len(dst), n)
		clear(sums[:columns])
		sumRows(l, &sums, columns, tile, n, columns)
		for i, s := range sums[:columns] {
			dst[i] = T(s)
		}
		dst, x = dst[columns:], x[columns*n:]
	}
}

// extremesOfShortRows writes the greatest or the least elements of rows of n elements.
func extremesOfShortRows[T Number](l isa, tile, dst, x []T, n int, greatest bool) {
	for len(dst) > 0 {
		columns := turn(l, tile, x, len(dst), n)
		extremesOfColumns(l, dst[:columns], tile, n, greatest)
		dst, x = dst[columns:], x[columns*n:]
	}
}

// extremesOfColumns combines n > 0 rows of x.
func extremesOfColumns[T Number](l isa, best, x []T, n int, greatest bool) {
	columns := len(best)
	copy(best, x)
	for i := 1; i < n; i++ {
		combineRow(l, best, x[i*columns:], greatest)
	}
}

// combineRowGo makes of each element of best the greater or the less of it and that of x.
func combineRowGo[T Number](best, x []T, greatest bool) {
	x = x[:len(best)]
	if greatest {
		for i := range best {
			best[i] = max(best[i], x[i])
		}
		return
	}
	for i := range best {
		best[i] = min(best[i], x[i])
	}
}

// subtractRowGo writes x-y to dst.
func subtractRowGo[T Float](dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

// shiftRowGo writes x+c to dst.
func shiftRowGo[T Float](dst, x []T, c T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + c
	}
}

// spreadGo fills rows of inner elements with elements of src, between apart.
func spreadGo[T Number, S Number | uint8](dst []T, inner int, src []S, between int) {
	for r := range len(dst) / inner {
		repeat(dst[r*inner:], inner, T(src[r*between]))
	}
}
