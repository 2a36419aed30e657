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
