package forecast_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/examples/internal/forecast"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// two returns a network that gives this input and the last one.
func two() *forecast.Forecaster[layers.NVARState] {
	return &forecast.Forecaster[layers.NVARState]{
		Net: func(g *graph.Graph) func(*graph.Node, layers.NVARState) (*graph.Node, layers.NVARState) {
			return layers.NewNVAR(1, 2).Place(g, "nvar").Step
		},
		Store: graph.NewStore(0),
	}
}

// A sine obeys x(t+1) = 2 cos(ω) x(t) - x(t-1): two inputs tell the next exactly.
func TestFreeRunFollowsASine(t *testing.T) {
	s := &datasets.Series{Channels: 1}
	for i := range 300 {
		s.Values = append(s.Values, 3+math.Sin(0.3*float64(i)))
	}
	f := two()
	require.NoError(t, f.Fit(s.Slice(0, 100), 5, 1e-12))
	runs, err := f.Free(s, []int{100, 130}, 4, 50)
	require.NoError(t, err)
	for i, r := range runs {
		assert.InDelta(t, s.Values[104+i], r[0][0], 1e-4, i)
		assert.InDelta(t, s.Values[134+i], r[1][0], 1e-4, i)
	}
}

func TestFitRefuses(t *testing.T) {
	s := &datasets.Series{Channels: 1, Values: make([]float64, 20)}
	require.ErrorContains(t, two().Fit(s, 19, 1), "19 steps to leave out of 19")
	require.ErrorIs(t, two().Fit(s, 5, -1), offline.ErrValue)
}
