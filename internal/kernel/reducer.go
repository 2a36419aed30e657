package kernel

import "math"

// reducer is how a reduction is computed. One that has no add treats rows that lie within a tile alone.
type reducer[T Number] struct {
	rows    func(tile, dst, x []T, n int)           // of rows of n elements, each to one; tile is rowTile(…) of room
	start   func(acc *[chunk]float64)               // begins a part
	add     func(acc *[chunk]float64, x []T)        // adds a tile to it
	columns func(acc *[chunk]float64, x []T, n int) // adds rows of n elements, each to its own; nil if it cannot
	end     func(acc *[chunk]float64) float64
	join    func(a, b float64) float64 // combines parts
}

// reducing gives loops the reducers of a level.
func reducing[T Float](l isa, p *loops[T]) *loops[T] {
	p.reducers = reducersOf[T](l)
	return p
}

func reducersOf[T Float](l isa) [reductions]reducer[T] {
	least, greatest := math.Inf(-1), math.Inf(1)
	most, leastOf := T(least), T(greatest)
	first := func(acc *[chunk]float64) float64 { return acc[0] }
	return [reductions]reducer[T]{
		ReduceSum: {
			rows:    func(tile, dst, x []T, n int) { sumOfRows(l, tile, dst, x, n) },
			start:   func(acc *[chunk]float64) { clear(acc[:]) },
			add:     func(acc *[chunk]float64, x []T) { addToChains(l, acc, x) },
			end:     sumChains,
			join:    func(a, b float64) float64 { return a + b },
			columns: func(acc *[chunk]float64, x []T, n int) { sumRows(l, acc, n, x, len(x)/n, n) },
		},
		ReduceMax: {
			rows:  func(tile, dst, x []T, n int) { extremesOfRows(l, tile, dst, x, n, true) },
			start: func(acc *[chunk]float64) { acc[0] = least },
			add:   func(acc *[chunk]float64, x []T) { acc[0] = max(acc[0], float64(maxRow(l, x, most))) },
			end:   first,
			join:  func(a, b float64) float64 { return max(a, b) },
		},
		ReduceMin: {
			rows:  func(tile, dst, x []T, n int) { extremesOfRows(l, tile, dst, x, n, false) },
			start: func(acc *[chunk]float64) { acc[0] = greatest },
			add:   func(acc *[chunk]float64, x []T) { acc[0] = min(acc[0], float64(minRow(l, x, leastOf))) },
			end:   first,
			join:  func(a, b float64) float64 { return min(a, b) },
		},
		ReduceLogSumExp: {
			rows: func(tile, dst, x []T, n int) { logSumExpOfRows(l, tile, dst, x, n) },
		},
	}
}
