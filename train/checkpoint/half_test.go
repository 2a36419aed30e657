package checkpoint

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The values are those of the table of examples in IEEE 754-2008 binary16.
func TestFromFloat16(t *testing.T) {
	t.Parallel()
	for h, want := range map[uint16]float64{
		0x0000: 0,
		0x0001: math.Ldexp(1, -24), // smallest
		0x03ff: math.Ldexp(1023, -24),
		0x0400: math.Ldexp(1, -14), // smallest normal
		0x3555: 0.333251953125,     // nearest to 1/3
		0x3bff: 1 - math.Ldexp(1, -11),
		0x3c00: 1,
		0x3c01: 1 + math.Ldexp(1, -10),
		0xc000: -2,
		0x7bff: 65504, // largest
		0x7c00: math.Inf(1),
		0xfc00: math.Inf(-1),
		0x8001: -math.Ldexp(1, -24),
	} {
		assert.Equal(t, want, float64(fromFloat16(h)), "%#04x", h)
	}
	assert.Equal(t, uint32(1<<31), math.Float32bits(fromFloat16(0x8000)), "-0")
	assert.True(t, math.IsNaN(float64(fromFloat16(0x7e00))))
}

// All finite values against the definition, computed in float64.
func TestFromFloat16IsTheDefinition(t *testing.T) {
	t.Parallel()
	for h := range uint16(1 << 15) {
		exp, frac := int(h>>10), float64(h&0x3ff)
		want := math.Ldexp(1024+frac, exp-25)
		if exp == 0 {
			want = math.Ldexp(frac, -24)
		}
		if exp < 31 {
			assert.Equal(t, want, float64(fromFloat16(h)), "%#04x", h)
			assert.Equal(t, -want, float64(fromFloat16(h|0x8000)), "%#04x", h)
		}
	}
}

func TestFromBFloat16(t *testing.T) {
	t.Parallel()
	assert.Equal(t, float32(1), fromBFloat16(0x3f80))
	assert.Equal(t, float32(-2), fromBFloat16(0xc000))
	assert.Equal(t, float32(3.140625), fromBFloat16(0x4049))
	assert.Equal(t, math.Inf(1), float64(fromBFloat16(0x7f80)))
}
