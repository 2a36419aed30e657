package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNVARByHand(t *testing.T) {
	t.Parallel()
	p := layers.NVAR{In: 1, Delay: 2, Stride: 2, Orders: []int{3, 2}, Constant: true}
	g := graph.New()
	ys := values(t, p.Place(g, "nvar").Sequence(g.Values(f64, []float64{2, 3, 5}, 3, 1)))
	assert.Equal(t, []float64{
		1, 2, 0, 8, 0, 0, 0, 4, 0, 0,
		1, 3, 0, 27, 0, 0, 0, 9, 0, 0,
		1, 5, 2, 125, 50, 20, 8, 25, 10, 4,
	}, ys)
	assert.Equal(t, 10, p.Out())
	assert.Equal(t, []string{
		"1", "x0(t)", "x0(t-2)", "x0(t)^3", "x0(t)^2 x0(t-2)", "x0(t) x0(t-2)^2", "x0(t-2)^3", "x0(t)^2", "x0(t) x0(t-2)", "x0(t-2)^2",
	}, p.Names())
	assert.Equal(t, []string{"$x0_{t-2}$", "$x0_t^3$", "$x0_t^2 x0_{t-2}$"}, p.TeXNames()[2:5])
	assert.Equal(t, "1", p.TeXNames()[0])
}

// Step by step equals the whole sequence, for batches, sequences shorter than the memory, and
// without memory; and there are as many features as Out and Names say.
func TestNVARStepByStepEqualsSequence(t *testing.T) {
	t.Parallel()
	for _, p := range []layers.NVAR{
		layers.NewNVAR(3, 1), layers.NewNVAR(3, 1, 2), layers.NewNVAR(2, 3, 2, 4),
		{In: 1, Delay: 4, Stride: 3, Orders: []int{3}, Constant: true},
	} {
		for _, steps := range []int{1, 2, 12} {
			g := graph.New()
			c := p.Place(g, "nvar")
			xs := g.Literal(random(1, steps, 2, p.In))
			ys, _ := graph.Loop(xs, layers.NVARState{}, c.Step)
			require.NoError(t, g.Err())
			assert.Equal(t, values(t, c.Sequence(xs)), values(t, ys), "%+v", p)
			assert.Equal(t, []int{steps, 2, p.Out()}, []int(ys.Shape()))
			assert.Len(t, p.Names(), p.Out())
		}
	}
}

func TestNVARGradients(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string]bool{"steps": false, "sequence": true} {
		gradtest.Check(t, gradtest.Case{
			Name:   name,
			Inputs: []gradtest.Input{{Shape: []int{6, 2, 2}}},
			Build: func(g *graph.Graph, in []*graph.Node) *graph.Node {
				c := layers.NVAR{In: 2, Delay: 2, Stride: 3, Orders: []int{2, 3}, Constant: true}.Place(g, "nvar")
				if whole {
					return c.Sequence(in[0])
				}
				ys, _ := graph.Loop(in[0], layers.NVARState{}, c.Step)
				return ys
			},
		})
	}
}

func TestNVARRefuses(t *testing.T) {
	t.Parallel()
	g := graph.New()
	layers.NVAR{Orders: []int{1}}.Place(g, "nvar")
	faults(t, g, "nvar: In: |0, want", "nvar: Delay: |0", "nvar: Stride: |0", "nvar: Orders: |order 1")
	g = graph.New()
	c := layers.NewNVAR(2, 2, 2).Place(g, "nvar")
	y, s := c.Step(g.Const(f64, 0, 3), layers.NVARState{})
	assert.False(t, y.Valid() || s.Past.Valid())
	c.Sequence(g.Const(f64, 0, 2))
	c.Sequence(y)
	faults(t, g, "nvar: |[3]", "nvar: |[2]|want [T ... 2]")
}
