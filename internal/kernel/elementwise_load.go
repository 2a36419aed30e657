package kernel

// load copies the elements of input i in a tile to dst, converted. coord is room for a coordinate.
func load[T Number](l *loops[T], dst []T, src Buf, kind Kind, s *space, i int, at tileAt, coord []int) {
	switch {
	case kind == kindOf[T]():
		loadFrom(l.copyRow, dst, view[T](src), s, i, at, coord)
	case kind == Bool:
		loadFrom(l.fromBools, dst, view[uint8](src), s, i, at, coord)
	case kind == Float32:
		loadFrom(nil, dst, src.F32(), s, i, at, coord)
	case kind == Float64:
		loadFrom(nil, dst, src.F64(), s, i, at, coord)
	case kind == Int32:
		loadFrom(nil, dst, src.I32(), s, i, at, coord)
	}
}

// kindOf returns the kind of a register of T.
func kindOf[T Number]() Kind {
	switch {
	case !isFloat[T]():
		return Int32
	case isSingle[T]():
		return Float32
	}
	return Float64
}

// loadFrom loads with convert, unless it is nil, where elements lie together.
func loadFrom[T Number, S Number | uint8](convert func(dst []T, src []S), dst []T, src []S,
	s *space, i int, at tileAt, coord []int) {
	stride := s.step(i)
	if s.dense(i) {
		loadRow(convert, dst, src[at.start:], 1)
		return
	}
	offset := s.offset(i, at.row)
	if len(dst) <= s.inner {
		loadRow(convert, dst, src[offset+at.col*stride:], stride)
		return
	}
	row := at.row
	for d := len(s.outer) - 1; d >= 0; d-- {
		coord[d] = row % s.outer[d]
		row /= s.outer[d]
	}
	for len(dst) > 0 {
		loadRow(convert, dst[:s.inner], src[offset:], stride)
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
func loadRow[T Number, S Number | uint8](convert func(dst []T, src []S), dst []T, src []S, stride int) {
	switch {
	case stride == 0:
		Fill(dst, T(src[0]))
	case stride == 1 && convert != nil:
		convert(dst, src[:len(dst)])
	case stride == 1:
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
func store[T Number](l *loops[T], dst Buf, kind Kind, start int, src []T) {
	end := start + len(src)
	switch kind {
	case Float32:
		loadRow(nil, dst.F32()[start:end], src, 1)
	case Float64:
		loadRow(nil, dst.F64()[start:end], src, 1)
	case Int32:
		loadRow(nil, dst.I32()[start:end], src, 1)
	case Bool:
		l.toBools(view[uint8](dst)[start:end], src)
	}
}
