package kernel

// The loops of comparison, logic and selection. None of them branches on data: a spike train is the
// worst that a branch predictor can meet.

// bit returns 1 for true; the compiler makes it a flag move.
func bit(b bool) uint8 {
	var u uint8
	if b {
		u = 1
	}
	return u
}

func equal[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[bit(x[i] == y[i])&1]
	}
}

func unequal[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[bit(x[i] != y[i])&1]
	}
}

func less[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[bit(x[i] < y[i])&1]
	}
}

func lessEqual[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[bit(x[i] <= y[i])&1]
	}
}

func greater[T Number](dst, x, y, z []T, c0, c1 T) { less(dst, y, x, z, c0, c1) }

func greaterEqual[T Number](dst, x, y, z []T, c0, c1 T) { lessEqual(dst, y, x, z, c0, c1) }

func and[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[bit(x[i] != 0)&bit(y[i] != 0)&1]
	}
}

func or[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[(bit(x[i] != 0)|bit(y[i] != 0))&1]
	}
}

func xor[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[(bit(x[i] != 0)^bit(y[i] != 0))&1]
	}
}

func not[T Number](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[bit(x[i] == 0)&1]
	}
}

func step[T Number](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	unit := [2]T{0, 1}
	for i := range dst {
		dst[i] = unit[bit(x[i] >= 0)&1]
	}
}

// sign looks the answer up: 0, 1 if positive, -1 if negative, x itself if NaN.
func sign[T Number](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i, v := range x {
		signs := [4]T{0, 1, -1, v}
		dst[i] = signs[(bit(v > 0)|bit(v < 0)<<1|bit(v != v)*3)&3]
	}
}

func sign64(x float64) float64 {
	if x != x {
		return x
	}
	return truth(x > 0) - truth(x < 0)
}

func select32(dst, x, y, z []float32, _, _ float32) {
	selectBits(reinterpret[uint32](dst), reinterpret[uint32](x), reinterpret[uint32](y), reinterpret[uint32](z), 1)
}

func select64(dst, x, y, z []float64, _, _ float64) {
	selectBits(reinterpret[uint64](dst), reinterpret[uint64](x), reinterpret[uint64](y), reinterpret[uint64](z), 1)
}

func selectInt(dst, x, y, z []int32, _, _ int32) {
	selectBits(reinterpret[uint32](dst), reinterpret[uint32](x), reinterpret[uint32](y), reinterpret[uint32](z), 0)
}

// selectBits takes y where x without its highest signBits bits (the sign of a float: -0 is zero) is
// not zero. On integers, because there the compiler has conditional moves.
func selectBits[U uint32 | uint64](dst, x, y, z []U, signBits uint) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	signBits &= 1
	for i := range dst {
		v := z[i]
		w := y[i]
		if x[i]<<signBits != 0 {
			v = w
		}
		dst[i] = v
	}
}
