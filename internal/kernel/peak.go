package kernel

import "unsafe"

// MultiplyAdds computes s = s·x + y, from s = 0, rounds times in independent sums that never leave the
// registers, and returns what each of them came to and how many floating-point operations that were:
// against the time it takes, the most that a product of matrices could reach. The portable level rounds
// after each multiplication, as its products do, the others once.
func MultiplyAdds[T Float](rounds int, x, y T) (sum T, flop int) {
	return peaksOf[T](active).run(rounds, x, y)
}

// Read returns the sum of x, in whatever order reads it fastest: against the time it takes, the most
// that a kernel could read from the memory in which x is.
func Read[T Float](x []T) T { return peaksOf[T](active).read(x) }

// peak are the loops of a level, over lanes of several vectors. The first computes, and stores the sum of
// the vectors; the second adds up blocks of readVectors vectors, and stores one.
type peak[T Float] struct {
	vectors, lanes int
	code           func(rounds int, x, y T, sum *T)
	blocks         func(blocks int, x, sum *T)
}

// readVectors is the number of vectors in a block that is read.
const readVectors = 8

// mostLanes is the number of elements of the widest vector.
const mostLanes = 16

var (
	peaks32 = [isas]*peak[float32]{portable: {portableSums, 1, multiplyAddsGo[float32], readBlocksGo[float32]}}
	peaks64 = [isas]*peak[float64]{portable: {portableSums, 1, multiplyAddsGo[float64], readBlocksGo[float64]}}
)

func peaksOf[T Float](l isa) *peak[T] { return choose[peak[T]](T(0), peaks32[l], peaks64[l]) }

// run runs rounds in pieces, between which the goroutine can be stopped; each begins with sums of 0.
func (p *peak[T]) run(rounds int, x, y T) (sum T, flop int) {
	const roundsAtOnce = 1 << 14
	var sums [mostLanes]T
	for left := rounds; left > 0; left -= roundsAtOnce {
		p.code(min(left, roundsAtOnce), x, y, &sums[0])
	}
	return sums[0] / T(p.vectors), 2 * rounds * p.vectors * p.lanes
}

// read adds up x in pieces, between which the goroutine can be stopped.
func (p *peak[T]) read(x []T) T {
	const blocksAtOnce = 1 << 10
	block, total := readVectors*p.lanes, T(0)
	for len(x) >= block {
		n := min(len(x)/block, blocksAtOnce)
		var sums [mostLanes]T
		p.blocks(n, &x[0], &sums[0])
		for _, s := range sums[:p.lanes] {
			total += s
		}
		x = x[n*block:]
	}
	for _, v := range x {
		total += v
	}
	return total
}

func readBlocksGo[T Float](blocks int, x, sum *T) {
	var a, b, c, d, e, f, g, h T
	for s := unsafe.Slice(x, blocks*readVectors); len(s) >= readVectors; s = s[readVectors:] {
		a, b, c, d = a+s[0], b+s[1], c+s[2], d+s[3]
		e, f, g, h = e+s[4], f+s[5], g+s[6], h+s[7]
	}
	*sum = a + b + c + d + e + f + g + h
}

// portableSums is the number of sums of the portable loop, which the compiler keeps in registers.
const portableSums = 8

func multiplyAddsGo[T Float](rounds int, x, y T, sum *T) {
	var a, b, c, d, e, f, g, h T
	for range rounds {
		a, b, c, d = T(a*x)+y, T(b*x)+y, T(c*x)+y, T(d*x)+y
		e, f, g, h = T(e*x)+y, T(f*x)+y, T(g*x)+y, T(h*x)+y
	}
	*sum = a + b + c + d + e + f + g + h
}
