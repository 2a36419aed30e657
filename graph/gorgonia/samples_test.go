package gorgonia_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "go4.org/unsafe/assume-no-moving-gc"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/graph/gorgonia"
	"github.com/spikegraph/spikegraph/internal/opsamples"
)

// skipped lists the ops without a counterpart in Gorgonia: for each the words by which the reason
// is known. Samples with empty tensors are apart: every op can meet one.
var skipped = map[string]string{
	"Uniform":     "counter-based generator",
	"Normal":      "counter-based generator",
	"Bernoulli":   "counter-based generator",
	"Integers":    "counter-based generator",
	"Permutation": "counter-based generator",
	"FoldIn":      "counter-based generator",

	"Gamma":           "counter-based generator",
	"LogGamma":        "counter-based generator",
	"Poisson":         "counter-based generator",
	"Binomial":        "counter-based generator",
	"Hypergeometric":  "counter-based generator",
	"Geometric":       "counter-based generator",
	"LogSeries":       "counter-based generator",
	"Zipf":            "counter-based generator",
	"VonMises":        "counter-based generator",
	"Wald":            "counter-based generator",
	"TruncatedNormal": "counter-based generator",
	"Between":         "counter-based generator",
	"Within":          "depends on data",

	"While":    "cannot depend on data",
	"ArgSort":  "does not sort",
	"Solve":    "does not factorize",
	"Cholesky": "does not factorize",

	"SymmetricRoot": "does not factorize",
	"Lyapunov":      "does not factorize",

	"Conv":    "channels first",
	"MaxPool": "channels first",
	"MinPool": "channels first",
	"SumPool": "channels first",

	"PutSlot":   "depend on data",
	"TakeAlong": "depend on data",
	"AddAlong":  "depend on data",

	"SparseMatMul":  "full matrices",
	"SampledMatMul": "full matrices",
	"FanIn":         "full matrices",
	"JITMatMul":     "counter-based generator",
}

const empty = "without elements"

// near compares elements relative to their size.
func near(t *testing.T, what string, want, got *tensor.Dense, tol float64) {
	t.Helper()
	require.Equal(t, want.Dtype(), got.Dtype(), what)
	require.True(t, want.Shape().Eq(got.Shape()), "%s: %v and %v", what, want.Shape(), got.Shape())
	w, g := opsamples.Floats(want), opsamples.Floats(got)
	for i := range w {
		if d := math.Abs(w[i] - g[i]); !(d <= tol*(1+math.Abs(w[i]))) {
			require.Failf(t, what, "element %d is %v here and %v in Gorgonia", i, w[i], g[i])
		}
	}
}

// weighted returns Σ y·w with different weights, a loss that tells the elements of y apart.
func weighted(y *graph.Node) *graph.Node {
	w := make([]float64, y.Shape().Size())
	for i := range w {
		w[i] = math.Sin(float64(3*i+1)) + 0.3
	}
	return y.Mul(y.Graph().Values(y.DType(), w, y.Shape()...)).Sum()
}

// refusals returns the reasons of the ops that cannot be lowered.
func refusals(t *testing.T, err error) map[string]string {
	t.Helper()
	out := map[string]string{}
	var list func(err error)
	list = func(err error) {
		if j, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range j.Unwrap() {
				list(e)
			}
			return
		}
		var u *gorgonia.Unsupported
		require.True(t, errors.As(err, &u), "%v", err)
		out[u.Op] = u.Reason
	}
	list(err)
	return out
}

func TestSamplesAgree(t *testing.T) {
	met := map[string]bool{}
	for _, s := range opsamples.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			g := graph.New()
			xs := s.Place(g)
			y := s.Build(g, xs)
			prog, err := g.Compile(y)
			require.NoError(t, err)
			exe, err := gorgonia.Compile(y)
			if err != nil {
				for op, reason := range refusals(t, err) {
					if strings.Contains(reason, empty) {
						assert.Contains(t, strings.ToLower(s.Name), "empty")
						continue
					}
					want, listed := skipped[op]
					require.True(t, listed, "%s is refused and not on the list: %s", op, reason)
					assert.Contains(t, reason, want)
					met[op] = true
				}
				return
			}
			require.NotContains(t, skipped, s.Op, "it can be lowered: take it off the list")
			in := s.Tensors()
			want, err := prog.Run(in...)
			require.NoError(t, err)
			for range 2 { // runs leave nothing behind
				got, err := exe.Run(in...)
				require.NoError(t, err)
				near(t, "value", want[0], got[0], 1e-7)
			}
			if y.DType().IsFloat() {
				compareGradients(t, weighted(y), xs, in)
			}
		})
	}
	for op := range skipped {
		assert.True(t, met[op], "%s is on the list of skipped ops and no sample was refused for it", op)
	}
}

// compareGradients compares autodiff's gradients on our executor with Gorgonia's own.
func compareGradients(t *testing.T, loss *graph.Node, xs []*graph.Node, in []*tensor.Dense) {
	t.Helper()
	var wrt []*graph.Node
	for _, x := range xs {
		if x.DType().IsFloat() {
			wrt = append(wrt, x)
		}
	}
	if len(wrt) == 0 {
		return
	}
	gs := autodiff.Grad(loss, wrt...)
	prog, err := loss.Graph().Compile(gs...)
	require.NoError(t, err)
	want, err := prog.Run(in...)
	require.NoError(t, err)
	exe, err := gorgonia.Gradients(loss, wrt...)
	require.NoError(t, err)
	// Our gradients, computed by Gorgonia: they hold what only backward passes have.
	ours, err := gorgonia.Compile(gs...)
	require.NoError(t, err)
	for _, e := range []*gorgonia.Executable{exe, exe, ours} {
		got, err := e.Run(in...)
		require.NoError(t, err)
		for i := range want {
			near(t, "gradient", want[i], got[i], 1e-7)
		}
	}
}
