package losses_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/assert"
)

func TestHingeByHand(t *testing.T) {
	g := graph.New()
	x, y := floats(g, []float64{2, 0.5, -1, -3}, 4), floats(g, []float64{1, 1, 1, -1}, 4)
	o := losses.NewHingeOptions()
	assert.InDelta(t, (0+0.5+2+0)/4, value(t, losses.Hinge(x, y, o)), 1e-15)
	o.Squared, o.Reduction = true, losses.Sum
	assert.InDelta(t, 0.25+4, value(t, losses.Hinge(x, y, o)), 1e-15)
	o.Margin = 3
	assert.InDelta(t, 1+6.25+16, value(t, losses.Hinge(x, y, o)), 1e-15)
}

func TestMulticlassHingeByHand(t *testing.T) {
	g := graph.New()
	x := floats(g, []float64{3, 2.5, 0, 1, 4, -1}, 2, 3)
	ids := ints(g, []float64{0, 1}, 2)
	o := losses.NewHingeOptions()
	o.Reduction = losses.None
	v := values(t, losses.MulticlassHinge(x, ids, o), losses.MultiMargin(x, ids, o),
		losses.MulticlassHinge(x, ints(g, []float64{2, 0}, 2), o), losses.MultiMargin(x, ints(g, []float64{2, 0}, 2), o))
	assert.InDeltaSlice(t, []float64{0.5, 0}, v[0], 1e-15)
	assert.InDeltaSlice(t, []float64{0.5 / 3, 0}, v[1], 1e-15)
	assert.InDeltaSlice(t, []float64{4, 4}, v[2], 1e-15)
	assert.InDeltaSlice(t, []float64{7.5 / 3, 4.0 / 3}, v[3], 1e-15)

	low := floats(g, []float64{-50, -50.5}, 1, 2) // below any number one might put for "no rival"
	assert.InDelta(t, 0.5, value(t, losses.MulticlassHinge(low, ints(g, []float64{0}, 1), losses.NewHingeOptions())), 1e-14)
}
