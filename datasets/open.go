package datasets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
)

// OpenOptions say where a published set comes from. The zero value uses the user's cache directory
// and downloads what it lacks.
type OpenOptions struct {
	Dir      string         // a directory that holds the files: nothing else is looked at, nothing is downloaded
	Cache    string         // where downloads are kept; os.UserCacheDir()/spikegraph/<set>
	Mirrors  []string       // base URLs, tried in order for each missing file; the public mirrors of the set
	Client   *http.Client   // http.DefaultClient
	Progress func(Progress) // called while a file arrives, from the caller's goroutine; nil: not
	Bar      io.Writer      // terminal to draw progress bars on, usually os.Stderr; nil, or no terminal: none
}

// OpenMNIST returns MNIST, as the function MNIST does, from opt.Dir or the cache; files that the
// cache lacks or holds damaged are downloaded first. Every file of the cache is compared with the
// published SHA-256 of its content, each time, and a download takes its place there only after
// that. A failed one leaves nothing behind. Several processes may open a set at once. A server that
// stalls is waited for until ctx ends.
//
// Errors: those of MNIST for opt.Dir. Else ErrNetwork if no mirror could be reached or had the
// file, ErrChecksum if one gave other content; both if there was one of each, with the reason of
// every mirror. The error of ctx if it ends a download; errors of the file system.
func OpenMNIST(ctx context.Context, opt OpenOptions) (train, test *Images, err error) {
	return mnistSet.open(ctx, opt)
}

// OpenFashionMNIST returns Fashion-MNIST in the way and with the errors of OpenMNIST.
func OpenFashionMNIST(ctx context.Context, opt OpenOptions) (train, test *Images, err error) {
	return fashionSet.open(ctx, opt)
}

func (s *imageSet) open(ctx context.Context, opt OpenOptions) (train, test *Images, err error) {
	if opt.Dir != "" {
		return s.fromDir(opt.Dir)
	}
	if opt, err = opt.orDefaults(s.name, s.mirrors); err != nil {
		return nil, nil, named(s.name, err)
	}
	if err := s.complete(ctx, opt); err != nil {
		return nil, nil, named(s.name, err)
	}
	return s.fromDir(opt.Cache)
}

// orDefaults fills in the cache of a set and its mirrors.
func (opt OpenOptions) orDefaults(name string, mirrors []string) (OpenOptions, error) {
	if opt.Cache == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return opt, fmt.Errorf("no cache directory: %w", err)
		}
		opt.Cache = filepath.Join(base, "spikegraph", name)
	}
	if opt.Mirrors == nil {
		opt.Mirrors = mirrors
	}
	if opt.Client == nil {
		opt.Client = http.DefaultClient
	}
	return opt, nil
}

// complete downloads the files that the cache lacks or holds damaged.
func (s *imageSet) complete(ctx context.Context, opt OpenOptions) error {
	if err := os.MkdirAll(opt.Cache, 0o755); err != nil {
		return err
	}
	report, finish := opt.reporter()
	defer finish()
	for _, f := range s.files() {
		path := filepath.Join(opt.Cache, f.name+".gz")
		switch err := f.verifyAt(path); {
		case err == nil:
			continue
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrChecksum):
			return err
		}
		if err := download(ctx, opt.Client, from(opt.Mirrors, f.name+".gz"), f.remote(), path, report); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// remote returns f as a file to fetch.
func (f dataFile) remote() remote {
	return remote{name: f.name, bytes: f.bytes + packedSlack, verify: f.verifyAt}
}

// verifyAt compares the file at a path, plain or gzipped, with the published content.
func (f dataFile) verifyAt(path string) error {
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	return f.verify(r)
}

// verify reads r, unpacks it if it is gzipped, and returns ErrChecksum if it is not the published
// content. It reads little more than that has.
func (f dataFile) verify(r io.Reader) error {
	body, err := unpacked(r)
	var got int64
	sum := sha256.New()
	if err == nil {
		got, err = io.Copy(sum, io.LimitReader(body, f.bytes+1))
		err = packingError(err)
	}
	if errors.Is(err, ErrFormat) || errors.Is(err, ErrTruncated) || errors.Is(err, ErrChecksum) {
		return fmt.Errorf("%w: cannot be unpacked: %w", ErrChecksum, err)
	}
	if err != nil {
		return err
	}
	if got > f.bytes {
		return fail(ErrChecksum, "more than the %d bytes expected", f.bytes)
	}
	want, err := hex.DecodeString(f.sha256)
	if err != nil {
		panic("datasets: table of checksums: " + err.Error())
	}
	if !bytes.Equal(sum.Sum(nil), want) {
		return fail(ErrChecksum, "%d bytes with SHA-256 %x came, expected %d with %s",
			got, sum.Sum(nil), f.bytes, f.sha256)
	}
	return nil
}
