package datasets

import (
	"archive/tar"
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// digitsArchive makes TestSpokenDigitsArchive read the published set.
var digitsArchive = flag.String("fsdd", "", "archive of the Free Spoken Digit Dataset, .tar.gz")

// digitsTar returns the recordings of testdata as an archive.
func digitsTar(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: "set/recordings/", Typeflag: tar.TypeDir, Mode: 0o755}))
	names, err := filepath.Glob("testdata/digits/*.wav")
	require.NoError(t, err)
	for _, name := range append(names, "doc.go") {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "set/recordings/" + filepath.Base(name), Mode: 0o644, Size: int64(len(b))}))
		_, err = w.Write(b)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func TestSpokenDigits(t *testing.T) {
	t.Parallel()
	fromDir, err := SpokenDigits("testdata/digits")
	require.NoError(t, err)
	require.Len(t, fromDir, 9)
	assert.Equal(t, "theo", fromDir[5].Speaker)
	assert.Equal(t, int32(1), fromDir[5].Digit)
	for _, packed := range []bool{false, true} {
		b := digitsTar(t)
		if packed {
			b = gzipped(t, b)
		}
		name := filepath.Join(t.TempDir(), "digits.tar")
		require.NoError(t, os.WriteFile(name, b, 0o644))
		fromTar, err := SpokenDigits(name)
		require.NoError(t, err)
		assert.Equal(t, fromDir, fromTar)
	}
}

func TestSpokenDigitsArchive(t *testing.T) {
	t.Parallel()
	if *digitsArchive == "" {
		t.Skip("-fsdd names no archive")
	}
	all, err := SpokenDigits(*digitsArchive)
	require.NoError(t, err)
	assert.Len(t, all, 3000)
	for i, d := range all {
		assert.Equal(t, int32(i/300), d.Digit)
		assert.Equal(t, i%50, d.Take)
		assert.Equal(t, 8000, d.Rate)
	}
}

func TestSpokenDigitsRefuse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := SpokenDigits(filepath.Join(dir, "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = SpokenDigits(dir)
	assert.ErrorIs(t, err, ErrEmpty)
	name := filepath.Join(dir, "digits.tar.gz")
	whole := digitsTar(t)
	for kind, b := range map[error][]byte{
		ErrTruncated: gzipped(t, whole)[:9000],
		ErrFormat:    bytes.Repeat([]byte("no tar"), 200),
	} {
		require.NoError(t, os.WriteFile(name, b, 0o644))
		_, err = SpokenDigits(name)
		assert.ErrorIs(t, err, kind)
	}
	var huge bytes.Buffer
	require.NoError(t, tar.NewWriter(&huge).WriteHeader(&tar.Header{Name: "1_x_2.wav", Size: maxWAV + 1}))
	_, err = digitsInTar(&huge)
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "recordings of more than")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "1_x_2.wav"), []byte("RIFF"), 0o644))
	_, err = SpokenDigits(dir)
	assert.ErrorIs(t, err, ErrFormat)
	assert.ErrorContains(t, err, "1_x_2.wav")
}

func TestParseDigitName(t *testing.T) {
	t.Parallel()
	d, ok := parseDigitName("a/b/7_jackson_32.wav")
	assert.True(t, ok)
	assert.Equal(t, SpokenDigit{Digit: 7, Speaker: "jackson", Take: 32}, d)
	for _, name := range []string{"", "7_a_1.mp3", "a_a_1.wav", "77_a_1.wav", "7_a.wav", "7__1.wav", "7_a_b.wav", "7_a_-1.wav"} {
		_, ok := parseDigitName(name)
		assert.False(t, ok, name)
	}
}

// No voice is in both sets.
func TestSplitSpeakers(t *testing.T) {
	t.Parallel()
	all, err := SpokenDigits("testdata/digits")
	require.NoError(t, err)
	train, test, err := SplitSpeakers(all, "theo")
	require.NoError(t, err)
	assert.Len(t, train, 6)
	assert.Len(t, test, 3)
	for _, d := range test {
		assert.Equal(t, "theo", d.Speaker)
	}
	for _, d := range train {
		assert.NotEqual(t, "theo", d.Speaker)
	}
	for _, test := range [][]string{nil, {"nobody"}, {"theo", "george", "jackson"}} {
		_, _, err := SplitSpeakers(all, test...)
		assert.ErrorIs(t, err, ErrEmpty, "%v", test)
	}
}

func FuzzDigitsInTar(f *testing.F) {
	f.Add(digitsTar(f)[:6000])
	f.Add(gzipped(f, digitsTar(f)[:6000]))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := digitsInTar(bytes.NewReader(b))
		if err != nil {
			require.Nil(t, all)
		}
	})
}
