package kernel

// tile4x4 is the portable tileFunc. The conversion of each product keeps the compiler from fusing it
// with the addition, so that every architecture and every shape of tile gives the same sums.
func tile4x4[T Float](m, n, k int, a []T, rs, cs int, b []T, bs int, c []T, ldc int, add bool) {
	if m == 4 && n == 4 {
		tileFull(k, a, rs, cs, b, bs, c, ldc, add)
		return
	}
	for i := range m {
		for j := range n {
			var s T
			for l := range k {
				s += T(a[i*rs+l*cs] * b[l*bs+j])
			}
			if add {
				s += c[i*ldc+j]
			}
			c[i*ldc+j] = s
		}
	}
}

// tileFull computes a whole tile as two halves of two rows, whose sums fit in sixteen registers.
func tileFull[T Float](k int, a []T, rs, cs int, b []T, bs int, c []T, ldc int, add bool) {
	for i := 0; i < 4; i += 2 {
		var s00, s01, s02, s03, s10, s11, s12, s13 T
		a0, a1 := a[i*rs:], a[(i+1)*rs:]
		bl := b
		for l := range k {
			x0, x1 := a0[l*cs], a1[l*cs]
			y := bl[:4:4]
			s00 += T(x0 * y[0])
			s01 += T(x0 * y[1])
			s02 += T(x0 * y[2])
			s03 += T(x0 * y[3])
			s10 += T(x1 * y[0])
			s11 += T(x1 * y[1])
			s12 += T(x1 * y[2])
			s13 += T(x1 * y[3])
			if l+1 < k {
				bl = bl[bs:]
			}
		}
		c0, c1 := c[i*ldc:][:4:4], c[(i+1)*ldc:][:4:4]
		if add {
			s00, s01, s02, s03 = s00+c0[0], s01+c0[1], s02+c0[2], s03+c0[3]
			s10, s11, s12, s13 = s10+c1[0], s11+c1[1], s12+c1[2], s13+c1[3]
		}
		c0[0], c0[1], c0[2], c0[3] = s00, s01, s02, s03
		c1[0], c1[1], c1[2], c1[3] = s10, s11, s12, s13
	}
}

func portableTiles[T Float]() *tiles[T] {
	return &tiles[T]{
		mr: 4, nr: 4, tile: tile4x4[T], copyRows: copyRowsGo[T], transpose: transposeGo[T],
	}
}
