package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBufViews(t *testing.T) {
	x := []float32{1, 2, 3}
	b := Of(x)
	b.F32()[1] = 7
	assert.Equal(t, []float32{1, 7, 3}, x)
	assert.Equal(t, x, View[float32](b))
	assert.Len(t, b.Bytes(Float32.Size()), 12)
	assert.Equal(t, []float32{7, 3}, b.Slice(1, 3, 4).F32())
	assert.Empty(t, b.Slice(3, 3, 4).F32())
	assert.Panics(t, func() { b.Slice(1, 4, 4) })
	assert.Empty(t, Of[float64](nil).F64())
	assert.Equal(t, []int32{5}, Of([]int32{5}).I32())
	assert.Equal(t, []bool{true}, Of([]bool{true}).Bool())
	assert.Equal(t, "Bool", Bool.String())
}

func TestOpcodeTableIsComplete(t *testing.T) {
	for op := range opcodes {
		assert.NotEmpty(t, op.String(), "opcode %d", op)
		assert.True(t, op.On(Float32) && op.On(Float64), op.String())
		assert.False(t, op.On(Bool), op.String())
		assert.NotPanics(t, func() { op.Eval(1, 1, 1, 1, 1) }, op.String())
	}
}
