package datasets

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"encoding/hex"
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

// zipped packs files.
func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

// tarred packs entries.
func tarred(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	for _, h := range entries {
		content := h.Linkname
		if h.Typeflag == tar.TypeReg {
			h.Linkname, h.Size = "", int64(len(content))
		}
		h.Mode = 0o644
		require.NoError(t, w.WriteHeader(&h))
		if h.Typeflag == tar.TypeReg {
			_, err := w.Write([]byte(content))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, g.Close())
	return b.Bytes()
}

// serve serves files as they are, under /set/, and counts the requests.
func serve(t *testing.T, files map[string][]byte) (base string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		b, ok := files[strings.TrimPrefix(r.URL.Path, "/set/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, err := w.Write(b)
		assert.NoError(t, err)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/set/", requests
}

// published returns the set of archives with these contents, on their own servers.
func published(base string, s eventArchives, files map[string][]byte) eventArchives {
	own := eventArchives{name: s.name, where: s.where}
	for _, a := range s.files {
		sum := md5.Sum(files[a.name])
		own.files = append(own.files, archive{a.name, from([]string{base}, a.name), hex.EncodeToString(sum[:])})
	}
	return own
}

func TestOpenNMNIST(t *testing.T) {
	t.Parallel()
	part := func(name string) map[string][]byte {
		files := map[string][]byte{name + "/3/00007.bin": nmnistSample(t), name + "/3/readme.txt": nil}
		for c := range 10 {
			files[name+"/"+string(rune('0'+c))+"/"] = nil
		}
		return files
	}
	files := map[string][]byte{"Train.zip": zipped(t, part("Train")), "Test.zip": zipped(t, part("Test"))}
	base, requests := serve(t, files)
	set := published(base, nmnistArchives, files)
	opt := OpenOptions{Cache: filepath.Join(t.TempDir(), "cache")}
	for range 2 {
		train, test, err := set.openNMNIST(t.Context(), opt)
		require.NoError(t, err)
		assert.Equal(t, []int32{3}, train.Labels)
		assert.Equal(t, []int32{3}, test.Labels)
		e, err := train.Recording(0)
		require.NoError(t, err)
		assert.Len(t, e.List, 4325)
		require.NoError(t, train.Close())
		require.NoError(t, test.Close())
	}
	assert.EqualValues(t, 2, requests.Load(), "each archive once")
	assert.Equal(t, []string{"Test.zip", "Train.zip"}, names(t, opt.Cache))

	require.NoError(t, os.WriteFile(filepath.Join(opt.Cache, "Test.zip"), []byte("damaged"), 0o644))
	train, test, err := set.openNMNIST(t.Context(), opt)
	require.NoError(t, err)
	assert.EqualValues(t, 3, requests.Load(), "the damaged one again")
	require.NoError(t, train.Close())
	require.NoError(t, test.Close())
}

func TestOpenNMNISTFails(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"Train.zip": zipped(t, map[string][]byte{"Other/x": nil}), "Test.zip": []byte("no archive")}
	base, _ := serve(t, files)
	set := published(base, nmnistArchives, files)
	cache := t.TempDir()
	_, _, err := set.openNMNIST(t.Context(), OpenOptions{Cache: cache})
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "datasets: N-MNIST: Train.zip: ")
	_, err = nmnistZip(filepath.Join(cache, "Test.zip"), "Test")
	assert.ErrorIs(t, err, ErrFormat)

	// The real checksums refuse what is served here, and nothing stays.
	cache = t.TempDir()
	_, _, err = OpenNMNIST(t.Context(), OpenOptions{Cache: cache, Mirrors: []string{base}})
	assert.ErrorIs(t, err, ErrChecksum)
	assert.ErrorContains(t, err, "expected 20959b8e626244a1b502305a9e6e2031")
	assert.Empty(t, names(t, cache))
	_, _, err = OpenNMNIST(t.Context(), OpenOptions{Dir: cache})
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestOpenHeidelbergArchives(t *testing.T) {
	t.Parallel()
	recordings := heidelbergFile(t, heidelbergFiles[1])
	files := map[string][]byte{}
	for _, a := range append(shdArchives.files, sscArchives.files...) {
		files[a.name] = zipped(t, map[string][]byte{strings.TrimSuffix(a.name, ".zip"): recordings})
	}
	base, requests := serve(t, files)
	opt := OpenOptions{Cache: t.TempDir()}
	for _, set := range []eventArchives{shdArchives, sscArchives} {
		set = published(base, set, files)
		dir, err := set.unpacked(t.Context(), opt)
		require.NoError(t, err)
		assert.Equal(t, opt.Cache, dir)
	}
	train, test, err := SHD(opt.Cache)
	require.NoError(t, err)
	assert.Equal(t, []int32{3, 19, 0, 7, 11}, train.Labels)
	require.NoError(t, train.Close())
	require.NoError(t, test.Close())
	_, _, _, err = SSC(opt.Cache)
	require.NoError(t, err)
	assert.EqualValues(t, 5, requests.Load())

	// A file that was damaged is unpacked anew, another is left alone.
	path := filepath.Join(opt.Cache, "shd_train.h5")
	require.NoError(t, os.WriteFile(path, recordings[:100], 0o644))
	_, err = published(base, shdArchives, files).unpacked(t.Context(), opt)
	require.NoError(t, err)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, recordings, b)
	assert.EqualValues(t, 5, requests.Load())
	for _, name := range names(t, opt.Cache) {
		assert.NotContains(t, name, ".part")
	}

	files["shd_train.h5.zip"] = zipped(t, map[string][]byte{"other": nil})
	_, err = published(base, shdArchives, files).unpacked(t.Context(), OpenOptions{Cache: t.TempDir()})
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "shd_train.h5.zip holds no shd_train.h5")
}

// The published sets go through the same door, and refuse what is not theirs.
func TestOpenEventsRefuses(t *testing.T) {
	t.Parallel()
	base, _ := serve(t, map[string][]byte{"shd_train.h5.zip": {1}, "ssc_train.h5.zip": {1}, "DvsGesture.tar.gz": {1}})
	opt := OpenOptions{Cache: t.TempDir(), Mirrors: []string{base}}
	_, _, err := OpenSHD(t.Context(), opt)
	assert.ErrorIs(t, err, ErrChecksum)
	assert.ErrorContains(t, err, "datasets: SHD: shd_train.h5.zip: ")
	_, _, _, err = OpenSSC(t.Context(), opt)
	assert.ErrorIs(t, err, ErrChecksum)
	_, _, err = OpenDVSGesture(t.Context(), opt)
	assert.ErrorIs(t, err, ErrChecksum)
	dir := t.TempDir()
	_, _, err = OpenSHD(t.Context(), OpenOptions{Dir: dir})
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, _, _, err = OpenSSC(t.Context(), OpenOptions{Dir: dir})
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, _, err = OpenDVSGesture(t.Context(), OpenOptions{Dir: dir})
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestOpenDVSGesture(t *testing.T) {
	t.Parallel()
	file := func(name, content string) tar.Header {
		return tar.Header{Typeflag: tar.TypeReg, Name: name, Linkname: content}
	}
	packed := tarred(t, tar.Header{Typeflag: tar.TypeDir, Name: "DvsGesture/"},
		file("DvsGesture/trials_to_train.txt", "user01_led.aedat\n"), file("DvsGesture/trials_to_test.txt", "user24_led.aedat\n"),
		file("DvsGesture/user01_led_labels.csv", "class,startTime_usec,endTime_usec\n2,1000,2000\n"),
		file("DvsGesture/user24_led_labels.csv", "class,startTime_usec,endTime_usec\n3,0,10\n"),
		file("DvsGesture/user01_led.aedat", string(aedatFile(aedatPacket(1, 0, [2]uint32{aedatWord(2, 1, 0), 1000})))))
	set := gestureArchives
	sum := md5.Sum(packed)
	set.files = []archive{{set.files[0].name, nil, hex.EncodeToString(sum[:])}}
	opt := OpenOptions{Cache: t.TempDir()}
	_, _, err := set.openGesture(t.Context(), opt)
	assert.ErrorIs(t, err, ErrNetwork)
	assert.ErrorContains(t, err, "put DvsGesture.tar.gz from https://ibm.ent.box.com/")

	require.NoError(t, os.WriteFile(filepath.Join(opt.Cache, "DvsGesture.tar.gz"), packed, 0o644))
	for range 2 {
		train, test, err := set.openGesture(t.Context(), opt)
		require.NoError(t, err)
		assert.Equal(t, []int32{24}, test.Groups)
		e, err := train.Recording(0)
		require.NoError(t, err)
		assert.Equal(t, []Event{{0, 2, 1, 0}}, e.List)
	}
	assert.Equal(t, []string{"DvsGesture", "DvsGesture.tar.gz"}, names(t, opt.Cache))
	base, _ := serve(t, map[string][]byte{"DvsGesture.tar.gz": packed})
	_, _, err = set.openGesture(t.Context(), OpenOptions{Cache: t.TempDir(), Mirrors: []string{base}})
	assert.NoError(t, err, "from a mirror")
}

// What leads out of an archive, or is no file, is refused, and nothing stays.
func TestUnpackTarRefuses(t *testing.T) {
	t.Parallel()
	for says, packed := range map[string][]byte{
		`the name "../x" leads out`:            tarred(t, tar.Header{Typeflag: tar.TypeReg, Name: "../x"}),
		`the name "/x" leads out`:              tarred(t, tar.Header{Typeflag: tar.TypeReg, Name: "/x"}),
		`"d/x" is neither a file nor a direct`: tarred(t, tar.Header{Typeflag: tar.TypeSymlink, Name: "d/x", Linkname: "/etc"}),
		"holds no directory d":                 tarred(t, tar.Header{Typeflag: tar.TypeReg, Name: "e/x"}),
		"wrong format":                         gzipped(t, bytes.Repeat([]byte("no archive "), 200)),
		"truncated":                            tarred(t, tar.Header{Typeflag: tar.TypeReg, Name: "d/x", Linkname: "content"})[:40],
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.tar.gz")
		require.NoError(t, os.WriteFile(path, packed, 0o644))
		assert.ErrorContains(t, unpackTar(path, "d"), says)
		assert.Equal(t, []string{"a.tar.gz"}, names(t, dir), says)
	}
}
