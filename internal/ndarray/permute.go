package ndarray

// Places returns, for every element of an array whose axis i is axis perm[i] of one of the given shape,
// where it stands there, row by row.
func Places(shape, perm []int) []int {
	stride := make([]int, len(shape))
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		stride[i], n = n, n*shape[i]
	}
	at := make([]int, len(perm))
	out := make([]int, n)
	for i := range out {
		for k, a := range perm {
			out[i] += at[k] * stride[a]
		}
		for k := len(perm) - 1; k >= 0; k-- {
			if at[k]++; at[k] < shape[perm[k]] {
				break
			}
			at[k] = 0
		}
	}
	return out
}
