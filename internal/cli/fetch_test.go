package cli

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// server serves one answer for everything, and returns its address and what has been asked for.
func server(t *testing.T, answer http.HandlerFunc) (address string, asked *[]string) {
	t.Helper()
	asked = new([]string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Path)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/files", asked
}

func empty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

// What a server gives that is not the published file is told, for each server, and leaves nothing behind. That the
// published file is taken, package datasets tests.
func TestFetchFromAServer(t *testing.T) {
	t.Parallel()
	gone, askedFirst := server(t, http.NotFound)
	other, askedSecond := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("log in, please")) })
	short, _ := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write(make([]byte, 10))
	})
	for set, file := range map[string]string{"mnist": "/files/train-images-idx3-ubyte.gz", "n-mnist": "/files/Train.zip", "shd": "/files/shd_train.h5.zip"} {
		dir := t.TempDir()
		*askedFirst, *askedSecond = nil, nil
		_, errs := run(t, 1, "datasets", "fetch", set, "--cache", dir, "--mirror", gone, "--mirror", other, "--mirror", short)
		assert.Contains(t, errs, gone+file[len("/files"):]+": download failed: the server answers 404")
		assert.Contains(t, errs, "wrong checksum")
		assert.Contains(t, errs, "download failed: interrupted after 10 of 1000 bytes")
		assert.Equal(t, []string{file}, *askedFirst)
		assert.Equal(t, []string{file}, *askedSecond)
		empty(t, dir)
	}
	out, errs := run(t, 1, "datasets", "fetch", "mnist", "--cache", t.TempDir(), "--mirror", gone, "--json")
	assert.Empty(t, out)
	assert.Regexp(t, `^{"code":1,"error":"datasets: mnist: train-images.*404.*"}\n$`, errs)
}

// A signal ends a download that has stalled.
func TestFetchIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	address, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write(make([]byte, 10))
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	dir := t.TempDir()
	var out, errs bytes.Buffer
	assert.Equal(t, Interrupted, Run(ctx, []string{"datasets", "fetch", "mnist", "--cache", dir, "--mirror", address}, &out, &errs))
	assert.Contains(t, errs.String(), "context canceled")
	empty(t, dir)
}
