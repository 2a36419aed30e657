package graph_test

import (
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
	assert.ErrorIs(t, p.Profile(&b), graph.ErrShape)
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
	assert.ErrorContains(t, err, "a run needs")
}
