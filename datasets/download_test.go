package datasets

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faulty serves one answer for everything.
func faulty(t *testing.T, answer http.HandlerFunc) (base string) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL + "/"
}

func TestOpenTriesTheNextMirror(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	good, requests := mirror(t, content)
	portal := faulty(t, func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write([]byte("<html>please log in</html>"))
		assert.NoError(t, err)
	})
	opt := OpenOptions{Cache: t.TempDir(), Mirrors: []string{portal, faulty(t, http.NotFound), good}}
	_, _, err := set.open(t.Context(), opt)
	require.NoError(t, err)
	assert.EqualValues(t, 4, requests.Load())
	assert.Equal(t, cachedNames, names(t, opt.Cache))
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	swapped := map[string][]byte{set.train.images.name: content[set.test.images.name]}
	swappedBase, _ := mirror(t, swapped)
	gone := httptest.NewServer(nil)
	gone.Close()
	file := gzipped(t, content[set.train.images.name])
	cases := []struct {
		name    string
		mirrors []string
		kinds   []error
		says    string
	}{
		{"other content", []string{swappedBase}, []error{ErrChecksum}, "expected 28 with " + set.train.images.sha256},
		{"interrupted", []string{faulty(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(file)))
			_, err := w.Write(file[:10])
			assert.NoError(t, err)
		})}, []error{ErrNetwork}, "interrupted after 10 of " + strconv.Itoa(len(file)) + " bytes"},
		{"cut without a length", []string{faulty(t, func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, err := w.Write(file[:20])
			assert.NoError(t, err)
		})}, []error{ErrChecksum}, "cannot be unpacked"},
		{"endless", []string{faulty(t, func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 1<<16); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		})}, []error{ErrChecksum}, "more than"},
		{"unpacks to more", []string{faulty(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/gzip")
			_, err := w.Write(gzipped(t, make([]byte, 1<<20)))
			assert.NoError(t, err)
		})}, []error{ErrChecksum}, "more than the 28 bytes expected"},
		{"not found", []string{faulty(t, http.NotFound)}, []error{ErrNetwork}, "404 Not Found"},
		{"no server", []string{gone.URL}, []error{ErrNetwork}, "train-images-idx3-ubyte.gz"},
		{"no URL", []string{"::"}, []error{ErrNetwork}, ""},
		{"no mirrors", []string{}, []error{ErrNetwork}, "no mirrors"},
		{"two faults", []string{swappedBase, gone.URL}, []error{ErrChecksum, ErrNetwork}, gone.URL},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cache := t.TempDir()
			train, test, err := set.open(t.Context(), OpenOptions{Cache: cache, Mirrors: c.mirrors})
			for _, kind := range c.kinds {
				require.ErrorIs(t, err, kind)
			}
			assert.True(t, strings.HasPrefix(err.Error(), "datasets: tiny: train-images-idx3-ubyte: "), err)
			assert.ErrorContains(t, err, c.says)
			assert.Nil(t, train)
			assert.Nil(t, test)
			assert.Empty(t, names(t, cache), "nothing is left behind")
		})
	}
}

func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	ctx, cancel := context.WithCancel(t.Context())
	stalled := faulty(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	good, requests := mirror(t, content)
	cache := t.TempDir()
	_, _, err := set.open(ctx, OpenOptions{Cache: cache, Mirrors: []string{stalled, good}})
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, requests.Load(), "the next mirror is not asked")
	assert.Empty(t, names(t, cache))
}
