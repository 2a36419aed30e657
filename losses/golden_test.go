package losses_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/require"
)

// goldenCase is a case with what this package asks of it.
type goldenCase struct{ golden.Case }

func TestGoldenLosses(t *testing.T) {
	golden.Run(t, "losses", func(t *testing.T, c goldenCase) { c.run(t) })
}

// setup is one case as it is built: whatever is taken from params and inputs is struck off, so that
// what is left is unknown.
type setup struct {
	t      *testing.T
	c      goldenCase
	g      *graph.Graph
	d      graph.DType
	params map[string]any
	inputs map[string]bool
	nodes  map[string]*graph.Node
}

func newSetup(t *testing.T, c goldenCase) *setup {
	s := &setup{t: t, c: c, g: graph.New(), d: graph.Float64,
		params: map[string]any{}, inputs: map[string]bool{}, nodes: map[string]*graph.Node{}}
	for k, v := range c.Params {
		s.params[k] = v
	}
	for k := range c.Inputs {
		s.inputs[k] = k != "cotangent"
	}
	if s.text("dtype", "float64") == "float32" {
		s.d = graph.Float32
	}
	return s
}

func (s *setup) take(key string) (v any, ok bool) {
	v, ok = s.params[key]
	delete(s.params, key)
	return v, ok && v != nil
}

func (s *setup) number(key string, byDefault float64) float64 {
	if v, ok := s.take(key); ok {
		return v.(float64)
	}
	return byDefault
}

func (s *setup) text(key, byDefault string) string {
	if v, ok := s.take(key); ok {
		return v.(string)
	}
	return byDefault
}

func (s *setup) reduction(byDefault string) losses.Reduction {
	r, err := losses.ParseReduction(s.text("reduction", byDefault))
	require.NoError(s.t, err)
	return r
}

func (s *setup) axes() []int {
	v, ok := s.take("axis")
	if !ok {
		return nil
	}
	if one, ok := v.(float64); ok {
		return []int{int(one)}
	}
	var axes []int
	for _, a := range v.([]any) {
		axes = append(axes, int(a.(float64)))
	}
	return axes
}

// has reports whether there is an input of that name.
func (s *setup) has(name string) bool { _, ok := s.c.Inputs[name]; return ok }

// in returns an input as a node of type d.
func (s *setup) in(name string, d graph.DType) *graph.Node {
	a, ok := s.c.Inputs[name]
	require.True(s.t, ok, "no input %s", name)
	delete(s.inputs, name)
	n := s.g.Values(d, a.Data, a.Shape...)
	s.nodes[name] = n
	return n
}

func (s *setup) float(name string) *graph.Node { return s.in(name, s.d) }
func (s *setup) ids(name string) *graph.Node   { return s.in(name, graph.Int32) }

// leaves calls f with the suffix of each leaf: "" if the case has no tree.
func (s *setup) leaves(f func(suffix string) *graph.Node) *graph.Node {
	v, ok := s.take("leaves")
	if !ok {
		return f("")
	}
	var total *graph.Node
	for _, name := range v.([]any) {
		y := f("." + name.(string))
		if total == nil {
			total = y
		} else {
			total = total.Add(y)
		}
	}
	return total
}

// inputLeaves returns an input, or the leaves of it.
func (s *setup) inputLeaves(name string) []*graph.Node {
	v, ok := s.take("leaves")
	if !ok {
		return []*graph.Node{s.float(name)}
	}
	var ns []*graph.Node
	for _, leaf := range v.([]any) {
		ns = append(ns, s.float(name+"."+leaf.(string)))
	}
	return ns
}

// results are the outputs of a case; main is the one that is differentiated.
type results struct {
	main *graph.Node
	all  map[string]*graph.Node
}

func single(name string, y *graph.Node) results {
	return results{y, map[string]*graph.Node{name: y}}
}

func (c goldenCase) run(t *testing.T) {
	s := newSetup(t, c)
	build := goldenLosses[s.text("loss", "")]
	require.NotNil(t, build, "unknown loss %v", c.Params["loss"])
	got := build(s)
	require.NoError(t, s.g.Err())
	require.Empty(t, s.params, "unknown params")
	delete(s.inputs, "cotangent")
	require.Empty(t, s.inputs, "unknown inputs")
	require.NotEmpty(t, c.Outputs)
	for name, want := range c.Outputs {
		require.Contains(t, got.all, name)
		s.compare(name, got.all[name], want)
	}
	for name, want := range c.Grads {
		require.Contains(t, s.nodes, name)
		cotangent := got.main.Like(1)
		if s.has("cotangent") {
			cotangent = s.in("cotangent", s.d)
		}
		grad := autodiff.VJP([]*graph.Node{got.main}, []*graph.Node{cotangent}, s.nodes[name])[0]
		s.compare("gradient of "+name, grad, want)
	}
}

func (s *setup) compare(what string, n *graph.Node, want golden.Array) {
	s.t.Helper()
	require.Equal(s.t, want.Shape, append([]int{}, n.Shape()...), what)
	rtol, atol := s.c.Tolerance.Rtol, s.c.Tolerance.Atol
	if s.d == graph.Float32 {
		rtol, atol = max(rtol, 1e-4), max(atol, 1e-5)
	}
	for i, got := range values(s.t, n)[0] {
		w := want.Data[i]
		require.LessOrEqual(s.t, math.Abs(got-w), atol+rtol*math.Abs(w), "%s %d: got %v, want %v", what, i, got, w)
	}
}
