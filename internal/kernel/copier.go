package kernel

// Copier is a strided copy, prepared: dimensions that can be walked as one are, and the loops are
// ordered so that the inner ones touch neighbours. It is immutable.
type Copier struct {
	dims []copyDim // outermost first; nil if there is nothing to copy
}

// copyDim is one loop of a copy.
type copyDim struct{ n, dst, src int }

// NewCopier prepares dst[sum of i*dstStrides] = src[sum of i*srcStrides] for all indices i of shape.
// Strides may be negative; those of src may be 0 (broadcast).
func NewCopier(shape, dstStrides, srcStrides []int) *Copier {
	if len(dstStrides) != len(shape) || len(srcStrides) != len(shape) {
		panic("kernel: the strides of a copy do not match its shape")
	}
	if volume(shape) == 0 {
		return &Copier{}
	}
	sizes, strides := collapse(shape, [][]int{dstStrides, srcStrides})
	dims := make([]copyDim, len(sizes))
	for d, n := range sizes {
		dims[d] = copyDim{n, strides[0][d], strides[1][d]}
	}
	return &Copier{orderLoops(dims)}
}

// orderLoops moves the dimension along which dst is densest innermost, and next to it the one along
// which src is dense, if that is another: the two then make a plane to transpose in squares.
func orderLoops(dims []copyDim) []copyDim {
	last := len(dims) - 1
	moveTo := func(from, to int) {
		d := dims[from]
		dims = append(append(append(dims[:0:0], dims[:from]...), dims[from+1:to+1]...),
			append([]copyDim{d}, dims[to+1:]...)...)
	}
	densest := last
	for d := range dims {
		if magnitude(dims[d].dst) < magnitude(dims[densest].dst) {
			densest = d
		}
	}
	moveTo(densest, last)
	if magnitude(dims[last].src) <= 1 {
		return dims
	}
	for d := range last {
		if magnitude(dims[d].src) == 1 {
			moveTo(d, last-1)
			break
		}
	}
	return dims
}

func magnitude(n int) int { return max(n, -n) }

// Run copies elements of elemSize 1, 4 or 8 bytes, beginning at dstOffset and srcOffset.
func (c *Copier) Run(dst Buf, dstOffset int, src Buf, srcOffset, elemSize int) {
	switch elemSize {
	case 1:
		RunCopy(c, view[uint8](dst), dstOffset, view[uint8](src), srcOffset)
	case 4:
		RunCopy(c, view[uint32](dst), dstOffset, view[uint32](src), srcOffset)
	case 8:
		RunCopy(c, view[uint64](dst), dstOffset, view[uint64](src), srcOffset)
	default:
		panic("kernel: a copy of elements that are not of 1, 4 or 8 bytes")
	}
}

// RunCopy runs c on elements of any type, beginning at dstOffset and srcOffset.
func RunCopy[T any](c *Copier, dst []T, dstOffset int, src []T, srcOffset int) {
	if len(c.dims) > 0 {
		copyDims(c.dims, dst, dstOffset, src, srcOffset)
	}
}

func copyDims[T any](dims []copyDim, dst []T, to int, src []T, from int) {
	switch len(dims) {
	case 1:
		copyRow(dims[0], dst, to, src, from)
	case 2:
		copyPlane(dims[0], dims[1], dst, to, src, from)
	default:
		d := dims[0]
		for range d.n {
			copyDims(dims[1:], dst, to, src, from)
			to += d.dst
			from += d.src
		}
	}
}

func copyPlane[T any](rows, cols copyDim, dst []T, to int, src []T, from int) {
	if magnitude(cols.src) > 1 && magnitude(rows.src) == 1 {
		copyTransposed(rows, cols, dst, to, src, from)
		return
	}
	for range rows.n {
		copyRow(cols, dst, to, src, from)
		to += rows.dst
		from += rows.src
	}
}

// copyTransposed goes by squares, so that the cache lines of both sides are used whole.
func copyTransposed[T any](rows, cols copyDim, dst []T, to int, src []T, from int) {
	const square = 32
	for r := 0; r < rows.n; r += square {
		h := min(square, rows.n-r)
		for c := 0; c < cols.n; c += square {
			part := copyDim{min(square, cols.n-c), cols.dst, cols.src}
			d := to + r*rows.dst + c*cols.dst
			s := from + r*rows.src + c*cols.src
			for range h {
				copyRow(part, dst, d, src, s)
				d += rows.dst
				s += rows.src
			}
		}
	}
}

func copyRow[T any](d copyDim, dst []T, to int, src []T, from int) {
	if d.dst == 1 {
		dst = dst[to:][:d.n]
		switch d.src {
		case 0:
			Fill(dst, src[from])
		case 1:
			if src = src[from:][:d.n]; d.n <= elementsAtOnce {
				copy(dst, src)
			} else {
				Copy(dst, src)
			}
		default:
			for i := range dst {
				dst[i] = src[from]
				from += d.src
			}
		}
		return
	}
	for range d.n {
		dst[to] = src[from]
		to += d.dst
		from += d.src
	}
}

// StridedCopy gathers: dst, dense and of shape, takes src at the given offset and strides. It serves
// transpositions, slices of any step, flips and broadcasts. See [Copier] for copies that recur.
func StridedCopy[T any](dst, src []T, shape, srcStrides []int, srcOffset int) {
	RunCopy(NewCopier(shape, denseStrides(shape), srcStrides), dst, 0, src, srcOffset)
}

// StridedStore scatters: src, dense and of shape, goes to dst at the given offset and strides. It
// serves padding, concatenation and the gradient of a slice. See [Copier] for copies that recur.
func StridedStore[T any](dst, src []T, shape, dstStrides []int, dstOffset int) {
	RunCopy(NewCopier(shape, dstStrides, denseStrides(shape)), dst, dstOffset, src, 0)
}
