package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// sums are programs on one store: two lists of two places each, their weights, and what doubles these.
type sums struct {
	store         *graph.Store
	carry, double *graph.Program
}

func newSums(t require.TestingT) sums {
	s := graph.NewStore(1)
	g := graph.NewIn(s)
	pre := g.Param("pre", graph.Var{DType: graph.Int32, Shape: []int{2, 2}, Fixed: true})
	w := g.Param("w", graph.Var{Shape: []int{2, 2}})
	carry, err := g.Compile(g.Input("x", graph.Float32, 1, 3).FanIn(pre, w))
	require.NoError(t, err)
	g = graph.NewIn(s)
	w = g.Param("w", graph.Var{Shape: []int{2, 2}})
	g.Update(w, w.Scale(2))
	double, err := g.Compile()
	require.NoError(t, err)
	return sums{s, carry, double}
}

func (s sums) run(t require.TestingT) []float32 {
	y, err := s.carry.Run(tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float32{1, 10, 100})))
	require.NoError(t, err)
	return y[0].Float32s()
}

// want computes the sums of what the store has now.
func (s sums) want() []float32 {
	pre, w, x := s.store.Get("pre").Value.Int32s(), s.store.Get("w").Value.Float32s(), []float32{1, 10, 100}
	y := make([]float32, 2)
	for i, p := range pre {
		y[i/2] += w[i] * x[p]
	}
	return y
}

// Whoever writes lists of connections, and whenever: a run computes with what they are.
func TestListsAreNeverStale(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newSums(r)
		var held []func()
		for range 20 {
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0:
				held = append(held, s.store.Hold())
			case 1:
				if n := len(held); n > 0 {
					held[n-1]()
					held = held[:n-1]
				}
			case 2:
				_, err := s.double.Run()
				require.NoError(r, err)
			case 3:
				at := rapid.IntRange(0, 3).Draw(r, "weight")
				s.store.Get("w").Value.Float32s()[at] = float32(rapid.IntRange(-9, 9).Draw(r, "value"))
				if len(held) > 0 {
					s.store.Get("w").Wrote()
				}
			case 4:
				at := rapid.IntRange(0, 3).Draw(r, "place")
				s.store.Get("pre").Value.Int32s()[at] = int32(rapid.IntRange(0, 2).Draw(r, "from"))
				if len(held) > 0 {
					s.store.Get("pre").Wrote()
				}
			}
			require.Equal(r, s.want(), s.run(r))
		}
	})
}

// While a store is held a run does not look at lists that nobody says were written.
func TestHeldListsAreNotReadAgain(t *testing.T) {
	s := newSums(t)
	w := s.store.Get("w")
	release := s.store.Hold()
	assert.Equal(t, []float32{0, 0}, s.run(t))
	w.Value.Float32s()[0] = 5
	assert.Equal(t, []float32{0, 0}, s.run(t), "a promise that was broken")
	w.Wrote()
	assert.Equal(t, []float32{5, 0}, s.run(t))
	release()
	w.Value.Float32s()[0] = 6
	assert.Equal(t, []float32{6, 0}, s.run(t))
}
