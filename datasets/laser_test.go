package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The published series begins with these numbers.
func TestSantaFeLaser(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "santafe_laser.txt")
	_, err := SantaFeLaser(name)
	assert.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(name, []byte("86\n141\n95\n41\r\n\n22\n21\n"), 0o644))
	s, err := SantaFeLaser(name)
	require.NoError(t, err)
	assert.Equal(t, &Series{Values: []float64{86, 141, 95, 41, 22, 21}, Channels: 1}, s)
	for _, text := range []string{"256", "-1", "3.5"} {
		_, err := readLaser(strings.NewReader(text))
		assert.ErrorIs(t, err, ErrRange, text)
	}
}

func TestReadSeries(t *testing.T) {
	t.Parallel()
	s, err := ReadSeries(strings.NewReader("1, 2.5\n\n-3e2\t4\n"), 2)
	require.NoError(t, err)
	assert.Equal(t, &Series{Values: []float64{1, 2.5, -300, 4}, Channels: 2}, s)
	for text, kind := range map[string]error{
		"": ErrEmpty, "\n\n": ErrEmpty, "1 2\n3": ErrFormat, "1 x": ErrFormat, "1 NaN": ErrNotFinite, "inf 1": ErrNotFinite,
		strings.Repeat("1", 1<<17): ErrFormat,
	} {
		_, err := ReadSeries(strings.NewReader(text), 2)
		assert.ErrorIs(t, err, kind, "%.20q", text)
	}
	_, err = ReadSeries(strings.NewReader("1 2\n3"), 2)
	assert.ErrorContains(t, err, "datasets: series: line 2: wrong format: 1 numbers, expected 2")
	_, err = ReadSeries(strings.NewReader("1"), 0)
	assert.ErrorIs(t, err, ErrOption)
}
