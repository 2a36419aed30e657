package kernel

import (
	"math"
	"unsafe"
)

// The loops of arithmetic. Operands are resliced to the length of dst, so that the compiler drops
// the bounds checks. The conversion of a product keeps the compiler from rounding it together with the
// sum: results are the same on every processor.

func constant[T Number](dst, _, _, _ []T, c0, _ T) { Fill(dst, c0) }

func duplicate[T Number](dst, x, _, _ []T, _, _ T) { copy(dst, x) }

func negate[T Number](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = -x[i]
	}
}

func square[T Number](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * x[i]
	}
}

func reciprocal[T Float](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = 1 / x[i]
	}
}

func squareRoot[T Float](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = T(math.Sqrt(float64(x[i])))
	}
}

func add[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

func subtract[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

func multiply[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

func divide[T Float](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] / y[i]
	}
}

func divideInt(dst, x, y, _ []int32, _, _ int32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		if y[i] == 0 {
			dst[i] = 0
			continue
		}
		dst[i] = x[i] / y[i]
	}
}

// modulo computes in float64, where the quotient of two float32 does not underflow.
func modulo[T Float](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		v, w := float64(x[i]), float64(y[i])
		dst[i] = T(v - float64(math.Floor(v/w)*w))
	}
}

func moduloInt(dst, x, y, _ []int32, _, _ int32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		d := y[i]
		if d == 0 {
			dst[i] = 0
			continue
		}
		r := x[i] % d
		if r != 0 && (r < 0) != (d < 0) {
			r += d
		}
		dst[i] = r
	}
}

func minimum[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = min(x[i], y[i])
	}
}

func maximum[T Number](dst, x, y, _ []T, _, _ T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = max(x[i], y[i])
	}
}

func multiplyAdd[T Number](dst, x, y, z []T, _, _ T) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	for i := range dst {
		dst[i] = T(x[i]*y[i]) + z[i]
	}
}

func multiplySubtract[T Number](dst, x, y, z []T, _, _ T) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	for i := range dst {
		dst[i] = T(x[i]*y[i]) - z[i]
	}
}

func subtractProduct[T Number](dst, x, y, z []T, _, _ T) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	for i := range dst {
		dst[i] = z[i] - T(x[i]*y[i])
	}
}

func affine[T Number](dst, x, _, _ []T, c0, c1 T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = T(c0*x[i]) + c1
	}
}

func relu[T Number](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = max(x[i], 0)
	}
}

func floor[T Float](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = T(math.Floor(float64(x[i])))
	}
}

func ceil[T Float](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = T(math.Ceil(float64(x[i])))
	}
}

func round[T Float](dst, x, _, _ []T, _, _ T) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = T(math.RoundToEven(float64(x[i])))
	}
}

// abs32 clears the sign bit.
func abs32(dst, x, _, _ []float32, _, _ float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = math.Float32frombits(math.Float32bits(x[i]) &^ (1 << 31))
	}
}

func abs64(dst, x, _, _ []float64, _, _ float64) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = math.Abs(x[i])
	}
}

func absInt(dst, x, _, _ []int32, _, _ int32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = max(x[i], -x[i])
	}
}

// reinterpret returns the memory of s as words of the same size.
func reinterpret[U uint32 | uint64, T Number](s []T) []U {
	return unsafe.Slice((*U)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}
