package kernel

// A Source is the random numbers of one element of a stream, as many as it takes: what a sampler
// draws from that rejects, or adds up, after Seek. It is a rand.Source of math/rand/v2. Block b of element e has
// the counter {e low, e high, stream, sourceDomain+b}, so that it is a function of key, stream, e and b
// alone; an element has 2^31 blocks of two numbers before they meet those of another purpose.
type Source struct {
	key     [2]uint32
	stream  uint32
	element uint64
	block   uint32
	words   [4]uint32
	used    int // of words
}

// Seek goes to the first number of an element of a stream of key.
func (s *Source) Seek(key [2]uint32, stream uint32, element int) {
	s.key, s.stream, s.element, s.block, s.used = key, stream, uint64(element), 0, len(s.words)
}

// Uint64 returns the next number.
func (s *Source) Uint64() uint64 {
	if s.used == len(s.words) {
		s.words = Philox([4]uint32{uint32(s.element), uint32(s.element >> 32), s.stream, sourceDomain + s.block}, s.key)
		s.block++
		s.used = 0
	}
	x := uint64(s.words[s.used])<<32 | uint64(s.words[s.used+1])
	s.used += 2
	return x
}

// Float64 returns a number in [0, 1): a multiple of 2^-53.
func (s *Source) Float64() float64 { return unit64(s.Uint64()) }

// Positive returns a number in (0, 1): [Source.Float64], where that is 0 half of its least step.
func (s *Source) Positive() float64 { return max(s.Float64(), 1./(1<<54)) }

// Below returns a number of 0..n-1, each as likely as the others to within n·2^-64.
func (s *Source) Below(n uint64) uint64 { return below(s.Uint64(), n) }
