package checkpoint

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
)

// WriteFile writes f to path so that at every moment path is the previous file or the new one,
// whole, and on disk. Where an error came before the new file took its
// place, path is untouched and nothing is left over; a process that is killed leaves at most
// ".<name>.tmp-<n>" behind. The new file has the permissions of the previous one. A symbolic link
// is replaced and not followed.
func WriteFile(path string, f *File) error {
	return writeFile(path, func(w io.Writer) error { return Encode(w, f) })
}

// writeFile writes what content writes, whole or not at all.
func writeFile(path string, content func(io.Writer) error) error {
	if err := atomicfile.Write(path, content); err != nil {
		return &pathError{path, err}
	}
	return nil
}

// ReadFile reads the file at path. Errors as of Decode, with the path; fs.ErrNotExist where there
// is none.
func ReadFile(path string) (*File, error) { return open(path, Decode) }

// ReadHeader reads the header of the file at path and not its data, and so does not verify the
// checksum.
func ReadHeader(path string) (*Header, error) { return open(path, DecodeHeader) }

// open decodes a file on disk.
func open[T any](path string, decode func(io.ReaderAt, int64) (*T, error)) (*T, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	defer file.Close() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("checkpoint: %s is a %v, expected a file", path, info.Mode().Type())
	}
	v, err := decode(file, info.Size())
	if err != nil {
		return nil, &pathError{path, err}
	}
	return v, nil
}

// pathError puts the path between the package and what is wrong.
type pathError struct {
	path string
	err  error
}

func (e *pathError) Error() string {
	return "checkpoint: " + e.path + ": " + strings.TrimPrefix(e.err.Error(), "checkpoint: ")
}

func (e *pathError) Unwrap() error { return e.err }
