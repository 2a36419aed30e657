package datasets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// aedatHeader is the number of bytes before the events of a packet.
const aedatHeader = 28

// aedatPolarity is the type of a packet of polarity events, and aedatEvent the bytes of one. A type
// with the bit aedatCompressed is of a packet that is compressed.
const (
	aedatPolarity   = 1
	aedatEvent      = 8
	aedatCompressed = 1 << 15
)

// The first line of the file, and the last one of its header.
var (
	aedatMagic = []byte("#!AER-DAT3.1")
	aedatEnd   = []byte("#!END-HEADER\r\n")
)

// ReadAEDAT reads the polarity events of an AEDAT 3.1 file to the end of r, for a sensor of 2
// polarities (128 x 128 pixels for the DVS128). After header lines, which begin with # and end with
// #!END-HEADER, come packets: 28 bytes that say type, size and number of the events, then these.
// A polarity event has 15 bits of X, 15 of Y, one of polarity, one that it is valid, and 31 bits of
// time, µs, which the packet extends by its count of overflows. All numbers are little-endian.
//
// Packets of other types are passed over. Events marked invalid, those off the sensor and those with
// a negative time are counted in Rejected. Source of the format: "AEDAT 3.1", documentation of
// iniVation. Errors: ErrFormat for another version, a compressed packet or one that cannot be,
// ErrTruncated for one that ends early, ErrOption for the sensor; the error of r.
func ReadAEDAT(r io.Reader, sensor Sensor) (*Events, error) {
	e, err := readAEDAT(r, sensor)
	return e, named("AEDAT", err)
}

func readAEDAT(r io.Reader, sensor Sensor) (*Events, error) {
	if err := sensor.check(); err != nil {
		return nil, err
	}
	b, err := readBounded(r, maxEventFile)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(b, aedatMagic) {
		head := b[:min(len(b), len(aedatMagic))]
		return nil, fail(ErrFormat, "the file begins with %q, expected %q", head, aedatMagic)
	}
	at := bytes.Index(b, aedatEnd)
	if at < 0 {
		return nil, fail(ErrTruncated, "no end of the header in %d bytes", len(b))
	}
	e := &Events{Sensor: sensor}
	for at += len(aedatEnd); at < len(b); {
		n, err := e.addPacket(b[at:])
		if err != nil {
			return nil, fmt.Errorf("packet at byte %d: %w", at, err)
		}
		at += n
	}
	e.sort()
	return e, nil
}

// addPacket adds the events of the packet at the begin of b, and returns its length.
func (e *Events) addPacket(b []byte) (length int, err error) {
	if len(b) < aedatHeader {
		return 0, fail(ErrTruncated, "%d bytes of a header of %d", len(b), aedatHeader)
	}
	kind := binary.LittleEndian.Uint16(b)
	size := int64(int32(binary.LittleEndian.Uint32(b[4:])))
	offset := int64(int32(binary.LittleEndian.Uint32(b[8:])))
	overflow := int64(int32(binary.LittleEndian.Uint32(b[12:])))
	capacity := int64(int32(binary.LittleEndian.Uint32(b[16:])))
	number := int64(int32(binary.LittleEndian.Uint32(b[20:])))
	if kind&aedatCompressed != 0 {
		return 0, fail(ErrFormat, "it is compressed, expected #Format: RAW")
	}
	if size < 1 || overflow < 0 || number < 0 || capacity < number {
		return 0, fail(ErrFormat, "%d of %d events of %d bytes after %d overflows", number, capacity, size, overflow)
	}
	if rest := int64(len(b) - aedatHeader); capacity*size > rest {
		return 0, fail(ErrTruncated, "%d bytes for %d events of %d bytes", rest, capacity, size)
	}
	length = aedatHeader + int(capacity*size)
	if kind != aedatPolarity {
		return length, nil
	}
	if size != aedatEvent || offset != 4 {
		return 0, fail(ErrFormat, "polarity events of %d bytes with the time at %d, expected %d and 4",
			size, offset, aedatEvent)
	}
	for b = b[aedatHeader:]; number > 0; number, b = number-1, b[aedatEvent:] {
		e.addPolarity(binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), overflow)
	}
	return length, nil
}

// addPolarity adds one event, from its two words.
func (e *Events) addPolarity(data, time uint32, overflow int64) {
	const coordinate = 1<<15 - 1
	switch {
	case data&1 == 0:
		e.Rejected.Marked++
		return
	case time>>31 != 0:
		e.Rejected.BadTime++
		return
	}
	e.add(Event{
		T: overflow<<31 + int64(time),
		X: uint16(data >> 17 & coordinate), Y: uint16(data >> 2 & coordinate), P: uint8(data >> 1 & 1),
	})
}
