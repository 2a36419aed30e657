package gradtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is a testing.TB that notes errors instead of failing.
type recorder struct {
	testing.TB
	errs []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errs = append(r.errs, fmt.Sprintf(format, args...))
}

// check returns the errors of a case.
func check(t *testing.T, c gradtest.Case) []string {
	r := &recorder{TB: t}
	gradtest.Check(r, c)
	return r.errs
}

func nodes(xs ...*graph.Node) []*graph.Node { return xs }

// scaled is x² with its gradient times factor.
func scaled(factor float64) func(*graph.Graph, []*graph.Node) *graph.Node {
	return func(_ *graph.Graph, xs []*graph.Node) *graph.Node {
		square := func(xs []*graph.Node) *graph.Node { return xs[0].Square() }
		grad := func(xs []*graph.Node, _, gy *graph.Node) []*graph.Node {
			return nodes(gy.Mul(xs[0]).Scale(2 * factor))
		}
		return graph.Custom(square, grad, xs...)
	}
}

func TestWrongByOneInThousandFails(t *testing.T) {
	in := []gradtest.Input{{Shape: []int{3, 4}, Lo: -2, Hi: 2}}
	assert.Empty(t, check(t, gradtest.Case{Name: "right", Inputs: in, Build: scaled(1), SecondOrder: true}))
	for _, factor := range []float64{1.001, 0.999} {
		errs := check(t, gradtest.Case{Name: "wrong", Inputs: in, Build: scaled(factor)})
		require.NotEmpty(t, errs)
		assert.Contains(t, errs[0], "wrong: direction 0: reverse mode against differences")
	}
}

// One element of many that is wrong is seen.
func TestOneWrongElementFails(t *testing.T) {
	build := func(g *graph.Graph, xs []*graph.Node) *graph.Node {
		mask := make([]float64, 60)
		for i := range mask {
			mask[i] = 1
		}
		mask[17] = 1.001
		grad := func(xs []*graph.Node, _, gy *graph.Node) []*graph.Node {
			return nodes(gy.Mul(xs[0].Cos()).Mul(g.Values(graph.Float64, mask, 60)))
		}
		return graph.Custom(func(xs []*graph.Node) *graph.Node { return xs[0].Sin() }, grad, xs...)
	}
	assert.NotEmpty(t, check(t, gradtest.Case{Inputs: []gradtest.Input{{Shape: []int{60}}}, Build: build}))
}

// A gradient that is right but whose own derivative is wrong passes the first order alone.
func TestWrongSecondOrderFails(t *testing.T) {
	build := func(_ *graph.Graph, xs []*graph.Node) *graph.Node {
		cube := func(xs []*graph.Node) *graph.Node { return xs[0].Square().Mul(xs[0]) }
		grad := func(xs []*graph.Node, _, gy *graph.Node) []*graph.Node {
			part := xs[0].Square().Scale(0.001)
			return nodes(gy.Mul(xs[0].Square().Scale(3).Sub(part).Add(part.StopGradient())))
		}
		return graph.Custom(cube, grad, xs...)
	}
	c := gradtest.Case{Inputs: []gradtest.Input{{Shape: []int{3}}}, Build: build}
	assert.Empty(t, check(t, c))
	c.SecondOrder = true
	errs := check(t, c)
	require.NotEmpty(t, errs)
	assert.Contains(t, errs[0], "second order")
}

func TestSmallValuesAreChecked(t *testing.T) {
	build := func(factor float64) func(*graph.Graph, []*graph.Node) *graph.Node {
		return func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			return scaled(factor)(g, xs).Scale(1e-9)
		}
	}
	in := []gradtest.Input{{Shape: []int{3}}}
	assert.Empty(t, check(t, gradtest.Case{Inputs: in, Build: build(1)}))
	assert.NotEmpty(t, check(t, gradtest.Case{Inputs: in, Build: build(1.001)}))
}

func TestNothingToCheckFails(t *testing.T) {
	floor := func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Floor() }
	half := gradtest.Input{Shape: []int{2}, Lo: 0.2, Hi: 0.8}
	unread := func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[1].Square() }
	for _, c := range []struct {
		name string
		gradtest.Case
		want string
	}{
		{"no derivative", gradtest.Case{Inputs: []gradtest.Input{half}, Build: floor}, "input 0 is zero everywhere"},
		{"one of two unread", gradtest.Case{Inputs: []gradtest.Input{half, half}, Build: unread}, "input 0 is zero everywhere"},
		{"no input", gradtest.Case{Build: func(g *graph.Graph, _ []*graph.Node) *graph.Node { return g.Const(graph.Float64, 1) }}, "nothing to differentiate by"},
		{"only integers", gradtest.Case{
			Inputs: []gradtest.Input{{Shape: []int{2}, DType: graph.Int32, Hi: 4}},
			Build:  func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Cast(graph.Float64) },
		}, "nothing to differentiate by"},
		{"declared in vain", gradtest.Case{
			Inputs: []gradtest.Input{{Shape: []int{2}, Flat: true}},
			Build:  func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Exp() },
		}, "declared to be zero and is not"},
	} {
		assert.Contains(t, strings.Join(check(t, c.Case), "\n"), c.want, c.name)
	}
	assert.Empty(t, check(t, gradtest.Case{Inputs: []gradtest.Input{half}, Build: floor, AnyFlat: true}))
	half.Flat = true
	assert.Empty(t, check(t, gradtest.Case{Inputs: []gradtest.Input{half}, Build: floor, SecondOrder: true}))
}

func TestParametersAreInputs(t *testing.T) {
	build := func(factor float64) func(*graph.Graph, []*graph.Node) *graph.Node {
		return func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			w := g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{3}})
			return xs[0].Mul(scaled(factor)(g, nodes(w.Shift(1))))
		}
	}
	in := []gradtest.Input{{Shape: []int{2, 3}}}
	assert.Empty(t, check(t, gradtest.Case{Inputs: in, Build: build(1), SecondOrder: true}))
	assert.NotEmpty(t, check(t, gradtest.Case{Inputs: in, Build: build(1.001)}))
	errs := check(t, gradtest.Case{Inputs: in, Build: build(1), Flat: []string{"w"}})
	assert.Contains(t, strings.Join(errs, "\n"), "parameter w is declared to be zero and is not")
	errs = check(t, gradtest.Case{Inputs: in, Build: build(1), Flat: []string{"v"}})
	assert.Contains(t, strings.Join(errs, "\n"), `there is no "v"`)
}

func TestShapes(t *testing.T) {
	mul := func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Mul(xs[1]) }
	for _, shapes := range [][2][]int{
		{{}, {}}, {{2, 3}, {3}}, {{2, 1}, {1, 3}}, {{0, 3}, {3}}, {{0}, {1}}, {{}, {2, 0, 3}},
	} {
		c := gradtest.Case{Inputs: []gradtest.Input{{Shape: shapes[0]}, {Shape: shapes[1]}}, Build: mul, SecondOrder: true}
		assert.Empty(t, check(t, c), shapes)
	}
}

func TestFaultsOfACase(t *testing.T) {
	in := []gradtest.Input{{Shape: []int{2}}}
	same := func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0] }
	for _, c := range []struct {
		name string
		gradtest.Case
		want string
	}{
		{"fault of the graph", gradtest.Case{Inputs: in, Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			return xs[0].Add(g.Const(graph.Float64, 1, 3))
		}}, "cannot be broadcast"},
		{"nil", gradtest.Case{Inputs: in, Build: func(*graph.Graph, []*graph.Node) *graph.Node { return nil }}, "invalid node"},
		{"float32 result", gradtest.Case{Inputs: in, Build: func(_ *graph.Graph, xs []*graph.Node) *graph.Node {
			return xs[0].Cast(graph.Float32)
		}}, "want Float64"},
		{"float32 parameter", gradtest.Case{Inputs: in, Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			g.Param("w", graph.Var{Shape: []int{2}})
			return xs[0]
		}}, "parameter w is Float32[2]"},
		{"float32 input", gradtest.Case{Inputs: []gradtest.Input{{DType: graph.Float32}}, Build: same}, "too coarse"},
		{"too few values", gradtest.Case{Inputs: []gradtest.Input{{Shape: []int{2}, Values: []float64{1}}}, Build: same}, "1 values for shape [2]"},
		{"an input of its own", gradtest.Case{Inputs: in, Build: func(g *graph.Graph, xs []*graph.Node) *graph.Node {
			return xs[0].Mul(g.Input("z", graph.Float64, 2))
		}}, `"z"`},
		{"not finite", gradtest.Case{Inputs: in, Build: func(_ *graph.Graph, xs []*graph.Node) *graph.Node {
			return xs[0].Abs().Neg().Shift(-1).Log()
		}}, "NaN"},
	} {
		assert.Contains(t, strings.Join(check(t, c.Case), "\n"), c.want, c.name)
	}
}

// Elements drawn in one case keep their distance, so a maximum is not on its kink.
func TestDrawnElementsKeepTheirDistance(t *testing.T) {
	larger := func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].Max(xs[1]) }
	largest := func(_ *graph.Graph, xs []*graph.Node) *graph.Node { return xs[0].ReduceMax(0) }
	for seed := range uint64(20) {
		in := []gradtest.Input{{Shape: []int{5, 4}}, {Shape: []int{5, 4}}}
		assert.Empty(t, check(t, gradtest.Case{Inputs: in, Build: larger, Seed: seed}), "seed %d", seed)
		assert.Empty(t, check(t, gradtest.Case{Inputs: in[:1], Build: largest, Seed: seed}), "seed %d", seed)
	}
}

func TestLabelsAndMasks(t *testing.T) {
	build := func(g *graph.Graph, xs []*graph.Node) *graph.Node {
		return xs[2].Select(xs[0], xs[0].Square()).Gather(0, xs[1])
	}
	assert.Empty(t, check(t, gradtest.Case{Inputs: []gradtest.Input{
		{Shape: []int{5}, Lo: 1, Hi: 2},
		{Shape: []int{20}, DType: graph.Int32, Hi: 5},
		{Shape: []int{5}, DType: graph.Bool, Values: []float64{1, 0, 0, 1, 1}},
	}, Build: build}))
}
