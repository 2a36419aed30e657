package kernel

import "unsafe"

// rowCode is the assembly of an instruction set for a row times a matrix.
type rowCode[T Float] struct {
	lanes int
	strip func(k int, x, b *T, ldb int, y *T) // of eight vectors
	edge  func(k int, x, b *T, ldb int, y *T, lanes int)
}

// The functions of each level.
var (
	rows32 = [isas]*rowCode[float32]{avx2: {8, rowStripF32AVX2, rowEdgeF32AVX2}, avx512: {16, rowStripF32AVX512, rowEdgeF32AVX512}}
	rows64 = [isas]*rowCode[float64]{avx2: {4, rowStripF64AVX2, rowEdgeF64AVX2}, avx512: {8, rowStripF64AVX512, rowEdgeF64AVX512}}
)

// stripRowsAtOnce is the number of rows of a strip between two points at which the goroutine can be stopped.
const stripRowsAtOnce = 512

func rowCodeOf[T Float](l isa) *rowCode[T] { return choose[rowCode[T]](T(0), rows32[l], rows64[l]) }

// rowStrips is rowStripsGo at a level, or returns false.
func rowStrips[T Float](l isa, x, b []T, ldb int, y []T) bool {
	code := rowCodeOf[T](l)
	if code == nil {
		return false
	}
	_ = b[(len(x)-1)*ldb+len(y)-1]
	for j := 0; j < len(y); j += 8 * code.lanes {
		for l := 0; l < len(x); l += stripRowsAtOnce {
			code.strip(min(stripRowsAtOnce, len(x)-l), &x[l], &b[l*ldb+j], ldb*int(unsafe.Sizeof(x[0])), &y[j])
			stopPoint()
		}
	}
	return true
}

// rowEdges is rowEdgesGo at a level, or returns false.
func rowEdges[T Float](l isa, x, b []T, ldb int, y []T) bool {
	code := rowCodeOf[T](l)
	if code == nil {
		return false
	}
	_ = b[(len(x)-1)*ldb+len(y)-1]
	for j := 0; j < len(y); j += code.lanes {
		code.edge(len(x), &x[0], &b[j], ldb*int(unsafe.Sizeof(x[0])), &y[j], min(code.lanes, len(y)-j))
		stopPoint()
	}
	return true
}
