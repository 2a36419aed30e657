package hdf5

import "slices"

// filled returns n elements of the given size as a data set has them before they are written: what its fill
// value message says, else zeros (IV.A.2.f).
func filled(message []byte, n, size int) ([]byte, error) {
	value, err := fillValue(message)
	if err != nil || value == nil {
		return make([]byte, n*size), err
	}
	if len(value) != size {
		return nil, malformed("a fill value of %d bytes for elements of %d", len(value), size)
	}
	return slices.Repeat(value, n), nil
}

// fillValue returns the value of a fill value message, nil if it has none.
func fillValue(message []byte) ([]byte, error) {
	if message == nil {
		return nil, nil
	}
	c := &cursor{b: message}
	defined := true
	switch version := c.u8(); version {
	case 1, 2:
		c.take(2) // when space is taken, and filled
		defined = c.u8() != 0
	case 3:
		defined = c.u8()&0x20 != 0
	default:
		return nil, malformed("a fill value of version %d, want 1 to 3", version)
	}
	if err := c.err("a fill value"); err != nil || !defined {
		return nil, err
	}
	n := c.u32()
	if n <= 0 {
		return nil, c.err("a fill value")
	}
	return c.take(n), c.err("a fill value")
}
