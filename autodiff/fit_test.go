package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		build func(g *graph.Graph, x, n node) []node
		is    error
		says  string
	}{
		{"loss of three elements", func(g *graph.Graph, x, n node) []node { return autodiff.Grad(x, x) }, graph.ErrShape, "want a scalar"},
		{"integer loss", func(g *graph.Graph, x, n node) []node { return autodiff.Grad(n.Sum(), x) }, graph.ErrDType, "has no derivative"},
		{"by an integer", func(g *graph.Graph, x, n node) []node { return autodiff.Grad(x.Sum(), n) }, graph.ErrDType, "with respect to"},
		{"by a constant", func(g *graph.Graph, x, n node) []node { return autodiff.Grad(x.Sum(), x.Like(2)) }, graph.ErrValue, "cannot be varied"},
		{"along a constant", func(g *graph.Graph, x, n node) []node {
			return []node{autodiff.JacobianForward(x, x.Like(2))}
		}, graph.ErrValue, "cannot be varied"},
		{"checkpoint of nil", func(g *graph.Graph, x, n node) []node { return []node{autodiff.Checkpoint(g, nil)} }, graph.ErrValue, "Checkpoint: value out of its domain: the function is nil"},
		{"nil loss", func(g *graph.Graph, x, n node) []node { return autodiff.Grad(nil, x) }, graph.ErrValue, "nil"},
		{"by nil", func(g *graph.Graph, x, n node) []node { return autodiff.Grad(x.Sum(), nil) }, graph.ErrValue, "nil"},
		{"gradient of another shape", func(g *graph.Graph, x, n node) []node {
			return autodiff.VJP([]node{x}, []node{x.Sum()}, x)
		}, graph.ErrShape, "Float64[3]"},
		{"too few gradients", func(g *graph.Graph, x, n node) []node { return autodiff.VJP([]node{x, x}, []node{x}, x) }, graph.ErrValue, "1 gradients"},
		{"too few directions", func(g *graph.Graph, x, n node) []node { return autodiff.JVP([]node{x}, []node{x}, nil) }, graph.ErrValue, "0 gradients"},
		{"direction of another shape", func(g *graph.Graph, x, n node) []node {
			return autodiff.JVP([]node{x}, []node{x}, []node{x.Sum()})
		}, graph.ErrShape, "Float64[3]"},
		{"Jacobian of integers", func(g *graph.Graph, x, n node) []node { return []node{autodiff.Jacobian(n, x)} }, graph.ErrDType, "floats"},
		{"Jacobian by integers", func(g *graph.Graph, x, n node) []node { return []node{autodiff.JacobianForward(x, n)} }, graph.ErrDType, "floats"},
		{"Jacobian of nil", func(g *graph.Graph, x, n node) []node { return []node{autodiff.Jacobian(nil, x)} }, graph.ErrValue, "nil"},
		{"Hessian of a vector", func(g *graph.Graph, x, n node) []node { return []node{autodiff.Hessian(x, x)} }, graph.ErrShape, "want a scalar"},
		{"another graph", func(g *graph.Graph, x, n node) []node {
			return autodiff.Grad(x.Sum(), graph.New().Const(graph.Float64, 1))
		}, graph.ErrScope, "another graph"},
		{"a body that is finished", func(g *graph.Graph, x, n node) []node {
			var inside node
			_, last := graph.Loop(x, x.Sum(), func(x, v node) (node, node) { inside = v.Mul(x); return v, inside })
			return autodiff.Grad(last, inside)
		}, graph.ErrScope, "finished"},
		{"loop of unknown length", func(g *graph.Graph, x, n node) []node {
			defer g.Scope("settle")()
			last, _ := graph.While(x, 5, func(v node) node { return v.Sum().Lt(v.Sum().Like(10)) }, func(v node) node { return v.Scale(2) })
			return autodiff.Grad(last.Sum(), x)
		}, graph.ErrValue, "no gradient through settle: While[max 5]"},
	} {
		g := graph.New()
		out := c.build(g, ramp(g, 3), g.Const(graph.Int32, 1, 3))
		err := g.Err()
		assert.ErrorIs(t, err, c.is, c.name)
		assert.ErrorContains(t, err, c.says, c.name)
		assert.ErrorContains(t, err, "fit_test.go:", c.name)
		_, err = g.Compile(out...)
		assert.Error(t, err, c.name)
	}
}

// An invalid node passes through everything, and nothing is reported twice.
func TestInvalidNodesAreSilent(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := ramp(g, 3)
	bad := x.Add(ramp(g, 2))
	before := g.Err()
	one := []node{x}
	for name, outs := range map[string][]node{
		"Grad":            autodiff.Grad(bad, x),
		"Grad by":         autodiff.Grad(x.Sum(), x, bad),
		"VectorGrad":      autodiff.VectorGrad(bad, x),
		"VJP":             autodiff.VJP(one, []node{bad}, x),
		"JVP":             autodiff.JVP(one, one, []node{bad}),
		"JVP of":          autodiff.JVP([]node{bad}, one, one),
		"JVP by":          autodiff.JVP(one, []node{bad}, one),
		"Jacobian":        {autodiff.Jacobian(bad, x)},
		"Jacobian by":     {autodiff.Jacobian(x, bad)},
		"JacobianForward": {autodiff.JacobianForward(bad, x), autodiff.JacobianForward(x, bad)},
		"Hessian":         {autodiff.Hessian(bad, x), autodiff.Hessian(x.Sum(), bad)},
		"Checkpoint":      {autodiff.Checkpoint(g, func() node { return bad })},
	} {
		for _, n := range outs {
			assert.False(t, n.Valid(), name)
		}
	}
	assert.Equal(t, before, g.Err())
	assert.False(t, autodiff.Grad(nil, nil)[0].Valid(), "there is no graph to report to")
}
