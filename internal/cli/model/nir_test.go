package model_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/train/nir"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// hard are neurons that NIR can express; they fire at random inputs.
const hard = "reset = \"hard\"\nv_th = 0.2\nv_reset = -0.1\nr = 9\n"

// soft are neurons that become a sub-graph each.
const soft = "v_th = 0.2\nv_reset = -0.1\nr = 9\n"

// firstBatch returns inputs of the data as sequences [T B ...].
func firstBatch(t *testing.T, m *model.Model) *tensor.Dense {
	t.Helper()
	for b, err := range m.Data.Batches(t.Context(), m.Parts.Train) {
		require.NoError(t, err)
		return b.X
	}
	return nil
}

// runNIR returns what a graph gives for x, shown for so many steps; images are turned to channels first.
func runNIR(t *testing.T, file *nir.Graph, x *tensor.Dense, steps int, o nir.Options) *tensor.Dense {
	t.Helper()
	net, err := file.Net(o)
	require.NoError(t, err)
	g := graph.New()
	in := g.Input("x", graph.Float32, x.Shape()...)
	one := in
	if x.Dims() == 4 {
		one = in.Transpose(0, 3, 1, 2)
	}
	cell := net.In(g, "net")
	clock := g.Const(graph.Float32, 0, steps)
	ys, _ := graph.Loop(clock, net.Init(g, 0), func(_ *graph.Node, s nir.State) (*graph.Node, nir.State) { return cell.Step(one, s) })
	prog, err := g.Compile(ys)
	require.NoError(t, err)
	out, err := prog.Run(x)
	require.NoError(t, err)
	return out[0]
}

// A network that a file describes is, as NIR, the same network.
func TestNIROut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ layout, layers string }{
		"recurrent": {"flat", "[[layer]]\ntype = \"dense\"\nout = 20\n[[layer]]\ntype = \"lif\"\nname = \"hidden\"\ntau = { init = \"uniform\", lo = 3, hi = 6 }\n" + hard +
			"[layer.recurrent]\ntype = \"dense\"\nno_self = true\n[[layer]]\ntype = \"dropout\"\nkeep = 0.5\n[[layer]]\ntype = \"dense\"\nout = 5\n[[layer]]\ntype = \"leaky_integrator\"\ndecay = { value = 0.9, train = true }\n"},
		"images": {"kept", "[[layer]]\ntype = \"conv2d\"\nout = 3\nkernel = [3, 2]\nstride = [2, 1]\npadding = [1]\n[[layer]]\ntype = \"lif\"\nv_rest = { init = \"normal\", std = 0.1 }\n" + hard +
			"[[layer]]\ntype = \"avg_pool2d\"\nkernel = [2]\nstride = [2]\n[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"lif\"\ntau = { init = \"uniform\", lo = 3, hi = 6 }\n" + hard +
			"[layer.recurrent]\ntype = \"all_to_all\"\n[[layer]]\ntype = \"dense\"\nout = 7\n[[layer]]\ntype = \"leaky_integrator\"\n"},
		"soft": {"kept", "[[layer]]\ntype = \"conv2d\"\nout = 3\nkernel = [3, 2]\nstride = [2, 1]\npadding = [1]\n[[layer]]\ntype = \"lif\"\nv_rest = { init = \"normal\", std = 0.02 }\n" + soft +
			"[[layer]]\ntype = \"avg_pool2d\"\nkernel = [2]\nstride = [2]\n[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"leaky\"\ndecay = 0.8\nv_th = 0.3\n" +
			"[layer.recurrent]\ntype = \"all_to_all\"\n[[layer]]\ntype = \"dense\"\nout = 7\n[[layer]]\ntype = \"leaky_integrator\"\n"},
		"many": {"flat", "[[layer]]\ntype = \"all_to_all\"\nout = 6\n[[layer]]\ntype = \"one_to_one\"\nw = { init = \"normal\", std = 1 }\n[[layer]]\ntype = \"skip\"\n[[layer.layers]]\ntype = \"dense\"\nout = 6\n" +
			"[[layer.layers]]\ntype = \"lif\"\n" + hard + "[[layer]]\ntype = \"delay\"\nmax = 2\n[[layer]]\ntype = \"lif\"\ndecay = 1\ninput = \"unscaled\"\n" + hard + "[[layer]]\ntype = \"leaky_integrator\"\nname = \"input\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "[data]\nset = \"fashion_small\"\nlimit = 4\nbatch = 4\nvalidation = \"none\"\nlayout = \"" + c.layout + "\"\n" + c.layers + "[train]\nsteps = 9\n"
			m := open(t, text)
			require.NoError(t, m.Place(t.Context()))
			x := firstBatch(t, m)
			want, err := m.Trainer.Predict(t.Context(), x)
			require.NoError(t, err)
			file, err := m.NIR(false)
			require.NoError(t, err)
			path := filepath.Join(t.TempDir(), "net.nir")
			require.NoError(t, file.WriteFile(path))
			read, err := nir.ReadFile(path)
			require.NoError(t, err)
			got := runNIR(t, read, x, 9, nir.Options{Dt: 1})
			require.Equal(t, want.Shape(), got.Shape())
			assert.InDeltaSlice(t, want.Float32s(), got.Float32s(), 1e-4)
			low, high := want.Float32s()[0], want.Float32s()[0]
			for _, v := range want.Float32s() {
				low, high = min(low, v), max(high, v)
			}
			assert.NotEqual(t, low, high, "something arrives")

			// The file is a layer of another network, which is the same network again.
			again := open(t, fmt.Sprintf("[data]\nset = \"fashion_small\"\nlimit = 4\nbatch = 4\nvalidation = \"none\"\nlayout = %q\n[[layer]]\ntype = \"nir\"\nname = \"net\"\nfile = %q\n[train]\nsteps = 9\n", c.layout, path))
			second, err := again.Trainer.Predict(t.Context(), x)
			require.NoError(t, err)
			assert.InDeltaSlice(t, want.Float32s(), second.Float32s(), 1e-4)
			back, err := again.NIR(false)
			require.NoError(t, err)
			assert.Equal(t, read, back, "without training it goes out as it came")
		})
	}
}

// A file of another tool trains as a part of a network, and goes out as a sub-graph.
func TestNIRLayerTrains(t *testing.T) {
	t.Parallel()
	path, err := filepath.Abs("../../../train/nir/testdata/lif_norse.nir")
	require.NoError(t, err)
	m := open(t, images("flat", fmt.Sprintf("[[layer]]\ntype = \"dense\"\nout = 1\n[[layer]]\ntype = \"nir\"\nname = \"norse\"\nfile = %q\ntrain = [\"v_threshold\"]\nspike = \"arctan\"\n", path)))
	require.NoError(t, m.Place(t.Context()))
	was := m.Trainer.Store.Get("norse.1.VTh").Value.Float32s()[0]
	_, err = m.Trainer.Fit(t.Context(), m.Data.Training(m.Parts.Train), m.Fit)
	require.NoError(t, err)
	is := m.Trainer.Store.Get("norse.1.VTh").Value.Float32s()[0]
	assert.NotEqual(t, was, is)
	file, err := m.NIR(false)
	require.NoError(t, err)
	inner := file.Node("norse").Graph
	require.NotNil(t, inner)
	assert.Equal(t, float64(is), inner.Node("1").Params["v_threshold"].Floats()[0])
	_, err = file.Net(nir.Options{Dt: 1})
	require.NoError(t, err)
}

func TestNIRRefuses(t *testing.T) {
	t.Parallel()
	for says, layers := range map[string]string{
		"TauRef: none of its nodes":   "[[layer]]\ntype = \"lif\"\ntau_ref = 3\n",
		"Timing AfterInput: its":      "[[layer]]\ntype = \"lif\"\ntiming = \"after_input\"\n" + hard,
		"layer gru1: NIR has no node": "[[layer]]\ntype = \"gru\"\nn = 3\n",
		"want dense or all_to_all":    "[[layer]]\ntype = \"lif\"\n" + hard + "[layer.recurrent]\ntype = \"one_to_one\"\n",
		"two edges from input":        "[[layer]]\ntype = \"skip\"\n[[layer.layers]]\ntype = \"dropout\"\nkeep = 0.5\n",
	} {
		m := open(t, images("flat", layers))
		require.NoError(t, m.Place(t.Context()))
		_, err := m.NIR(false)
		assert.ErrorContains(t, err, says)
	}
	m := open(t, images("kept", "[[layer]]\ntype = \"dense\"\nout = 2\n"))
	require.NoError(t, m.Place(t.Context()))
	_, err := m.NIR(false)
	assert.ErrorContains(t, err, "flatten them before")
	path := write(t, images("flat", "[[layer]]\ntype = \"nir\"\nfile = \"none.nir\"\n"))
	m, err = model.Read(path, model.Changes{})
	require.NoError(t, err)
	err = m.Open(t.Context(), nil)
	assert.ErrorContains(t, err, "net.toml:7: layer[0]: nir1: nir: open none.nir")
}

// scaleFile writes a NIR file of one Scale by 1 and returns its path.
func scaleFile(t *testing.T) string {
	t.Helper()
	ones := make([]float32, 784)
	for i := range ones {
		ones[i] = 1
	}
	g := nir.Chain([]int{784}, []int{784}, nir.Node{Name: "scale", Type: "Scale", Params: map[string]nir.Array{"scale": {Shape: []int{784}, Data: ones}}})
	path := filepath.Join(t.TempDir(), "scale.nir")
	require.NoError(t, g.WriteFile(path))
	return path
}
