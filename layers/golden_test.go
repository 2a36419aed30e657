package layers_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

type goldenArray struct {
	Shape []int
	Data  []float64
}

// dense returns the array as a tensor of float64.
func (a goldenArray) dense() *tensor.Dense {
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(append([]float64(nil), a.Data...)))
}

type goldenCase struct {
	Name                   string
	Params                 map[string]any
	Inputs, Outputs, Grads map[string]goldenArray
	Tolerance              struct{ Rtol, Atol float64 }
}

// golden runs every case of every file of the area, from testdata or where SPIKEGRAPH_GOLDEN says.
func golden(t *testing.T, area string, run func(*testing.T, goldenCase)) {
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
		var f struct{ Cases []goldenCase }
		require.NoError(t, json.Unmarshal(raw, &f), file)
		require.NotEmpty(t, f.Cases, file)
		for _, c := range f.Cases {
			t.Run(filepath.Base(file)+"/"+c.Name, func(t *testing.T) { run(t, c) })
		}
	}
}

// known fails where the case has a param that the test does not read.
func (c goldenCase) known(t *testing.T, names ...string) {
	t.Helper()
	for k := range c.Params {
		require.Contains(t, names, k, "unknown param")
	}
}

// number returns a param, or def where it is missing or null.
func (c goldenCase) number(name string, def float64) float64 {
	if v, ok := c.Params[name].(float64); ok {
		return v
	}
	return def
}

func (c goldenCase) flag(name string) bool {
	v, _ := c.Params[name].(bool)
	return v
}

// compare requires |got - want| <= atol + rtol |want| everywhere.
func (c goldenCase) compare(t *testing.T, what string, want goldenArray, got *tensor.Dense) {
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
