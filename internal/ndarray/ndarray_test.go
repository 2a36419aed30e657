package ndarray_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func Example() {
	data, err := ndarray.Decode(ndarray.Float, 2, []byte{0x00, 0x3c, 0x00, 0xc1}, binary.LittleEndian)
	t := (&ndarray.Array{Shape: []int{1, 2}, Data: data}).Dense()
	fmt.Println(t.Shape(), t.Data(), err)
	// Output:
	// (1, 2) [1 -2.5] <nil>
}

func TestBytesDecode(t *testing.T) {
	t.Parallel()
	for _, data := range []any{
		[]float32{1.5, -2}, []float64{math.Pi}, []int8{-3}, []int16{-300}, []int32{-70000}, []int64{math.MinInt64},
		[]uint8{255}, []uint16{65535}, []uint32{math.MaxUint32}, []uint64{math.MaxUint64}, []bool{true, false},
	} {
		raw, err := ndarray.Bytes(data)
		require.NoError(t, err)
		kind, size, n := ndarray.KindOf(data)
		assert.Len(t, raw, size*n)
		got, err := ndarray.Decode(kind, size, raw, binary.LittleEndian)
		require.NoError(t, err)
		assert.Equal(t, data, got)
		a, err := ndarray.Of((&ndarray.Array{Shape: []int{1, n}, Data: data}).Dense())
		require.NoError(t, err)
		assert.Equal(t, &ndarray.Array{Shape: []int{1, n}, Data: data}, a)
		assert.Len(t, ndarray.Floats(data), n)
	}
	_, err := ndarray.Decode('c', 8, nil, binary.LittleEndian)
	assert.ErrorIs(t, err, ndarray.ErrType)
	_, err = ndarray.Bytes([]string{"a"})
	assert.ErrorIs(t, err, ndarray.ErrType)
}

func TestDecodeSignsAndOrders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind ndarray.Kind
		o    binary.ByteOrder
		b    []byte
		want any
	}{
		{ndarray.Uint, binary.LittleEndian, []byte{0xff}, []uint8{255}},
		{ndarray.Int, binary.LittleEndian, []byte{0xff}, []int8{-1}},
		{ndarray.Uint, binary.BigEndian, []byte{1, 2}, []uint16{258}},
		{ndarray.Int, binary.LittleEndian, []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, []int64{-2}},
		{ndarray.Float, binary.LittleEndian, []byte{0, 0, 0x20, 0xc1}, []float32{-10}},
		{ndarray.Float, binary.BigEndian, []byte{0x3f, 0xf0, 0, 0, 0, 0, 0, 0}, []float64{1}},
	} {
		got, err := ndarray.Decode(c.kind, len(c.b), c.b, c.o)
		require.NoError(t, err)
		assert.Equal(t, c.want, got)
	}
}

// Values from the tables of IEEE 754.
func TestHalf(t *testing.T) {
	t.Parallel()
	for bits, want := range map[uint16]float64{
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: math.Ldexp(1, -14), 0x0001: math.Ldexp(1, -24),
		0x03ff: math.Ldexp(1023, -24), 0x3555: 0.333251953125, 0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		got, err := ndarray.Decode(ndarray.Float, 2, binary.LittleEndian.AppendUint16(nil, bits), binary.LittleEndian)
		require.NoError(t, err)
		assert.Equal(t, []float32{float32(want)}, got)
	}
	got, _ := ndarray.Decode(ndarray.Float, 2, []byte{0x80, 0x00}, binary.BigEndian)
	assert.True(t, math.Signbit(float64(got.([]float32)[0])), "-0")
	got, _ = ndarray.Decode(ndarray.Float, 2, []byte{0x01, 0x7e}, binary.LittleEndian)
	assert.True(t, math.IsNaN(float64(got.([]float32)[0])))
}

func TestOfViewsAndEmpties(t *testing.T) {
	t.Parallel()
	x := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{1, 2, 3, 4, 5, 6}))
	v, err := x.Slice(nil, tensor.S(1, 3))
	require.NoError(t, err)
	a, err := ndarray.Of(v.(*tensor.Dense))
	require.NoError(t, err)
	assert.Equal(t, &ndarray.Array{Shape: []int{2, 2}, Data: []float32{2, 3, 5, 6}}, a)
	require.NoError(t, x.T())
	a, err = ndarray.Of(x)
	require.NoError(t, err)
	assert.Equal(t, &ndarray.Array{Shape: []int{3, 2}, Data: []float32{1, 4, 2, 5, 3, 6}}, a)
	empty := &ndarray.Array{Shape: []int{0, 2}, Data: []float32{}}
	a, err = ndarray.Of(empty.Dense())
	require.NoError(t, err)
	assert.Equal(t, []int{0, 2}, a.Shape)
	assert.Empty(t, a.Data)
	scalar, err := ndarray.Of(tensor.New(tensor.FromScalar(int64(3))))
	require.NoError(t, err)
	assert.Equal(t, []int64{3}, scalar.Data)
	assert.Empty(t, scalar.Shape)
}

func TestSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		shape []int
		n     int
		ok    bool
	}{{nil, 1, true}, {[]int{2, 3}, 6, true}, {[]int{0, math.MaxInt, math.MaxInt}, 0, false}, {[]int{math.MaxInt, 0}, 0, true}, {[]int{-1}, 0, false}, {[]int{math.MaxInt, 2}, 0, false}} {
		n, ok := ndarray.Size(c.shape)
		assert.Equal(t, c.ok, ok, c.shape)
		if c.ok {
			assert.Equal(t, c.n, n, c.shape)
		}
	}
}

// A 2 x 3 x 2 array whose elements say where they are.
func TestRowsAndColumns(t *testing.T) {
	t.Parallel()
	rows := []int16{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121}
	columns := []int16{0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121}
	shape := []int{2, 3, 2}
	assert.Equal(t, rows, ndarray.Rows(columns, shape))
	assert.Equal(t, columns, ndarray.Columns(rows, shape))
	for _, data := range []any{
		[]float32{1, 2}, []float64{1, 2}, []int8{1, 2}, []int32{1, 2}, []int64{1, 2}, []uint8{1, 2}, []uint16{1, 2}, []uint32{1, 2},
		[]uint64{1, 2}, []bool{true, false}, []string{"a", "b"},
	} {
		assert.Equal(t, data, ndarray.Rows(data, []int{2, 1}))
	}
}
