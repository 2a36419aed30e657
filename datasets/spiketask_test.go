package datasets_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestSpikeTaskDensityAndLabels(t *testing.T) {
	t.Parallel()
	s, err := datasets.SpikeTask(60, 100, 1)
	require.NoError(t, err)
	require.NoError(t, s.Check())
	assert.Equal(t, []int{100, 700}, s.SampleShape())
	assert.InDelta(t, 0.02, s.Density(), 0.0005)
	count := map[int32]int{}
	for _, y := range s.Labels {
		count[y]++
	}
	assert.Len(t, count, 20)
	assert.Equal(t, 3, count[19])
	assert.Len(t, s.Bits, 60*100*11, "704 bits a step")

	got, err := collect(t.Context(), s, datasets.BatchOptions{Size: 4, Layout: datasets.TimeFirst, DropLast: true})
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{100, 4, 700}, got[0].X.Shape())
}

// The frequency of spikes by distance from the centre is the formula: in classes that move upwards,
// downwards, and around the end of the ring.
func TestSpikeTaskFollowsItsFormula(t *testing.T) {
	t.Parallel()
	const repeats, steps = 30, 100
	s, err := datasets.SpikeTask(20*repeats, steps, 9)
	require.NoError(t, err)
	for class, velocity := range map[int]int{0: 1, 1: -2, 4: 5, 13: -4, 19: -5} {
		var near, flank, far float64 // d <= 4; 36 <= d <= 44; d >= 200
		for r := range repeats {
			for step := range steps {
				centre := ((35*class+velocity*step)%700 + 700) % 700
				for k := -4; k <= 4; k++ {
					near += spike(s, 20*r+class, step, centre+k)
					flank += spike(s, 20*r+class, step, centre+40+k)
				}
				for k := 200; k <= 500; k++ {
					far += spike(s, 20*r+class, step, centre+k)
				}
			}
		}
		n := float64(repeats * steps)
		assert.InEpsilon(t, 0.1095, near/n/9, 0.1, "class %d", class)
		assert.InEpsilon(t, 0.005+0.1047*math.Exp(-0.5), flank/n/9, 0.1, "class %d", class)
		assert.InEpsilon(t, 0.005, far/n/301, 0.1, "class %d", class)
	}
}

// spike returns 1 if a channel of the ring fires.
func spike(s *datasets.Spikes, i, t, channel int) float64 {
	if s.At(i, t, (channel+700)%700) {
		return 1
	}
	return 0
}

func TestSpikeTaskIsDeterministic(t *testing.T) {
	t.Parallel()
	long, err := datasets.SpikeTask(25, 30, 3)
	require.NoError(t, err)
	short, err := datasets.SpikeTask(22, 20, 3)
	require.NoError(t, err)
	other, err := datasets.SpikeTask(25, 30, 4)
	require.NoError(t, err)
	same := true
	for i := range 22 {
		for step := range 20 {
			for c := range 700 {
				require.Equal(t, long.At(i, step, c), short.At(i, step, c))
				same = same && long.At(i, step, c) == other.At(i, step, c)
			}
		}
	}
	assert.False(t, same)
	assert.NotEqual(t, long.Bits[:30*11], long.Bits[20*30*11:21*30*11], "samples of one class differ")
}

func BenchmarkSpikeTask(b *testing.B) {
	for b.Loop() {
		_, err := datasets.SpikeTask(128, 100, 1)
		require.NoError(b, err)
	}
}
