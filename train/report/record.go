package report

import (
	"encoding/binary"
	"hash/crc32"
)

// castagnoli is the polynomial of CRC32C (Castagnoli and others 1993, doi:10.1109/26.231911; RFC 3720,
// section 12.1).
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked returns the checksum that a TFRecord stores: CRC32C turned right by 15 bits, plus a constant,
// so that checksums of what holds checksums are not degenerate.
func masked(b []byte) uint32 {
	const delta = 0xa282ead8
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + delta
}

// appendRecord appends data in the framing of TFRecord files, little-endian:
//
//	u64 length, u32 masked(length), data, u32 masked(data)
func appendRecord(to, data []byte) []byte {
	n := len(to)
	to = binary.LittleEndian.AppendUint64(to, uint64(len(data)))
	to = binary.LittleEndian.AppendUint32(to, masked(to[n:]))
	to = append(to, data...)
	return binary.LittleEndian.AppendUint32(to, masked(data))
}
