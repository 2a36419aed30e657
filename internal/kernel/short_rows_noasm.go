//go:build !amd64

package kernel

func turnSquares[T Number](isa, []T, []T, int, int) (rows int) { return 0 }

func combineRow[T Number](_ isa, best, x []T, greatest bool) { combineRowGo(best, x, greatest) }

func subtractRow[T Float](_ isa, dst, x, y []T) { subtractRowGo(dst, x, y) }

func shiftRow[T Float](_ isa, dst, x []T, c T) { shiftRowGo(dst, x, c) }

func expRow[T Float](_ isa, x []T) { expRowGo(x) }

func log1pRow(_ isa, x []float32) { log1pRowGo(x) }
