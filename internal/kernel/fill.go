package kernel

import "unsafe"

// pieceBytes is how much is copied or cleared between two points at which the goroutine can be stopped: a
// collection of garbage waits for what the runtime does in one go.
const pieceBytes = 1 << 18

// pieceOf returns the elements of a piece.
func pieceOf[E any]() int {
	var zero E
	return max(1, pieceBytes/max(1, int(unsafe.Sizeof(zero))))
}

// Copy copies as many elements of src to dst as both have, which must not overlap. It can be stopped on the
// way.
func Copy[E any](dst, src []E) {
	n, piece := min(len(dst), len(src)), pieceOf[E]()
	for i := 0; i < n; i += piece {
		copyPiece(dst[i:min(i+piece, n)], src[i:])
	}
}

// copyNext copies one of many rows, of which those since the goroutine could last be stopped have so many bytes, and
// returns that number with this row.
func copyNext(dst, src []byte, since int) int {
	if since += len(dst); since <= pieceBytes {
		copy(dst, src)
		return since
	}
	Copy(dst, src)
	return 0
}

// Clear sets every element of dst to zero. It can be stopped on the way.
func Clear[E any](dst []E) {
	for piece := pieceOf[E](); len(dst) > 0; {
		n := min(piece, len(dst))
		clearPiece(dst[:n])
		dst = dst[n:]
	}
}

// copyPiece and clearPiece are functions of their own, so that each looks at its stack: see stopPoint.
//
//go:noinline
func copyPiece[E any](dst, src []E) { copy(dst, src) }

//go:noinline
func clearPiece[E any](dst []E) { clear(dst) }

// Fill sets every element of dst to v.
func Fill[T any](dst []T, v T) {
	const short = 32 // from here on, copying what is filled already is faster than a loop
	if len(dst) <= short {
		for i := range dst {
			dst[i] = v
		}
		return
	}
	Fill(dst[:short], v)
	most := max(short, pieceOf[T]())
	for n := short; n < len(dst); n = min(2*n, n+most) {
		copyPiece(dst[n:], dst[:min(n, most)])
	}
}

// Iota sets dst[i] to first + i*step, each rounded on its own: errors do not add up.
func Iota[T Number](dst []T, first, step T) {
	for i := range dst {
		dst[i] = first + T(i)*step
	}
}
