package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSlots(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	for range 100 {
		s := Slots{1 + r.IntN(5), 1 + r.IntN(6), r.IntN(9)}
		line, row := normals[float32](r, s.Rows*s.Slots*s.Width), normals[float32](r, s.Rows*s.Width)
		at, along := make([]int32, s.Rows), make([]int32, s.Rows*s.Width)
		for i := range at {
			at[i] = int32(r.IntN(s.Slots))
		}
		for i := range along {
			along[i] = int32(r.IntN(s.Slots))
		}
		put, added := append([]float32(nil), line...), append([]float32(nil), line...)
		require.Equal(t, -1, s.PutSlot(Of(put), Of(row), at, 4))
		taken := normals[float32](r, s.Rows*s.Width)
		require.Equal(t, -1, s.TakeAlong(Of(taken), Of(line), along, 4))
		require.Equal(t, -1, AddAlong(s, added, row, along))
		for i := range s.Rows {
			for k := range s.Slots {
				for n := range s.Width {
					e, j := (i*s.Slots+k)*s.Width+n, i*s.Width+n
					want, sum := line[e], line[e]
					if int32(k) == at[i] {
						want = row[j]
					}
					if int32(k) == along[j] {
						sum += row[j]
						require.Equal(t, line[e], taken[j])
					}
					require.Equal(t, want, put[e])
					require.Equal(t, sum, added[e])
				}
			}
		}
		if s.Width == 0 {
			continue
		}
		at[s.Rows-1], along[len(along)-1] = int32(s.Slots), -1
		require.Equal(t, s.Rows-1, s.PutSlot(Of(put), Of(row), at, 4))
		require.Equal(t, len(along)-1, s.TakeAlong(Of(taken), Of(line), along, 4))
		require.Equal(t, len(along)-1, AddAlong(s, added, row, along))
	}
}
