package main

import (
	"encoding/json"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	assert.Greater(t, line["cached_product_float32_gflop_per_s"], 0.0)
	assert.Greater(t, line["cached_product_float64_gflop_per_s"], 0.0)
	products := line["products"].([]any)
	require.Len(t, products, 8)
	for _, p := range products {
		assert.Greater(t, p.(map[string]any)["gflop_per_s"], 0.0)
	}
}

func TestPauses(t *testing.T) {
	line := output(t, config{job: "gc", threads: 2, batches: 2, seed: 1})
	assert.Equal(t, "gc", line["job"])
	assert.Greater(t, line["collections"], 0.0)
	assert.Greater(t, line["ms_per_batch"], 0.0)
	for _, key := range []string{"pause_ms", "stop_ms"} {
		ms := line[key].(map[string]any)
		assert.Greater(t, ms["median"], 0.0, key)
		assert.GreaterOrEqual(t, ms["p95"], ms["median"], key)
		assert.GreaterOrEqual(t, ms["max"], ms["p95"], key)
	}
}

func TestBadFlags(t *testing.T) {
	assert.ErrorContains(t, run(config{job: "J99", threads: 1}), `there is no job "J99"; jobs are J1, J1s, J2, J3, J7, compile, gc, gemm`)
	assert.ErrorContains(t, run(config{job: "J1"}), "0 threads")
	assert.ErrorContains(t, run(config{job: "J1", threads: 1, init: "none.safetensors"}), "none.safetensors")
	assert.ErrorContains(t, run(config{job: "J1", threads: 1, data: t.TempDir()}), "datasets:")
}
