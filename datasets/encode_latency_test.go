package datasets_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/spikegraph/spikegraph/datasets"
)

// oneSpike returns the only step at which a train fires, or -1 if it never does.
func oneSpike(t require.TestingT, z []float32) int {
	at := -1
	for k, v := range z {
		if v != 0 {
			require.Equal(t, float32(1), v)
			require.Equal(t, -1, at, "a second spike")
			at = k
		}
	}
	return at
}

func TestLatencyTimes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		e    datasets.Latency
		u    float64
		want int
	}{
		{"linear", datasets.Latency{Period: 5}, 0, 4},
		{"linear", datasets.Latency{Period: 5}, 0.25, 3},
		{"linear", datasets.Latency{Period: 5}, 0.5, 2},
		{"linear", datasets.Latency{Period: 5}, 1, 0},
		{"linear, 3.5 to even", datasets.Latency{Period: 5}, 0.125, 4},
		{"linear, 2.5 to even", datasets.Latency{Period: 5}, 0.375, 2},
		{"log", datasets.Latency{Period: 5, Curve: datasets.Logarithmic}, 0, 4},
		{"log", datasets.Latency{Period: 5, Curve: datasets.Logarithmic}, 1, 0},
		// u = (e^k - 1) / (e^4 - 1) spikes at 4 - k.
		{"log", datasets.Latency{Period: 5, Curve: datasets.Logarithmic}, math.Expm1(1) / math.Expm1(4), 3},
		{"log", datasets.Latency{Period: 5, Curve: datasets.Logarithmic}, math.Expm1(2) / math.Expm1(4), 2},
		{"log", datasets.Latency{Period: 5, Curve: datasets.Logarithmic}, math.Expm1(3) / math.Expm1(4), 1},
		{"log, long period", datasets.Latency{Period: 2000, Curve: datasets.Logarithmic}, 0, 1999},
		{"log, long period", datasets.Latency{Period: 2000, Curve: datasets.Logarithmic}, 1, 0},
		{"log, long period", datasets.Latency{Period: 2000, Curve: datasets.Logarithmic}, math.Exp(-40), 40},
		{"one step", datasets.Latency{Period: 1}, 0.3, 0},
		{"at the threshold", datasets.Latency{Period: 5, Threshold: 0.25}, 0.25, 3},
		{"below the threshold", datasets.Latency{Period: 5, Threshold: 0.25}, 0.24, -1},
	}
	for _, c := range cases {
		assert.Equal(t, c.want, oneSpike(t, spikeTrain(t, c.e, float32(c.u))), "%s, u = %v", c.name, c.u)
	}
}

func TestLatencyRepeatsItsPeriod(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []float32{0, 1, 0, 0, 1, 0, 0, 1}, spikeTrain(t, datasets.Latency{Period: 3, Steps: 8}, 0.5))
	assert.Equal(t, []float32{0, 0}, spikeTrain(t, datasets.Latency{Period: 3, Steps: 2}, 0), "cut before its spike")
}

// Both forms of the logarithm agree where they meet, and a stronger input never spikes later.
func TestLatencyIsMonotonic(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Linear Logarithmic LatencyCurve(7)",
		fmt.Sprint(datasets.Linear, datasets.Logarithmic, datasets.LatencyCurve(7)))
	for _, curve := range []datasets.LatencyCurve{datasets.Linear, datasets.Logarithmic} {
		for _, period := range []int{1, 2, 7, 30, 31, 32, 900} {
			last := period
			for _, u := range []float32{0, 1e-30, 1e-13, 1e-12, 1e-6, 1e-3, .1, .5, .9, 1} {
				at := oneSpike(t, spikeTrain(t, datasets.Latency{Period: period, Curve: curve}, u))
				require.LessOrEqual(t, at, last, "%v, P = %d, u = %v", curve, period, u)
				if curve == datasets.Logarithmic && period <= 32 {
					k := float64(period - 1)
					want := math.RoundToEven(k - math.Log1p(math.Expm1(k)*float64(u)))
					require.InDelta(t, want, at, 0, "P = %d, u = %v", period, u)
				}
				last = at
			}
			require.Zero(t, last, "u = 1 comes first")
		}
	}
}
