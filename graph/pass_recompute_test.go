package graph_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// recurrentNet is a recurrent spiking network on Bool input with a leaky readout, dropout, noise and a
// value that depends on the step; it returns gradients, loss and results.
func recurrentNet(g *graph.Graph, steps, batch int, reverse bool) []*graph.Node {
	const in, n, out = 70, 64, 5
	d := graph.Float32
	param := func(name string, shape ...int) *graph.Node {
		return g.Param(name, graph.Var{DType: d, Shape: shape, Init: gauss{}})
	}
	x := g.Input("x", graph.Bool, steps, batch, in)
	w, v, b, o := param("w", in, n), param("v", n, n).Scale(0.1), param("b", n), param("o", n, out)
	type state struct{ U, Z, Y *graph.Node }
	ys, last := graph.Loop(x, state{}, func(x *graph.Node, s state) (*graph.Node, state) {
		cur := x.Cast(d).MatMul(w).Add(b)
		z := s.Z.Else(cur.Like(0))
		u := s.U.Else(cur.Like(0)).Scale(0.9).Add(cur).Add(z.MatMul(v)).Sub(z.StopGradient())
		u = u.Add(g.Normal(d, batch, n).Scale(0.1))
		z = u.Shift(-1).Spike(hat{})
		y := z.Mul(cur.Like(0.8).Bernoulli().Cast(d)).MatMul(o)
		y = s.Y.Else(y.Like(0)).Scale(0.95).Add(y)
		return y.Mul(x.Graph().StepIndex().Cast(d).Scale(0.1).Sin()), state{u, z, y}
	}, graph.LoopOptions{Name: "net", Reverse: reverse})
	loss := ys.Square().Mean().Add(last.U.Square().Mean())
	return append(autodiff.Grad(loss, w, v, b, o), loss, ys, last.U, last.Z)
}

func randomSpikes(share float64, shape ...int) *tensor.Dense {
	r := rand.New(rand.NewPCG(5, 6))
	x := make([]bool, graph.Shape(shape).Size())
	for i := range x {
		x[i] = r.Float64() < share
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// A bound on memory is met by computing segments again, which changes no bit of any result, whatever
// the lengths of the segments and the number of workers; what is chosen is said.
func TestBoundsAreMetByRecomputation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		steps, batch int
		reverse      bool
	}{{200, 128, false}, {101, 128, false}, {101, 128, true}, {1001, 3, false}, {1001, 3, true}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			t.Parallel()
			in := randomSpikes(0.1, c.steps, c.batch, 70)
			compile := func(o graph.Options) (*graph.Program, error) {
				g := graph.New()
				return g.CompileWith(o, recurrentNet(g, c.steps, c.batch, c.reverse)...)
			}
			var want [][]float64
			lengths := map[string]bool{}
			for share := 95; share > 50; share -= 15 {
				whole, err := compile(graph.Options{Workers: 1 + share%3})
				require.NoError(t, err)
				if want == nil {
					want = run(t, whole, in)
				}
				bound := whole.Memory() * share / 100
				p, err := compile(graph.Options{MaxMemory: bound, Workers: 1 + share%3, Verify: true})
				if err != nil {
					require.ErrorIs(t, err, graph.ErrMemory)
					require.LessOrEqual(t, share, 80, "%v", err)
					continue
				}
				require.LessOrEqual(t, p.Memory(), bound)
				require.NoError(t, graph.CheckPlan(p))
				text := explain(t, p)
				assert.Regexp(t, fmt.Sprintf(`loop net: \d+ of %d steps are computed twice, in segments of \d+: \d+\.\d %% more arithmetic`, c.steps), text)
				lengths[text] = true
				for i, got := range run(t, p, in) {
					require.Equal(t, want[i], got, "bound %d %%, result %d", share, i)
				}
			}
			require.GreaterOrEqual(t, len(lengths), 2)
		})
	}
}

// A bound that no segments meet is refused with the least that would do; that much then does.
func TestBoundsThatCannotBeMet(t *testing.T) {
	t.Parallel()
	compile := func(o graph.Options) (*graph.Program, error) {
		g := graph.New()
		return g.CompileWith(o, recurrentNet(g, 64, 128, false)...)
	}
	_, err := compile(graph.Options{MaxMemory: 1000})
	require.ErrorIs(t, err, graph.ErrMemory)
	found := regexp.MustCompile(`, .*\((\d+) bytes\) if parts of its loops are computed again; the bound is 1.0 kB \(1000 bytes\)`).FindStringSubmatch(err.Error())
	require.NotNil(t, found, "%v", err)
	least, err := strconv.Atoi(found[1])
	require.NoError(t, err)
	p, err := compile(graph.Options{MaxMemory: least})
	require.NoError(t, err)
	require.Equal(t, least, p.Memory())
	_, err = compile(graph.Options{MaxMemory: least - 1})
	require.ErrorIs(t, err, graph.ErrMemory)
	whole, err := compile(graph.Options{})
	require.NoError(t, err)
	_, err = compile(graph.Options{MaxMemory: whole.Memory() - 1, Disable: []string{"recompute"}})
	require.ErrorIs(t, err, graph.ErrMemory)
}
