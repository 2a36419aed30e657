package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// packedSlack is by how many bytes a gzip file may exceed its content before we stop reading it.
// The format needs far less.
const packedSlack = 1 << 20

// remote is a file to fetch: its name, a bound on its bytes, and what tells at a path whether it is the
// published one.
type remote struct {
	name   string
	bytes  int64 // at most; more is not read
	verify func(path string) error
}

// from returns the URLs of a file below the base of each mirror.
func from(mirrors []string, file string) (urls []string) {
	for _, base := range mirrors {
		urls = append(urls, strings.TrimSuffix(base, "/")+"/"+file)
	}
	return urls
}

// download fetches a file from the first URL that gives its published content, and puts it at path.
func download(ctx context.Context, client *http.Client, urls []string, f remote, path string, report func(Progress)) error {
	if len(urls) == 0 {
		return fail(ErrNetwork, "no mirrors to download from")
	}
	var failures []error
	for _, url := range urls {
		err := downloadFrom(ctx, client, url, f, path, report)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", url, ctx.Err())
		}
		if !errors.Is(err, ErrNetwork) && !errors.Is(err, ErrChecksum) {
			return err
		}
		failures = append(failures, fmt.Errorf("%s: %w", url, err))
	}
	return errors.Join(failures...)
}

// downloadFrom fetches url to a temporary file beside path, verifies that, and renames it to path;
// on any failure it removes it.
func downloadFrom(ctx context.Context, client *http.Client, url string, f remote, path string,
	report func(Progress)) (err error) {
	return writeBeside(path, func(part *os.File) error {
		if err := transfer(ctx, client, url, f, part, report); err != nil {
			return err
		}
		return f.verify(part.Name())
	})
}

// writeBeside has a temporary file beside path written, and renames it to path; on any failure it
// removes it.
func writeBeside(path string, write func(part *os.File) error) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	defer func() {
		part.Close() // a second time after success, which does no harm
		if err != nil {
			os.Remove(part.Name())
		}
	}()
	if err := write(part); err != nil {
		return err
	}
	if err := part.Close(); err != nil {
		return err
	}
	if err := os.Chmod(part.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}

// transfer copies what url gives to w. Errors: ErrNetwork, ErrChecksum if it is longer than the
// file can be, or the error of w.
func transfer(ctx context.Context, client *http.Client, url string, f remote, w io.Writer,
	report func(Progress)) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNetwork, err)
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNetwork, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fail(ErrNetwork, "the server answers %s", res.Status)
	}
	at := Progress{File: f.name, URL: url, Total: res.ContentLength}
	body := &watchedBody{r: res.Body, report: report, at: at}
	n, err := io.Copy(w, io.LimitReader(body, f.bytes))
	switch {
	case body.err != nil:
		return fmt.Errorf("%w: interrupted after %d of %d bytes: %w",
			ErrNetwork, n, res.ContentLength, body.err)
	case err != nil:
		return err
	case n == f.bytes:
		return fail(ErrChecksum, "more than %d bytes", f.bytes)
	}
	body.at.Total = n
	report(body.at)
	return nil
}

// watchedBody reports what has arrived, and keeps the error of reading apart from that of writing.
type watchedBody struct {
	r      io.Reader
	report func(Progress)
	at     Progress
	err    error
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.at.Done += int64(n)
	if n > 0 {
		b.report(b.at)
	}
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}
