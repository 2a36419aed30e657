package kernel

import "math/bits"

const (
	philoxRounds = 10
	philoxMul0   = 0xD2511F53
	philoxMul1   = 0xCD9E8D57
	philoxWeyl0  = 0x9E3779B9 // golden ratio
	philoxWeyl1  = 0xBB67AE85 // sqrt(3) - 1
)

// Philox returns block ctr of the random sequence key: Philox4x32-10 of Salmon, Moraes, Dror and Shaw
// (2011), "Parallel random numbers: as easy as 1, 2, 3", doi:10.1145/2063384.2063405. Any block can
// be computed alone, so that a random array has the same bits however it is cut up.
func Philox(ctr [4]uint32, key [2]uint32) [4]uint32 {
	c0, c1, c2, c3 := ctr[0], ctr[1], ctr[2], ctr[3]
	k0, k1 := key[0], key[1]
	for range philoxRounds {
		hi0, lo0 := bits.Mul32(philoxMul0, c0)
		hi1, lo1 := bits.Mul32(philoxMul1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0 += philoxWeyl0
		k1 += philoxWeyl1
	}
	return [4]uint32{c0, c1, c2, c3}
}

// The fourth word of a counter keeps apart what a key is used for.
const (
	narrowDomain  = 0          // one word an element
	wideDomain    = 1          // two words an element
	shuffleDomain = 2          // two words an element, for Permutation
	foldDomain    = 0x466f6c64 // "Fold"
	sourceDomain  = 0x80000000 // and above: blocks of an element, for Source
)

// FoldIn returns a key whose sequence is independent of that of key, and of those of other data.
func FoldIn(key [2]uint32, data uint32) [2]uint32 {
	block := Philox([4]uint32{data, 0, 0, foldDomain}, key)
	return [2]uint32{block[0], block[1]}
}

// drawn is how many words a generator draws at a time.
const drawn = 256

// draws is a buffer of random words, first of which is word 0 of a block, and the level that draws them.
type draws struct {
	words [drawn]uint32
	level isa
}

// fill draws the words from block first on of a stream.
func (d *draws) fill(key [2]uint32, stream uint32, domain uint32, first uint64) {
	i := drawWords(d.level, d.words[:], key, stream, domain, first)
	for ; i < drawn; i += perNarrow {
		at := first + uint64(i/perNarrow)
		block := Philox([4]uint32{uint32(at), uint32(at >> 32), stream, domain}, key)
		copy(d.words[i:i+perNarrow], block[:])
	}
}

// wide returns words 2i and 2i+1 as one.
func (d *draws) wide(i int) uint64 { return uint64(d.words[2*i])<<32 | uint64(d.words[2*i+1]) }

// window draws the words of elements lo.. of a stream, per of which share a block, and returns how
// many elements of the buffer precede lo and how many, at most n, follow.
func (d *draws) window(key [2]uint32, stream, domain uint32, per, lo, n int) (skip, count int) {
	skip = lo % per
	d.fill(key, stream, domain, uint64(lo/per))
	return skip, min(n, drawn/4*per-skip)
}
