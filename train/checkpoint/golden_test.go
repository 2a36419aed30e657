package checkpoint_test

import (
	"bytes"
	"math"
	"os"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tinyFile is the content of testdata/tiny.safetensors, in an order of its own.
func tinyFile() *checkpoint.File {
	return &checkpoint.File{
		Kind:     "weights",
		Metadata: map[string]string{"epoch": "12"},
		Tensors: []checkpoint.Tensor{
			{"mask", dense([]bool{true, false, true}, 3)},
			{"w", dense([]float32{0, 1, -2, 0.5, float32(math.Copysign(0, -1)), float32(math.Inf(1))}, 2, 3)},
			{"none", dense([]float32{}, 0, 4)},
			{"s", dense([]int64{-2})},
		},
	}
}

// Both directions against bytes that were put together by hand; see testdata/make.sh.
func TestGolden(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/tiny.safetensors")
	require.NoError(t, err)

	var got bytes.Buffer
	require.NoError(t, checkpoint.Encode(&got, tinyFile()))
	assert.Equal(t, string(want), got.String())

	f, err := checkpoint.ReadFile("testdata/tiny.safetensors")
	require.NoError(t, err)
	requireSame(t, tinyFile(), f)
}

func TestGoldenOfAnotherTool(t *testing.T) {
	t.Parallel()
	f, err := checkpoint.ReadFile("testdata/plain.safetensors")
	require.NoError(t, err)
	requireSame(t, &checkpoint.File{
		Metadata: map[string]string{},
		Tensors: []checkpoint.Tensor{
			{"b", dense([]uint8{7}, 1)},
			{"h", dense([]float32{1, -2, 65504}, 3)},
			{"x", dense([]float32{1, -2}, 1, 2)},
		},
	}, f)

	h, err := checkpoint.ReadHeader("testdata/plain.safetensors")
	require.NoError(t, err)
	assert.Equal(t, []checkpoint.Spec{
		{"b", checkpoint.U8, []int{1}}, {"h", checkpoint.F16, []int{3}}, {"x", checkpoint.BF16, []int{1, 2}},
	}, h.Specs)
}
