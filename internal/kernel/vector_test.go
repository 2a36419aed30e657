package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// approximate are the operations whose float32 loops differ between portable and vectors.
func approximate(op Opcode) bool { return worstUlps[op] != [isas]int64{} }

// numbersOf returns n numbers of all sizes, a quarter of them special.
func numbersOf[T Float](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		switch r.IntN(4) {
		case 0:
			x[i] = T(special[r.IntN(len(special))])
		case 1:
			if x[i] = T(math.Float64frombits(r.Uint64())); isSingle[T]() {
				x[i] = T(math.Float32frombits(r.Uint32()))
			}
		default:
			x[i] = T(r.NormFloat64())
		}
	}
	return x
}

// unaligned copies x to memory that begins at an odd element and ends before another one.
func unaligned[T any](x []T, at int) []T {
	return append(make([]T, at, at+len(x)+1), x...)[at:]
}

// TestLoopsAgreeAtEveryLevel holds every loop to the bits of the portable one, or of AVX2 where that
// differs, whatever the length, place and aliasing of its operands.
func TestLoopsAgreeAtEveryLevel(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		testLoopsAgree(t, loops32[l], loops32[portable], loops32[min(l, avx2)])
		testLoopsAgree(t, loops64[l], loops64[portable], loops64[portable])
	})
}

func testLoopsAgree[T Float](t *testing.T, l, exact, approx *loops[T]) {
	r := rand.New(rand.NewPCG(1, 2))
	for op := range opcodes {
		twin := exact.ops[op]
		if approximate(op) {
			twin = approx.ops[op]
		}
		for _, n := range []int{0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 200, 1023} {
			checkLoop(t, r, op, l, twin, n)
		}
	}
}

// checkLoop compares n elements of an operation at a level with its twin.
func checkLoop[T Float](t *testing.T, r *rand.Rand, op Opcode, l *loops[T], twin vector[T], n int) {
	t.Helper()
	x, y, z := numbersOf[T](r, n), numbersOf[T](r, n), numbersOf[T](r, n)
	c0, c1 := T(r.NormFloat64()), T(r.NormFloat64())
	want := make([]T, n)
	twin(want, x, y, z, c0, c1)
	requireBits := func(got []T, how string) {
		for i := range got {
			requireSame(t, float64(want[i]), float64(got[i]), "%v(%v, %v, %v) element %d of %d, %s",
				op, x[i], y[i], z[i], i, n, how)
		}
	}
	args := [3][]T{unaligned(x, 1), unaligned(y, 2), unaligned(z, 3)}
	got := make([]T, n+2)
	got[0], got[n+1] = 77, 78
	l.ops[op](got[1:n+1], args[0], args[1], args[2], c0, c1)
	requireBits(got[1:n+1], "apart")
	require.Equal(t, [2]T{77, 78}, [2]T{got[0], got[n+1]}, "%v writes beyond its end", op)
	for a := range args {
		in := [3][]T{unaligned(x, 1), unaligned(y, 1), unaligned(z, 1)}
		l.ops[op](in[a], in[0], in[1], in[2], c0, c1)
		requireBits(in[a], "in place")
	}
	cut := r.IntN(n + 1)
	l.ops[op](got[:cut], x[:cut], y[:cut], z[:cut], c0, c1)
	l.ops[op](got[cut:n], x[cut:], y[cut:], z[cut:], c0, c1)
	requireBits(got[:n], "in two parts")
}

// FuzzLoops compares every operation at all levels with the portable one: arithmetic and the like to the
// bit, approximations with their meaning, within their bounds, and the vector levels with each other.
func FuzzLoops(f *testing.F) {
	for op := range opcodes {
		f.Add(uint64(op), uint8(op), uint16(37))
	}
	f.Fuzz(func(t *testing.T, seed uint64, number uint8, size uint16) {
		r, op, n := rand.New(rand.NewPCG(seed, 6)), Opcode(number)%opcodes, int(size)%3000
		for l := portable; l <= supported(); l++ {
			twin := loops32[portable].ops[op]
			if approximate(op) {
				twin = loops32[min(l, avx2)].ops[op]
				checkUlps(t, op, l, numbersOf[float32](r, n))
			}
			checkLoop(t, r, op, loops32[l], twin, n)
			checkLoop(t, r, op, loops64[l], loops64[portable].ops[op], n)
		}
	})
}

// TestLongLoops crosses the limit of one call of assembly.
func TestLongLoops(t *testing.T) {
	const n = 1<<15 + 3
	x, flags := make([]float32, n), make([]uint8, n)
	eachLevel(t, func(t *testing.T, l isa) {
		got, bytes := make([]float32, n), make([]uint8, n)
		loops32[l].ops[OpAffine](got, x, x, x, 0, 2)
		loops32[l].toBools(bytes, got)
		for i := range got {
			require.Equal(t, float32(2), got[i])
			require.Equal(t, uint8(1), bytes[i])
		}
		loops32[l].bools.row(got, flags)
		for i := range got {
			require.Zero(t, got[i])
		}
	})
}

func TestBoolConversionsAgree(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		testBoolConversions(t, loops32[l])
		testBoolConversions(t, loops64[l])
	})
}

func testBoolConversions[T Float](t *testing.T, l *loops[T]) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 70 {
		checkBoolConversions(t, l, r, n)
	}
}

func checkBoolConversions[T Float](t *testing.T, l *loops[T], r *rand.Rand, n int) {
	t.Helper()
	x := unaligned(numbersOf[T](r, n), 1)
	bytes := make([]uint8, n+2)
	l.toBools(bytes[1:n+1], x)
	for i, v := range x {
		require.Equal(t, bit(v != 0), bytes[1+i], "%v", v)
	}
	require.Zero(t, bytes[0]+bytes[n+1])
	back := make([]T, n+2)
	l.bools.row(back[1:n+1], bytes[1:n+1])
	for i, b := range bytes {
		require.Equal(t, T(b), back[i])
	}
}
