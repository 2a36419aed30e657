package kernel

// The loops of what the planner makes of chains of instructions. Every step is rounded as in the chain.

func scaledSum[T Float](dst, x, y, z []T, c0, _ T) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	for i := range dst {
		dst[i] = T(c0*x[i]) + T(y[i]+z[i])
	}
}

func subtractAbove[T Float](dst, x, y, z []T, c0, _ T) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	for i := range dst {
		dst[i] = x[i] - T(c0*T(bit(y[i] >= z[i])))
	}
}

func lorentzian[T Float](dst, x, y, z []T, c0, c1 T) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	for i := range dst {
		u := T(c0 * T(x[i]+c1))
		dst[i] = T(y[i]*T(1/(T(u*u)+1))) + z[i]
	}
}

func inverseSquare[T Float](dst, x, y, z []T, c0, c1 T) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	for i := range dst {
		u := T(x[i] + c1)
		if u < 0 {
			u = -u
		}
		u = T(c0*u) + 1
		dst[i] = T(y[i]*T(1/T(u*u))) + z[i]
	}
}
