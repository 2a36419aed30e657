package hdf5

import (
	"encoding/binary"
	"math/bits"
)

// lookup3 is the checksum of metadata (VII.A): Bob Jenkins' hashlittle of 2006, in the public
// domain, with initial value 0.
func lookup3(b []byte) uint32 {
	x := 0xdeadbeef + uint32(len(b))
	y, z := x, x
	for ; len(b) > 12; b = b[12:] {
		x += binary.LittleEndian.Uint32(b)
		y += binary.LittleEndian.Uint32(b[4:])
		z += binary.LittleEndian.Uint32(b[8:])
		x, y, z = mix(x, y, z)
	}
	if len(b) == 0 {
		return z
	}
	var tail [12]byte
	copy(tail[:], b)
	x += binary.LittleEndian.Uint32(tail[:])
	y += binary.LittleEndian.Uint32(tail[4:])
	z += binary.LittleEndian.Uint32(tail[8:])
	return last(x, y, z)
}

// mix stirs three words between blocks.
func mix(x, y, z uint32) (uint32, uint32, uint32) {
	for i := 0; i < 2; i++ {
		r := [2][3]int{{4, 6, 8}, {16, 19, 4}}[i]
		x = (x - z) ^ bits.RotateLeft32(z, r[0])
		z += y
		y = (y - x) ^ bits.RotateLeft32(x, r[1])
		x += z
		z = (z - y) ^ bits.RotateLeft32(y, r[2])
		y += x
	}
	return x, y, z
}

// last stirs the words after the last block, and returns the hash.
func last(x, y, z uint32) uint32 {
	z = (z ^ y) - bits.RotateLeft32(y, 14)
	x = (x ^ z) - bits.RotateLeft32(z, 11)
	y = (y ^ x) - bits.RotateLeft32(x, 25)
	z = (z ^ y) - bits.RotateLeft32(y, 16)
	x = (x ^ z) - bits.RotateLeft32(z, 4)
	y = (y ^ x) - bits.RotateLeft32(x, 14)
	return (z ^ y) - bits.RotateLeft32(y, 24)
}
