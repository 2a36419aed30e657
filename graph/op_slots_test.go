package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// ringed is a loop whose state is a ring of five slots, which each step writes and reads by two delays,
// the second as far back as the number of the row; it returns what was read and the gradients of x and w.
func ringed(g *graph.Graph, steps, rows int) []*graph.Node {
	x := g.Input("x", graph.Float32, steps, rows, 3)
	w := g.Input("w", graph.Float32, 3)
	type state struct{ Line, At *graph.Node }
	ago := make([]float64, rows)
	for i := range ago {
		ago[i] = float64(i % 5)
	}
	second := g.Values(graph.Int32, ago, rows, 1)
	ys, _ := graph.Loop(x, state{}, func(x *graph.Node, s state) (*graph.Node, state) {
		at := s.At.Else(g.Const(graph.Int32, 0, rows))
		line := s.Line.Else(g.Const(graph.Float32, 0, rows, 5, 3)).PutSlot(at, x.Mul(w))
		slot := func(d *graph.Node) *graph.Node {
			back := at.Unsqueeze(1).Sub(d)
			return back.Lt(back.Like(0)).Select(back.Add(back.Like(5)), back).BroadcastTo(rows, 3)
		}
		y := line.TakeAlong(slot(second.Like(4))).Add(line.TakeAlong(slot(second)).Square())
		next := at.Shift(1)
		return y, state{line, next.Lt(next.Like(5)).Select(next, next.Like(0))}
	})
	return append([]*graph.Node{ys}, autodiff.Grad(ys.Mul(x.Shift(0.2)).Sum(), x, w)...)
}

// shifted is ringed without a ring: sequences that are moved.
func shifted(g *graph.Graph, steps, rows int) []*graph.Node {
	x := g.Input("x", graph.Float32, steps, rows, 3)
	w := g.Input("w", graph.Float32, 3)
	ago := func(d, row int) *graph.Node {
		part := x.Mul(w).Narrow(1, row, 1)
		return part.Pad([]int{d, 0, 0}, []int{0, 0, 0}, 0).Narrow(0, 0, steps)
	}
	var ys []*graph.Node
	for i := range rows {
		ys = append(ys, ago(4, i).Add(ago(i%5, i).Square()))
	}
	y := graph.Concat(1, ys...)
	return append([]*graph.Node{y}, autodiff.Grad(y.Mul(x.Shift(0.2)).Sum(), x, w)...)
}

// A ring gives what a shift does, forward and backward, with the same bits on any number of workers.
func TestRing(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {9, 6}, {40, 192}} {
		in := []*tensor.Dense{ramp(graph.Float32, size[0], size[1], 3), ramp(graph.Float32, 3)}
		ref := graph.New()
		want := values(t, ref, in, shifted(ref, size[0], size[1])...)
		for _, workers := range []int{1, 2, 3, 8} {
			g := graph.New()
			p, err := g.CompileWith(graph.Options{Workers: workers, Verify: true}, ringed(g, size[0], size[1])...)
			require.NoError(t, err)
			for range 2 {
				got := run(t, p, in...)
				for i := range want {
					requireClose(t, want[i], got[i], 1e-5, "%v, %d workers, output %d", size, workers, i)
				}
			}
		}
	}
}

// The state is written where it is, forward and backward: by one step there, by three here.
func TestRingIsWrittenInPlace(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p := compile(t, g, ringed(g, 9, 6)...)
	var text strings.Builder
	require.NoError(t, p.Explain(&text))
	assert.Equal(t, 2, strings.Count(text.String(), "PutSlot -> Float32[6 5 3]@outside"), text.String())
	assert.Equal(t, 2, strings.Count(text.String(), "AddAlong -> Float32[6 5 3]@outside"), text.String())
}

// A position that is none stops the run and is named.
func TestSlotsOutOfRange(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, at := g.Input("x", graph.Float32, 2, 3, 4), g.Input("at", graph.Int32, 2)
	along := at.Unsqueeze(1).BroadcastTo(2, 4)
	for i, y := range []*graph.Node{
		x.PutSlot(at, x.Sum(1)), x.TakeAlong(along), x.AddAlong(along, x.Sum(1)),
	} {
		p := compile(t, g, y)
		bad := tensor.New(tensor.WithShape(2), tensor.WithBacking([]int32{1, 3}))
		_, err := p.Run(ramp(graph.Float32, 2, 3, 4), bad)
		assert.ErrorIs(t, err, graph.ErrValue)
		assert.ErrorContains(t, err, "position 3 (element "+fmt.Sprint([]int{1, 4, 4}[i])+") is outside [0, 3)")
	}
}
