package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzPatterns compares the functions of all levels on patterns with the bits themselves.
func FuzzPatterns(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(4), uint8(9))
	f.Add(uint64(2), uint8(200), uint8(12), uint8(255))
	f.Fuzz(func(t *testing.T, seed uint64, rows, words, density uint8) {
		r := rand.New(rand.NewPCG(seed, 6))
		for l := portable; l <= supported(); l++ {
			checkList(t, patterns[l], r, int(rows)+1, int(words)%20+1, float64(density)/255)
			checkListsApart(t, patterns[l], r, int(rows)+1, int(words)%20+1, float64(density)/255)
			checkTransposition(t, patterns[l], r, int(rows)%4+1, int(words)%wordBits+1)
			checkTransposition(t, patterns[l], r, int(rows)%4+1, wordBits)
		}
	})
}

func randomWord(r *rand.Rand, p float64) (w uint64) {
	for i := range wordBits {
		if r.Float64() < p {
			w |= 1 << i
		}
	}
	return w
}

func checkList(t *testing.T, codes *patternCodes, r *rand.Rand, rows, words int, p float64) {
	t.Helper()
	ldx, begin := rows+r.IntN(9), r.IntN(40)
	x := make([]uint64, ldx*words)
	for i := range x {
		if x[i] = randomWord(r, p); i%7 == 3 {
			x[i] = ^uint64(0)
		}
	}
	want := []uint32{}
	var ends []int
	for i := range rows {
		for q := range words {
			for b := range wordBits {
				if x[q*ldx+i]>>b&1 == 1 {
					want = append(want, uint32(q*wordBits+b))
				}
			}
		}
		ends = append(ends, begin+len(want))
	}
	const mark = 1 << 31
	got := slices.Repeat([]uint32{mark}, begin+len(want)+listSpoilt+8)
	gotEnds := make([]int, rows)
	codes.list(words, x, ldx, got, begin, gotEnds)
	require.Equal(t, ends, gotEnds)
	require.Equal(t, slices.Repeat([]uint32{mark}, begin), got[:begin])
	require.Equal(t, want, got[begin:][:len(want):len(want)])
	assert.Equal(t, slices.Repeat([]uint32{mark}, 8), got[len(got)-8:])
}

// checkListsApart lists rows each in a place of its own.
func checkListsApart(t *testing.T, codes *patternCodes, r *rand.Rand, rows, words int, p float64) {
	t.Helper()
	ldx := rows + r.IntN(9)
	x := make([]uint64, ldx*words)
	for i := range x {
		if x[i] = randomWord(r, p); i%7 == 3 {
			x[i] = ^uint64(0)
		}
	}
	const mark = 1 << 31
	stride := words*wordBits + listSpoilt + 3
	got := slices.Repeat([]uint32{mark}, rows*stride)
	lengths := make([]int, rows)
	codes.listApart(words, x, ldx, got, stride, lengths)
	for i, n := range lengths {
		want := make([]uint32, words*wordBits+listSpoilt)
		ends := make([]int, 1)
		listWordsGo(words, x[i:], ldx, want, 0, ends)
		require.Equal(t, ends[0], n)
		require.Equal(t, want[:n], got[i*stride:][:n])
		assert.Equal(t, []uint32{mark, mark, mark}, got[(i+1)*stride-3:][:3])
	}
}

func checkTransposition(t *testing.T, codes *patternCodes, r *rand.Rand, squares, n int) {
	t.Helper()
	ldd := n + r.IntN(70)
	src := make([]uint64, squares*wordBits)
	for i := range src {
		src[i] = r.Uint64()
	}
	dst := make([]uint64, (squares-1)*ldd+n+3)
	codes.transpose(squares, src, dst, ldd, n)
	for s := range squares {
		for i := range wordBits {
			for j := range n {
				require.Equal(t, src[s*wordBits+i]>>j&1, dst[s*ldd+j]>>i&1)
			}
		}
	}
	assert.Equal(t, make([]uint64, 3), dst[len(dst)-3:])
}
