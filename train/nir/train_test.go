package nir_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// A network of snnTorch's learns to give other letters: BPTT trains what was imported, recurrent
// connections included, and the result goes out again.
func TestImportedNetworkTrains(t *testing.T) {
	t.Parallel()
	file, err := nir.ReadFile("testdata/braille_noDelay_bias_zero.nir")
	require.NoError(t, err)
	net, err := file.Net(nir.Options{Dt: 0.1, Euler: true, Train: []string{"v_threshold"}, Spike: surrogate.NewArctan()})
	require.NoError(t, err)
	const steps, batch = 12, 4
	x := make([]float32, steps*batch*12)
	for i := range x {
		if i*i%7 == i%5 {
			x[i] = 2
		}
	}
	data := train.FromBatches(datasets.Batch{
		X: tensor.New(tensor.WithShape(steps, batch, 12), tensor.WithBacking(x)),
		Y: tensor.New(tensor.WithShape(batch), tensor.WithBacking([]int32{0, 1, 2, 3})),
	})
	trainer := &train.BPTT[nir.State]{
		Net:  func(g *graph.Graph, _ bool) train.Step[nir.State] { return net.In(g, "net").Step },
		Init: net.Init,
		Loss: func(out, labels *graph.Node) *graph.Node {
			return losses.RateCrossEntropy(out, labels, losses.CEOptions{})
		},
		Optimizer: optim.NewAdam(2e-2),
		Store:     graph.NewStore(1),
	}
	history, err := trainer.Fit(context.Background(), data, train.FitOptions{Epochs: 40})
	require.NoError(t, err)
	last, _ := history.Last()
	assert.Less(t, last.Loss, history.Epochs[0].Loss*0.8)

	trained, err := net.Export(trainer.Store, "net")
	require.NoError(t, err)
	for _, param := range []struct{ node, name string }{{"lif1.w_rec", "weight"}, {"fc1", "weight"}, {"fc2", "bias"}, {"lif2", "v_threshold"}} {
		was, is := file.Node(param.node).Params[param.name], trained.Node(param.node).Params[param.name]
		assert.Equal(t, was.Shape, is.Shape, param)
		assert.IsType(t, was.Data, is.Data, param)
		assert.NotEqual(t, was.Data, is.Data, param)
	}
	assert.Equal(t, file.Node("lif2").Params["tau_mem"], trained.Node("lif2").Params["tau_mem"])
	again, err := trained.Net(nir.Options{Dt: 0.1, Euler: true})
	require.NoError(t, err)
	g := graph.New()
	again.In(g, "net")
	w, now := g.Store().Get("net.fc1.W"), trainer.Store.Get("net.fc1.W")
	assert.Equal(t, now.Value.Float32s(), w.Value.Float32s(), "trained weights come back to the bit")
}

// A graph from another tool, run over a sequence.
func Example() {
	file, err := nir.ReadFile("testdata/lif_norse.nir")
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := file.Net(nir.Options{Dt: 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	g := graph.New()
	x := g.Input("x", graph.Float32, 8, 1, 1) // steps, batch, neurons
	zs, _ := graph.Loop(x, net.Init(g, 1), net.In(g, "net").Step)
	prog, err := g.Compile(zs)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := prog.Run(tensor.New(tensor.WithShape(8, 1, 1), tensor.WithBacking([]float32{1, 1, 1, 1, 1, 1, 1, 1})))
	fmt.Println(out[0].Data(), err)
	// Output:
	// [0 0 1 0 0 1 0 0] <nil>
}
