package layers_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// goldenCase is a case with what this package asks of it.
type goldenCase struct {
	golden.Case
	dtype graph.DType // that the layer is built with
}

// everywhere are params that every case may have: what is built, and what changes no number here.
var everywhere = []string{"layer", "cell", "function", "name", "mode", "dtype"}

// known fails the test where the case has a param that is neither among names nor everywhere. Initializers
// say nothing where the inputs of the case give the numbers.
func (c goldenCase) known(t *testing.T, names ...string) {
	t.Helper()
	names = append(slices.Clone(everywhere), names...)
	for k := range c.Params {
		if strings.HasSuffix(k, "_initializer") {
			names = append(names, k)
		}
	}
	c.Known(t, names...)
}

// in returns the case as it is to be met with numbers of that type.
func (c goldenCase) in(d graph.DType) goldenCase {
	if c.dtype = d; d == graph.Float32 {
		most := 0.0
		for _, m := range []map[string]golden.Array{c.Outputs, c.Grads} {
			for _, a := range m {
				for _, v := range a.Data {
					most = max(most, math.Abs(v))
				}
			}
		}
		c.Tolerance = golden.Tolerance{Rtol: max(c.Tolerance.Rtol, 1e-4), Atol: max(c.Tolerance.Atol, 1e-5*most)}
	}
	return c
}

// tensor returns an array as a tensor of the case's type.
func (c goldenCase) tensor(a golden.Array) *tensor.Dense {
	if c.dtype != graph.Float32 {
		return a.Dense()
	}
	x := make([]float32, len(a.Data))
	for i, v := range a.Data {
		x[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(x))
}

// compare requires |got - want| <= atol + rtol |want| everywhere.
func (c goldenCase) compare(t *testing.T, what string, want golden.Array, got *tensor.Dense) {
	t.Helper()
	require.Equal(t, len(want.Data), got.Shape().TotalSize(), "%s has shape %v", what, got.Shape())
	x := numbers(got)
	for i, w := range want.Data {
		if d := math.Abs(x[i] - w); !(d <= c.Tolerance.Atol+c.Tolerance.Rtol*math.Abs(w)) {
			t.Fatalf("%s[%d] = %v, want %v", what, i, x[i], w)
		}
	}
}

// numbers returns the elements of a tensor of floats; those of a float64 tensor are its own.
func numbers(x *tensor.Dense) []float64 {
	switch v := x.Data().(type) {
	case float64:
		return []float64{v}
	case float32:
		return []float64{float64(v)}
	case []float32:
		wide := make([]float64, len(v))
		for i, a := range v {
			wide[i] = float64(a)
		}
		return wide
	}
	return x.Data().([]float64)
}
