package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strconv"
	"unicode/utf8"
)

// Version is the version of the conventions this package writes, and the newest it reads.
const Version = 1

// The entries of the metadata that are ours.
const (
	versionKey = "spikegraph.version"
	kindKey    = "spikegraph.kind"
	sumKey     = "spikegraph.sha256"
)

// stamped returns the metadata of f as they stand in the file, but for the checksum.
func stamped(f *File) (map[string]string, error) {
	meta := make(map[string]string, len(f.Metadata)+3)
	for k, v := range f.Metadata {
		if k == versionKey || k == kindKey || k == sumKey {
			return nil, fmt.Errorf("checkpoint: metadata key %q is reserved: %w", k, ErrFormat)
		}
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("checkpoint: metadata %q: %q is not UTF-8: %w", k, v, ErrFormat)
		}
		meta[k] = v
	}
	if !utf8.ValidString(f.Kind) {
		return nil, fmt.Errorf("checkpoint: kind %q is not UTF-8: %w", f.Kind, ErrFormat)
	}
	if f.Kind != "" {
		meta[kindKey] = f.Kind
	}
	meta[versionKey] = strconv.Itoa(Version)
	return meta, nil
}

// unstamped is the inverse of stamped: the kind, and the metadata without our entries.
func unstamped(meta map[string]string) (kind string, user map[string]string) {
	user = maps.Clone(meta)
	maps.DeleteFunc(user, func(k, _ string) bool { return k == versionKey || k == kindKey || k == sumKey })
	return meta[kindKey], user
}

// checkVersion refuses files of a newer version. A file without a version is another tool's.
func checkVersion(meta map[string]string) error {
	s, ok := meta[versionKey]
	if !ok {
		return nil
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 1 {
		return fmt.Errorf("checkpoint: %s is %q, expected a number from 1: %w", versionKey, s, ErrFormat)
	}
	if v > Version {
		return fmt.Errorf("checkpoint: file has version %d, this program reads up to version %d: %w",
			v, Version, ErrVersion)
	}
	return nil
}

// checksum returns the SHA-256 of the file that write writes with meta, which has no checksum yet.
func checksum(meta map[string]string, ts []Tensor) (string, error) {
	h := sha256.New()
	if err := write(h, meta, ts); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// verify compares the content with its checksum, where the metadata has one. It is computed from
// what was understood and not from the bytes that came, so a tool that lays the same content out
// otherwise does not invalidate it.
func verify(meta map[string]string, f *File) error {
	want, ok := meta[sumKey]
	if !ok {
		return nil
	}
	ts, err := f.inFileOrder()
	if err != nil {
		return err
	}
	rest := maps.Clone(meta)
	delete(rest, sumKey)
	got, err := checksum(rest, ts)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("checkpoint: %w: file says SHA-256 %q, its content has %q", ErrChecksum, want, got)
	}
	return nil
}
