package graph_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// run compiles and runs a sample on the given options.
func runSample(t *testing.T, s opsamples.Sample, o graph.Options) (y *graph.Node, res []float64) {
	t.Helper()
	g := graph.New()
	y = s.Build(g, s.Place(g))
	p, err := g.CompileWith(o, y)
	require.NoError(t, err)
	out, err := p.Run(s.Tensors()...)
	require.NoError(t, err)
	require.Equal(t, y.Shape().Size(), out[0].Shape().TotalSize(), "shape rule and kernel")
	require.Equal(t, y.DType(), graph.DTypeOf(out[0]))
	return y, opsamples.Floats(out[0])
}

// bound is the error that a formula may have in the type d: a few rounding steps of its size.
func bound(d graph.DType, want float64) float64 {
	if d == graph.Float32 {
		return 3e-6 * (1 + math.Abs(want))
	}
	return 1e-13 * (1 + math.Abs(want))
}

func TestSampleValues(t *testing.T) {
	t.Parallel()
	for _, s := range opsamples.Samples() {
		if s.Random {
			continue // see TestDistributions
		}
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprintf("%s/%v", s.Name, d), func(t *testing.T) {
				s := s.In(d)
				ref := reference(s)
				require.NotNil(t, ref, "no naive formula")
				in := make([]arr, len(s.Inputs))
				precision := graph.Float64
				for i, x := range s.Inputs {
					in[i] = arr{x.Shape, s.Values(i)}
					if x.DType == graph.Float32 {
						precision = graph.Float32
						for j := range in[i].v {
							in[i].v[j] = floatOf(d, in[i].v[j])
						}
					}
				}
				want := ref(in)
				y, got := runSample(t, s, graph.Options{Verify: true})
				require.Equal(t, append([]int{}, want.shape...), append([]int{}, y.Shape()...))
				for i := range want.v {
					require.InDelta(t, want.v[i], got[i], bound(precision, want.v[i]), "element %d of %v", i, y.Type())
				}
			})
		}
	}
}

// A sample is of the op it says, its name is its own, and values keep apart from each other.
func TestSamplesAreWhatTheySay(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range opsamples.Samples() {
		assert.False(t, seen[s.Name], "%s is there twice", s.Name)
		seen[s.Name] = true
		assert.True(t, s.Smooth || !s.Second, s.Name)
		g := graph.New()
		y := s.Build(g, s.Place(g))
		require.NoError(t, g.Err(), s.Name)
		require.Same(t, g, y.Graph(), s.Name)
		assert.Contains(t, opNames(g), s.Op, s.Name)
		for i, in := range s.Inputs {
			v := slices.Sorted(slices.Values(s.Values(i)))
			if in.DType != graph.Bool {
				assert.True(t, in.Lo <= v[0] && v[len(v)-1] < in.Hi, "%s: input %d leaves its interval", s.Name, i)
			}
			for j := 1; j < len(v) && in.DType.IsFloat(); j++ {
				require.Greater(t, v[j]-v[j-1], 1e-5, "%s: input %d repeats itself", s.Name, i)
			}
		}
	}
}

// opNames returns the names of the ops of g and of the bodies inside.
func opNames(g *graph.Graph) (names []string) {
	for _, n := range g.Nodes() {
		names = append(names, n.Attrs().Name)
		for _, b := range bodiesOf(n) {
			names = append(names, opNames(b)...)
		}
	}
	return names
}

// bodiesOf returns the graphs inside a node.
func bodiesOf(n *graph.Node) []*graph.Graph {
	switch {
	case n.Loop() != nil:
		return []*graph.Graph{n.Loop().Body}
	case n.While() != nil:
		return []*graph.Graph{n.While().Body}
	case n.Branch() != nil:
		return []*graph.Graph{n.Branch().Then, n.Branch().Else}
	}
	return nil
}

// Equal ops on equal inputs are one node, unless they draw or hold a body.
func TestEqualNodesAreOne(t *testing.T) {
	t.Parallel()
	apart := map[string]bool{"Custom": true, "Cond": true, "While": true, "Loop": true, "Result": true, "Literal": true}
	for _, s := range opsamples.Samples() {
		if s.Random || apart[s.Op] || s.Name == "Loop/unrolled" || s.Name == "Prod/zeros" {
			continue
		}
		g := graph.New()
		xs := s.Place(g)
		y := s.Build(g, xs)
		n := len(g.Nodes())
		if strings.HasPrefix(s.Name, "Concat/many") { // more inputs than a key holds
			continue
		}
		assert.Same(t, y, s.Build(g, xs), s.Name)
		assert.Len(t, g.Nodes(), n, s.Name)
	}
	g := graph.New()
	x := g.Input("x", graph.Float32, 3)
	assert.Same(t, x.Exp(), x.Exp())
	assert.NotSame(t, g.Const(graph.Float64, 0), g.Const(graph.Float64, math.Copysign(0, -1)))
	assert.Same(t, g.Const(graph.Float64, math.NaN()), g.Const(graph.Float64, math.NaN()))
	assert.NotSame(t, g.Uniform(graph.Float32, 3), g.Uniform(graph.Float32, 3), "two draws are two nodes")
	assert.NotSame(t, x.Add(x.Exp()), x.Exp().Add(x))
}

// Ops that do nothing return their argument.
func TestNothingToDo(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := g.Input("x", graph.Float32, 2, 3)
	for name, y := range map[string]*graph.Node{
		"Reshape": x.Reshape(2, -1), "Transpose": x.Transpose(0, 1), "BroadcastTo": x.BroadcastTo(2, 3),
		"Slice": x.Slice(graph.All), "Narrow": x.Narrow(1, 0, 3), "Cast": x.Cast(graph.Float32), "Concat": graph.Concat(1, x),
	} {
		assert.Same(t, x, y, name)
	}
	s := g.Input("s", graph.Float32)
	assert.Same(t, s, s.Sum())
	assert.Same(t, s, s.Transpose())
}

// A sample gives the same with each pass switched off alone, and on any number of workers.
func TestSamplesWithoutEachPass(t *testing.T) {
	t.Parallel()
	names, _ := graph.Passes()
	for _, s := range opsamples.Samples() {
		s = s.In(graph.Float64)
		_, want := runSample(t, s, graph.Options{Workers: 1})
		for _, pass := range names {
			_, got := runSample(t, s, graph.Options{Disable: []string{pass}, Workers: 1, Verify: true})
			requireClose(t, want, got, 1e-13, "%s without %s", s.Name, pass)
		}
		_, got := runSample(t, s, graph.Options{Disable: names, Workers: 3, Verify: true})
		requireClose(t, want, got, 1e-13, "%s without passes", s.Name)
	}
}

// requireClose compares element by element, relative to their size; NaN equals NaN.
func requireClose(t require.TestingT, want, got []float64, tol float64, msg string, args ...any) {
	require.Len(t, got, len(want), append([]any{msg}, args...)...)
	for i := range want {
		if w, x := want[i], got[i]; !(math.Abs(w-x) <= tol*(1+math.Abs(w))) && w != x && !(w != w && x != x) {
			require.Fail(t, fmt.Sprintf("element %d is %v, want %v: %s", i, x, w, fmt.Sprintf(msg, args...)))
		}
	}
}
