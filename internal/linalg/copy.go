package linalg

import "github.com/spikegraph/spikegraph/internal/kernel"

// Copy copies as many elements of src to dst as both have, which must not overlap. A collection of garbage stops it on the way, as it does
// not stop Go's copy: of 8 MB into memory that is new it would wait 7 ms.
func Copy[E any](dst, src []E) { kernel.Copy(dst, src) }

// Clone returns a copy of x, made as by Copy.
func Clone[E any](x []E) []E {
	y := make([]E, len(x))
	Copy(y, x)
	return y
}

// Append appends y to x, as append does, and makes new memory and copies to it as Clone does.
func Append[E any](x, y []E) []E {
	if n := len(x) + len(y); n > cap(x) {
		more := make([]E, len(x), max(n, cap(x)+cap(x)/4))
		Copy(more, x)
		x = more
	}
	n := len(x)
	x = x[:n+len(y)]
	Copy(x[n:], y)
	return x
}
