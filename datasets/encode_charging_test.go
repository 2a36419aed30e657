package datasets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/spikegraph/spikegraph/datasets"
)

func TestChargingTimes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		e    datasets.Charging
		u    float64
		want int
	}{
		{"ln(1/0.99) = 0.01", datasets.Charging{Steps: 10}, 1, 0},
		{"ln 2 = 0.69", datasets.Charging{Steps: 10}, 0.02, 1},
		{"ln 11 = 2.40", datasets.Charging{Steps: 10}, 0.011, 2},
		{"10 ln 2 = 6.93", datasets.Charging{Steps: 10, Tau: 10}, 0.02, 7},
		{"10 ln 11 is too late", datasets.Charging{Steps: 10, Tau: 10}, 0.011, 9},
		{"4 ln (0.75/0.25) = 4.39", datasets.Charging{Steps: 10, Tau: 4, Threshold: 0.5}, 0.75, 4},
		{"below the threshold, ln(0.0100001/1e-7) = 11.51", datasets.Charging{Steps: 30}, 0, 12},
		{"below the threshold, at the last step", datasets.Charging{Steps: 10}, 0, 9},
		{"below the threshold, silent", datasets.Charging{Steps: 30, Silent: true}, 0.009, -1},
		{"normalized, strongest", datasets.Charging{Steps: 30, Normalize: true}, 1, 0},
		{"normalized, weakest", datasets.Charging{Steps: 30, Normalize: true}, 0, 29},
		{"normalized, 29 ln 2 / 11.51 = 1.75", datasets.Charging{Steps: 30, Normalize: true}, 0.02, 2},
		{"one step", datasets.Charging{Steps: 1, Normalize: true}, 0.3, 0},
	}
	for _, c := range cases {
		assert.Equal(t, c.want, oneSpike(t, spikeTrain(t, c.e, float32(c.u))), "%s, u = %v", c.name, c.u)
	}
}
