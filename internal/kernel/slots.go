package kernel

import "unsafe"

// Slots are values [rows slots width] of which one slot of each row is read or written at a time, as a ring
// is. The functions return the position in at of the first slot that is not in [0, slots), where they
// stop, or -1.
type Slots struct{ Rows, Slots, Width int }

// PutSlot copies row r of src, [rows width], to slot at[r] of row r of dst.
func (s Slots) PutSlot(dst, src Buf, at []int32, elemSize int) int {
	to, from, size, since := dst.Bytes(elemSize), src.Bytes(elemSize), s.Width*elemSize, 0
	for r, k := range at[:s.Rows] {
		if uint(k) >= uint(s.Slots) {
			return r
		}
		since = copyNext(to[(r*s.Slots+int(k))*size:][:size], from[r*size:][:size], since)
	}
	return -1
}

// TakeAlong copies to element (r, n) of dst, [rows width], that of slot at[r, n] of src.
func (s Slots) TakeAlong(dst, src Buf, at []int32, elemSize int) int {
	if elemSize == int(unsafe.Sizeof(float32(0))) {
		return takeAlong(s, view[uint32](dst), view[uint32](src), at)
	}
	if elemSize == int(unsafe.Sizeof(float64(0))) {
		return takeAlong(s, view[uint64](dst), view[uint64](src), at)
	}
	return takeAlong(s, view[uint8](dst), view[uint8](src), at)
}

func takeAlong[U any](s Slots, dst, src []U, at []int32) int {
	for r := range s.Rows {
		row := src[r*s.Slots*s.Width:][:s.Slots*s.Width]
		to, from := dst[r*s.Width:][:s.Width], at[r*s.Width:][:s.Width]
		for n, k := range from {
			if uint(k) >= uint(s.Slots) {
				return r*s.Width + n
			}
			to[n] = row[int(k)*s.Width+n]
		}
	}
	return -1
}

// AddAlong adds element (r, n) of src, [rows width], to that of slot at[r, n] of dst.
func AddAlong[T Float](s Slots, dst, src []T, at []int32) int {
	for r := range s.Rows {
		row := dst[r*s.Slots*s.Width:][:s.Slots*s.Width]
		from, to := src[r*s.Width:][:s.Width], at[r*s.Width:][:s.Width]
		for n, k := range to {
			if uint(k) >= uint(s.Slots) {
				return r*s.Width + n
			}
			row[int(k)*s.Width+n] += from[n]
		}
	}
	return -1
}
