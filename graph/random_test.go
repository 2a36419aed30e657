package graph_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"
)

// randomInputs are the inputs of a random graph.
func randomInputs(d graph.DType) []*tensor.Dense {
	return []*tensor.Dense{ramp(d, 4, 3), ramp(d, 3), ramp(d, 2, 4, 3)}
}

// agree compiles outs with and without passes, and compares.
func agree(t *rapid.T, g *graph.Graph, d graph.DType, outs []*graph.Node) {
	require.NoError(t, g.Err())
	names, _ := graph.Passes()
	var want [][]float64
	check := func(what string, p *graph.Program) {
		g.Store().Get("w").Value.Zero()
		require.NoError(t, graph.CheckPlan(p), what)
		res, err := p.Run(randomInputs(d)...)
		require.NoError(t, err, what)
		var got [][]float64
		for _, r := range append(res, g.Store().Get("w").Value) {
			got = append(got, opsamples.Floats(r))
		}
		if want == nil {
			want = got
		}
		for i := range want {
			requireClose(t, want[i], got[i], tolerance[d], "%s, output %d", what, i)
		}
	}
	try := func(what string, o graph.Options) {
		o.Verify = true
		p, err := g.CompileWith(o, outs...)
		require.NoError(t, err, what)
		check(what, p)
	}
	try("no passes", graph.Options{Disable: names, Workers: 1})
	try("all passes", graph.Options{Workers: 1})
	try("workers", graph.Options{Workers: 3})
	for _, name := range names {
		try("without "+name, graph.Options{Disable: []string{name}, Workers: 1})
	}
	for _, s := range [][2]int{{1, 1}, {3, 1}, {2, 2}} {
		p, loops := graph.CompileInSegments(g, graph.Options{Verify: true, Workers: 1}, s[0], s[1], outs...)
		if loops > 0 {
			check(fmt.Sprintf("%d segments of %d", s[0], s[1]), p)
		}
	}
}

// tolerance is what passes may change by rounding in another order.
var tolerance = map[graph.DType]float64{graph.Float64: 1e-9, graph.Float32: 2e-3}

// Passes change no value of a random graph beyond rounding, and no two values that are alive share
// memory.
func TestRandomGraphs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, m := randomGraph(t, graph.Float64, true)
		outs := m.pool[len(m.pool)/2:]
		if rapid.Bool().Draw(t, "update") {
			g.Update(m.pool[3], m.fit(m.pick(), []int{3, 2}).Add(m.pool[3]))
			g.Check("sum", m.pick().Sum())
		}
		agree(t, g, graph.Float64, outs)
	})
}

// The same for Float32, whose kernels are others.
func TestRandomGraphsFloat32(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, m := randomGraph(t, graph.Float32, true)
		agree(t, g, graph.Float32, m.pool[4:])
	})
}

// The same for gradients: of loops, truncated and segmented, of branches, and of the rest.
func TestRandomGradients(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, m := randomGraph(t, graph.Float64, false)
		loss := g.Const(graph.Float64, 0)
		for _, x := range m.pool[4:] {
			loss = loss.Add(x.Mean())
		}
		grads := autodiff.Grad(loss, m.pool[:4]...)
		agree(t, g, graph.Float64, append(grads, loss))
	})
}

// The same for second derivatives, whose loops are forward, backward and both to one another.
func TestRandomSecondDerivatives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, m := randomGraph(t, graph.Float64, false)
		loss := g.Const(graph.Float64, 0)
		for _, x := range m.pool[4:] {
			loss = loss.Add(x.Mean())
		}
		x := m.pool[m.next(4)]
		grad := autodiff.Grad(loss, x)[0]
		agree(t, g, graph.Float64, append(autodiff.Grad(grad.Square().Sum(), m.pool[:4]...), grad))
	})
}

// Random graphs have products with groups, for the pass epilogue.
func TestRandomGraphsHaveEpilogues(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	for seed := range uint64(60) {
		g, m := graph.New(), &maker{next: rand.New(rand.NewPCG(seed, 1)).IntN}
		m.begin(g, graph.Float64, 8)
		text := explain(t, compile(t, g, m.pool[4:]...))
		for _, kernel := range []string{" MatMul then", " SpikeMatMul of bits then"} {
			found[kernel] += strings.Count(text, kernel)
		}
	}
	for kernel, n := range found {
		assert.Greater(t, n, 3, kernel)
	}
}

// A plan that puts everything at one place is found out.
func TestCheckPlanFindsOverlaps(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 30, 30)
	a := x.MatMul(x)
	b := x.Transpose().MatMul(a)
	p, err := g.Compile(a.MatMul(b))
	require.NoError(t, err)
	require.NoError(t, graph.CheckPlan(p))
	graph.BreakPlan(p)
	require.Error(t, graph.CheckPlan(p))
}

// CheckPlan holds for everything that the samples and a training step do.
func TestPlans(t *testing.T) {
	t.Parallel()
	for _, s := range opsamples.Samples() {
		g := graph.New()
		p, err := g.Compile(s.Build(g, s.Place(g)))
		require.NoError(t, err)
		require.NoError(t, graph.CheckPlan(p), s.Name)
	}
	for _, o := range []graph.LoopOptions{{}, {Segment: 4}, {Unroll: true}, {Truncate: 3, Reverse: true}} {
		g := graph.New()
		_, _, all := busy(g, 13, o)
		p, err := g.Compile(all...)
		require.NoError(t, err)
		require.NoError(t, graph.CheckPlan(p))
	}
	g := graph.New()
	p, err := g.Compile(trainingGraph(g, 4)...)
	require.NoError(t, err)
	require.NoError(t, graph.CheckPlan(p))
}
