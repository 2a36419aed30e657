package optim_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noisy trains two parameters on noisy gradients with o.
func noisy(t *testing.T, s *graph.Store, o optim.Optimizer) model {
	t.Helper()
	return build(t, s, func(g *graph.Graph) []*graph.Node {
		w := g.Param("w", graph.Var{Shape: []int{2, 2}, Init: values{3, 2, -1, 0.3}})
		b := g.Param("b", graph.Var{DType: graph.Float64, Shape: []int{}, Init: values{2}})
		loss, grad := quadratic(w)
		grad = grad.Add(g.Normal(graph.Float32, 2, 2).Scale(0.1))
		o.Update(g, []*graph.Node{w, b}, []*graph.Node{grad, b.Add(g.Normal(graph.Float64).Scale(0.1))})
		return []*graph.Node{loss}
	})
}

// TestResume: a run continued from a copy of the store, with a program of its own, equals the one
// that went on, in every bit of every parameter, slot and counter.
func TestResume(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			rule := r.make(0.05, 100)
			for _, o := range []optim.Optimizer{rule, optim.Chain{
				Rule: rule, Every: 3, Transforms: []optim.Transform{optim.ClipByGlobalNorm{Max: 2}}}} {
				s := graph.NewStore(5)
				m := noisy(t, s, o)
				for range 7 { // in the middle of an accumulation
					m.run(t)
				}
				resumed := copied(t, s)
				again := noisy(t, resumed, o)
				for range 7 {
					m.run(t)
					again.run(t)
				}
				require.Equal(t, len(s.Params()), len(resumed.Params()))
				for _, p := range s.Params() {
					assert.Equal(t, floats(p.Value), get(t, resumed, p.Name), p.Name)
				}
				assert.NotEqual(t, []float64{3, 2, -1, 0.3}, []float64(get(t, s, "w")))
			}
		})
	}
}

// TestUnfrozen: a parameter that joins later moves as it would have from the beginning.
func TestUnfrozen(t *testing.T) {
	t.Parallel()
	step := func(s *graph.Store, o optim.Optimizer) model {
		return build(t, s, func(g *graph.Graph) []*graph.Node {
			ps := []*graph.Node{
				g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{2}, Init: values{1, 2}}),
				g.Param("late", graph.Var{DType: graph.Float64, Shape: []int{2}, Init: values{1, 2}}),
			}
			o.Update(g, ps, []*graph.Node{ps[0].Square(), ps[1].Square()})
			return nil
		})
	}
	for _, r := range []optim.Rule{optim.NewAdam(0.1), optim.NewAdamW(0.1), optim.NewAdan(0.1), optim.NewRAdam(0.1)} {
		s := graph.NewStore(0)
		frozen := step(s, optim.Chain{Rule: r, Groups: []optim.Group{{Match: optim.Prefix("late"), Frozen: true}}})
		var path [][]float64
		for range 4 {
			frozen.run(t)
			path = append(path, get(t, s, "w"))
		}
		// A second program on the store, as for another batch size, must not begin again.
		for i, n := range []int{1, 3} {
			m := step(s, optim.Chain{Rule: r})
			for range n {
				m.run(t)
			}
			assert.Equal(t, path[[]int{0, 3}[i]], get(t, s, "late"), "%T", r)
		}
	}
}
