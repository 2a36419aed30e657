package datasets

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The counts are those that the publication gives; the numbers are the first of each file.
func TestJapaneseVowels(t *testing.T) {
	t.Parallel()
	train, test, err := JapaneseVowels()
	require.NoError(t, err)
	for _, c := range []struct {
		u             *Utterances
		n, frames     int
		first         float64
		short, longer int
	}{{train, 270, 4274, 1.860936, 7, 26}, {test, 370, 5687, 1.346025, 7, 29}} {
		require.Len(t, c.u.Series, c.n)
		require.Len(t, c.u.Labels, c.n)
		frames, short, longer := 0, 99, 0
		for _, s := range c.u.Series {
			require.Equal(t, 12, s.Channels)
			frames += s.Len()
			short, longer = min(short, s.Len()), max(longer, s.Len())
		}
		assert.Equal(t, c.frames, frames)
		assert.Equal(t, c.short, short)
		assert.Equal(t, c.longer, longer)
	}
	assert.Equal(t, 1.860936, train.Series[0].Values[0])
	assert.Equal(t, int32(8), test.Labels[369])
	assert.Equal(t, int32(2), test.Labels[31+35])

	d, lengths, err := train.Padded(29)
	require.NoError(t, err)
	require.NoError(t, d.Check())
	assert.Equal(t, []int{29, 12}, d.SampleShape())
	assert.Equal(t, train.Series[1].Len(), lengths[1])
	assert.Equal(t, float32(train.Series[1].Values[3]), d.X[29*12+3])
	assert.Zero(t, d.X[29*12-1])
	_, _, err = train.Padded(20)
	assert.ErrorIs(t, err, ErrRange)
	_, _, err = train.Padded(0)
	assert.ErrorIs(t, err, ErrOption)
}

func TestJapaneseVowelsIn(t *testing.T) {
	t.Parallel()
	train, test, err := JapaneseVowelsIn("vowels")
	require.NoError(t, err)
	assert.Len(t, train.Series, 270)
	assert.Len(t, test.Series, 370)
	dir := t.TempDir()
	_, _, err = JapaneseVowelsIn(dir)
	assert.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ae.train"), []byte(strings.Repeat("1 2 3 4 5 6 7 8 9 10 11 12\n", 3)), 0o644))
	_, _, err = JapaneseVowelsIn(dir)
	assert.ErrorIs(t, err, ErrShape)
	assert.ErrorContains(t, err, "1 utterances, expected 270")
}

func TestReadUtterances(t *testing.T) {
	t.Parallel()
	u, err := ReadUtterances(strings.NewReader("1 2\n3 4\n1 1\n\n5 6\n1.0 1.0\n"), 2)
	require.NoError(t, err)
	require.Len(t, u, 2)
	assert.Equal(t, []float64{1, 2, 3, 4}, u[0].Values)
	assert.Equal(t, []float64{5, 6}, u[1].Values)
	u, err = ReadUtterances(strings.NewReader("1 1\n"), 2)
	assert.ErrorIs(t, err, ErrFormat, "%v", u)
	u, err = ReadUtterances(strings.NewReader("2 1\n"), 2)
	require.NoError(t, err)
	assert.Len(t, u, 1, "the end of the file ends an utterance")
}

func FuzzReadUtterances(f *testing.F) {
	f.Add([]byte("1 2\n1 1\n3 4\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := ReadUtterances(bytes.NewReader(b), 2)
		if err != nil {
			return
		}
		for _, s := range u {
			require.Positive(t, s.Len())
			require.NoError(t, finite(s.Values))
		}
	})
}
