package datasets

import "math/rand/v2"

// What random numbers are for. Each purpose has a stream of its own, so that none disturbs another.
const (
	forShuffle uint64 = iota // then the epoch
	forEncode                // then the epoch and the batch
	forSplit
	forSpikeTask // then the sample
	forAugment   // then the epoch and the recording
	forSeries
)

// newRand returns the generator (PCG-DXSM) of a seed for one purpose, and within it for an epoch, a
// batch, or a sample. Equal arguments give equal numbers, any others unrelated ones.
func newRand(seed uint64, path ...uint64) *rand.Rand {
	s := seed
	for _, p := range path {
		s = mix(s ^ mix(p+golden))
	}
	return rand.New(rand.NewPCG(s, mix(s+golden)))
}

// golden is 2^64 divided by the golden ratio: the increment of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// mix is the finalizer of SplitMix64, a bijection in which every bit of x changes half of the bits.
// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
// doi:10.1145/2660193.2660195, with Stafford's constants (Mix13).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
