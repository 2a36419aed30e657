package datasets

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// archive is a published packed file of recordings.
type archive struct {
	name string   // as published
	urls []string // where it is, unless the options name mirrors
	md5  string   // of the file, lower-case hexadecimal
}

// maxArchive bounds the bytes of an archive that is downloaded: 16 GiB, far above any of them.
const maxArchive = 1 << 34

// fetch brings the archive into the cache, unless it is there already, and returns its path.
func (a archive) fetch(ctx context.Context, opt OpenOptions, report func(Progress)) (path string, err error) {
	path = filepath.Join(opt.Cache, a.name)
	switch err := a.verifyAt(path); {
	case err == nil:
		return path, nil
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrChecksum):
		return "", fmt.Errorf("%s: %w", a.name, err)
	}
	urls := a.urls
	if opt.Mirrors != nil {
		urls = from(opt.Mirrors, a.name)
	}
	err = download(ctx, opt.Client, urls, remote{name: a.name, bytes: maxArchive, verify: a.verifyAt}, path, report)
	if err != nil {
		return "", fmt.Errorf("%s: %w", a.name, err)
	}
	return path, nil
}

// verifyAt returns ErrChecksum unless the file at a path is the published one.
func (a archive) verifyAt(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := md5.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != a.md5 {
		return fail(ErrChecksum, "%d bytes with MD5 %s came, expected %s", n, got, a.md5)
	}
	return nil
}

// openZip opens a verified archive.
func openZip(path string) (*zip.ReadCloser, error) {
	z, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrFormat) {
		return nil, fmt.Errorf("%s: %w: %w", filepath.Base(path), ErrFormat, err)
	}
	return z, err
}

// unpackZip brings the file of a name out of a zip archive into its directory, unless it is there
// already with the size and the CRC-32 that the archive has.
func unpackZip(path, name string) error {
	z, err := openZip(path)
	if err != nil {
		return err
	}
	defer z.Close()
	to := filepath.Join(filepath.Dir(path), name)
	for _, f := range z.File {
		if f.Name != name {
			continue
		}
		if sum, n, err := crcOf(to); err == nil && sum == f.CRC32 && n == f.UncompressedSize64 {
			return nil
		}
		return writeBeside(to, func(part *os.File) error {
			r, err := f.Open()
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = io.Copy(part, r)
			return packingError(err)
		})
	}
	return fail(ErrFormat, "%s holds no %s", filepath.Base(path), name)
}

// crcOf returns CRC-32 and size of the file at a path.
func crcOf(path string) (sum uint32, n uint64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	h := crc32.NewIEEE()
	size, err := io.Copy(h, f)
	return h.Sum32(), uint64(size), err
}

// unpackTar brings the files below a directory of a gzipped tar archive into the archive's own, whole or
// not at all. Links and names that lead out are refused.
func unpackTar(path, dir string) (err error) {
	to := filepath.Join(filepath.Dir(path), dir)
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	part, err := os.MkdirTemp(filepath.Dir(path), dir+".*.part")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := untar(f, part); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	if err := os.Rename(filepath.Join(part, dir), to); err != nil {
		return fail(ErrFormat, "%s holds no directory %s", filepath.Base(path), dir)
	}
	return nil
}

// untar writes the files of a gzipped tar archive below dir.
func untar(r io.Reader, dir string) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return packingError(err)
	}
	for t := tar.NewReader(z); ; {
		head, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err = packingError(err); errors.Is(err, tar.ErrHeader) {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
		if err != nil {
			return err
		}
		if !filepath.IsLocal(head.Name) {
			return fail(ErrFormat, "the name %q leads out of the archive", head.Name)
		}
		path := filepath.Join(dir, head.Name)
		switch head.Typeflag {
		case tar.TypeDir:
			err = os.MkdirAll(path, 0o755)
		case tar.TypeReg:
			err = writeTar(path, t)
		default:
			err = fail(ErrFormat, "%q is neither a file nor a directory", head.Name)
		}
		if err != nil {
			return err
		}
	}
}

// writeTar writes one file of an archive.
func writeTar(path string, r io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err = io.Copy(f, r); err != nil {
		f.Close()
		return packingError(err)
	}
	return f.Close()
}
