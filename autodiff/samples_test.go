package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every op's derivatives are those of finite differences.
func TestOps(t *testing.T) {
	t.Parallel()
	for _, s := range opsamples.Samples() {
		if !s.Smooth {
			continue // see TestRoughOps
		}
		c := gradtest.Case{Name: s.Name, Build: s.Build, SecondOrder: s.Second, AnyFlat: true, Directions: 2}
		for _, in := range s.Inputs {
			c.Inputs = append(c.Inputs, gradtest.Input{Shape: in.Shape, DType: in.DType, Lo: in.Lo, Hi: in.Hi})
		}
		gradtest.Check(t, c)
	}
}

// Ops without a derivative, or with one that is not the result's, still have gradients that
// compile, of the right types; only a loop of unknown length has none.
func TestRoughOps(t *testing.T) {
	t.Parallel()
	for _, s := range opsamples.Samples() {
		if s.Smooth {
			continue
		}
		g := graph.New()
		xs := s.Place(g)
		y := s.Build(g, xs)
		require.NoError(t, g.Err(), s.Name)
		var wrt []*graph.Node
		for _, x := range xs {
			if x.DType().IsFloat() {
				wrt = append(wrt, x)
			}
		}
		if len(wrt) == 0 || !y.DType().IsFloat() {
			continue // there is nothing to differentiate
		}
		_, err := g.Compile(autodiff.VectorGrad(y, wrt...)...)
		if s.Op == "While" {
			assert.ErrorContains(t, err, "While", s.Name)
		} else {
			assert.NoError(t, err, s.Name)
		}
	}
}

// Of the samples, most are checked.
func TestSamplesAreSmooth(t *testing.T) {
	smooth, second := 0, 0
	for _, s := range opsamples.Samples() {
		if s.Smooth {
			smooth++
		}
		if s.Second {
			second++
		}
	}
	assert.Greater(t, smooth, 250)
	assert.Greater(t, second, 250)
}
