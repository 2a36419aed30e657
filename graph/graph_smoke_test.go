package graph_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func TestSmoke(t *testing.T) {
	g := graph.New()
	x := g.Input("x", graph.Float32, 5, 2, 3)
	w := g.Param("w", graph.Var{Shape: []int{3, 4}, Init: ones{}})
	type state struct{ V *graph.Node }
	zs, last := graph.Loop(x, state{}, func(x *graph.Node, s state) (*graph.Node, state) {
		i := x.MatMul(w)
		v := s.V.Else(i.Like(0)).Scale(0.9).Add(i)
		z := v.Shift(-1).Step()
		return z, state{v.Sub(z)}
	})
	y := zs.Sum(0)
	g.Update(w, w.Scale(2))
	p, err := g.CompileWith(graph.Options{Verify: true}, y, last.V, zs)
	require.NoError(t, err)
	in := tensor.New(tensor.WithShape(5, 2, 3), tensor.WithBacking(tensor.Range(tensor.Float32, 0, 30)))
	out, err := p.Run(in)
	require.NoError(t, err)
	t.Log(out[0], out[1])
	t.Log(out[2])
	out, err = p.Run(in)
	require.NoError(t, err)
	t.Log(out[1])
	require.Zero(t, testing.AllocsPerRun(10, func() { _ = p.RunInto(out, in) }))
}

type ones struct{ graph.Zeros }
