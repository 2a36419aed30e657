package report

import (
	"encoding/binary"
	"math"
)

// message is a protocol buffer that is being written: fields in wire format.
type message []byte

// Wire types.
const (
	varint = 0
	fixed8 = 1 // 64 bits
	bytesN = 2 // a length, then bytes
	fixed4 = 5 // 32 bits
)

func (m message) tag(field, wire uint64) message { return binary.AppendUvarint(m, field<<3|wire) }

func (m message) int(field uint64, v int64) message {
	return binary.AppendUvarint(m.tag(field, varint), uint64(v))
}

func (m message) double(field uint64, v float64) message {
	return binary.LittleEndian.AppendUint64(m.tag(field, fixed8), math.Float64bits(v))
}

func (m message) float(field uint64, v float32) message {
	return binary.LittleEndian.AppendUint32(m.tag(field, fixed4), math.Float32bits(v))
}

func (m message) bytes(field uint64, v []byte) message {
	return append(binary.AppendUvarint(m.tag(field, bytesN), uint64(len(v))), v...)
}

// doubles is a packed repeated field.
func (m message) doubles(field uint64, vs []float64) message {
	var b []byte
	for _, v := range vs {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return m.bytes(field, b)
}

// firstEvent is the content of the first event of a file.
const firstEvent = "brain.Event:2"

// event is tensorflow.Event: wall_time = 1, step = 2, file_version = 3, summary = 5.
func event(seconds float64, step int64, values ...message) message {
	e := message(nil).double(1, seconds).int(2, step)
	var summary message
	for _, v := range values {
		summary = summary.bytes(1, v) // Summary.value
	}
	return e.bytes(5, summary)
}

// versionEvent is the event that a file begins with.
func versionEvent(seconds float64) message {
	return message(nil).double(1, seconds).bytes(3, []byte(firstEvent))
}

// scalarValue is Summary.Value: tag = 1, simple_value = 2.
func scalarValue(tag string, v float64) message {
	return message(nil).bytes(1, []byte(tag)).float(2, float32(v))
}

// imageValue is Summary.Value: tag = 1, image = 4: height = 1, width = 2, colorspace = 3,
// encoded_image_string = 4.
func imageValue(tag string, width, height int, png []byte) message {
	const rgba = 4
	image := message(nil).int(1, int64(height)).int(2, int64(width)).int(3, rgba).bytes(4, png)
	return message(nil).bytes(1, []byte(tag)).bytes(4, image)
}

// histogramValue is Summary.Value: tag = 1, histo = 5: min = 1, max = 2, num = 3, sum = 4,
// sum_squares = 5, bucket_limit = 6 (right edges), bucket = 7. values are finite.
func histogramValue(tag string, values []float64) message {
	const intervals = 30
	b := binned(values, intervals)
	lo, hi, sum, squares := math.Inf(1), math.Inf(-1), 0.0, 0.0
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
		sum, squares = sum+v, squares+v*v
	}
	h := message(nil).double(1, lo).double(2, hi).double(3, float64(b.n)).double(4, sum).double(5, squares)
	h = h.doubles(6, b.edges[1:]).doubles(7, b.counts)
	return message(nil).bytes(1, []byte(tag)).bytes(5, h)
}
