package kernel

// SumI32 writes the sum over the middle axis of x [outer n inner] to dst [outer inner], modulo 2^32.
func SumI32(dst, x []int32, outer, n, inner int) {
	for o := range outer {
		sums := dst[o*inner : (o+1)*inner]
		clear(sums)
		for r := range n {
			row := x[(o*n+r)*inner:][:len(sums)]
			for i := range sums {
				sums[i] += row[i]
			}
		}
	}
}

// ProdI32 writes the product over the middle axis of x [outer n inner] to dst [outer inner], modulo
// 2^32.
func ProdI32(dst, x []int32, outer, n, inner int) {
	for o := range outer {
		products := dst[o*inner : (o+1)*inner]
		Fill(products, 1)
		for r := range n {
			row := x[(o*n+r)*inner:][:len(products)]
			for i := range products {
				products[i] *= row[i]
			}
		}
	}
}

// CountBool writes how many of the middle axis of x [outer n inner] are true to dst [outer inner].
func CountBool(dst []int32, x []bool, outer, n, inner int) {
	bytes := view[uint8](Of(x))
	for o := range outer {
		counts := dst[o*inner : (o+1)*inner]
		clear(counts)
		for r := range n {
			row := bytes[(o*n+r)*inner:][:len(counts)]
			for i := range counts {
				counts[i] += int32(row[i])
			}
		}
	}
}

// AnyBool writes whether any of the middle axis of x [outer n inner] is true to dst [outer inner].
func AnyBool(dst, x []bool, outer, n, inner int) {
	for o := range outer {
		found := dst[o*inner : (o+1)*inner]
		clear(found)
		for r := range n {
			row := x[(o*n+r)*inner:][:len(found)]
			for i := range found {
				found[i] = found[i] || row[i]
			}
		}
	}
}

// AllBool writes whether all of the middle axis of x [outer n inner] are true to dst [outer inner].
func AllBool(dst, x []bool, outer, n, inner int) {
	for o := range outer {
		held := dst[o*inner : (o+1)*inner]
		Fill(held, true)
		for r := range n {
			row := x[(o*n+r)*inner:][:len(held)]
			for i := range held {
				held[i] = held[i] && row[i]
			}
		}
	}
}
