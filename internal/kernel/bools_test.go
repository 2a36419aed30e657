package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBools(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{0, 5}, {1, 1}, {3, 7}, {2, 8}, {5, 64}, {4, 65}, {3, 200}} {
		rows, cols := size[0], size[1]
		x := make([]bool, rows*cols)
		want := 0
		for i := range x {
			if x[i] = r.IntN(3) == 0; x[i] {
				want++
			}
		}
		require.Equal(t, want, CountTrue(x))
		ld := (cols+63)/64 + 1
		dst := make([]uint64, rows*ld)
		for i := range dst {
			dst[i] = r.Uint64()
		}
		PackBools(dst, ld, x, rows, cols)
		for i := range rows {
			for j := range ld * 64 {
				require.Equal(t, j < cols && x[i*cols+j], dst[i*ld+j/64]>>(j%64)&1 == 1, "%v: %d %d", size, i, j)
			}
		}
		f := make([]float32, len(x))
		FromBools(f, x)
		require.Equal(t, want, CountNonzero(f))
	}
}
