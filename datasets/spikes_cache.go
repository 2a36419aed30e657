package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
)

// spikesMagic begins a file of spikes; spikesVersion is the only version there is.
const (
	spikesMagic   = "SGSPIKES"
	spikesVersion = 1
)

// spikesHead is what follows the magic number. After it come the key, the labels (int32 [N]), the
// bits (uint64 [N T W]) and the SHA-256 of everything before it; all little-endian.
type spikesHead struct {
	Version                   uint32
	KeyBytes                  uint32
	N, Steps, Channels, Class int64
}

// maxKey bounds the key of a file of spikes, in bytes.
const maxKey = 1 << 16

// WriteSpikes writes spikes as bits, one per channel and step, with a key that says what they were
// made of. ReadSpikes reads them back. It returns what Check finds, ErrOption for a key of more
// than 64 KiB, or the error of w.
func WriteSpikes(w io.Writer, s *Spikes, key string) error {
	if err := s.check(); err != nil {
		return named("spikes", err)
	}
	if len(key) > maxKey {
		return named("spikes", fail(ErrOption, "key of %d bytes, at most %d are possible", len(key), maxKey))
	}
	sum := sha256.New()
	out := io.MultiWriter(w, sum)
	head := spikesHead{spikesVersion, uint32(len(key)),
		int64(s.Len()), int64(s.Steps), int64(s.Channels), int64(s.Classes)}
	for _, part := range []any{[]byte(spikesMagic), head, []byte(key), s.Labels, s.Bits} {
		if err := binary.Write(out, binary.LittleEndian, part); err != nil {
			return named("spikes", err)
		}
	}
	_, err := w.Write(sum.Sum(nil))
	return named("spikes", err)
}

// ReadSpikes reads what WriteSpikes wrote, and expects r to end after it. Memory follows the data
// that arrive. Errors: ErrFormat for another file, another version, or bytes after the end,
// ErrTruncated, ErrChecksum for damaged content, what Check finds; the error of r.
func ReadSpikes(r io.Reader) (s *Spikes, key string, err error) {
	if s, key, err = readSpikes(r); err != nil {
		return nil, "", named("spikes", err)
	}
	return s, key, nil
}

func readSpikes(r io.Reader) (*Spikes, string, error) {
	sum := sha256.New()
	in := io.TeeReader(r, sum)
	s, n, keyBytes, err := readSpikesHead(in)
	if err != nil {
		return nil, "", err
	}
	var parts [3][]byte
	sizes := [3]int64{keyBytes, 4 * n, 8 * n * int64(s.Steps) * int64(s.words())}
	for i, what := range []string{"key", "labels", "bits"} {
		if parts[i], err = readAll(in, sizes[i], what); err != nil {
			return nil, "", err
		}
	}
	if err := expectSum(r, sum.Sum(nil)); err != nil {
		return nil, "", err
	}
	s.Labels, s.Bits = make([]int32, n), make([]uint64, sizes[2]/8)
	for i := range s.Labels {
		s.Labels[i] = int32(binary.LittleEndian.Uint32(parts[1][4*i:]))
	}
	for i := range s.Bits {
		s.Bits[i] = binary.LittleEndian.Uint64(parts[2][8*i:])
	}
	return s, string(parts[0]), s.check()
}

// expectSum reads the checksum and the end of the file.
func expectSum(r io.Reader, content []byte) error {
	said, err := readAll(r, sha256.Size, "checksum")
	if err != nil {
		return err
	}
	if !bytes.Equal(said, content) {
		return fail(ErrChecksum, "the content has SHA-256 %x, expected %x", content, said)
	}
	return expectEnd(r)
}

// readSpikesHead reads up to the key, and returns spikes without content, of n samples.
func readSpikesHead(r io.Reader) (s *Spikes, n, keyBytes int64, err error) {
	b, err := readAll(r, int64(len(spikesMagic)+binary.Size(spikesHead{})), "head")
	if err != nil {
		return nil, 0, 0, err
	}
	if string(b[:len(spikesMagic)]) != spikesMagic {
		return nil, 0, 0, fail(ErrFormat, "the file begins with %q, expected %q", b[:len(spikesMagic)], spikesMagic)
	}
	var h spikesHead
	if _, err := binary.Decode(b[len(spikesMagic):], binary.LittleEndian, &h); err != nil {
		return nil, 0, 0, err
	}
	const most = math.MaxInt32
	if h.Version != spikesVersion {
		return nil, 0, 0, fail(ErrFormat, "version %d, expected %d", h.Version, spikesVersion)
	}
	if h.KeyBytes > maxKey || h.N < 1 || h.Steps < 1 || h.Channels < 1 || h.Class < 1 || h.Channels > most ||
		h.Class > most || h.Steps > most || h.N > most/h.Steps {
		return nil, 0, 0, fail(ErrFormat, "head %+v", h)
	}
	s = &Spikes{Steps: int(h.Steps), Channels: int(h.Channels), Classes: int(h.Class)}
	if h.N*h.Steps > math.MaxInt/8/int64(s.words()) {
		return nil, 0, 0, fail(ErrFormat, "head %+v", h)
	}
	return s, h.N, int64(h.KeyBytes), nil
}

// SaveSpikes writes a file that ReadSpikes reads. It takes its place whole or not at all: it is
// written beside path, flushed to the disk, and renamed. Errors: those of WriteSpikes and of the
// file system.
func SaveSpikes(path string, s *Spikes, key string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return named("spikes", err)
	}
	defer func() {
		f.Close() // a second time after success, which does no harm
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := WriteSpikes(f, s, key); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return named("spikes", err)
	}
	if err := f.Chmod(0o644); err != nil {
		return named("spikes", err)
	}
	if err := f.Close(); err != nil {
		return named("spikes", err)
	}
	return named("spikes", os.Rename(f.Name(), path))
}

// CachedSpikes returns the spikes in the file at path if they carry this key, else what build
// makes, which it saves there. A file that is missing, damaged, of another version or of another
// key is built anew. The key must name all that the spikes depend on: the set, its part, the
// settings. Errors: those of build, of SaveSpikes, and of reading for other reasons.
func CachedSpikes(path, key string, build func() (*Spikes, error)) (*Spikes, error) {
	s, had, err := loadSpikes(path)
	if err == nil && had == key {
		return s, nil
	}
	if err != nil && !rebuildable(err) {
		return nil, named("spikes in "+path, err)
	}
	if s, err = build(); err != nil {
		return nil, err
	}
	if err := SaveSpikes(path, s, key); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// rebuildable returns whether an error is one that a new file mends.
func rebuildable(err error) bool {
	for _, kind := range []error{fs.ErrNotExist, ErrFormat, ErrTruncated, ErrChecksum, ErrShape, ErrLabel} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// loadSpikes reads a file.
func loadSpikes(path string) (*Spikes, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	return readSpikes(f)
}
