package pickle

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// Entry is a key of a dictionary and what stands under it: an *ndarray.Array of numbers, or a list of
// texts, []string.
type Entry struct {
	Key   string
	Value any
}

// Encode returns the pickle of a dictionary, which pickle.load of Python reads where NumPy is installed.
// Equal entries give equal bytes. Errors: ErrFormat for values of other kinds.
func Encode(entries []Entry) ([]byte, error) {
	w := writer{0x80, 4, '}', '('}
	for _, e := range entries {
		w.text(e.Key)
		switch v := e.Value.(type) {
		case *ndarray.Array:
			if err := w.array(v); err != nil {
				return nil, fmt.Errorf("%q: %w", e.Key, err)
			}
		case []string:
			w = append(w, ']', '(')
			for _, s := range v {
				w.text(s)
			}
			w = append(w, 'e')
		default:
			return nil, malformed("%q is %T, want an array or texts", e.Key, e.Value)
		}
	}
	return append(w, 'u', '.'), nil
}

// writer is a pickle that is being written.
type writer []byte

func (w *writer) text(s string) {
	*w = append(binary.LittleEndian.AppendUint32(append(*w, 'X'), uint32(len(s))), s...)
}

// int writes a whole number of 32 bits, or of 64.
func (w *writer) int(n int64) {
	if n == int64(int32(n)) {
		*w = binary.LittleEndian.AppendUint32(append(*w, 'J'), uint32(n))
		return
	}
	*w = binary.LittleEndian.AppendUint64(append(*w, 0x8a, 8), uint64(n))
}

func (w *writer) global(module, name string) {
	*w = append(*w, "c"+module+"\n"+name+"\n"...)
}

// array writes _reconstruct(numpy.ndarray, (0,), b"b") and the content that it is built of.
func (w *writer) array(a *ndarray.Array) error {
	kind, size, _ := ndarray.KindOf(a.Data)
	raw, err := ndarray.Bytes(a.Data)
	if err != nil {
		return malformed("%v", err)
	}
	w.global("numpy.core.multiarray", "_reconstruct")
	w.global("numpy", "ndarray")
	w.int(0)
	*w = append(*w, 0x85, 'C', 1, 'b', 0x87, 'R', '(')
	w.int(1)
	*w = append(*w, '(')
	for _, d := range a.Shape {
		w.int(int64(d))
	}
	*w = append(*w, 't')
	w.dtype(kind, size)
	*w = append(*w, 0x89)
	if uint64(len(raw)) <= math.MaxUint32 {
		*w = binary.LittleEndian.AppendUint32(append(*w, 'B'), uint32(len(raw)))
	} else {
		*w = binary.LittleEndian.AppendUint64(append(*w, 0x8e), uint64(len(raw)))
	}
	*w = append(append(*w, raw...), 't', 'b')
	return nil
}

// dtype writes numpy.dtype(code, False, True), built of what says little-endian and plain.
func (w *writer) dtype(k ndarray.Kind, size int) {
	w.global("numpy", "dtype")
	w.text(fmt.Sprintf("%c%d", k, size))
	*w = append(*w, 0x89, 0x88, 0x87, 'R', '(')
	w.int(3)
	if size == 1 {
		w.text("|")
	} else {
		w.text("<")
	}
	*w = append(*w, 'N', 'N', 'N')
	w.int(-1)
	w.int(-1)
	w.int(0)
	*w = append(*w, 't', 'b')
}
