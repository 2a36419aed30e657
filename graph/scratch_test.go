package graph_test

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/kernel"
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
func taken(t *testing.T, p *graph.Program, out []*tensor.Dense, in ...*tensor.Dense) int {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.NoError(t, p.RunInto(out, in...))
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// Kernels that keep memory are counted each: what its first run takes is planned, but for what every program
// takes, and little more is.
func TestEachKernelIsCounted(t *testing.T) {
	const few = 64 << 10 // of a program of a few nodes, and what the allocator adds to large blocks
	f32 := func(g *graph.Graph, name string, shape ...int) *graph.Node {
		return g.Input(name, graph.Float32, shape...)
	}
	spikes := func(g *graph.Graph, shape ...int) *graph.Node { return f32(g, "x", shape...).Shift(-1).Spike(hat{}) }
	pattern := func(rows, cols int) *graph.Pattern {
		r := rand.New(rand.NewPCG(7, 8))
		start, col := make([]int32, 1), []int32{}
		for range rows {
			for j := range cols {
				if r.IntN(10) == 0 {
					col = append(col, int32(j))
				}
			}
			start = append(start, int32(len(col)))
		}
		p, err := graph.NewPattern(rows, cols, start, col)
		require.NoError(t, err)
		return p
	}
	cases := map[string]func(g *graph.Graph) *graph.Node{
		"product": func(g *graph.Graph) *graph.Node { return f32(g, "x", 150, 600).MatMul(f32(g, "w", 600, 500)) },
		"product of columns": func(g *graph.Graph) *graph.Node {
			return f32(g, "x", 150, 600).MatMul(f32(g, "w", 500, 600).Transpose())
		},
		"product of spikes": func(g *graph.Graph) *graph.Node { return spikes(g, 300, 2500).MatMul(f32(g, "w", 2500, 60)) },
		"transposed product of spikes": func(g *graph.Graph) *graph.Node {
			return spikes(g, 1500, 300).Transpose().MatMul(f32(g, "w", 1500, 60))
		},
		"product under a mask, as of spikes": func(g *graph.Graph) *graph.Node {
			slopes, x, w := f32(g, "slopes", 3, 64, 600), f32(g, "x", 3, 64, 500), f32(g, "w", 500, 600)
			ys, _ := graph.Loop([]*graph.Node{slopes, x}, []*graph.Node{}, func(in, s []*graph.Node) ([]*graph.Node, []*graph.Node) {
				return []*graph.Node{in[1].MatMul(w).Mul(in[0].Shift(-1).Relu())}, s
			})
			return ys[0]
		},
		"product and group": func(g *graph.Graph) *graph.Node {
			return f32(g, "x", 2000, 300).MatMul(f32(g, "w", 300, 500)).Add(f32(g, "b", 500)).Tanh()
		},
		"product and group in the place of an operand": func(g *graph.Graph) *graph.Node {
			z := f32(g, "z", 1000, 2000).Transpose()
			return f32(g, "x", 2000, 300).MatMul(f32(g, "w", 300, 1000)).Add(z).Tanh().Sum(0)
		},
		"product of spikes and group": func(g *graph.Graph) *graph.Node {
			return spikes(g, 2000, 300).MatMul(f32(g, "w", 300, 500)).Add(f32(g, "b", 500)).Tanh()
		},
		"convolution and group": func(g *graph.Graph) *graph.Node {
			y := f32(g, "x", 60, 16, 16, 12).Conv(f32(g, "w", 5, 5, 12, 40), graph.ConvOptions{})
			return y.Add(f32(g, "b", 40)).Tanh()
		},
		"convolution": func(g *graph.Graph) *graph.Node {
			return f32(g, "x", 6, 16, 16, 12).Conv(f32(g, "w", 5, 5, 12, 40), graph.ConvOptions{})
		},
		"convolution of spikes": func(g *graph.Graph) *graph.Node {
			return spikes(g, 6, 16, 16, 12).Conv(f32(g, "w", 5, 5, 12, 40), graph.ConvOptions{})
		},
		"convolution's kernel": func(g *graph.Graph) *graph.Node {
			w := f32(g, "w", 5, 5, 12, 40)
			return autodiff.Grad(f32(g, "x", 6, 16, 16, 12).Conv(w, graph.ConvOptions{}).Square().Sum(), w)[0]
		},
		"convolution's input": func(g *graph.Graph) *graph.Node {
			x := f32(g, "x", 6, 16, 16, 12)
			return autodiff.Grad(x.Conv(f32(g, "w", 5, 5, 12, 40), graph.ConvOptions{}).Square().Sum(), x)[0]
		},
		"tiles": func(g *graph.Graph) *graph.Node {
			x := f32(g, "x", 200, 1000)
			b := f32(g, "b", 200, 1)
			return x.Add(b).Sin().Mul(x.Mul(b).Cos().Add(x.Sub(b).Tan().Mul(x.Div(b).Sin())))
		},
		"reduction": func(g *graph.Graph) *graph.Node { return f32(g, "x", 50, 40, 60).Sum(0, 2) },
		"sparse": func(g *graph.Graph) *graph.Node {
			p := pattern(900, 700)
			return f32(g, "x", 64, 900).SparseMatMul(p, f32(g, "w", p.Len()))
		},
		"sparse of spikes": func(g *graph.Graph) *graph.Node {
			p := pattern(900, 700)
			return spikes(g, 64, 900).SparseMatMul(p, f32(g, "w", p.Len()))
		},
		"sampled": func(g *graph.Graph) *graph.Node {
			p := pattern(900, 700)
			w := f32(g, "w", p.Len())
			return autodiff.Grad(f32(g, "x", 64, 900).SparseMatMul(p, w).Square().Sum(), w)[0]
		},
		"drawn": func(g *graph.Graph) *graph.Node {
			return f32(g, "x", 64, 900).JITMatMul(graph.JITMatrix{Rows: 900, Cols: 700, P: 0.1})
		},
		"solve": func(g *graph.Graph) *graph.Node { return f32(g, "x", 100, 100).Solve(f32(g, "b", 100, 50)) },
		"sort":  func(g *graph.Graph) *graph.Node { return f32(g, "x", 3, 5000).ArgSort(1).Cast(graph.Float32) },
		"root": func(g *graph.Graph) *graph.Node {
			x := f32(g, "x", 100, 100)
			return x.MatMul(x.Transpose()).SymmetricRoot()
		},
		"cholesky": func(g *graph.Graph) *graph.Node {
			x := f32(g, "x", 100, 100)
			return x.MatMul(x.Transpose()).Cholesky()
		},
	}
	for name, net := range cases {
		for _, workers := range []int{1, 2} {
			g := graph.New()
			p, err := g.CompileWith(graph.Options{Workers: workers}, net(g))
			require.NoError(t, err, name)
			var in []*tensor.Dense
			r := rand.New(rand.NewPCG(9, 10))
			_, types := p.Inputs()
			for _, typ := range types {
				x := make([]float32, typ.Shape.Size())
				for i := range x {
					x[i] = r.Float32() * 1.1 // a tenth reaches the threshold
				}
				in = append(in, tensor.New(tensor.WithShape(typ.Shape...), tensor.WithBacking(x)))
			}
			out := []*tensor.Dense{tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(p.Outputs()[0].Shape...))}
			first := taken(t, p, out, in...)
			for range 3 {
				first += taken(t, p, out, in...)
			}
			if strings.Contains(name, "spikes") { // all of them, which is multiplied
				kernel.Fill(in[0].Float32s(), 2)
				first += taken(t, p, out, in...)
			}
			assert.LessOrEqual(t, first, p.Memory()+few, "%s, %d workers", name, workers)
			if workers == 1 { // of several, some may have found nothing left to do
				assert.LessOrEqual(t, p.Memory(), first*5/4+few, name)
			}
		}
	}
}
