package datasets

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A tone at the centre of a channel passes with gain 1: its level there is 0 dB, however loud it is.
func TestLevelsOfATone(t *testing.T) {
	t.Parallel()
	c := NewCochlea()
	for _, k := range []int{10, 30, 50} {
		for _, amplitude := range []float64{0.9, 0.01} {
			levels, err := c.Levels(tone(c.Centres()[k], 8000, amplitude), 10)
			require.NoError(t, err)
			require.Len(t, levels, 100)
			require.Len(t, levels[99], 64)
			assert.InDelta(t, 0, levels[99][k], 0.05)
			assert.Less(t, levels[99][(k+32)%64], float32(-20))
		}
	}
}

// When the tone ends, the level falls with Tau: by 10 log10(e) dB in each Tau.
func TestLevelsFall(t *testing.T) {
	t.Parallel()
	c := NewCochlea()
	c.Tau = 20
	a := tone(c.Centres()[60], 8000, 1)
	clear(a.Samples[4000:])
	levels, err := c.Levels(a, 10)
	require.NoError(t, err)
	fall := float64(levels[60][60] - levels[70][60])
	assert.InDelta(t, 100/c.Tau*10*math.Log10(math.E), fall, 0.05)
}

func TestLevelsSteps(t *testing.T) {
	t.Parallel()
	c := NewCochlea()
	for dt, want := range map[float64]int{10: 2, 20: 1, 0.125: 81, 1000: 1, 0.2: 51} {
		levels, err := c.Levels(&Audio{Rate: 8000, Samples: make([]float32, 81)}, dt)
		require.NoError(t, err)
		assert.Len(t, levels, want, "%v ms", dt)
		for _, row := range levels {
			assert.Equal(t, float32(silence), row[0])
		}
	}
	for _, dt := range []float64{0, -1, 0.1, math.NaN(), math.Inf(1)} {
		_, err := c.Levels(tone(500, 8000, 1), dt)
		assert.ErrorIs(t, err, ErrOption, "%v ms", dt)
	}
	_, err := c.Levels(nil, 10)
	assert.ErrorIs(t, err, ErrEmpty)
}
