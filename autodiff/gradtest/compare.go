package gradtest

import (
	"fmt"
	"math"
)

const epsilon = 0x1p-52 // of a float64

// expect compares within the case's tolerance.
func (k *checker) expect(what string, got, want []float64, absolute float64) {
	k.close(what, got, want, k.c.Tolerance, absolute)
}

// close notes the worst element of got if it is further from want than relative, of the largest
// element, and absolute together allow. NaN is never close.
func (k *checker) close(what string, got, want []float64, relative, absolute float64) {
	if len(got) != len(want) {
		k.fail("%s: %d elements, want %d", what, len(got), len(want))
		return
	}
	allowed := absolute + relative*max(maxAbs(got), maxAbs(want))
	worst, at := 0.0, -1
	for i := range got {
		d := math.Abs(got[i] - want[i])
		if got[i] != want[i] && !(d <= allowed) && !(d < worst) {
			worst, at = d, i
		}
	}
	if at >= 0 {
		k.fail("%s: element %d is %v, want %v: off by %.2g, %.2g allowed", what, at, got[at], want[at], worst, allowed)
	}
}

func (k *checker) fail(format string, args ...any) {
	k.wrong = append(k.wrong, fmt.Sprintf(format, args...))
}

// maxAbs returns the largest magnitude; NaN does not count, and what is infinite cannot bound an error.
func maxAbs(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		if a := math.Abs(v); a > m && !math.IsInf(a, 0) {
			m = a
		}
	}
	return m
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
