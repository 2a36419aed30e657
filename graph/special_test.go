package graph_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// special are values at which formulas go wrong: every op gives there what package math gives.
var special = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, 1e-20, -1e-20, 30, -30, 1e4, -1e4, math.Inf(1), math.Inf(-1), math.NaN()}

// exceptions are formulas that overflow where the op must not.
var exceptions = map[string]func(x ...float64) float64{
	"Softplus": func(x ...float64) float64 { return max(x[0], 0) + math.Log1p(math.Exp(-math.Abs(x[0]))) },
	"Sign": func(x ...float64) float64 {
		if x[0] != x[0] {
			return x[0]
		}
		return truth(x[0] > 0) - truth(x[0] < 0)
	},
	"Pow": math2(math.Pow), "Atan2": math2(math.Atan2), // Package math prefers an infinity to NaN; we do not.
	"Min": math2(func(a, b float64) float64 { return min(a, b) }), "Max": math2(func(a, b float64) float64 { return max(a, b) }),
}

func math2(f func(a, b float64) float64) func(x ...float64) float64 {
	return func(x ...float64) float64 { return f(x[0], x[1]) }
}

func TestSpecialValues(t *testing.T) {
	t.Parallel()
	n := len(special)
	for _, s := range opsamples.Samples() {
		unary := s.Name == s.Op+"/[7]"
		binary := s.Name == s.Op+"/[3 1] [1 4]"
		f := elementRefs[s.Op]
		if e := exceptions[s.Op]; e != nil {
			f = e
		}
		if !unary && !binary || f == nil || s.Op == "Mod" {
			continue
		}
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			s = s.In(d)
			for i := range s.Inputs {
				s.Inputs[i].Shape = [][]int{{n, 1}, {n}}[i]
			}
			g := graph.New()
			y := s.Build(g, s.Place(g))
			in := s.Tensors()
			for i := range in {
				in[i] = opsamples.Tensor(d, s.Inputs[i].Shape, special)
			}
			got := values(t, g, in, y)[0]
			require.Len(t, got, map[bool]int{true: n, false: n * n}[unary])
			for k, x := range got {
				at := []float64{floatOf(d, special[k%n])}
				if binary {
					at = []float64{floatOf(d, special[k/n]), at[0]}
				}
				want := f(at...)
				if d == graph.Float32 {
					want = float64(float32(want))
				}
				tol := 4e-6 * math.Abs(want)
				if math.Abs(want) < 1e-30 {
					tol = 1e-30
				}
				trig := (s.Op == "Sin" || s.Op == "Cos" || s.Op == "Tan") && math.Abs(at[0]) > 100 && d == graph.Float32
				ok := math.Abs(x-want) <= tol || x == want || x != x && want != want || trig && math.Abs(x-want) < 1e-3
				assert.True(t, ok, "%v of %v is %v, want %v (%v)", s.Op, at, x, want, d)
				if ok && want == 0 && (s.Op == "Neg" || s.Op == "Mul" || s.Op == "Sqrt" || s.Op == "Abs") {
					assert.Equal(t, math.Signbit(want), math.Signbit(x), "%v of %v: sign of zero", s.Op, at)
				}
			}
		}
	}
}

// Reductions of NaN and infinite values.
func TestSpecialReductions(t *testing.T) {
	t.Parallel()
	inf, nan := math.Inf(1), math.NaN()
	g := graph.New()
	x := g.Input("x", graph.Float64, 5, 3)
	in := opsamples.Tensor(graph.Float64, []int{5, 3}, []float64{1, nan, 2, -inf, -inf, -inf, 1, inf, 2, 800, 800, 800, -0.5, -inf, 0.5})
	got := values(t, g, []*tensor.Dense{in}, x.Sum(1), x.ReduceMax(1), x.ReduceMin(1), x.LogSumExp(1), x.Prod(1))
	same := func(want, got []float64, what string) {
		requireClose(t, want, got, 1e-12, "%s", what)
	}
	same([]float64{nan, -inf, inf, 2400, -inf}, got[0], "Sum")
	same([]float64{nan, -inf, inf, 800, 0.5}, got[1], "ReduceMax")
	same([]float64{nan, -inf, 1, 800, -inf}, got[2], "ReduceMin")
	same([]float64{nan, -inf, inf, 800 + math.Log(3), math.Log(math.Exp(-0.5) + math.Exp(0.5))}, got[3], "LogSumExp")
	same([]float64{nan, -inf, inf, 800 * 800 * 800, inf}, got[4], "Prod")
	// The first of equals wins.
	y := g.Values(graph.Float32, []float64{1, 3, 3, 2}, 4)
	assert.Equal(t, []float64{1}, values(t, g, []*tensor.Dense{in}, y.ArgMax(0))[0])
	empty := x.Narrow(1, 0, 0)
	got = values(t, g, []*tensor.Dense{in}, empty.Sum(1), empty.Prod(1), empty.LogSumExp(1))
	assert.Equal(t, []float64{0, 0, 0, 0, 0}, got[0])
	assert.Equal(t, []float64{1, 1, 1, 1, 1}, got[1])
	assert.Equal(t, []float64{-inf, -inf, -inf, -inf, -inf}, got[2])
}
