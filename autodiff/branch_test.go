package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
)

func TestBothSidesOfAChoice(t *testing.T) {
	t.Parallel()
	for _, level := range []float64{-100, 100} {
		gradtest.Check(t, gradtest.Case{
			Name:   "choice",
			Inputs: []gradtest.Input{{Shape: []int{3}}, {Shape: []int{3}}, {Shape: []int{}}},
			Build: func(g *graph.Graph, in []node) node {
				a, b, c := in[0], in[1], in[2]
				first := a.Sum().Gt(g.Const(graph.Float64, level))
				got := graph.Cond(first,
					func() [3]node { return [3]node{a.Mul(b), a, c.Mul(b.Sum())} },
					func() [3]node { return [3]node{b.Sin(), b.Mul(a).Mul(c), c} })
				return join(got[0], got[1], got[2], c.Square())
			},
			SecondOrder: true,
		})
	}
}

// Only the branch that is taken gets a gradient: the other could not be computed.
func TestGradientOfTheBranchTakenOnly(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Values(graph.Float64, []float64{-4})
	y := graph.Cond(x.Sum().Ge(g.Const(graph.Float64, 0)), func() node { return x.Sqrt() }, func() node { return x.Scale(3) })
	v := values(t, g, autodiff.Grad(y.Sum(), x)[0])
	assert.Equal(t, []float64{3}, v[0])
}

func TestChoiceInAChoice(t *testing.T) {
	t.Parallel()
	for _, level := range []float64{-100, 100} {
		gradtest.Check(t, gradtest.Case{
			Name:   "choice in a choice",
			Inputs: []gradtest.Input{{Shape: []int{4, 2}}, {Shape: []int{2}}},
			Build: func(g *graph.Graph, in []node) node {
				yes := in[1].Sum().Lt(g.Const(graph.Float64, 100))
				return graph.Cond(yes, func() node {
					_, last := graph.Loop(in[0], in[1], func(x, v node) (struct{}, node) {
						low := v.Sum().Lt(g.Const(graph.Float64, level))
						v = graph.Cond(low, func() node { return v.Mul(x) }, func() node { return v.Add(x).Tanh() })
						return struct{}{}, v
					})
					return last
				}, func() node { return in[1] })
			},
			SecondOrder: true,
		})
	}
}
