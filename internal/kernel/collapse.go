package kernel

// collapse drops dimensions of size one and joins neighbours that every operand walks as one, so
// that inner loops are as long as the layouts allow. At least one dimension is left. Broadcast
// neighbours (both strides 0) join too. strides[i] are those of operand i.
func collapse(shape []int, strides [][]int) ([]int, [][]int) {
	dims := make([]int, 0, len(shape)+1)
	joined := make([][]int, len(strides))
	for d, n := range shape {
		if n == 1 {
			continue
		}
		if k := len(dims) - 1; k >= 0 && walkAsOne(joined, strides, k, d, n) {
			dims[k] *= n
			for i := range joined {
				joined[i][k] = strides[i][d]
			}
			continue
		}
		dims = append(dims, n)
		for i := range joined {
			joined[i] = append(joined[i], strides[i][d])
		}
	}
	if len(dims) == 0 {
		dims = append(dims, 1)
		for i := range joined {
			joined[i] = append(joined[i], 0)
		}
	}
	return dims, joined
}

// walkAsOne reports whether dimension k so far and dimension d of size n are one walk for everyone.
func walkAsOne(joined, strides [][]int, k, d, n int) bool {
	for i := range joined {
		if joined[i][k] != strides[i][d]*n {
			return false
		}
	}
	return true
}

// denseStrides returns the row-major strides of shape.
func denseStrides(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	for d := len(shape) - 1; d >= 0; d-- {
		strides[d] = step
		step *= shape[d]
	}
	return strides
}

// volume returns the number of elements of shape.
func volume(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}
