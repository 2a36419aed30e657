package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tinySet returns a published set of 3 and 2 images of [2 2], and its files by name.
func tinySet(t *testing.T) (*imageSet, map[string][]byte) {
	t.Helper()
	s := &imageSet{name: "tiny", classes: []string{"a", "b"}}
	content := map[string][]byte{}
	publish := func(name string, data []uint8, shape ...int) dataFile {
		b := idxBytes(t, data, shape...)
		sum := sha256.Sum256(b)
		content[name] = b
		return dataFile{name, int64(len(b)), hex.EncodeToString(sum[:])}
	}
	s.train.images = publish("train-images-idx3-ubyte", []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255}, 3, 2, 2)
	s.train.labels = publish("train-labels-idx1-ubyte", []uint8{0, 1, 0}, 3)
	s.test.images = publish("t10k-images-idx3-ubyte", []uint8{20, 21, 22, 23, 24, 25, 26, 27}, 2, 2, 2)
	s.test.labels = publish("t10k-labels-idx1-ubyte", []uint8{1, 1}, 2)
	return s, content
}

// mirror serves files, gzipped, under /set/, and counts the requests.
func mirror(t *testing.T, content map[string][]byte) (base string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		b, ok := content[strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/set/"), ".gz")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/gzip")
		_, err := w.Write(gzipped(t, b))
		assert.NoError(t, err)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/set", requests
}

// names returns the files in a directory.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// The order is that of os.ReadDir.
var cachedNames = []string{"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
	"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"}

func TestOpenDownloadsOnce(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	base, requests := mirror(t, content)
	cache := filepath.Join(t.TempDir(), "made", "on demand")
	for range 2 {
		train, test, err := set.open(t.Context(), OpenOptions{Cache: cache, Mirrors: []string{base}})
		require.NoError(t, err)
		assert.Equal(t, []uint8{8, 9, 10, 255}, train.Image(2))
		assert.Equal(t, []int32{0, 1, 0}, train.Labels)
		assert.Equal(t, 2, test.Len())
		assert.EqualValues(t, 4, requests.Load())
		assert.Equal(t, cachedNames, names(t, cache))
	}
}

func TestOpenReplacesDamagedFiles(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	base, requests := mirror(t, content)
	opt := OpenOptions{Cache: t.TempDir(), Mirrors: []string{base}}
	_, _, err := set.open(t.Context(), opt)
	require.NoError(t, err)
	path := filepath.Join(opt.Cache, cachedNames[2])
	for _, damage := range [][]byte{nil, []byte("half"), gzipped(t, []byte("another file")), {0x1f, 0x8b, 8}} {
		require.NoError(t, os.WriteFile(path, damage, 0o600))
		before := requests.Load()
		train, _, err := set.open(t.Context(), opt)
		require.NoError(t, err)
		assert.Equal(t, 3, train.Len())
		assert.Equal(t, before+1, requests.Load())
	}
}

// A plain file that nobody has verified does not take the place of a verified one.
func TestOpenUsesVerifiedFilesAlone(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	base, _ := mirror(t, content)
	cache := t.TempDir()
	stray := idxBytes(t, make([]uint8, 12), 3, 2, 2)
	require.NoError(t, os.WriteFile(filepath.Join(cache, set.train.images.name), stray, 0o600))
	train, _, err := set.open(t.Context(), OpenOptions{Cache: cache, Mirrors: []string{base}})
	require.NoError(t, err)
	assert.Equal(t, []uint8{8, 9, 10, 255}, train.Image(2))
}

func TestOpenKeepsWhatHasArrived(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	last := set.test.labels.name
	partial := map[string][]byte{}
	for name, b := range content {
		if name != last {
			partial[name] = b
		}
	}
	base, _ := mirror(t, partial)
	cache := t.TempDir()
	_, _, err := set.open(t.Context(), OpenOptions{Cache: cache, Mirrors: []string{base}})
	require.ErrorIs(t, err, ErrNetwork)
	assert.ErrorContains(t, err, last)
	assert.Len(t, names(t, cache), 3)

	whole, requests := mirror(t, content)
	_, _, err = set.open(t.Context(), OpenOptions{Cache: cache, Mirrors: []string{whole}})
	require.NoError(t, err)
	assert.EqualValues(t, 1, requests.Load())
}

func TestOpenDirIsOffline(t *testing.T) {
	t.Parallel()
	set, content := tinySet(t)
	base, requests := mirror(t, content)
	dir := t.TempDir()
	opt := OpenOptions{Dir: dir, Mirrors: []string{base}}
	_, _, err := set.open(t.Context(), opt)
	require.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "datasets: tiny in "+dir+": neither train-images-idx3-ubyte nor")
	for name, b := range content {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	train, _, err := set.open(t.Context(), opt)
	require.NoError(t, err)
	assert.Equal(t, 3, train.Len())
	assert.Zero(t, requests.Load())
}

func TestOpenCacheCannotBeMade(t *testing.T) {
	t.Parallel()
	set, _ := tinySet(t)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, _, err := set.open(t.Context(), OpenOptions{Cache: filepath.Join(file, "cache")})
	require.Error(t, err)
	assert.True(t, strings.HasPrefix(err.Error(), "datasets: tiny: "), err)
}

func TestPublicOpenersUseTheirSets(t *testing.T) {
	t.Parallel()
	base := faulty(t, http.NotFound)
	opt := OpenOptions{Cache: t.TempDir(), Mirrors: []string{base}}
	_, _, err := OpenMNIST(t.Context(), opt)
	require.ErrorIs(t, err, ErrNetwork)
	assert.ErrorContains(t, err, "datasets: mnist: ")
	_, _, err = OpenFashionMNIST(t.Context(), opt)
	require.ErrorIs(t, err, ErrNetwork)
	assert.ErrorContains(t, err, "datasets: fashion-mnist: ")
}

func TestOpenDefaults(t *testing.T) {
	t.Parallel()
	opt, err := OpenOptions{}.orDefaults(mnistSet.name, mnistSet.mirrors)
	base, cacheErr := os.UserCacheDir()
	if cacheErr != nil {
		require.ErrorIs(t, err, cacheErr)
		return
	}
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(base, "spikegraph", "mnist"), opt.Cache)
	assert.Equal(t, mnistSet.mirrors, opt.Mirrors)
	assert.NotNil(t, opt.Client)
}
