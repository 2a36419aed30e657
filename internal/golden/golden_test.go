package golden_test

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

const file = `{"reference": "by hand", "cases": [
 {"name": "one", "params": {"alpha": 2.5, "bias": true, "none": null}, "inputs": {"x": {"shape": [2], "data": [1, 2]}},
  "outputs": {"y": {"shape": [1, 2], "data": [10, 0]}}, "tolerance": {"rtol": 0.01, "atol": 0.5}},
 {"name": "two", "params": {}, "inputs": {}, "outputs": {"y": {"shape": [], "data": [3]}}, "tolerance": {"rtol": 0, "atol": 0}}]}`

// folder makes a folder with golden files of an area, and makes it the one that is read.
func folder(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "area"), 0o755))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "area", name), []byte(text), 0o600))
	}
	t.Setenv("SPIKEGRAPH_GOLDEN", dir)
}

func dense(x []float64, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// Every case of every file is run, under its own name, with what the file says of it.
func TestRun(t *testing.T) {
	folder(t, map[string]string{"a.json": file, "b.json": file, "notes.txt": "no case"})
	seen := map[string]golden.Case{}
	golden.Run(t, "area", func(t *testing.T, c golden.Case) { seen[t.Name()] = c })
	require.Len(t, seen, 4)
	c := seen["TestRun/a/one"]
	assert.Equal(t, seen["TestRun/b/one"], c)
	assert.Equal(t, "two", seen["TestRun/b/two"].Name)
	assert.Equal(t, 2.5, c.Number("alpha", 7))
	assert.Equal(t, 7.0, c.Number("beta", 7), "missing")
	assert.Equal(t, 7.0, c.Number("none", 7), "null")
	assert.True(t, c.Flag("bias", false))
	assert.True(t, c.Flag("other", true))
	assert.False(t, c.Flag("none", false))
	c.Known(t, "alpha", "bias", "none")
	x := c.Inputs["x"].Dense()
	x.Float64s()[0] = 99
	assert.Equal(t, []float64{1, 2}, c.Inputs["x"].Data, "a copy")
	c.Compare(t, "y", dense([]float64{10.6, -0.5}, 1, 2)) // just within 0.5 + 0.01·|y|
	seen["TestRun/a/two"].Compare(t, "y", tensor.New(tensor.FromScalar(3.0)))
}

// An area's own form of cases.
func TestRunOfOwnForm(t *testing.T) {
	folder(t, map[string]string{"a.json": `{"cases": [{"name": "x", "steps": 3}]}`})
	type own struct {
		golden.Case
		Steps int
	}
	n := 0
	golden.Run(t, "area", func(t *testing.T, c own) { n += c.Steps })
	assert.Equal(t, 3, n)
}

// wrongs are tests that must fail. Each runs in a process of its own, which names it in the environment.
var wrongs = map[string]func(t *testing.T){
	"a number beyond the tolerance": compare([]float64{10.7, 0}, 1, 2),
	"no number":                     compare([]float64{10, math.NaN()}, 1, 2),
	"another shape":                 compare([]float64{10, 0}, 2, 1),
	"too few":                       compare([]float64{10}, 1, 1),
	"no such output": func(t *testing.T) {
		golden.Case{}.Compare(t, "z", dense([]float64{1}, 1))
	},
	"an unknown param": func(t *testing.T) {
		golden.Case{Params: map[string]any{"gamma": 1.0}}.Known(t, "alpha")
	},
	"no files":     func(t *testing.T) { run(t, nil) },
	"no cases":     func(t *testing.T) { run(t, map[string]string{"a.json": `{"cases": []}`}) },
	"no JSON":      func(t *testing.T) { run(t, map[string]string{"a.json": `{"cases": [`}) },
	"another form": func(t *testing.T) { run(t, map[string]string{"a.json": `{"cases": [{"name": "x", "params": 3}]}`}) },
}

func compare(got []float64, shape ...int) func(t *testing.T) {
	return func(t *testing.T) {
		c := golden.Case{Outputs: map[string]golden.Array{"y": {Shape: []int{1, 2}, Data: []float64{10, 0}}}, Tolerance: golden.Tolerance{Rtol: 0.01, Atol: 0.5}}
		c.Compare(t, "y", dense(got, shape...))
	}
}

func run(t *testing.T, files map[string]string) {
	folder(t, files)
	golden.Run(t, "area", func(*testing.T, golden.Case) {})
}

const wrong = "SPIKEGRAPH_TEST_WRONG"

func TestWrongFails(t *testing.T) {
	if f := wrongs[os.Getenv(wrong)]; f != nil {
		f(t)
		return
	}
	for name := range wrongs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again := exec.Command(os.Args[0], "-test.run=^TestWrongFails$")
			again.Env = append(os.Environ(), wrong+"="+name)
			out, err := again.CombinedOutput()
			require.Error(t, err, "it passes")
			assert.Contains(t, string(out), "--- FAIL: TestWrongFails")
			assert.NotContains(t, string(out), "panic:")
		})
	}
}
