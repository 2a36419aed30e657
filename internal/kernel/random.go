package kernel

import (
	"math"
	"math/bits"
	"unsafe"
)

// The generators below fill dst with elements lo, lo+1, ... of stream number stream of key. Element e
// is a function of key, stream and e alone. With counter {e/4 low, e/4 high, stream, 0} an element is
// word e%4 of that [Philox] block; elements that need two words take words 2(e%2) and 2(e%2)+1 of
// block {e/2 low, e/2 high, stream, 1}.

const (
	perNarrow = 4 // elements a block
	perWide   = 2
)

// unit32 and unit64 return numbers in [0, 1): of 24 and of 53 bits.
func unit32(word uint32) float32 { return float32(word>>8) * (1. / (1 << 24)) }

func unit64(word uint64) float64 { return float64(word>>11) * (1. / (1 << 53)) }

// Uniform draws numbers in [0, 1): multiples of 2^-24 in float32, of 2^-53 in float64.
func Uniform[T Float](dst []T, key [2]uint32, stream uint32, lo int) {
	uniformAt(active, dst, key, stream, lo)
}

func uniformAt[T Float](l isa, dst []T, key [2]uint32, stream uint32, lo int) {
	d := draws{level: l}
	for len(dst) > 0 {
		n := uniforms(&d, dst, key, stream, lo)
		dst, lo = dst[n:], lo+n
	}
}

// uniforms draws as many numbers as can be at once, or as fit in d, and returns how many.
func uniforms[T Float](d *draws, dst []T, key [2]uint32, stream uint32, lo int) int {
	if isSingle[T]() {
		return uniforms32(d, elementsOf[float32](dst), key, stream, lo)
	}
	return uniforms64(d, elementsOf[float64](dst), key, stream, lo)
}

func uniforms32(d *draws, dst []float32, key [2]uint32, stream uint32, lo int) int {
	if lo%perNarrow == 0 {
		if n := drawUniform(d.level, dst, key, stream, uint64(lo/perNarrow)); n > 0 {
			return n
		}
	}
	skip, n := d.window(key, stream, narrowDomain, perNarrow, lo, len(dst))
	words := d.words[skip : skip+n]
	for i, w := range words {
		dst[i] = unit32(w)
	}
	return n
}

func uniforms64(d *draws, dst []float64, key [2]uint32, stream uint32, lo int) int {
	if lo%perWide == 0 {
		if n := drawUniformWide(d.level, dst, key, stream, uint64(lo/perWide)); n > 0 {
			return n
		}
	}
	skip, n := d.window(key, stream, wideDomain, perWide, lo, len(dst))
	for i := range dst[:n] {
		dst[i] = unit64(d.wide(skip + i))
	}
	return n
}

// elementsOf is x, whose elements are of type U.
func elementsOf[U, T Float](x []T) []U {
	return unsafe.Slice((*U)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// Normal draws from the standard normal distribution (Box and Muller, 1958): of two uniform numbers u
// in (0, 1] and v in [0, 1) elements 2q and 2q+1 are
//
//	sqrt(-2 ln u) cos(2 pi v)   and   sqrt(-2 ln u) sin(2 pi v).
//
// In float32 u and v have 32 bits, so that no draw exceeds 6.7 in magnitude; in float64 53, and 8.6.
func Normal[T Float](dst []T, key [2]uint32, stream uint32, lo int) {
	per, domain := perWide, uint32(wideDomain)
	if isSingle[T]() {
		per, domain = perNarrow, narrowDomain
	}
	d := draws{level: active}
	for len(dst) > 0 {
		skip, n := d.window(key, stream, domain, per, lo, len(dst))
		for e := skip &^ 1; e < skip+n; e += 2 {
			pair := normalPair[T](&d, e)
			for s, z := range pair {
				if at := e + s - skip; at >= 0 && at < n {
					dst[at] = z
				}
			}
		}
		dst, lo = dst[n:], lo+n
	}
}

// normalPair returns the draws of elements e and e+1 of the buffer, e even.
func normalPair[T Float](d *draws, e int) [2]T {
	var u, v float64
	if isSingle[T]() {
		const ulp = 1. / (1 << 32)
		u, v = (float64(d.words[e])+1)*ulp, float64(d.words[e+1])*ulp
	} else {
		u, v = 1-unit64(d.wide(e)), unit64(d.wide(e+1))
	}
	radius := math.Sqrt(-2 * math.Log(u))
	sin, cos := math.Sincos(2 * math.Pi * v)
	return [2]T{T(radius * cos), T(radius * sin)}
}

// Integers draws from low, low+1, ..., high-1, each as likely as the others to within 2^-32. It
// panics unless low < high.
func Integers(dst []int32, low, high int32, key [2]uint32, stream uint32, lo int) {
	if low >= high {
		panic("kernel: Integers of an empty range")
	}
	span := uint64(int64(high) - int64(low))
	d := draws{level: active}
	for len(dst) > 0 {
		skip, n := d.window(key, stream, wideDomain, perWide, lo, len(dst))
		for i := range dst[:n] {
			dst[i] = low + int32(below(d.wide(skip+i), span))
		}
		dst, lo = dst[n:], lo+n
	}
}

// Permutation fills dst with 0..len(dst)-1 in random order: the shuffle of Fisher and Yates from the
// inside out, its draw i from block i/2 of the stream.
func Permutation(dst []int32, key [2]uint32, stream uint32) {
	d := draws{level: active}
	for i := range dst {
		at := i % (drawn / 4 * perWide)
		if at == 0 {
			d.fill(key, stream, shuffleDomain, uint64(i/perWide))
		}
		j := below(d.wide(at), uint64(i)+1)
		dst[i] = dst[j]
		dst[j] = int32(i)
	}
}

// below maps a random word to 0..n-1: the high half of their product.
func below(word, n uint64) uint64 {
	hi, _ := bits.Mul64(word, n)
	return hi
}
