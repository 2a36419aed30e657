package kernel

// load copies the elements of input i in a tile to dst, converted. coord is room for a coordinate.
func load[T Number](dst []T, src Buf, kind Kind, s *space, i int, at tileAt, coord []int) {
	switch kind {
	case Float32:
		loadFrom(dst, src.F32(), s, i, at, coord)
	case Float64:
		loadFrom(dst, src.F64(), s, i, at, coord)
	case Int32:
		loadFrom(dst, src.I32(), s, i, at, coord)
	case Bool:
		loadFrom(dst, view[uint8](src), s, i, at, coord)
	}
}

func loadFrom[T Number, S Number | uint8](dst []T, src []S, s *space, i int, at tileAt, coord []int) {
	stride := s.step(i)
	if s.dense(i) {
		loadRow(dst, src[at.start:], 1)
		return
	}
	offset := s.offset(i, at.row)
	if len(dst) <= s.inner {
		loadRow(dst, src[offset+at.col*stride:], stride)
		return
	}
	row := at.row
	for d := len(s.outer) - 1; d >= 0; d-- {
		coord[d] = row % s.outer[d]
		row /= s.outer[d]
	}
	for len(dst) > 0 {
		loadRow(dst[:s.inner], src[offset:], stride)
		dst = dst[s.inner:]
		for d := len(s.outer) - 1; d >= 0; d-- { // on to the next row
			offset += s.strides[i][d]
			if coord[d]++; coord[d] < s.outer[d] {
				break
			}
			offset -= coord[d] * s.strides[i][d]
			coord[d] = 0
		}
	}
}

// loadRow converts one run of elements stride apart.
func loadRow[T Number, S Number | uint8](dst []T, src []S, stride int) {
	switch stride {
	case 0:
		v := T(src[0])
		for i := range dst {
			dst[i] = v
		}
	case 1:
		src = src[:len(dst)]
		for i := range dst {
			dst[i] = T(src[i])
		}
	default:
		at := 0
		for i := range dst {
			dst[i] = T(src[at])
			at += stride
		}
	}
}

// store copies a tile to elements start.. of dst, converted.
func store[T Number](dst Buf, kind Kind, start int, src []T) {
	end := start + len(src)
	switch kind {
	case Float32:
		loadRow(dst.F32()[start:end], src, 1)
	case Float64:
		loadRow(dst.F64()[start:end], src, 1)
	case Int32:
		loadRow(dst.I32()[start:end], src, 1)
	case Bool:
		bytes := view[uint8](dst)[start:end]
		for i := range bytes {
			bytes[i] = bit(src[i] != 0)
		}
	}
}
