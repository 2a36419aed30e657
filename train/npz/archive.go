package npz

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"gorgonia.org/tensor"
)

const (
	suffix     = ".npy"
	mostPacked = 1100 // bytes that one byte can stand for: deflate's 1032, and room for small files
)

// ReadArchive reads the .npz archive of that many bytes: a File whose tensors are named as its members,
// in their order, without ".npy". Errors: ErrFormat, also for a name that is there twice or leads out
// of the archive; ErrTruncated; of r.
func ReadArchive(r io.ReaderAt, size int64) (*checkpoint.File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && z == nil || err == zip.ErrFormat || err == zip.ErrAlgorithm || err == zip.ErrChecksum {
		return nil, malformed("%v", err)
	}
	f := &checkpoint.File{}
	left := math.MaxInt
	if size < math.MaxInt/mostPacked {
		left = int(size) * mostPacked
	}
	allow := func(n int) error {
		if n > left {
			return fmt.Errorf("%w: %d bytes more of an array in an archive of %d", ErrTruncated, n, size)
		}
		left -= n
		return nil
	}
	names := map[string]bool{}
	for _, m := range z.File {
		name, ok := strings.CutSuffix(m.Name, suffix)
		if !ok || !filepath.IsLocal(m.Name) || strings.Contains(m.Name, `\`) {
			return nil, malformed("the archive holds %q; want names of arrays within it, NAME.npy", m.Name)
		}
		if names[name] {
			return nil, malformed("%q is there twice", name)
		}
		names[name] = true
		t, err := readMember(m, allow)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		f.Add(name, t)
	}
	return f, nil
}

// readMember reads an array to its end, where the archive's checksum is compared.
func readMember(m *zip.File, allow func(int) error) (*tensor.Dense, error) {
	r, err := m.Open()
	if err != nil {
		return nil, malformed("%v", err)
	}
	defer r.Close()
	a, err := readArray(r, allow)
	if err != nil {
		return nil, err
	}
	var more [1]byte
	if n, err := r.Read(more[:]); n > 0 || err != io.EOF {
		return nil, malformed("bytes after the array, or a wrong checksum: %v", err)
	}
	return a.Dense(), nil
}

// WriteArchive writes the tensors of f as a .npz archive, deflated if compress says so, which np.load
// reads. Equal files give equal bytes. Errors: ErrFormat for what the format has no place for, of w.
func WriteArchive(w io.Writer, f *checkpoint.File, compress bool) error {
	z := zip.NewWriter(w)
	method := zip.Store
	if compress {
		method = zip.Deflate
	}
	names := map[string]bool{}
	for _, t := range f.Tensors {
		if name := t.Name + suffix; names[name] || !filepath.IsLocal(name) || strings.ContainsAny(name, "\\\x00") {
			return malformed("the name %q is taken, or leads out of the archive", t.Name)
		}
		names[t.Name+suffix] = true
		b, err := encode(t.Value)
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		m, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + suffix, Method: method})
		if err != nil {
			return fmt.Errorf("npz: %w", err)
		}
		if _, err := m.Write(b); err != nil {
			return fmt.Errorf("npz: %w", err)
		}
	}
	return z.Close()
}

// ReadFile reads a .npz archive, or a .npy file as the one tensor that is named as the file without
// its suffix.
func ReadFile(path string) (*checkpoint.File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	if !bytes.HasPrefix(b, []byte(magic)) {
		return ReadArchive(bytes.NewReader(b), int64(len(b)))
	}
	t, err := Read(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	f := &checkpoint.File{}
	f.Add(strings.TrimSuffix(filepath.Base(path), suffix), t)
	return f, nil
}

// WriteFile writes f as a .npz archive without compression, or, if the path ends in ".npy", its only
// tensor; whole or not at all.
func WriteFile(path string, f *checkpoint.File) error {
	var b bytes.Buffer
	var err error
	if strings.HasSuffix(path, suffix) {
		if len(f.Tensors) != 1 {
			return malformed("%d tensors for %s, want 1", len(f.Tensors), filepath.Base(path))
		}
		err = Write(&b, f.Tensors[0].Value)
	} else {
		err = WriteArchive(&b, f, false)
	}
	if err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(path, b.Bytes()); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}
