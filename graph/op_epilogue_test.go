package graph_test

import (
	"math"
	"slices"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// epilogueCase is a graph with a product that one group reads.
type epilogueCase struct {
	net  func(g *graph.Graph, d graph.DType) []*graph.Node
	want string  // of the kernel, in Explain; "" where product and group stay apart
	ones float64 // share of ones of Bool inputs
	off  string  // a pass that would make the case another
}

// Sizes of the products below: the last block is not whole.
const epiM, epiK, epiN = 1003, 70, 201

// biased is the group of the cases: x of last axis n with biases, squashed, and what comes before it.
func biased(g *graph.Graph, x *graph.Node) []*graph.Node {
	b := g.Input("b", x.DType(), x.Dim(-1))
	v := x.Add(b)
	return []*graph.Node{v.Tanh(), v.Gt(v.Like(0))}
}

var epilogueCases = map[string]epilogueCase{
	"multiplied": {want: "MatMul then Fused[", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiK, epiN)))
	}},
	"one node": {want: "MatMul then Relu", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return []*graph.Node{g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiK, epiN)).Relu()}
	}},
	"left transposed": {want: "MatMul[aᵀ] then Fused[", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, g.Input("x", d, epiK, epiM).Transpose().MatMul(g.Input("w", d, epiK, epiN)))
	}},
	"right transposed": {want: "MatMul[bᵀ] then Fused[", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiN, epiK).Transpose()))
	}},
	"rows of steps": {want: "MatMul then Fused[", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		y := g.Input("x", d, 17, 59, epiK).MatMul(g.Input("w", d, epiK, epiN))
		return biased(g, y.Mul(g.Input("c", d, 17, 59, 1)))
	}},
	"only bools": {want: "MatMul then Fused[", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		y := g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiK, epiN))
		return []*graph.Node{y.Abs().Gt(y.Like(0.5))}
	}},
	"two products": {want: "MatMul then Fused[", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		x := g.Input("x", d, epiM, epiK)
		return biased(g, x.MatMul(g.Input("w", d, epiK, epiN)).Add(x.Sin().MatMul(g.Input("v", d, epiK, epiN))))
	}},
	"rows reduced": {want: "MatMul then Fused[", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		y := g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiK, epiN)).Scale(0.5)
		return []*graph.Node{y, y.Square().Sum(1), y.Tanh().ReduceMax(1)}
	}},
	"long rows reduced": {want: "MatMul then Fused[", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		y := g.Input("x", d, 300, 20).MatMul(g.Input("w", d, 20, 5000)).Tanh()
		return []*graph.Node{y.Sum(1), y.ReduceMax(1)}
	}},
	"all reduced": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return []*graph.Node{g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiK, epiN)).Square().Sum()}
	}},
	"spikes of floats, few": {want: "SpikeMatMul of bits then Fused[", net: epilogueSpikes(0.8, epiN)},
	"spikes of floats":      {want: "SpikeMatMul of bits then Fused[", net: epilogueSpikes(-0.8, epiN)},
	"spikes, few columns":   {want: "SpikeMatMul of bits then Fused[", net: epilogueSpikes(0.8, 40)},
	"Bools, few":            {want: "SpikeMatMul of bits then Fused[", ones: 0.1, net: epilogueBools},
	"Bools":                 {want: "SpikeMatMul of bits then Fused[", ones: 0.9, net: epilogueBools},
	"in a loop": {want: "MatMul then Fused[", off: "shard", net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		w := g.Input("w", d, epiK, epiN)
		_, v := graph.Loop(g.Input("x", d, 3, epiM, epiK), []*graph.Node{nil}, func(x *graph.Node, s []*graph.Node) (struct{}, []*graph.Node) {
			i := x.MatMul(w)
			return struct{}{}, []*graph.Node{s[0].Else(i.Like(0)).Scale(0.9).Add(i)}
		})
		return v
	}},
	"convolution":                {want: "Conv[stride [1 1] pad [0 0] [0 0]] then Fused[", net: epilogueConv(1, asIs)},
	"convolution, groups":        {want: "groups 3] then Fused[", net: epilogueConv(3, asIs)},
	"convolution of spikes, few": {want: "Conv of spikes [stride [1 1] pad [0 0] [0 0]] then Fused[", net: epilogueConv(1, func(x *graph.Node) *graph.Node { return above(x, 0.8) })},
	"convolution of spikes":      {want: "Conv of spikes [stride [1 1] pad [0 0] [0 0]] then Fused[", net: epilogueConv(1, func(x *graph.Node) *graph.Node { return above(x, -0.8) })},

	"read twice": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		y := g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiK, epiN))
		return append(biased(g, y), y.Sum(0))
	}},
	"wanted itself": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		y := g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiK, epiN))
		return append(biased(g, y), y)
	}},
	"small": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, g.Input("x", d, 300, epiK).MatMul(g.Input("w", d, epiK, 100)))
	}},
	"long sums": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, g.Input("x", d, epiM, epiM+1).MatMul(g.Input("w", d, epiM+1, epiN)))
	}},
	"other rows": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		y := g.Input("x", d, 17, 59, epiK).MatMul(g.Input("w", d, epiK, epiN))
		return []*graph.Node{y.Mul(g.Input("c", d, 17, 1, 1))}
	}},
	"other columns": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, g.Input("x", d, epiM, epiK).MatMul(g.Input("w", d, epiK, epiN)).Reshape(epiN, epiM))
	}},
	"batches": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, g.Input("x", d, 4, epiM, epiK).MatMul(g.Input("w", d, 4, epiK, epiN)))
	}},
	"spikes transposed": {net: func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, g.Input("x", d, epiK, epiM).Gt(g.Const(d, 0)).Cast(d).Transpose().MatMul(g.Input("w", d, epiK, epiN)))
	}},
}

// above returns the spikes of x, of [-1, 1), at a threshold.
func above(x *graph.Node, th float64) *graph.Node { return x.Shift(-th).Spike(hat{}) }

func epilogueSpikes(th float64, cols int) func(g *graph.Graph, d graph.DType) []*graph.Node {
	m := epiM * max(1, epiN/cols)
	return func(g *graph.Graph, d graph.DType) []*graph.Node {
		return biased(g, above(g.Input("x", d, m, epiK), th).MatMul(g.Input("w", d, epiK, cols)))
	}
}

func epilogueBools(g *graph.Graph, d graph.DType) []*graph.Node {
	return biased(g, g.Input("x", graph.Bool, epiM, epiK).Cast(d).MatMul(g.Input("w", d, epiK, epiN)))
}

func asIs(x *graph.Node) *graph.Node { return x }

func epilogueConv(groups int, of func(x *graph.Node) *graph.Node) func(g *graph.Graph, d graph.DType) []*graph.Node {
	return func(g *graph.Graph, d graph.DType) []*graph.Node {
		x := of(g.Input("x", d, 17, 9, 10, 6))
		y := x.Conv(g.Input("w", d, 3, 2, 6/groups, 252), graph.ConvOptions{Groups: groups})
		return biased(g, y.Mul(g.Input("c", d, 17, 7, 9, 1)))
	}
}

// Product and group computed together give the bits that they give apart, whatever the number of workers.
func TestEpilogues(t *testing.T) {
	t.Parallel()
	for name, c := range epilogueCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, d := range []graph.DType{graph.Float32, graph.Float64} {
				var want []*tensor.Dense
				for _, workers := range []int{0, 1, 2, 3, 8} {
					off := []string{c.off}
					if workers == 0 {
						off = append(off, "epilogue")
					}
					p, in := c.program(t, d, workers, off...)
					for range 2 { // the second time in memory that is there already
						out, err := p.Run(in...)
						require.NoError(t, err)
						if workers == 0 {
							want = out
						}
						for i := range out {
							require.Equal(t, want[i].Data(), out[i].Data(), "%v, %d workers, result %d", d, workers, i)
						}
					}
					if c.want == "" || workers == 0 {
						assert.NotContains(t, explain(t, p), " then ")
					} else {
						assert.Contains(t, explain(t, p), c.want)
					}
				}
			}
		})
	}
}

// program compiles the case, and draws inputs for it.
func (c epilogueCase) program(t *testing.T, d graph.DType, workers int, off ...string) (*graph.Program, []*tensor.Dense) {
	t.Helper()
	g := graph.New()
	off = slices.DeleteFunc(off, func(s string) bool { return s == "" })
	p, err := g.CompileWith(graph.Options{Workers: workers, Verify: true, Disable: off}, c.net(g, d)...)
	require.NoError(t, err)
	var in []*tensor.Dense
	_, types := p.Inputs()
	for _, typ := range types {
		if typ.DType == graph.Bool {
			in = append(in, randomSpikes(c.ones, typ.Shape...))
		} else {
			in = append(in, ramp(typ.DType, typ.Shape...))
		}
	}
	return p, in
}

// Without fuse there are no groups to join, and Locate sees every value.
func TestEpilogueNeedsGroups(t *testing.T) {
	t.Parallel()
	p, in := epilogueCases["multiplied"].program(t, graph.Float32, 1, "fuse")
	assert.NotContains(t, explain(t, p), " then ")
	in[1].Float32s()[0] = float32(math.NaN())
	q, _ := epilogueCases["multiplied"].program(t, graph.Float32, 1)
	assert.ErrorContains(t, q.Locate(in...), "MatMul")
}

// Products with a group take no memory from their second run on.
func TestEpiloguesDoNotAllocate(t *testing.T) {
	for name, c := range epilogueCases {
		p, in := c.program(t, graph.Float32, 2, c.off)
		var out []*tensor.Dense
		for _, o := range p.Outputs() {
			out = append(out, tensor.New(tensor.Of(o.DType.Tensor()), tensor.WithShape(o.Shape...)))
		}
		least := math.Inf(1) // of some counts, as cleanups after a collection count too
		for range 3 {
			least = min(least, testing.AllocsPerRun(1, func() { require.NoError(t, p.RunInto(out, in...)) }))
		}
		assert.Zero(t, least, name)
	}
}

// An update whose gradient is a product is computed with it, into the parameter.
func TestEpilogueUpdates(t *testing.T) {
	t.Parallel()
	train := func(off ...string) ([]float32, *graph.Program) {
		store := graph.NewStore(1)
		g := graph.NewIn(store)
		w := g.Param("w", graph.Var{Shape: []int{epiM, epiN}, Init: counting{}})
		m := g.Param("m", graph.Var{Shape: []int{epiM, epiN}})
		loss := g.Input("x", graph.Float32, epiK, epiM).MatMul(w).Scale(1e-4).Tanh().Square().Sum()
		dw := autodiff.Grad(loss, w)[0]
		v := m.Scale(0.9).Add(dw)
		g.Update(m, v)
		g.Update(w, w.Sub(v.Scale(0.1)))
		p, err := g.CompileWith(graph.Options{Workers: 2, Verify: true, Disable: off}, loss)
		require.NoError(t, err)
		require.NoError(t, graph.CheckPlan(p))
		for range 3 {
			run(t, p, ramp(graph.Float32, epiK, epiM))
		}
		return append(store.Get("w").Value.Float32s(), store.Get("m").Value.Float32s()...), p
	}
	want, _ := train("epilogue")
	got, p := train()
	assert.Equal(t, want, got)
	assert.Greater(t, slices.Max(got[epiM*epiN:]), float32(1e-4), "there is a gradient")
	assert.Contains(t, explain(t, p), "MatMul[aᵀ] then Fused[")
	assert.Contains(t, explain(t, p), "update w: in place")
	assert.Contains(t, explain(t, p), "update m: in place")
}

// Explain says how many rows are computed at a time, Timings what a product with a group did.
func TestEpilogueIsExplained(t *testing.T) {
	t.Parallel()
	p, in := epilogueCases["Bools, few"].program(t, graph.Float32, 1)
	assert.Regexp(t, `then Fused\[Add .* \(rows added up to 60 % ones, else multiplied, \d+ rows at a time\)`, explain(t, p))
	kernels, _, err := p.Timings(in...)
	require.NoError(t, err)
	require.Len(t, kernels, 2, "%v", kernels)
	assert.Contains(t, kernels[0].String(), "PackBits")
	k := kernels[1]
	assert.Contains(t, k.String(), "SpikeMatMul of bits then Fused[Add")
	ones, added, ok := k.Ones()
	assert.True(t, ok)
	assert.InDelta(t, 0.1, ones, 0.02)
	assert.Equal(t, 1.0, added)
	assert.Greater(t, k.Flops, float64(epiM*epiN))
}
