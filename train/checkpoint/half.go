package checkpoint

import (
	"io"
	"math"
)

// readHalves is the reading of 16-bit floats into float32, which holds every one of them exactly.
func readHalves(convert func(uint16) float32) func(io.Reader, int) (any, error) {
	return func(r io.Reader, n int) (any, error) {
		halves, err := readNumbers[uint16](r, n)
		if err != nil {
			return nil, err
		}
		xs := make([]float32, n)
		for i, h := range halves {
			xs[i] = convert(h)
		}
		return xs, nil
	}
}

// fromBFloat16 returns the float32 of which h is the upper half.
func fromBFloat16(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }

// Layout of IEEE 754-2008 binary16: sign, 5 bits of exponent with bias 15, 10 bits of fraction.
const (
	halfFraction = 10
	halfBias     = 15
	halfMaxExp   = 31
)

// fromFloat16 returns the value of an IEEE 754-2008 binary16:
//
//	(-1)^s 2^(e-15) (1 + f/1024)   0 < e < 31
//	(-1)^s 2^-14 f/1024            e = 0
//	±Inf, or NaN where f != 0      e = 31; the payload of a NaN is kept
func fromFloat16(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exp := uint32(h>>halfFraction) & halfMaxExp
	frac := uint32(h) & (1<<halfFraction - 1)
	const shift = 23 - halfFraction // float32 has 23 bits of fraction, and bias 127
	switch exp {
	case 0:
		tiny := float32(frac) / (1 << (halfFraction + halfBias - 1))
		return math.Float32frombits(sign | math.Float32bits(tiny))
	case halfMaxExp:
		return math.Float32frombits(sign | 0xff<<23 | frac<<shift)
	}
	return math.Float32frombits(sign | (exp+127-halfBias)<<23 | frac<<shift)
}
