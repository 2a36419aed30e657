package losses_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/assert"
)

func TestHuberOnBothSidesOfDelta(t *testing.T) {
	g := graph.New()
	x := floats(g, []float64{0.5, -2, -5}, 3)
	v := values(t, losses.Huber(x, x.Like(0), 2), gradOf(losses.Huber(x, x.Like(0), 2).Sum(), x))
	assert.Equal(t, []float64{0.125, 2, 8}, v[0])
	assert.Equal(t, []float64{0.5, -2, -2}, v[1])
}

func TestLogCosh(t *testing.T) {
	e := []float64{-1e6, -2, -0.3, 0, 1.1, 1e6}
	want, slope := make([]float64, len(e)), make([]float64, len(e))
	for i, v := range e {
		want[i], slope[i] = math.Log(math.Cosh(v)), math.Tanh(v)
	}
	want[0], want[5] = 1e6-math.Ln2, 1e6-math.Ln2
	g := graph.New()
	x := floats(g, e, len(e))
	v := values(t, losses.LogCosh(x), gradOf(losses.LogCosh(x).Sum(), x), losses.LogCoshLoss(x, x.Like(0)))
	assert.InDeltaSlice(t, want, v[0], 1e-9)
	assert.InDeltaSlice(t, slope, v[1], 1e-14)
	assert.Equal(t, v[0], v[2])
}

// The root has no derivative at zero; a pull of 0 is right there.
func TestL2NormAtZero(t *testing.T) {
	g := graph.New()
	x := floats(g, make([]float64, 3), 3)
	assert.Equal(t, [][]float64{{0}, {0, 0, 0}}, values(t, losses.L2Norm(x), gradOf(losses.L2Norm(x), x)))
}
