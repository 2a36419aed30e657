//go:build !amd64

package kernel

func sumRows[T Float](_ isa, sums *[chunk]float64, cols int, x []T, rows, stride int) {
	sumRowsGo(sums[:cols], x, rows, stride)
}

func extremeRow[T Number](isa, []T, *[maxLanes]T, bool) (done int, nan bool) { return 0, false }
