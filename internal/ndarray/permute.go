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

// Rows returns the elements of an array of that shape, a slice as Array has it that stands column by
// column, row by row; the first index moves fastest in the one, the last in the other.
func Rows(data any, shape []int) any {
	n := len(shape)
	reversed, perm := make([]int, n), make([]int, n)
	for i := range shape {
		reversed[i], perm[i] = shape[n-1-i], n-1-i
	}
	return taken(data, Places(reversed, perm))
}

// Columns is what Rows undoes.
func Columns(data any, shape []int) any {
	perm := make([]int, len(shape))
	for i := range perm {
		perm[i] = len(shape) - 1 - i
	}
	return taken(data, Places(shape, perm))
}

// taken returns the elements at those places.
func taken(data any, places []int) any {
	switch v := data.(type) {
	case []float32:
		return at(v, places)
	case []float64:
		return at(v, places)
	case []int8:
		return at(v, places)
	case []int16:
		return at(v, places)
	case []int32:
		return at(v, places)
	case []int64:
		return at(v, places)
	case []uint8:
		return at(v, places)
	case []uint16:
		return at(v, places)
	case []uint32:
		return at(v, places)
	case []uint64:
		return at(v, places)
	case []bool:
		return at(v, places)
	case []string:
		return at(v, places)
	}
	return data
}

func at[T any](v []T, places []int) []T {
	out := make([]T, len(places))
	for i, from := range places {
		out[i] = v[from]
	}
	return out
}
