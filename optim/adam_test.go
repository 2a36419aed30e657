package optim_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAdamWithEpsCorrectedIsTorch: the vectors of torch hold to the last digits with EpsCorrected,
// and only about without.
func TestAdamWithEpsCorrectedIsTorch(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/optim/adaptive.json")
	require.NoError(t, err)
	var f struct{ Cases []goldenCase }
	require.NoError(t, json.Unmarshal(raw, &f))
	for _, c := range f.Cases {
		if c.Name == "adam_torch" {
			c.Tolerance.Rtol, c.Tolerance.Atol = 1e-12, 1e-13
			goldenUpdates(t, c, graph.Float64)
			return
		}
	}
	t.Fatal("no vectors of torch")
}

// TestPlaceOfEps computes one update by hand for both places of ε, where it is large.
func TestPlaceOfEps(t *testing.T) {
	t.Parallel()
	for _, corrected := range []bool{false, true} {
		adam, adamw := optim.NewAdam(0.1), optim.NewAdamW(0.1)
		adam.Eps, adam.EpsCorrected = 0.5, corrected
		adamw.Eps, adamw.EpsCorrected, adamw.WeightDecay = 0.5, corrected, 0.2
		const g = 3.0
		step := 0.1 * math.Sqrt(0.001) * g / (math.Sqrt(0.001)*g + 0.5)
		if corrected {
			step = 0.1 * g / (g + 0.5)
		}
		a, _ := updated(t, adam, []float64{g, g}, nil)
		assert.InDelta(t, 1-step, a[0], 1e-12)
		a, _ = updated(t, adamw, []float64{g, g}, nil)
		assert.InDelta(t, 1-0.1*0.2-step, a[0], 1e-12)
	}
}
