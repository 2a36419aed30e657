package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dropped runs ones [5 2000] through a dropout of each form.
func dropped(t *testing.T, form string, p layers.Dropout) []float64 {
	g := graph.NewIn(graph.NewStore(4))
	x, c := g.Const(f64, 1, 5, 2000), p.Place(g, "drop")
	var y *graph.Node
	switch form {
	case "each":
		y = c.Apply(x)
	case "over":
		y = c.Over(x)
	case "steps":
		y, _ = graph.Loop(x, struct{}{}, func(x *graph.Node, s struct{}) (*graph.Node, struct{}) { return c.Apply(x), s })
	case "one":
		y, _ = graph.Loop(x, layers.DropoutState{}, c.Step)
	case "chunks":
		a, s := graph.Loop(x.Narrow(0, 0, 2), layers.DropoutState{}, c.Step)
		b, _ := graph.Loop(x.Narrow(0, 2, 3), s, c.Step)
		y = graph.Concat(0, a, b)
	}
	require.NoError(t, g.Err())
	return values(t, y)
}

func TestDropout(t *testing.T) {
	t.Parallel()
	for form, fixed := range map[string]bool{"each": false, "steps": false, "over": true, "one": true, "chunks": true} {
		y := dropped(t, form, layers.Dropout{Keep: 0.8, Training: true})
		zeros, same := 0, 0
		for i, v := range y {
			require.Contains(t, []float64{0, 1.25}, v, form)
			if v == 0 {
				zeros++
			}
			if v == y[i%2000] {
				same++
			}
		}
		assert.InDelta(t, 0.2, float64(zeros)/10000, 0.04, form)
		assert.Equal(t, fixed, same == 10000, form)
		for _, p := range []layers.Dropout{{Keep: 0.8}, {Keep: 1, Training: true}} {
			for _, v := range dropped(t, form, p) {
				require.Equal(t, 1.0, v, form)
			}
		}
		for _, v := range dropped(t, form, layers.Dropout{Keep: 0, Training: true}) {
			require.Zero(t, v, form)
		}
	}
}

// The gradient has the mask of the value.
func TestDropoutGradients(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(c layers.DropoutCell, x *graph.Node) *graph.Node{
		"each": layers.DropoutCell.Apply, "over": layers.DropoutCell.Over,
		"one": func(c layers.DropoutCell, x *graph.Node) *graph.Node {
			y, _ := graph.Loop(x, layers.DropoutState{}, c.Step)
			return y
		},
	} {
		gradtest.Check(t, gradtest.Case{
			Name: name, Inputs: []gradtest.Input{{Shape: []int{3, 4, 5}}},
			Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
				return f(layers.Dropout{Keep: 0.6, Training: true}.Place(g, "drop"), xs[0])
			},
		})
	}
}

func TestDropoutFaults(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2, 4)
	layers.Dropout{Keep: -0.5}.Place(g, "a").Apply(x)
	layers.Dropout{Keep: math.NaN()}.Place(g, "e").Apply(x)
	layers.Dropout{Keep: 1.5, Training: true}.Place(g, "b").Over(x)
	layers.Dropout{Keep: 0.5, Training: true}.Place(g, "c").Over(g.Input("scalar", graph.Float32))
	layers.Dropout{Keep: 0.5, Training: true}.Place(g, "d").Apply(nil)
	faults(t, g, "a: Keep: |-0.5|[0, 1]", "e: Keep: |NaN", "b: Keep: |1.5", "c: |sequence", "d: |nil")
}
