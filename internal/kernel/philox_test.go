package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPhiloxKnownAnswers holds the vectors that Random123 (D. E. Shaw Research) is released with,
// kat_vectors, lines philox4x32 10.
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = 0xffffffff
	tests := []struct {
		ctr  [4]uint32
		key  [2]uint32
		want [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, Philox(test.ctr, test.key))
	}
}

func TestFoldInSeparatesKeys(t *testing.T) {
	seen := map[[2]uint32]bool{}
	for _, key := range [][2]uint32{{0, 0}, {0, 1}, {1, 0}} {
		seen[key] = true
		for data := range uint32(1000) {
			seen[FoldIn(key, data)] = true
		}
	}
	assert.Len(t, seen, 3*1001)
	assert.Equal(t, FoldIn([2]uint32{1, 2}, 3), FoldIn([2]uint32{1, 2}, 3))
}
