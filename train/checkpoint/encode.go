package checkpoint

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// Encode writes f. The same content gives the same bytes, whatever the order of the tensors. Everything
// that makes f impossible to write (ErrFormat) is found before the first byte is written.
func Encode(w io.Writer, f *File) error {
	ts, err := f.inFileOrder()
	if err != nil {
		return err
	}
	meta, err := stamped(f)
	if err != nil {
		return err
	}
	sum, err := checksum(meta, ts)
	if err != nil {
		return err
	}
	meta[sumKey] = sum
	return write(w, meta, ts)
}

// write writes the container: length of the header, header, data. ts is checked and in file order.
func write(w io.Writer, meta map[string]string, ts []Tensor) error {
	header := appendHeader(nil, meta, ts)
	if len(header) > maxHeader {
		return fmt.Errorf("checkpoint: header of %d bytes, at most %d are allowed: %w",
			len(header), maxHeader, ErrFormat)
	}
	out := bufio.NewWriterSize(w, chunkBytes)
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	if _, err := out.Write(append(length, header...)); err != nil {
		return fmt.Errorf("checkpoint: writing header: %w", err)
	}
	for _, t := range ts {
		if err := elements[rank(t.Value)].write(out, t.Value); err != nil {
			return fmt.Errorf("checkpoint: writing %q: %w", t.Name, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("checkpoint: writing: %w", err)
	}
	return nil
}
