package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// expression is a random function of nodes of one shape: each of its operations reads two of the
// nodes before it.
type expression []operation

type operation struct{ op, a, b int }

var operations = []func(a, b node) node{
	node.Add, node.Sub, node.Mul,
	func(a, _ node) node { return a.Tanh() },
	func(a, b node) node { return a.Sin().Add(b) },
	func(a, b node) node { return a.Mul(b.Mean()) },
	func(a, b node) node { return a.Div(b.Square().Shift(1)) },
	func(a, b node) node { return a.Reshape(1, 3).MatMul(b.Reshape(3, 1)).Reshape().Mul(a).Scale(0.3) },
	func(a, b node) node { return a.Gt(b).Select(a, b.Scale(0.5)) },
	func(a, b node) node { return a.Spike(fastSigmoid{}).Mul(b) },
	func(a, b node) node { return a.StopGradient().Mul(b) },
	func(a, b node) node { return a.Mul(a.Graph().Top().StepIndex().Cast(graph.Float64)).Sub(b) },
	func(a, b node) node {
		_, last := graph.Loop(graph.Stack(0, a, b, a), b, func(x, v node) (struct{}, node) { return struct{}{}, v.Mul(x).Add(a).Tanh() })
		return last
	},
	func(a, b node) node {
		return graph.Cond(a.Sum().Gt(b.Sum()), func() node { return a.Mul(b) }, func() node { return b.Cos() })
	},
	func(a, b node) node {
		return autodiff.Checkpoint(a.Graph(), func() node { return a.Mul(b).Sin().Mul(b) })
	},
}

func drawExpression(t *rapid.T, inputs int) expression {
	e := make(expression, rapid.IntRange(1, 6).Draw(t, "operations"))
	for i := range e {
		last := inputs + i - 1
		e[i] = operation{
			rapid.IntRange(0, len(operations)-1).Draw(t, "op"),
			rapid.IntRange(0, last).Draw(t, "a"), rapid.IntRange(0, last).Draw(t, "b"),
		}
	}
	return e
}

// apply returns all nodes of the expression.
func (e expression) apply(xs ...node) []node {
	for _, o := range e {
		xs = append(xs, operations[o.op](xs[o.a], xs[o.b]))
	}
	return xs
}

// For any step, the gradient in reverse mode, the derivative in forward mode, and both of the steps
// written out are the same, with and without the compiler's passes.
func TestModesAgree(t *testing.T) {
	t.Parallel()
	names, _ := graph.Passes()
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpression(t, 5)
		pick := func(name string) int { return len(e) + 4 - rapid.IntRange(0, min(len(e), 3)).Draw(t, name) }
		result, nextV, nextU := pick("result"), pick("v"), pick("u")
		o := graph.LoopOptions{Reverse: rapid.Bool().Draw(t, "reverse"), Segment: rapid.IntRange(0, 3).Draw(t, "segment")}
		steps := rapid.IntRange(0, 4).Draw(t, "steps")

		g := graph.New()
		shapes := [][]int{{4, 3}, {3}, {3}, {3}, {3}}
		var in, along []node
		for _, s := range shapes {
			x := ramp(g, s...)
			in, along = append(in, x), append(along, x.Sin().Shift(-0.5))
		}
		build := func(o graph.LoopOptions) node {
			x := in[0].Narrow(0, 0, steps)
			ys, last := graph.Loop(x, vu{in[1], in[2]}, func(x node, s vu) (node, vu) {
				ns := e.apply(in[3], in[4], s.V, s.U, x)
				return ns[result], vu{ns[nextV], ns[nextU]}
			}, o)
			return join(ys, last.V, last.U)
		}
		weigh := func(y node) node { return y.Mul(ramp(g, y.Dim(0))).Sum() }
		var outs []node
		for _, unroll := range []bool{false, true} {
			o.Unroll = unroll
			y := build(o)
			grads := autodiff.Grad(weigh(y), in...)
			total := g.Const(graph.Float64, 0)
			for i, gx := range grads {
				total = total.Add(gx.Mul(along[i]).Sum())
			}
			jv := weigh(autodiff.JVP([]node{y}, in, along)[0])
			outs = append(outs, append(grads, total, jv)...)
		}
		var plain [][]float64
		for _, off := range [][]string{names, nil} {
			p, err := g.CompileWith(graph.Options{Verify: true, Disable: off}, outs...)
			require.NoError(t, err)
			res, err := p.Run()
			require.NoError(t, err)
			var v [][]float64
			for _, r := range res {
				v = append(v, r.Float64s())
			}
			n := len(v) / 2
			for i := range n {
				require.InDeltaSlice(t, v[n+i], v[i], 1e-9*(1+largest(v[i])), "result %d of the loop and of its steps", i)
			}
			require.InDelta(t, v[n-2][0], v[n-1][0], 1e-9*(1+largest(v[n-1])), "reverse and forward")
			if plain == nil {
				plain = v
			}
			for i := range v {
				require.InDeltaSlice(t, plain[i], v[i], 1e-9*(1+largest(v[i])), "result %d with and without passes", i)
			}
		}
	})
}

func largest(x []float64) float64 {
	m := 0.0
	for _, e := range x {
		m = max(m, e, -e)
	}
	return m
}
