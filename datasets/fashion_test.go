package datasets

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fashionOriginals makes TestFashionSmallIsOfTheOriginals compare with them.
var fashionOriginals = flag.String("fashion-mnist", "", "directory with the four original files of Fashion-MNIST")

func TestFashionSmall(t *testing.T) {
	t.Parallel()
	train, test, err := FashionSmall()
	require.NoError(t, err)
	for _, c := range []struct {
		d      *Images
		n      int
		sha256 string // of pixels, then labels, a byte each
	}{
		{train, 500, "3e4733ae8450a2837c1f62ea9946542fde2197204feb158e5b790257ac34143a"},
		{test, 100, "22489d4842e74e85dc8dfa1e618d5c8b760cc913f0c941bf9aebbb0d0b933b9e"},
	} {
		assert.Equal(t, 28, c.d.H)
		assert.Equal(t, 28, c.d.W)
		require.Len(t, c.d.Labels, 10*c.n)
		require.Len(t, c.d.Classes, 10)
		content := append([]byte{}, c.d.Pixels...)
		count := map[int32]int{}
		for _, y := range c.d.Labels {
			count[y]++
			content = append(content, byte(y))
		}
		for y := range int32(10) {
			assert.Equal(t, c.n, count[y], "class %d", y)
		}
		assert.Equal(t, c.sha256, fmt.Sprintf("%x", sha256.Sum256(content)))
	}
	// The first labels of the originals: ankle boot, T-shirt, T-shirt, dress; and ankle boot,
	// pullover, trouser.
	assert.Equal(t, []int32{9, 0, 0, 3}, train.Labels[:4])
	assert.Equal(t, []int32{9, 2, 1, 1}, test.Labels[:4])
}

// Run with -args -fashion-mnist DIRECTORY; TestFashionSmall holds the result by its checksum.
func TestFashionSmallIsOfTheOriginals(t *testing.T) {
	if *fashionOriginals == "" {
		t.Skip("needs the originals: go test ./datasets -args -fashion-mnist DIRECTORY")
	}
	_, _, err := fashionSet.open(t.Context(), OpenOptions{Cache: *fashionOriginals, Mirrors: []string{}})
	require.NoError(t, err, "checksums of the originals")
	train, test, err := FashionMNIST(*fashionOriginals)
	require.NoError(t, err)
	smallTrain, smallTest, err := FashionSmall()
	require.NoError(t, err)
	for _, c := range []struct {
		whole, small *Images
		n            int
	}{{train, smallTrain, 500}, {test, smallTest, 100}} {
		v, err := PerClass(c.whole, c.n)
		require.NoError(t, err)
		require.Equal(t, c.small.Len(), v.Len())
		for k, i := range v.Index() {
			require.Equal(t, c.whole.Image(i), c.small.Image(k))
			require.Equal(t, c.whole.Labels[i], c.small.Labels[k])
		}
	}
}

func TestFashionFilesAreSmall(t *testing.T) {
	t.Parallel()
	total := int64(0)
	files, err := fs.Glob(fashionFiles, "fashion/*")
	require.NoError(t, err)
	require.Len(t, files, 4)
	for _, name := range files {
		info, err := fs.Stat(fashionFiles, name)
		require.NoError(t, err)
		total += info.Size()
	}
	assert.Less(t, total, int64(3_000_000))
}

func BenchmarkFashionSmall(b *testing.B) {
	for b.Loop() {
		_, _, err := FashionSmall()
		require.NoError(b, err)
	}
}
