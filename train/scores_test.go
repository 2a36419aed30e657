package train

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What stands in a checkpoint comes back bit for bit, also where it is not finite.
func TestNumbersSurviveJSON(t *testing.T) {
	t.Parallel()
	for _, x := range []float64{0, math.Copysign(0, -1), 0.1, 1.0 / 3, math.MaxFloat64, 5e-324, math.Inf(1), math.Inf(-1), math.NaN()} {
		b, err := json.Marshal(Scores{Samples: 3, Loss: 0.1, Metrics: []Value{{"m", x}}})
		require.NoError(t, err)
		var s Scores
		require.NoError(t, json.Unmarshal(b, &s))
		got, ok := s.Metric("m")
		require.True(t, ok)
		assert.Equal(t, math.Float64bits(x), math.Float64bits(got), x)
	}
	var n number
	assert.Error(t, json.Unmarshal([]byte(`3`), &n))
	assert.Error(t, json.Unmarshal([]byte(`"x"`), &n))
}

func TestMeasureIsTheWeightedMean(t *testing.T) {
	t.Parallel()
	var m measure
	m.add([]float64{1, 10}, 2)
	m.add([]float64{4, 40}, 1)
	assert.InDeltaSlice(t, []float64{2, 20}, m.values, 1e-12)
	m.reset()
	m.add([]float64{5, 6}, 3)
	assert.Equal(t, []float64{5, 6}, m.values)
}

func TestScoresByName(t *testing.T) {
	t.Parallel()
	s := scoresOf([]float64{1, 2, 3, 4}, 5, names{[]string{"m"}, []string{"layer"}})
	v, ok := s.Metric("loss")
	assert.Equal(t, 1.0, v)
	assert.True(t, ok)
	v, _ = s.Metric("m")
	assert.Equal(t, 3.0, v)
	v, _ = s.Rate("layer")
	assert.Equal(t, 4.0, v)
	_, ok = s.Metric("layer")
	assert.False(t, ok)
	_, ok = s.Rate("m")
	assert.False(t, ok)
}

func TestMonitor(t *testing.T) {
	t.Parallel()
	seen := func(m Monitor, losses ...float64) (best []bool, exhausted bool) {
		var w watch
		for i, x := range losses {
			b, err := m.see(&w, i, Scores{Loss: x})
			require.NoError(t, err)
			best = append(best, b)
		}
		return best, m.exhausted(w)
	}
	best, end := seen(Monitor{Patience: 2}, 3, 2, 2, 1, 1.5)
	assert.Equal(t, []bool{true, true, false, true, false}, best)
	assert.False(t, end)
	best, end = seen(Monitor{Patience: 2, MinDelta: 0.5}, 3, 2.6, 2.4, math.NaN(), 2.3)
	assert.Equal(t, []bool{true, false, true, false, false}, best)
	assert.True(t, end)
	best, end = seen(Monitor{Higher: true}, math.NaN(), 1, 0, 2)
	assert.Equal(t, []bool{false, true, false, true}, best)
	assert.False(t, end)
}

func TestWindows(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []window{{0, 0, 4, 4}, {4, 4, 8, 0}}, windows(8, 4, 4))
	assert.Equal(t, []window{{0, 0, 4, 2}, {2, 4, 6, 0}}, windows(6, 4, 4), "the last one reaches back")
	assert.Equal(t, []window{{0, 0, 2, 0}, {0, 2, 4, 2}, {2, 4, 6, 1}, {3, 6, 7, 0}}, windows(7, 4, 2))
	assert.Equal(t, []window{{0, 0, 3, 0}}, windows(3, 9, 9))
}
