package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"gorgonia.org/tensor"
)

// Decode reads a file of size bytes. The tensors come in the order of their data in the file and
// share no memory with anything. It allocates in proportion to size and never more because of what
// the file says. Errors: ErrTruncated, ErrFormat, ErrVersion, ErrChecksum, or what r returned.
func Decode(r io.ReaderAt, size int64) (*File, error) {
	meta, es, start, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{}
	f.Kind, f.Metadata = unstamped(meta)
	for _, e := range es {
		section := io.NewSectionReader(r, start+int64(e.begin), int64(e.end-e.begin))
		backing, err := e.elem.read(section, e.n)
		if err != nil {
			return nil, fmt.Errorf("checkpoint: reading %q: %w", e.name, cut(err))
		}
		f.Add(e.name, tensor.New(tensor.WithShape(e.shape...), tensor.WithBacking(backing)))
	}
	if err := verify(meta, f); err != nil {
		return nil, err
	}
	return f, nil
}

// DecodeHeader reads the header of a file of size bytes and not its data, and so does not verify the
// checksum. Errors as of Decode.
func DecodeHeader(r io.ReaderAt, size int64) (*Header, error) {
	meta, es, _, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	h := &Header{Specs: make([]Spec, len(es))}
	h.Kind, h.Metadata = unstamped(meta)
	for i, e := range es {
		h.Specs[i] = Spec{Name: e.name, DType: e.elem.name, Shape: e.shape}
	}
	return h, nil
}

// readHeader reads and checks everything before the data, which begin at byte start.
func readHeader(r io.ReaderAt, size int64) (
	meta map[string]string, es []entry, start int64, err error,
) {
	if size < lengthBytes {
		return nil, nil, 0, fmt.Errorf("checkpoint: file has %d bytes, the length of its header takes %d: %w",
			size, lengthBytes, ErrTruncated)
	}
	length := make([]byte, lengthBytes)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, lengthBytes), length); err != nil {
		return nil, nil, 0, fmt.Errorf("checkpoint: reading length of header: %w", cut(err))
	}
	n := binary.LittleEndian.Uint64(length)
	if n > maxHeader {
		return nil, nil, 0, fmt.Errorf("checkpoint: header says it has %d bytes, at most %d are allowed: %w",
			n, maxHeader, ErrFormat)
	}
	start = lengthBytes + int64(n)
	if start > size {
		return nil, nil, 0, fmt.Errorf("checkpoint: header says it has %d bytes, file has %d: %w",
			n, size-lengthBytes, ErrTruncated)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(r, lengthBytes, int64(n)), header); err != nil {
		return nil, nil, 0, fmt.Errorf("checkpoint: reading header: %w", cut(err))
	}
	meta, es, err = parseHeader(header, size-start)
	return meta, es, start, err
}

// cut turns the end of a file that is shorter than its size into ErrTruncated.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}
