package datasets

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"math"
)

// h5Dataset is a data set of one axis.
type h5Dataset struct {
	f    *hdf5
	n    uint64 // elements
	kind h5Type
	raw  []byte // the elements, n*kind.size bytes
}

// h5Type is the type of an element (IV.A.2.d): a number, or a sequence of numbers.
type h5Type struct {
	size   uint64 // bytes
	float  bool   // IEEE of 2, 4 or 8 bytes; else an integer
	signed bool
	big    bool    // big-endian
	of     *h5Type // of the members of a sequence; nil for a number
}

// readDataset reads the object at an address.
func (f *hdf5) readDataset(at uint64) (*h5Dataset, error) {
	messages, err := f.header(at)
	if err != nil {
		return nil, err
	}
	found := map[byte][]byte{}
	for _, m := range messages {
		if _, ok := found[m.kind]; !ok {
			found[m.kind] = m.data
		}
	}
	d := &h5Dataset{f: f}
	if d.kind, err = parseH5Type(found[h5Datatype]); err != nil {
		return nil, err
	}
	if d.n, err = parseDataspace(found[h5Dataspace]); err != nil {
		return nil, err
	}
	if d.n > math.MaxInt32 {
		return nil, fail(ErrFormat, "%d elements, at most %d are possible", d.n, math.MaxInt32)
	}
	d.raw, err = d.readLayout(found[h5Layout], found[h5Filters])
	return d, err
}

// parseDataspace returns the number of elements (IV.A.2.b).
func parseDataspace(b []byte) (uint64, error) {
	if len(b) < 4 {
		return 0, fail(ErrFormat, "no data space")
	}
	head := map[byte]int{1: 8, 2: 4}[b[0]]
	if head == 0 || b[1] != 1 || len(b) < head+8 {
		return 0, fail(ErrFormat, "data space of version %d with %d axes, expected 1 axis", b[0], b[1])
	}
	return binary.LittleEndian.Uint64(b[head:]), nil
}

// parseH5Type returns the type that a message describes.
func parseH5Type(b []byte) (h5Type, error) {
	if len(b) < 8 {
		return h5Type{}, fail(ErrFormat, "no data type")
	}
	t := h5Type{size: uint64(binary.LittleEndian.Uint32(b[4:])), big: b[1]&1 != 0}
	switch class := b[0] & 15; {
	case class == 0 && (t.size == 1 || t.size == 2 || t.size == 4 || t.size == 8):
		t.signed = b[1]&8 != 0
	case class == 1 && (t.size == 2 || t.size == 4 || t.size == 8):
		t.float = true
	case class == 9 && b[1]&15 == 0 && t.size == 16 && len(b) > 16 && b[8]&15 != 9:
		of, err := parseH5Type(b[8:])
		t.of = &of
		return t, err
	default:
		return t, fail(ErrFormat, "data type of class %d with %d bytes, expected numbers or sequences of them",
			class, t.size)
	}
	return t, nil
}

// readLayout reads the elements (IV.A.2.i).
func (d *h5Dataset) readLayout(b, filters []byte) ([]byte, error) {
	if len(b) < 2 || b[0] != 3 && b[0] != 4 {
		return nil, fail(ErrFormat, "data layout % x, expected version 3 or 4", b[:min(len(b), 2)])
	}
	size := d.n * d.kind.size
	switch {
	case b[1] == 0 && len(b) >= 4 && uint64(len(b)-4) >= size:
		return b[4 : 4+size], nil
	case b[1] == 1 && len(b) >= 18:
		at := binary.LittleEndian.Uint64(b[2:])
		if at == h5Undefined && size == 0 {
			return nil, nil
		}
		return d.f.bytes(at, size)
	case b[0] == 3 && b[1] == 2 && len(b) >= 19 && b[2] == 2:
		return d.readChunks(binary.LittleEndian.Uint64(b[3:]), uint64(binary.LittleEndian.Uint32(b[11:])), filters)
	}
	return nil, fail(ErrFormat, "data layout of class %d, version %d, for %d bytes, which is not supported",
		b[1], b[0], size)
}

// readChunks puts the chunks of a number of elements each together; every one must be there.
func (d *h5Dataset) readChunks(tree, elements uint64, filterMessage []byte) ([]byte, error) {
	size, chunk := d.n*d.kind.size, elements*d.kind.size
	if tree == h5Undefined && size == 0 {
		return nil, nil
	}
	if chunk == 0 || chunk > math.MaxInt32 {
		return nil, fail(ErrFormat, "chunks of %d elements of %d bytes", elements, d.kind.size)
	}
	filters, err := parseFilters(filterMessage)
	if err != nil {
		return nil, err
	}
	chunks, err := d.chunks(tree, chunk, filters)
	if err != nil {
		return nil, err
	}
	var raw []byte
	for at := uint64(0); at < d.n; at += elements {
		b, ok := chunks[at]
		if !ok {
			return nil, fail(ErrTruncated, "no chunk for the elements from %d on, of %d", at, d.n)
		}
		raw = append(raw, b...)
	}
	return raw[:size], nil
}

// chunks reads the chunks under a tree, of a number of bytes each, by the element they begin with.
func (d *h5Dataset) chunks(tree, chunk uint64, filters h5Pipeline) (map[uint64][]byte, error) {
	chunks, total := map[uint64][]byte{}, uint64(0)
	const keyBytes = 8 + 2*8
	err := d.f.walk(tree, 1, keyBytes, func(key []byte, at uint64) error {
		stored := uint64(binary.LittleEndian.Uint32(key))
		if total += stored; total > d.f.size {
			return fail(ErrFormat, "chunks of %d bytes in a file of %d", total, d.f.size)
		}
		b, err := d.f.bytes(at, stored)
		if err != nil {
			return err
		}
		offset := binary.LittleEndian.Uint64(key[8:])
		chunks[offset], err = filters.undo(b, chunk, d.kind.size, binary.LittleEndian.Uint32(key[4:]))
		return err
	})
	return chunks, err
}

// h5Pipeline is the filters of a data set, in the order of writing (IV.A.2.l).
type h5Pipeline []uint16

// The filters that are known.
const (
	h5Deflate = 1
	h5Shuffle = 2
)

// parseFilters reads the identifiers of the filters.
func parseFilters(b []byte) (p h5Pipeline, err error) {
	if b == nil {
		return nil, nil
	}
	if len(b) < 2 || b[0] != 1 && b[0] != 2 {
		return nil, fail(ErrFormat, "filter pipeline % x, expected version 1 or 2", b[:min(len(b), 2)])
	}
	version, n := b[0], int(b[1])
	b = b[min(len(b), map[byte]int{1: 8, 2: 2}[version]):]
	for range n {
		if len(b) < 8 {
			return nil, fail(ErrTruncated, "filter pipeline with %d of %d filters", len(p), n)
		}
		id := binary.LittleEndian.Uint16(b)
		if id != h5Deflate && id != h5Shuffle {
			return nil, fail(ErrFormat, "filter %d, expected deflate (%d) or shuffle (%d)", id, h5Deflate, h5Shuffle)
		}
		p = append(p, id)
		next := filterBytes(b, version)
		b = b[min(len(b), next):]
	}
	return p, nil
}

// filterBytes returns the length of the description of a known filter.
func filterBytes(b []byte, version byte) int {
	if version == 2 {
		return 6 + 4*int(binary.LittleEndian.Uint16(b[4:]))
	}
	values := int(binary.LittleEndian.Uint16(b[6:]))
	name := int(binary.LittleEndian.Uint16(b[2:]))
	return 8 + (name+7)/8*8 + 4*(values+values%2)
}

// undo returns the chunk of want bytes that was stored as b. skipped has a bit for each filter that
// was not applied to this chunk.
func (p h5Pipeline) undo(b []byte, want, element uint64, skipped uint32) ([]byte, error) {
	for i := len(p) - 1; i >= 0; i-- {
		if skipped>>i&1 == 1 {
			continue
		}
		if p[i] == h5Shuffle {
			b = unshuffled(b, int(element))
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, fail(ErrFormat, "chunk cannot be unpacked: %v", err)
		}
		if b, err = io.ReadAll(io.LimitReader(z, int64(want)+1)); err != nil {
			return nil, fail(ErrChecksum, "chunk cannot be unpacked: %v", err)
		}
	}
	if uint64(len(b)) != want {
		return nil, fail(ErrTruncated, "chunk of %d bytes, expected %d", len(b), want)
	}
	return b, nil
}

// unshuffled puts the bytes of each element together, which were stored first bytes first.
func unshuffled(b []byte, element int) []byte {
	n := len(b) / element
	out := bytes.Clone(b)
	for i := range n * element {
		out[i%n*element+i/n] = b[i]
	}
	return out
}

// numbers returns the elements as float64; ErrFormat for sequences.
func (d *h5Dataset) numbers() ([]float64, error) {
	if d.kind.of != nil {
		return nil, fail(ErrFormat, "sequences, expected numbers")
	}
	return d.kind.decode(d.raw), nil
}

// sequence returns element i of sequences: a global heap object (III.E).
func (d *h5Dataset) sequence(i int) ([]float64, error) {
	ref := d.raw[16*i : 16*i+16]
	n := uint64(binary.LittleEndian.Uint32(ref))
	if n == 0 {
		return nil, nil
	}
	b, err := d.f.heapObject(binary.LittleEndian.Uint64(ref[4:]), binary.LittleEndian.Uint32(ref[12:]))
	if err != nil {
		return nil, err
	}
	if n > uint64(len(b))/d.kind.of.size {
		return nil, fail(ErrTruncated, "%d bytes for a sequence of %d numbers of %d bytes", len(b), n, d.kind.of.size)
	}
	return d.kind.of.decode(b[:n*d.kind.of.size]), nil
}

// heapObject returns an object of the global heap collection at an address.
func (f *hdf5) heapObject(at uint64, index uint32) ([]byte, error) {
	head, err := f.signed(at, 16, "GCOL")
	if err != nil {
		return nil, err
	}
	end := at + binary.LittleEndian.Uint64(head[8:])
	for at += 16; at+16 <= end && end <= f.size; {
		b, err := f.bytes(at, 16)
		if err != nil {
			return nil, err
		}
		size := binary.LittleEndian.Uint64(b[8:])
		if k := binary.LittleEndian.Uint16(b); uint32(k) == index && k != 0 {
			return f.bytes(at+16, size)
		} else if k == 0 || size > f.size {
			break
		}
		at += 16 + (size+7)/8*8
	}
	return nil, fail(ErrFormat, "no object %d in its global heap", index)
}

// decode returns numbers of a type.
func (t h5Type) decode(b []byte) []float64 {
	out := make([]float64, uint64(len(b))/t.size)
	var e [8]byte
	for i := range out {
		copy(e[:], b[uint64(i)*t.size:][:t.size])
		if t.big {
			for l, r := 0, int(t.size)-1; l < r; l, r = l+1, r-1 {
				e[l], e[r] = e[r], e[l]
			}
		}
		out[i] = t.number(littleEndian(e[:t.size]))
	}
	return out
}

// number returns the value of the bits of an element.
func (t h5Type) number(bits uint64) float64 {
	switch {
	case !t.float && t.signed:
		shift := 64 - 8*t.size
		return float64(int64(bits<<shift) >> shift)
	case !t.float:
		return float64(bits)
	case t.size == 2:
		return half(uint16(bits))
	case t.size == 4:
		return float64(math.Float32frombits(uint32(bits)))
	}
	return math.Float64frombits(bits)
}

// half returns the value of an IEEE 754 number of 16 bits.
func half(bits uint16) float64 {
	sign := 1 - 2*float64(bits>>15)
	e, m := int(bits>>10&31), float64(bits&1023)
	switch e {
	case 0:
		return sign * math.Ldexp(m, -24)
	case 31:
		if m != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+m, e-25)
}
