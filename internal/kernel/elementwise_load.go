package kernel

// conversion is how elements of one type become others: where they lie together, and where each is repeated
// along a row of inner elements. Either is nil where there is no code for it.
type conversion[T Number, S Number | uint8] struct {
	row    func(dst []T, src []S)
	spread func(dst []T, inner int, src []S, between int)
}

// load copies the elements of input i in a tile to dst, converted. coord is room for a coordinate.
func load[T Number](l *loops[T], dst []T, src Buf, kind Kind, s *space, i int, at tileAt, coord []int) {
	switch {
	case kind == kindOf[T]():
		loadFrom(l.same, dst, view[T](src), s, i, at, coord)
	case kind == Bool:
		loadFrom(l.bools, dst, view[uint8](src), s, i, at, coord)
	case kind == Float32:
		loadFrom(conversion[T, float32]{}, dst, src.F32(), s, i, at, coord)
	case kind == Float64:
		loadFrom(conversion[T, float64]{}, dst, src.F64(), s, i, at, coord)
	case kind == Int32:
		loadFrom(conversion[T, int32]{}, dst, src.I32(), s, i, at, coord)
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

// loadFrom loads by the conversion c.
func loadFrom[T Number, S Number | uint8](c conversion[T, S], dst []T, src []S,
	s *space, i int, at tileAt, coord []int) {
	stride := s.step(i)
	if s.dense(i) {
		loadRow(c.row, dst, src[at.start:], 1)
		return
	}
	offset := s.offset(i, at.row)
	if len(dst) <= s.inner {
		loadRow(c.row, dst, src[offset+at.col*stride:], stride)
		return
	}
	row := at.row
	for d := len(s.outer) - 1; d >= 0; d-- {
		coord[d] = row % s.outer[d]
		row /= s.outer[d]
	}
	last := len(s.outer) - 1
	for len(dst) > 0 {
		rows := min(s.outer[last]-coord[last], len(dst)/s.inner)
		loadRows(c, dst[:rows*s.inner], src[offset:], rows, stride, s.strides[i][last])
		dst = dst[rows*s.inner:]
		coord[last] += rows - 1
		offset += (rows - 1) * s.strides[i][last]
		for d := last; d >= 0; d-- { // on to the next row
			offset += s.strides[i][d]
			if coord[d]++; coord[d] < s.outer[d] {
				break
			}
			offset -= coord[d] * s.strides[i][d]
			coord[d] = 0
		}
	}
}

// loadRows converts rows that begin so many elements apart, between, of elements stride apart: all at once
// where they lie together.
func loadRows[T Number, S Number | uint8](c conversion[T, S], dst []T, src []S,
	rows, stride, between int) {
	inner := len(dst) / rows
	switch {
	case stride == 1 && between == inner:
		loadRow(c.row, dst, src, 1)
	case stride == 0 && c.spread != nil:
		c.spread(dst, inner, src, between)
	case stride == 0:
		spreadGo(dst, inner, src, between)
	default:
		for r := range rows {
			loadRow(c.row, dst[r*inner:][:inner], src[r*between:], stride)
		}
	}
}

// repeat writes v to the first n elements of dst, eight at a time: up to seven more become v too, where there
// are more, and are for the caller to write afterwards.
func repeat[T Number](dst []T, n int, v T) {
	at := 0
	for ; at < n && at+8 <= len(dst); at += 8 {
		d := (*[8]T)(dst[at:])
		d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7] = v, v, v, v, v, v, v, v
	}
	for ; at < n; at++ {
		dst[at] = v
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
