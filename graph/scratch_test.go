package graph_test

import (
	"runtime"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// What a program plans covers what its first run takes, and is not much more: how kernels multiply depends
// on the data. Later runs take nothing. It is not parallel: what others allocate would count.
func TestPlannedMemoryIsTaken(t *testing.T) {
	for _, bound := range []float64{1, 0.6} {
		for _, workers := range []int{1, 2} {
			compile := func(o graph.Options) *graph.Program {
				g := graph.New()
				p, err := g.CompileWith(o, recurrentNet(g, 120, 128, false)...)
				require.NoError(t, err)
				return p
			}
			whole := compile(graph.Options{Workers: workers}).Memory()
			p := compile(graph.Options{Workers: workers, MaxMemory: int(bound * float64(whole))})
			in := randomSpikes(0.1, 120, 128, 70)
			out := make([]*tensor.Dense, len(p.Outputs()))
			for i, o := range p.Outputs() {
				out[i] = tensor.New(tensor.Of(o.DType.Tensor()), tensor.WithShape(append([]int{}, o.Shape...)...))
			}
			first, later := taken(t, p, out, in), taken(t, p, out, in)
			assert.LessOrEqual(t, first, p.Memory(), "%d workers, bound %v", workers, bound)
			assert.Less(t, p.Memory(), first*3/2, "%d workers, bound %v", workers, bound)
			assert.Less(t, later, 1<<12)
		}
	}
}

// taken returns the bytes that a run allocates.
func taken(t *testing.T, p *graph.Program, out []*tensor.Dense, in *tensor.Dense) int {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, p.RunInto(out, in))
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}
