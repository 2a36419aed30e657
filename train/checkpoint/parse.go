package checkpoint

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// entry is what the header says of one tensor, checked.
type entry struct {
	name       string
	elem       *element
	shape      []int
	n          int    // elements
	begin, end uint64 // bytes, from the beginning of the data
}

// parseHeader reads the JSON of the header of a file with dataSize bytes of data. The entries come
// in the order of their data, which they tile. The version is judged before the entries, as a newer
// one may have another idea of them.
func parseHeader(header []byte, dataSize int64) (meta map[string]string, es []entry, err error) {
	if !utf8.Valid(header) {
		return nil, nil, fmt.Errorf("checkpoint: header is not UTF-8: %w", ErrFormat)
	}
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, fmt.Errorf("checkpoint: header begins with %.1q, expected \"{\": %w",
			header, ErrFormat)
	}
	ms, err := readObject(header)
	if err != nil {
		return nil, nil, fmt.Errorf("checkpoint: header: %w: %w", err, ErrFormat)
	}
	meta = map[string]string{}
	if i := slices.IndexFunc(ms, func(m member) bool { return m.name == metadataKey }); i >= 0 {
		if meta, err = parseMetadata(ms[i].value); err != nil {
			return nil, nil, err
		}
		ms = slices.Delete(ms, i, i+1)
	}
	if err := checkVersion(meta); err != nil {
		return nil, nil, err
	}
	for _, m := range ms {
		e, err := parseEntry(m)
		if err != nil {
			return nil, nil, fmt.Errorf("checkpoint: tensor %q: %w: %w", m.name, err, ErrFormat)
		}
		es = append(es, e)
	}
	slices.SortStableFunc(es, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	return meta, es, checkTiling(es, uint64(dataSize))
}

// parseMetadata reads a map of strings to strings.
func parseMetadata(raw json.RawMessage) (map[string]string, error) {
	ms, err := readObject(raw)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %s: %w: %w", metadataKey, err, ErrFormat)
	}
	meta := make(map[string]string, len(ms))
	for _, m := range ms {
		if meta[m.name], err = readString(m.value); err != nil {
			return nil, fmt.Errorf("checkpoint: %s: %q: %w: %w", metadataKey, m.name, err, ErrFormat)
		}
	}
	return meta, nil
}

// parseEntry reads {"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}. Fields it does not know are
// skipped, as the reference implementation does.
func parseEntry(m member) (entry, error) {
	fields, err := readObject(m.value)
	if err != nil {
		return entry{}, err
	}
	raw := map[string]json.RawMessage{}
	for _, f := range fields {
		raw[f.name] = f.value
	}
	for _, name := range []string{"dtype", "shape", "data_offsets"} {
		if raw[name] == nil {
			return entry{}, fmt.Errorf("%s is missing", name)
		}
	}
	dtype, err := readString(raw["dtype"])
	if err != nil {
		return entry{}, fmt.Errorf("dtype: %w", err)
	}
	elem := elementNamed(DType(dtype))
	if elem == nil {
		return entry{}, fmt.Errorf("dtype %q is not supported, supported are %s", dtype, supported())
	}
	dims, err := readUints(raw["shape"])
	if err != nil {
		return entry{}, fmt.Errorf("shape: %w", err)
	}
	span, err := readUints(raw["data_offsets"])
	if err != nil {
		return entry{}, fmt.Errorf("data_offsets: %w", err)
	}
	return newEntry(m.name, elem, dims, span)
}

// newEntry checks that the shape and the bytes of a tensor agree.
func newEntry(name string, elem *element, dims, span []uint64) (entry, error) {
	if len(span) != 2 || span[1] < span[0] {
		return entry{}, fmt.Errorf("data_offsets are %v, expected [begin end]", span)
	}
	n, err := count(dims, elem.size)
	if err != nil {
		return entry{}, err
	}
	if have := span[1] - span[0]; have != uint64(n)*uint64(elem.size) {
		return entry{}, fmt.Errorf("data_offsets %v are %d bytes, %s %v takes %d",
			span, have, elem.name, dims, n*elem.size)
	}
	shape := make([]int, len(dims))
	for i, d := range dims {
		shape[i] = int(d)
	}
	return entry{name: name, elem: elem, shape: shape, n: n, begin: span[0], end: span[1]}, nil
}

// count returns the number of elements of a shape. It is an error if the bytes do not fit an int, even
// where a dimension of zero makes the product zero: strides would overflow.
func count(dims []uint64, size int) (int, error) {
	total, empty := uint64(size), false
	for _, d := range dims {
		if d == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(total, d)
		if hi != 0 || lo > math.MaxInt {
			return 0, fmt.Errorf("shape %v overflows", dims)
		}
		total = lo
	}
	if empty {
		return 0, nil
	}
	return int(total) / size, nil
}

// checkTiling checks that the data of es, which are sorted, follow each other without overlap or hole
// and fill the file.
func checkTiling(es []entry, dataSize uint64) error {
	var at uint64
	for _, e := range es {
		defect := "hole"
		if e.begin < at {
			defect = "overlap"
		}
		if e.begin != at {
			return fmt.Errorf("checkpoint: tensor %q: %s: data begin at byte %d, expected %d: %w",
				e.name, defect, e.begin, at, ErrFormat)
		}
		at = e.end
	}
	switch {
	case at > dataSize:
		return fmt.Errorf("checkpoint: header promises %d bytes of data, file has %d: %w",
			at, dataSize, ErrTruncated)
	case at < dataSize:
		return fmt.Errorf("checkpoint: header describes %d bytes of data, file has %d, %d too many: %w",
			at, dataSize, dataSize-at, ErrFormat)
	}
	return nil
}
