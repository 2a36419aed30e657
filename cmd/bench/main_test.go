package main

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// output runs a job as the command does and returns its line.
func output(t *testing.T, c config) map[string]any {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	stdout := os.Stdout
	os.Stdout = w
	err = run(c)
	os.Stdout = stdout
	require.NoError(t, w.Close())
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	var line map[string]any
	require.NoError(t, json.Unmarshal(b, &line))
	return line
}

func TestJobs(t *testing.T) {
	for _, job := range []string{"J1", "J1s", "J2", "J3"} {
		line := output(t, config{job: job, threads: 2, warmup: 0, batches: 2, seed: 1})
		assert.Equal(t, job, line["job"])
		assert.EqualValues(t, 2, line["batches"])
		for _, key := range []string{"ms_per_batch", "samples_per_s", "loss", "plan_mb", "compile_ms"} {
			assert.Greater(t, line[key], 0.0, "%s: %s", job, key)
		}
	}
}

// The kernels that are shown take most of a job's time, each once, and are drawn.
func TestRoofline(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "roofline.svg")
	r, err := roofline(config{batches: 1, warmup: 0, seed: 1, picture: picture})
	require.NoError(t, err)
	require.Len(t, r.Levels, 4)
	for _, job := range []string{"J1", "J2"} {
		share := 0.0
		for _, s := range r.Shares {
			if s.Job == job {
				share += s.OfTime
				assert.Greater(t, s.GFLOPS, 0.0, s.Kernel)
				assert.Greater(t, s.Intensity, 0.0, s.Kernel)
			}
		}
		assert.Greater(t, share, 0.5, job)
		assert.Less(t, share, 1.0001, job)
	}
	b, err := os.ReadFile(picture)
	require.NoError(t, err)
	for _, want := range []string{">J1<", ">J2<", "rec: MatMul", "first-level cache"} {
		assert.Contains(t, string(b), want)
	}
}

func TestReadouts(t *testing.T) {
	for job, keys := range map[string][]string{
		"J4": {"open_steps_per_s", "solve_s", "nrmse_1step", "free_nrmse84"},
		"J5": {"mae_first", "mae_last", "mae_test"},
	} {
		for _, double := range []bool{false, true} {
			line := output(t, config{job: job, threads: 2, seed: 1, neurons: 100, steps: 1200, double: double})
			assert.EqualValues(t, 100, line["neurons"])
			assert.EqualValues(t, 1200, line["steps"])
			for _, key := range append(keys, "steps_per_s", "free_steps_per_s", "us_per_step", "peak_rss_mb") {
				assert.Greater(t, line[key], 0.0, "%s: %s", job, key)
			}
			if job == "J4" {
				assert.Less(t, line["nrmse_1step"], 0.01)
			} else {
				assert.Less(t, line["mae_last"], 0.2, "of a target of 0.6 on average")
			}
		}
	}
	few := output(t, config{job: "J4", threads: 1, seed: 1, neurons: 100, steps: 1000, links: 5})
	assert.EqualValues(t, 5, few["links"])
}

func TestScores(t *testing.T) {
	y := []float64{1, -1, 1, -1}
	assert.Equal(t, 1., nrmse(make([]float64, 4), y))
	assert.Equal(t, 2, validSteps([]float64{1.4, -1, 1.41, -1}, y))
	assert.Equal(t, 0, validSteps([]float64{math.NaN(), -1, 1, -1}, y))
	assert.Equal(t, 4, validSteps(y, y))
	assert.Equal(t, 0.5, meanError([]float64{2, -1}, y))
	assert.InDelta(t, 1.3/1.5*(1+0./2-1./6+0./3), sines(301)[300], 1e-12) // a quarter of the slowest sine
}

// The number of threads changes no bit of the loss.
func TestThreads(t *testing.T) {
	one := output(t, config{job: "J2", threads: 1, batches: 3, seed: 1})
	two := output(t, config{job: "J2", threads: 3, batches: 3, seed: 1})
	assert.Equal(t, one["loss"], two["loss"])
}

func TestCompileTimes(t *testing.T) {
	line := output(t, config{job: "compile", threads: 1, seed: 1})
	for _, key := range []string{"ms_10", "ms_100", "ms_1000"} {
		assert.Greater(t, line[key], 0.0, key)
	}
}

func TestProducts(t *testing.T) {
	line := output(t, config{job: "gemm", threads: 2, batches: 1})
	assert.Greater(t, line["fma_peak_float32_gflop_per_s"], 0.0)
	assert.Greater(t, line["fma_peak_float64_gflop_per_s"], 0.0)
	products := line["products"].([]any)
	require.Len(t, products, 8)
	for _, p := range products {
		assert.Greater(t, p.(map[string]any)["gflop_per_s"], 0.0)
	}
}

func TestPauses(t *testing.T) {
	for _, c := range []config{{job: "J2", batches: 2}, {job: "J4", neurons: 50, steps: 2000}, {job: "J5", neurons: 50, steps: 600}} {
		c.threads, c.seed, c.collect = 2, 1, true
		line := output(t, c)
		assert.Greater(t, line["collections"], 0.0)
		for _, key := range []string{"pause_ms", "stop_ms", "floor_ms"} {
			ms := line[key].(map[string]any)
			assert.Greater(t, ms["median"], 0.0, key)
			assert.GreaterOrEqual(t, ms["p95"], ms["median"], key)
			assert.GreaterOrEqual(t, ms["p99"], ms["p95"], key)
			assert.GreaterOrEqual(t, ms["max"], ms["p99"], key)
		}
	}
}

// What another program wrote in other types is refused, not read as if it were right.
func TestGivenOfOtherTypes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "given.safetensors")
	of := func(d tensor.Dtype, shape ...int) *tensor.Dense {
		return tensor.New(tensor.WithShape(shape...), tensor.Of(d))
	}
	for says, f := range map[string]*checkpoint.File{
		"losses are float32, want float64": {Tensors: []checkpoint.Tensor{{Name: "losses", Value: of(tensor.Float32, 1)}}},
		"batch 0 is of float32 and int32, want uint8 and int32": {Tensors: []checkpoint.Tensor{
			{Name: "x.0", Value: of(tensor.Float32, 128, 784)}, {Name: "y.0", Value: of(tensor.Int32, 128)},
			{Name: "param.fc1.W", Value: of(tensor.Float32, 784, 1000)}, {Name: "param.fc1.B", Value: of(tensor.Float32, 1000)},
			{Name: "param.fc2.W", Value: of(tensor.Float32, 1000, 10)}, {Name: "param.fc2.B", Value: of(tensor.Float32, 10)}}},
	} {
		require.NoError(t, checkpoint.WriteFile(path, f))
		assert.ErrorContains(t, run(config{job: "J1", threads: 1, batches: 1, init: path}), says)
	}
}

func TestBadFlags(t *testing.T) {
	assert.ErrorContains(t, run(config{job: "gemm", threads: 1, collect: true}), "-collect is for jobs that train, not for gemm")
	assert.ErrorContains(t, run(config{job: "J99", threads: 1}), `there is no job "J99"; jobs are J1, J1s, J2, J3, J4, J5, J7, compile, gemm, roofline`)
	assert.ErrorContains(t, run(config{job: "J1"}), "0 threads")
	assert.ErrorContains(t, run(config{job: "J1", threads: 1, batches: -3}), "-3 batches")
	assert.ErrorContains(t, run(config{job: "J1", threads: 1, warmup: -2}), "after -2")
	assert.ErrorContains(t, run(config{job: "J1", threads: 1, memory: -1}), "-1 MB")
	assert.ErrorContains(t, run(config{job: "J1", threads: 1, picture: "a.svg"}), "drawn by roofline, not by J1")
	assert.ErrorIs(t, run(config{job: "roofline", threads: 1, picture: filepath.Join(t.TempDir(), "none", "a.svg")}), os.ErrNotExist)
	assert.ErrorContains(t, run(config{job: "J4", threads: 1, neurons: -1}), "-1 neurons")
	assert.ErrorContains(t, run(config{job: "J1", threads: 1, init: "none.safetensors"}), "none.safetensors")
	assert.ErrorContains(t, run(config{job: "J1", threads: 1, data: t.TempDir()}), "datasets:")
}
