package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Spikes and masks that are kept for a backward pass are kept as bits, which changes no bit of any
// result; what anyone else reads stays as it is.
func TestStoredBits(t *testing.T) {
	t.Parallel()
	for _, batch := range []int{3, 128} { // 128 is split
		for _, n := range []int{31, 32, 63, 64, 65, 200} {
			in := inputsOf(graph.Bool, true, 9, batch, 70)
			var want [][]float64
			var bytes int
			for _, off := range [][]string{{"bits"}, nil} {
				g := graph.New()
				p, err := g.CompileWith(graph.Options{Disable: off, Verify: true}, keepsSpikes(g, batch, n)...)
				require.NoError(t, err)
				got := run(t, p, in)
				text := explain(t, p)
				if want == nil {
					want, bytes = got, p.Memory()
					continue
				}
				for i := range got {
					require.Equal(t, want[i], got[i], "%d neurons, result %d", n, i)
				}
				if n < 32 {
					assert.NotContains(t, text, "ExpandBits", "a row of so few takes no less memory as bits")
					continue
				}
				assert.Contains(t, text, "PackBits")
				assert.Contains(t, text, "of bits")
				assert.Contains(t, text, fmt.Sprintf("ExpandBits[%d]", n))
				assert.Less(t, p.Memory(), bytes)
			}
		}
	}
}

// Spikes that a network is given are packed once for its products and for the gradient of its weights, but not
// where the loop reads them otherwise, or memory is bounded and segments are computed again.
func TestGivenBits(t *testing.T) {
	t.Parallel()
	const steps, batch, channels, n = 8, 5, 70, 40
	in := inputsOf(graph.Bool, true, steps, batch, channels)
	for _, otherwise := range []bool{false, true} {
		var want [][]float64
		for _, off := range [][]string{{"bits"}, nil} {
			g := graph.New()
			x, w := g.Input("x", graph.Bool, steps, batch, channels), g.Param("w", graph.Var{Shape: []int{channels, n}, Init: gauss{}})
			ys, _ := graph.Loop(x, []*graph.Node{nil}, func(x *graph.Node, s []*graph.Node) (*graph.Node, []*graph.Node) {
				f := x.Cast(graph.Float32)
				u := s[0].Else(f.MatMul(w).Like(0)).Scale(0.9).Add(f.MatMul(w)).Tanh()
				if otherwise {
					u = u.Add(f.Sum(1).Unsqueeze(1))
				}
				return u, []*graph.Node{u}
			})
			loss := ys.Square().Mean()
			p, err := g.CompileWith(graph.Options{Disable: off, Verify: true}, append(autodiff.Grad(loss, w), loss)...)
			require.NoError(t, err)
			got, text := run(t, p, in), explain(t, p)
			if off != nil {
				want = got
				continue
			}
			assert.Equal(t, want, got)
			packed := fmt.Sprintf("  PackBits -> Int32[%d %d 4]", steps, batch)
			assert.Equal(t, !otherwise, strings.Contains(text, packed), text)
			assert.Equal(t, !otherwise, strings.Contains(text, "TimeSum[SpikeMatMul[aᵀ] of bits"), text)
		}
	}
}

// keepsSpikes is a network that keeps spikes for a product over time, and a mask that its backward
// loop reads; of it, the spikes that it returns are wanted as they are.
func keepsSpikes(g *graph.Graph, batch, n int) []*graph.Node {
	d := graph.Float32
	param := func(name string, shape ...int) *graph.Node {
		return g.Param(name, graph.Var{DType: d, Shape: shape, Init: gauss{}})
	}
	x, w, v := g.Input("x", graph.Bool, 9, batch, 70), param("w", 70, n), param("v", n, n)
	type state struct{ U, Z *graph.Node }
	out, last := graph.Loop(x, state{}, func(x *graph.Node, s state) ([2]*graph.Node, state) {
		cur := x.Cast(d).MatMul(w)
		z := s.Z.Else(cur.Like(0))
		u := s.U.Else(cur.Like(0)).Scale(0.9).Add(cur).Add(z.MatMul(v))
		z = u.Shift(-1).Spike(hat{})
		return [2]*graph.Node{z.Mul(cur.Like(0.8).Bernoulli().Cast(d)), z.Gt(z.Like(0))}, state{u, z}
	})
	loss := out[0].Square().Mean().Add(last.U.Mean())
	return append(autodiff.Grad(loss, w, v), loss, out[1])
}
