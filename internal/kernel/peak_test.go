package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMultiplyAdds computes what is exact in all steps: 2 - 2^(1-rounds), and sums of steps of 3.
func TestMultiplyAdds(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		multiplyAddsAre[float32](t, l)
		multiplyAddsAre[float64](t, l)
	})
}

func multiplyAddsAre[T Float](t *testing.T, l isa) {
	p := peaksOf[T](l)
	for rounds := 1; rounds < 20; rounds++ {
		sum, flop := p.run(rounds, 0.5, 1)
		assert.Equal(t, 2-1/T(int(1)<<(rounds-1)), sum)
		assert.Equal(t, 2*rounds*p.vectors*p.lanes, flop)
	}
	sum, _ := p.run(1000, 1, 3)
	assert.Equal(t, T(3000), sum)
	sum, flop := p.run(0, 1, 3)
	assert.Zero(t, sum)
	assert.Zero(t, flop)
}

// TestRead adds up what is exact: whole numbers, at every length and from every place.
func TestRead(t *testing.T) {
	eachLevel(t, func(t *testing.T, l isa) {
		readIs[float32](t, l)
		readIs[float64](t, l)
	})
}

func readIs[T Float](t *testing.T, l isa) {
	x := make([]T, 3000)
	for i := range x {
		x[i] = T(i%7 - 2)
	}
	for from := range 5 {
		want := T(0)
		for to := from; to < 700; to++ {
			assert.Equal(t, want, peaksOf[T](l).read(x[from:to]), "%d to %d", from, to)
			want += x[to]
		}
	}
	all := make([]T, 1<<20+3) // several pieces
	Fill(all, 1)
	assert.Equal(t, T(1<<20+3), peaksOf[T](l).read(all))
}
