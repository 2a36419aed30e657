package checkpoint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

const (
	metadataKey = "__metadata__"
	lengthBytes = 8           // of the header's length, at the beginning of the file
	maxHeader   = 100_000_000 // bytes; limit of the reference implementation
	headerAlign = 8           // the header is padded so that the data begin at a multiple of this
)

// Header is what a file says about itself before its data.
type Header struct {
	Kind     string            // as in File
	Metadata map[string]string // as in File
	Specs    []Spec            // in the order of the data; types as in the file, such as F16
}

// appendHeader appends the JSON of the header, padded; ts is in file order.
//
//	{"__metadata__":{"key":"value"},"name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}
func appendHeader(b []byte, meta map[string]string, ts []Tensor) []byte {
	b = append(b, '{')
	b = appendString(b, metadataKey)
	b = append(b, ":{"...)
	for i, k := range slices.Sorted(maps.Keys(meta)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, k)
		b = append(b, ':')
		b = appendString(b, meta[k])
	}
	b = append(b, '}')
	begin := 0
	for _, t := range ts {
		e := elements[rank(t.Value)]
		end := begin + t.Value.Shape().TotalSize()*e.size
		b = append(b, ',')
		b = appendString(b, t.Name)
		b = fmt.Appendf(b, `:{"dtype":"%s","shape":`, e.name)
		b = appendInts(b, t.Value.Shape()...)
		b = append(b, `,"data_offsets":`...)
		b = appendInts(b, begin, end)
		b = append(b, '}')
		begin = end
	}
	b = append(b, '}')
	for len(b)%headerAlign != 0 {
		b = append(b, ' ')
	}
	return b
}

// appendInts appends a JSON array.
func appendInts(b []byte, xs ...int) []byte {
	b = append(b, '[')
	for i, x := range xs {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(x), 10)
	}
	return append(b, ']')
}

// appendString appends a JSON string; s is UTF-8.
func appendString(b []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // "<" as it is, as other tools write it
	if err := enc.Encode(s); err != nil {
		panic(fmt.Sprintf("checkpoint: JSON of the string %q: %v", s, err)) // a string always has one
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}
