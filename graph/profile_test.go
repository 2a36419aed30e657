package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProfile(t *testing.T) {
	t.Parallel()
	g := graph.New()
	p, err := g.Compile(shardNet(g, 128, graph.LoopOptions{})...)
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, p.Profile(&b, shardInputs(128)...))
	text := b.String()
	assert.Contains(t, text, "Loop[6 shards 2]")
	assert.Regexp(t, `\d+\.\d+ +12 +    .*SpikeMatMul`, text, "two shards of six steps")
	assert.Regexp(t, `SpikeMatMul.*% ones, rows added in \d+ of \d+`, text)
	assert.Contains(t, text, "in all")
	assert.Regexp(t, `SpikeMatMul of bits -> .*; \d+\.\d{3} ms in 12 calls\)`, explain(t, p), "which Explain tells from then on")
	assert.ErrorIs(t, p.Profile(&b), graph.ErrShape)
}

// Timings counts calls and work: of a product in full, or of the rows that it added for spikes.
func TestTimings(t *testing.T) {
	t.Parallel()
	const steps, rows, in, out = 5, 64, 96, 80
	g := graph.New()
	x, w := g.Input("x", graph.Bool, steps, rows, in), g.Param("w", graph.Var{Shape: []int{in, out}})
	u := g.Param("u", graph.Var{Shape: []int{out, 8}})
	ys, _ := graph.Loop(x, struct{}{}, func(x *graph.Node, s struct{}) (*graph.Node, struct{}) {
		defer g.Scope("hidden")()
		return x.Cast(graph.Float32).MatMul(w).MatMul(u), s
	})
	p, err := g.CompileWith(graph.Options{Disable: []string{"shard"}}, ys.Sum(0))
	require.NoError(t, err)
	kernels, whole, err := p.Timings(randomSpikes(0.1, steps, rows, in))
	require.NoError(t, err)
	found := map[string]graph.KernelTime{}
	for _, k := range kernels {
		found[k.Op] = k
		assert.LessOrEqual(t, k.Time, whole, k.Op)
	}
	const float = 4 // bytes; 96 bits are two words of 8
	dense := found["MatMul"]
	assert.Equal(t, 1, dense.Depth)
	assert.Equal(t, "hidden", dense.Scope)
	assert.Equal(t, steps, dense.Calls)
	assert.EqualValues(t, steps*2*rows*out*8, dense.Flops)
	assert.EqualValues(t, steps*float*(rows*out+out*8+rows*8), dense.Bytes)
	_, _, ok := dense.Ones()
	assert.False(t, ok, "it does not look for ones")

	sparse := found["SpikeMatMul of bits"]
	ones, added, ok := sparse.Ones()
	require.True(t, ok)
	assert.InDelta(t, 0.1, ones, 0.02)
	assert.Equal(t, 1.0, added)
	additions := ones * steps * rows * in * out
	assert.InEpsilon(t, additions, sparse.Flops, 1e-9)
	assert.InEpsilon(t, steps*(rows*2*8+float*(in*out+rows*out))+float*additions, sparse.Bytes, 1e-9)
	assert.Zero(t, found["Loop[5]"].Flops, "its body says")
	_, _, err = p.Timings()
	assert.ErrorIs(t, err, graph.ErrShape)
}

func TestMaxMemory(t *testing.T) {
	t.Parallel()
	g := graph.New()
	outs := shardNet(g, 128, graph.LoopOptions{})
	p, err := g.Compile(outs...)
	require.NoError(t, err)
	_, err = g.CompileWith(graph.Options{MaxMemory: p.Memory()}, outs...)
	require.NoError(t, err)
	_, err = g.CompileWith(graph.Options{MaxMemory: p.Memory() - 1}, outs...)
	require.ErrorIs(t, err, graph.ErrMemory)
	assert.ErrorContains(t, err, fmt.Sprintf("a run needs %.1f MB (%d bytes)", float64(p.Memory())/1e6, p.Memory()))
	assert.Contains(t, explain(t, p), fmt.Sprintf("memory %.1f MB planned", float64(p.Memory())/1e6), "in millions of bytes")
}
