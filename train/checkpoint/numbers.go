package checkpoint

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// chunkBytes is how much is converted at a time: large for the disk, small for the cache.
const chunkBytes = 64 << 10

// writeNumbers writes xs as little-endian bytes.
func writeNumbers[T number](w io.Writer, xs []T) error {
	buf := make([]byte, 0, min(chunkBytes, binary.Size(xs)))
	for chunk := range slices.Chunk(xs, chunkBytes/binary.Size(*new(T))) {
		buf, _ = binary.Append(buf[:0], binary.LittleEndian, chunk) // fails only for types without a size
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

// readNumbers reads n little-endian numbers. A BOOL is true for every byte but 0; see strict.
func readNumbers[T number](r io.Reader, n int) ([]T, error) {
	xs := make([]T, n)
	buf := make([]byte, min(chunkBytes, binary.Size(xs)))
	for chunk := range slices.Chunk(xs, chunkBytes/binary.Size(*new(T))) {
		b := buf[:binary.Size(chunk)]
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		if _, err := binary.Decode(b, binary.LittleEndian, chunk); err != nil {
			return nil, err
		}
	}
	return xs, nil
}

// strict replaces the reading of a row of booleans by one that refuses bytes other than 0 and 1, which
// would not come out as they went in.
func strict(e element) element {
	e.read = func(r io.Reader, n int) (any, error) {
		bytes, err := readNumbers[uint8](r, n)
		if err != nil {
			return nil, err
		}
		xs := make([]bool, n)
		for i, b := range bytes {
			if b > 1 {
				return nil, fmt.Errorf("element %d is %d, a BOOL is 0 or 1: %w", i, b, ErrFormat)
			}
			xs[i] = b == 1
		}
		return xs, nil
	}
	return e
}
