package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// goldenCase is a case with what this package asks of it.
type goldenCase struct{ golden.Case }

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

// numbers returns the elements of a float64 tensor.
func numbers(x *tensor.Dense) []float64 {
	if v, ok := x.Data().(float64); ok {
		return []float64{v}
	}
	return x.Data().([]float64)
}
