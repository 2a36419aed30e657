package report_test

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/report"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// fields are those of a protocol buffer, decoded by the wire format: numbers as they stand, messages
// as bytes.
type fields map[uint64][]any

func decode(t *testing.T, b []byte) fields {
	t.Helper()
	fs := fields{}
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		require.Positive(t, n)
		b = b[n:]
		var v any
		switch key & 7 {
		case 0:
			u, n := binary.Uvarint(b)
			require.Positive(t, n)
			v, b = int64(u), b[n:]
		case 1:
			v, b = math.Float64frombits(binary.LittleEndian.Uint64(b)), b[8:]
		case 2:
			size, n := binary.Uvarint(b)
			require.Positive(t, n)
			v, b = b[n:n+int(size)], b[n+int(size):]
		case 5:
			v, b = math.Float32frombits(binary.LittleEndian.Uint32(b)), b[4:]
		default:
			require.Failf(t, "wire type", "%d", key&7)
		}
		fs[key>>3] = append(fs[key>>3], v)
	}
	return fs
}

// records reads the framing, by bitwise checksums.
func records(t *testing.T, b []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for len(b) > 0 {
		n := binary.LittleEndian.Uint64(b)
		require.Equal(t, checksum(b[:8]), unmask(binary.LittleEndian.Uint32(b[8:])))
		data := b[12 : 12+n]
		require.Equal(t, checksum(data), unmask(binary.LittleEndian.Uint32(b[12+n:])))
		out, b = append(out, data), b[16+n:]
	}
	return out
}

func unmask(m uint32) uint32 {
	m -= 0xa282ead8
	return m>>17 | m<<15
}

// checksum is CRC32C, bit by bit.
func checksum(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x)
		for range 8 {
			if c&1 == 1 {
				c = c>>1 ^ 0x82f63b78
			} else {
				c >>= 1
			}
		}
	}
	return ^c
}

// The checksum of the tests itself, by RFC 3720, appendix B.4.
func TestChecksumVectors(t *testing.T) {
	t.Parallel()
	ascending := make([]byte, 32)
	for i := range ascending {
		ascending[i] = byte(i)
	}
	for _, c := range []struct {
		data []byte
		want uint32
	}{
		{make([]byte, 32), 0x8a9136aa}, {[]byte(strings.Repeat("\xff", 32)), 0x62a8ab43},
		{ascending, 0x46dd794e}, {[]byte("123456789"), 0xe3069283},
	} {
		assert.Equal(t, c.want, checksum(c.data))
		assert.Equal(t, c.want, crc32.Checksum(c.data, crc32.MakeTable(crc32.Castagnoli)))
	}
}

// value is a decoded Summary.Value.
type value struct {
	step   int64
	scalar float32
	histo  fields
	image  fields
}

// written reads the only file of a directory: its events by tag.
func written(t *testing.T, dir string) map[string][]value {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	b, err := os.ReadFile(names[0])
	require.NoError(t, err)
	all := map[string][]value{}
	for i, r := range records(t, b) {
		e := decode(t, r)
		assert.Equal(t, []any{1.7e9 + 0.5}, e[1], "wall time")
		if i == 0 {
			assert.Equal(t, []any{[]byte("brain.Event:2")}, e[3])
			continue
		}
		for _, v := range decode(t, e[5][0].([]byte))[1] {
			f := decode(t, v.([]byte))
			out := value{step: e[2][0].(int64)}
			if f[2] != nil {
				out.scalar = f[2][0].(float32)
			}
			if f[4] != nil {
				out.image = decode(t, f[4][0].([]byte))
			}
			if f[5] != nil {
				out.histo = decode(t, f[5][0].([]byte))
			}
			tag := string(f[1][0].([]byte))
			all[tag] = append(all[tag], out)
		}
	}
	return all
}

func board(dir string) *report.Board {
	b := report.TensorBoard(dir)
	b.Now = func() time.Time { return time.Unix(1.7e9, 5e8) }
	return b
}

func doubles(b any) []float64 {
	var out []float64
	for c := range slices.Chunk(b.([]byte), 8) {
		out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(c)))
	}
	return out
}

func TestBoardWritesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	b := board(dir)
	require.NoError(t, b.Scalar("loss", 3, 0.5))
	require.NoError(t, b.Scalar("loss", 1<<40, math.NaN()))
	require.NoError(t, b.Histogram("w", 4, []float64{-1, 0, 2, 2, math.NaN()}))
	require.NoError(t, b.Histogram("same", 4, []float64{7, 7}))
	require.NoError(t, b.Picture("curves", 5, report.Curves(history(3))))
	assert.ErrorIs(t, b.Histogram("none", 4, []float64{math.NaN()}), report.ErrValue)
	assert.ErrorIs(t, b.Picture("none", 4, report.Figure{}), report.ErrValue)
	require.NoError(t, b.Close())
	require.NoError(t, b.Close(), "again")

	all := written(t, dir)
	assert.Equal(t, value{step: 3, scalar: 0.5}, all["loss"][0])
	assert.Equal(t, int64(1)<<40, all["loss"][1].step)
	assert.True(t, math.IsNaN(float64(all["loss"][1].scalar)))
	h := all["w"][0].histo
	for field, want := range map[uint64]float64{1: -1, 2: 2, 3: 4, 4: 3, 5: 9} {
		assert.Equal(t, []any{want}, h[field], field)
	}
	limits, counts := doubles(h[6][0]), doubles(h[7][0])
	require.Equal(t, len(limits), len(counts))
	assert.True(t, slices.IsSorted(limits))
	assert.Equal(t, 2.0, limits[len(limits)-1])
	assert.Equal(t, 2.0, counts[len(counts)-1])
	assert.Equal(t, 1.0, counts[0])
	assert.Equal(t, []float64{2}, doubles(all["same"][0].histo[7][0]))
	image := all["curves"][0].image
	assert.True(t, strings.HasPrefix(string(image[4][0].([]byte)), "\x89PNG"))
	assert.Greater(t, image[2][0], image[1][0], "wider than high")
}

// The first bytes of every event file: a record of 24 bytes, whose masked checksum is published in
// many dumps of such files.
func TestFileBegins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := board(dir)
	require.NoError(t, b.Scalar("a", 0, 1))
	require.NoError(t, b.Close())
	names, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(names[0].Name(), "events.out.tfevents.1700000000."))
	text, err := os.ReadFile(filepath.Join(dir, names[0].Name()))
	require.NoError(t, err)
	assert.Equal(t, "\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7f\x4b\x22\x09", string(text[:13]))
}

func TestHooksWriteARun(t *testing.T) {
	t.Parallel()
	write := func(dir string) {
		b := board(dir)
		b.Every, b.Store = 5, graph.NewStore(1)
		require.NoError(t, b.Store.Put("fc.W", tensor.New(tensor.WithShape(2), tensor.WithBacking([]float32{1, 2})), true))
		require.NoError(t, b.Store.Put("slot", tensor.New(tensor.WithShape(2), tensor.WithBacking([]float32{1, 2})), false))
		h, hooks := history(2), b.Hooks()
		for e := range h.Epochs {
			for _, r := range h.Batches[10*e : 10*e+10] {
				require.NoError(t, hooks.OnBatch(r))
			}
			require.NoError(t, hooks.OnEpoch(h.Epochs[e]))
		}
		require.NoError(t, b.Close())
	}
	one, two := t.TempDir(), t.TempDir()
	write(one)
	write(two)
	all := written(t, one)
	assert.Equal(t, all, written(t, two))
	var steps []int64
	for _, v := range all["batch/loss"] {
		steps = append(steps, v.step)
	}
	assert.Equal(t, []int64{5, 10, 15, 20}, steps)
	assert.Equal(t, []value{{step: 10, scalar: 1.5}, {step: 20, scalar: 0.75}}, all["validation/loss"])
	assert.Equal(t, []value{{step: 10, scalar: 0.5}, {step: 20, scalar: 0.75}}, all["epoch/accuracy"])
	assert.Len(t, all["weights/fc.W"], 2)
	assert.NotContains(t, all, "weights/slot")
	for _, tag := range []string{"batch/gradient_norm", "batch/accuracy", "rates/hidden", "epoch/gradient_norm"} {
		assert.Contains(t, all, tag)
	}
}

func TestBoardFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 3 { // in one second
		b := board(dir)
		require.NoError(t, b.Scalar("a", 0, 1))
		require.NoError(t, b.Close())
	}
	names, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, names, 3)
	file := filepath.Join(dir, names[0].Name())
	assert.Error(t, board(file).Scalar("a", 0, 1), "not a directory")
	real := report.TensorBoard(filepath.Join(dir, "now"))
	require.NoError(t, real.Hooks().OnEpoch(train.Epoch{}))
	require.NoError(t, real.Close())
}
