package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The first numbers of SplitMix64 from seed 0, as published with the generator's C code by Vigna.
func TestMixIsSplitMix64(t *testing.T) {
	t.Parallel()
	s := uint64(0)
	for _, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		s += golden
		assert.Equal(t, want, mix(s))
	}
}

func TestStreamsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[uint64]bool{}
	paths := [][]uint64{{}, {0}, {1}, {0, 0}, {0, 1}, {1, 0}, {0, 0, 0}, {forSplit}, {forSpikeTask}}
	for seed := range uint64(50) {
		for _, path := range paths {
			x := newRand(seed, path...).Uint64()
			assert.False(t, seen[x], "%d %v", seed, path)
			seen[x] = true
		}
		assert.Equal(t, newRand(seed, 1, 2).Uint64(), newRand(seed, 1, 2).Uint64())
	}
}
