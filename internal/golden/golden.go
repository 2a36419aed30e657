// Package golden runs tests on numbers that independent software computed. It is for tests only.
//
// Files are <area>/NAME.json in the testdata folder of the package under test, or in the folder
// that the environment variable SPIKEGRAPH_GOLDEN names.
package golden

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// Array is a tensor of a file, row by row.
type Array struct {
	Shape []int
	Data  []float64
}

// Dense returns a copy as float64.
func (a Array) Dense() *tensor.Dense {
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(slices.Clone(a.Data)))
}

// Tolerance is met where |got - want| <= Atol + Rtol |want|.
type Tolerance struct{ Rtol, Atol float64 }

// Case is what most areas say of a case.
type Case struct {
	Name                   string
	Params                 map[string]any
	Inputs, Outputs, Grads map[string]Array
	Tolerance              Tolerance
}

// Number returns a param, or def where it is missing or null.
func (c Case) Number(name string, def float64) float64 {
	if v, ok := c.Params[name].(float64); ok {
		return v
	}
	return def
}

// Flag returns a param, or def where it is missing or null.
func (c Case) Flag(name string, def bool) bool {
	if v, ok := c.Params[name].(bool); ok {
		return v
	}
	return def
}

// Known fails the test where the case has a param that is not among names.
func (c Case) Known(t *testing.T, names ...string) {
	t.Helper()
	for k := range c.Params {
		require.Contains(t, names, k, "unknown param")
	}
}

// Compare fails the test where got, of float64, is not the output of that name.
func (c Case) Compare(t *testing.T, output string, got *tensor.Dense) {
	t.Helper()
	want, ok := c.Outputs[output]
	require.True(t, ok, "the case has no output %q", output)
	require.Equal(t, want.Shape, []int(got.Shape()), output)
	x := got.Float64s()
	for i, w := range want.Data {
		if d := math.Abs(x[i] - w); !(d <= c.Tolerance.Atol+c.Tolerance.Rtol*math.Abs(w)) {
			t.Fatalf("%s[%d] = %v, want %v", output, i, x[i], w)
		}
	}
}

// Run runs every case of every file of the area as a test named FILE/CASE. C is Case, a struct that
// embeds it, or an area's own form.
func Run[C any](t *testing.T, area string, run func(*testing.T, C)) {
	t.Helper()
	dir := "testdata"
	if d := os.Getenv("SPIKEGRAPH_GOLDEN"); d != "" {
		dir = d
	}
	files, err := filepath.Glob(filepath.Join(dir, area, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no golden files of %s in %s", area, dir)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var f struct{ Cases []json.RawMessage }
		require.NoError(t, json.Unmarshal(raw, &f), file)
		require.NotEmpty(t, f.Cases, file)
		for _, raw := range f.Cases {
			var label struct{ Name string }
			var c C
			require.NoError(t, json.Unmarshal(raw, &label), file)
			require.NoError(t, json.Unmarshal(raw, &c), "%s: %s", file, label.Name)
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json")+"/"+label.Name, func(t *testing.T) { run(t, c) })
		}
	}
}
