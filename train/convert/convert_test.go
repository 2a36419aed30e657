package convert_test

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/convert"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func dense(v []float32, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(v))
}

func scalar(v float32) *tensor.Dense { return tensor.New(tensor.FromScalar(v)) }

// file returns a File of names and tensors in turn.
func file(list ...any) *checkpoint.File {
	f := &checkpoint.File{}
	for i := 0; i < len(list); i += 2 {
		f.Add(list[i].(string), list[i+1].(*tensor.Dense))
	}
	return f
}

// load imports a file into the parameters that build places, and returns what the program then gives
// for x. It also checks that Export gives the file back, through a safetensors file.
func load(t *testing.T, m convert.Map, theirs *checkpoint.File, x *tensor.Dense, build func(g *graph.Graph, x *graph.Node) *graph.Node) []float32 {
	t.Helper()
	ours, err := m.Import(theirs)
	require.NoError(t, err)
	g := graph.NewIn(graph.NewStore(1))
	y := build(g, g.Input("x", graph.Float32, x.Shape()...))
	prog, err := g.Compile(y)
	require.NoError(t, err)
	var model []checkpoint.Tensor
	for _, p := range g.Store().Params() {
		model = append(model, checkpoint.Tensor{Name: p.Name, Value: p.Value})
	}
	require.NoError(t, ours.LoadInto(model, checkpoint.Rules{}))
	out, err := prog.Run(x)
	require.NoError(t, err)

	path := filepath.Join(t.TempDir(), "net.safetensors")
	require.NoError(t, checkpoint.WriteFile(path, &checkpoint.File{Tensors: model}))
	read, err := checkpoint.ReadFile(path)
	require.NoError(t, err)
	back, err := m.Export(read)
	require.NoError(t, err)
	for _, b := range back.Tensors {
		want := theirs.Tensor(b.Name)
		require.NotNil(t, want, b.Name)
		assert.Equal(t, []int(want.Shape()), []int(b.Value.Shape()), b.Name)
		assert.Equal(t, want.Data(), b.Value.Data(), b.Name)
	}
	assert.Len(t, back.Tensors, len(ours.Tensors))
	return out[0].Float32s()
}

func TestTorchLinearIsTransposed(t *testing.T) {
	t.Parallel()
	f := file("fc.weight", dense([]float32{1, 2, 3, 4, 5, 6}, 2, 3), "fc.bias", dense([]float32{10, 20}, 2))
	got := load(t, convert.TorchLinear("fc", "hidden"), f, dense([]float32{1, 0, -1}, 1, 3), func(g *graph.Graph, x *graph.Node) *graph.Node {
		return layers.Dense{In: 3, Out: 2}.Place(g, "hidden").Apply(x)
	})
	assert.Equal(t, []float32{10 + 1 - 3, 20 + 4 - 6}, got) // x·weightᵀ + bias
}

func TestTorchConvHasChannelsFirst(t *testing.T) {
	t.Parallel()
	f := file("0.weight", dense([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2), "0.bias", dense([]float32{0, 100}, 2))
	// Channels first, the input is [[1 2 3] [4 5 6]]; ours has its channels last.
	got := load(t, convert.TorchConv("0", "conv", 1), f, dense([]float32{1, 4, 2, 5, 3, 6}, 1, 3, 2), func(g *graph.Graph, x *graph.Node) *graph.Node {
		return layers.Conv1d{In: 2, Out: 2, Kernel: []int{2}, Padding: layers.Valid}.Place(g, "conv").Apply(x)
	})
	assert.Equal(t, []float32{
		1 + 4 + 12 + 20, 100 + 5 + 12 + 28 + 40, // place 0, both channels
		2 + 6 + 15 + 24, 100 + 10 + 18 + 35 + 48,
	}, got)
}

func TestTorchBatchNorm(t *testing.T) {
	t.Parallel()
	f := file("bn.weight", dense([]float32{2}, 1), "bn.bias", dense([]float32{1}, 1), "bn.running_mean", dense([]float32{3}, 1),
		"bn.running_var", dense([]float32{4}, 1), "bn.num_batches_tracked", tensor.New(tensor.FromScalar(int64(7))))
	got := load(t, convert.TorchBatchNorm("bn", "norm"), f, dense([]float32{5}, 1, 1, 1), func(g *graph.Graph, x *graph.Node) *graph.Node {
		return layers.BatchNorm1d(1, false).Place(g, "norm").Apply(x)
	})
	assert.InDelta(t, 2*(5-3)/math.Sqrt(4+1e-5)+1, got[0], 1e-6)
}

// beta, one number, and what snnTorch keeps beside it.
func TestSNNTorchLeaky(t *testing.T) {
	t.Parallel()
	f := file("fc1.weight", dense([]float32{2}, 1, 1), "fc1.bias", dense([]float32{0}, 1), "lif1.beta", scalar(0.5), "lif1.threshold", scalar(1),
		"lif1.graded_spikes_factor", scalar(1), "lif1.reset_mechanism_val", scalar(0))
	m := convert.Join(convert.TorchLinear("fc1", "fc1"), convert.SNNTorchLeaky("lif1", "hidden", "beta"))
	got := load(t, m, f, dense([]float32{0.3, 0.3, 0.3}, 3, 1, 1), func(g *graph.Graph, x *graph.Node) *graph.Node {
		fc := layers.Dense{In: 1, Out: 1}.Place(g, "fc1")
		lif := layers.Leaky(1, layers.Train(layers.Const(0.9)).Shared().Through(layers.Unit)).In(g, "hidden", 1)
		us, _ := graph.Loop(x, layers.LIFState{}, func(x *graph.Node, s layers.LIFState) (*graph.Node, layers.LIFState) {
			u, _, next := lif.Fire(fc.Apply(x), s)
			return u, next
		})
		return us
	})
	assert.InDeltaSlice(t, []float64{0.6, 0.9, 1.05}, []float64{float64(got[0]), float64(got[1]), float64(got[2])}, 1e-6)
}

func TestSNNTorchRecurrentSynaptic(t *testing.T) {
	t.Parallel()
	f := file("l.alpha", scalar(0.25), "l.beta", scalar(0.5), "l.threshold", scalar(1), "l.recurrent.weight", dense([]float32{1, 2, 3, 4}, 2, 2),
		"l.recurrent.bias", dense([]float32{0, 0}, 2), "l.graded_spikes_factor", scalar(1), "l.reset_mechanism_val", scalar(0))
	m := convert.Join(convert.SNNTorchSynaptic("l", "syn", "lif", "alpha", "beta", "threshold"), convert.TorchLinear("l.recurrent", "back"))
	ours, err := m.Import(f)
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 3, 2, 4}, ours.Tensor("back.W").Data())
	assert.Equal(t, float32(0.25), ours.Tensor("syn.Decay").Data())
	assert.Equal(t, float32(0.5), ours.Tensor("lif.Decay").Data())
	assert.Equal(t, float32(1), ours.Tensor("lif.VTh").Data())
	ours, err = convert.SNNTorchRLeaky("l", "back", "lif", "beta").Import(file("l.beta", scalar(0.5), "l.recurrent.weight", dense([]float32{1}, 1, 1)))
	require.NoError(t, err)
	assert.Len(t, ours.Tensors, 2)
}

// 1/tau = σ(w): V ← V + (x - V)·σ(w), so from 0 the potential is σ(w)·x.
func TestSpikingJellyPLIF(t *testing.T) {
	t.Parallel()
	const w = 0.7
	got := load(t, convert.SpikingJellyPLIF("node", "plif"), file("node.w", scalar(w)), dense([]float32{0.5}, 1, 1), func(g *graph.Graph, x *graph.Node) *graph.Node {
		u, _, _ := layers.PLIF(1, 2).In(g, "plif", 1).Fire(x, layers.LIFState{})
		return u
	})
	assert.InDelta(t, 0.5/(1+math.Exp(-w)), got[0], 1e-6)
}

func TestNorseRecurrent(t *testing.T) {
	t.Parallel()
	f := file("cell.input_weights", dense([]float32{1, 2, 3, 4, 5, 6}, 2, 3), "cell.recurrent_weights", dense([]float32{1, 2, 3, 4}, 2, 2))
	got := load(t, convert.NorseRecurrent("cell", "in", "back"), f, dense([]float32{1, 0, -1}, 1, 3), func(g *graph.Graph, x *graph.Node) *graph.Node {
		y := layers.Dense{In: 3, Out: 2, NoBias: true}.Place(g, "in").Apply(x)
		return layers.Dense{In: 2, Out: 2, NoBias: true}.Place(g, "back").Apply(y)
	})
	assert.Equal(t, []float32{-2 + 2*-2, 3*-2 + 4*-2}, got)
}

func TestBrainPy(t *testing.T) {
	t.Parallel()
	f := file("Dense0.W", dense([]float32{1, 2, 3, 4}, 2, 2), "Dense0.b", dense([]float32{10, 20}, 2))
	got := load(t, convert.BrainPyDense("Dense0", "fc"), f, dense([]float32{1, -1}, 1, 2), func(g *graph.Graph, x *graph.Node) *graph.Node {
		return layers.Dense{In: 2, Out: 2}.Place(g, "fc").Apply(x)
	})
	assert.Equal(t, []float32{8, 18}, got)
	f = file("c.w", dense([]float32{1, 2}, 2, 1, 1), "c.b", dense([]float32{10}, 1, 1))
	got = load(t, convert.BrainPyConv("c", "conv", 1), f, dense([]float32{1, 1, 1}, 1, 3, 1), func(g *graph.Graph, x *graph.Node) *graph.Node {
		return layers.Conv1d{In: 1, Out: 1, Kernel: []int{2}, Padding: layers.Valid}.Place(g, "conv").Apply(x)
	})
	assert.Equal(t, []float32{13, 13}, got)
}

func TestMismatchesAreListed(t *testing.T) {
	t.Parallel()
	m := convert.Join(convert.TorchLinear("a", "a"), convert.TorchLinear("b", "b"), convert.TorchLinear("b", "b"))
	_, err := m.Import(file("b.weight", dense([]float32{1}, 1), "c.weight", dense([]float32{1}, 1, 1)))
	require.ErrorIs(t, err, convert.ErrMismatch)
	for _, says := range []string{`it has no "a.weight", for "a.W"`, `"b.weight": it is of shape [1], want 2 axes`, `no entry is for "c.weight"`, `two entries give "b.W"`} {
		assert.ErrorContains(t, err, says)
	}
	_, err = convert.BrainPyConv("c", "c", 1).Import(file("c.w", dense([]float32{1}, 1, 1, 1), "c.b", dense([]float32{1, 2}, 2)))
	assert.ErrorContains(t, err, "want 1 axes of one element in front")
}

// A state_dict of PyTorch into a store, for the graphs that are built on it.
func Example() {
	theirs := file("fc1.weight", dense([]float32{1, 2, 3, 4, 5, 6}, 2, 3), "fc1.bias", dense([]float32{0, 0}, 2))
	m := convert.TorchLinear("fc1", "hidden")
	ours, err := m.Import(theirs)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ours.Specs(), ours.Tensor("hidden.W").Data())
	// Output:
	// [hidden.W F32 [3 2] hidden.B F32 [2]] [1 4 2 5 3 6]
}

// What is converted loads as any other weights do.
func TestConvertedFileIsOneOfOurs(t *testing.T) {
	t.Parallel()
	ours, err := convert.TorchLinear("fc", "fc").Import(file("fc.weight", dense([]float32{1, 2}, 1, 2), "fc.bias", dense([]float32{3}, 1)))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "ours.safetensors")
	require.NoError(t, checkpoint.WriteFile(path, ours))
	g := graph.NewIn(graph.NewStore(1))
	layers.Dense{In: 2, Out: 1}.Place(g, "fc")
	require.NoError(t, train.LoadWeights(path, g.Store(), checkpoint.Rules{}))
	assert.Equal(t, []float32{1, 2}, g.Store().Get("fc.W").Value.Data())
}
