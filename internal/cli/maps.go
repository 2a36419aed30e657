package cli

import (
	"errors"

	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/convert"
)

// mapKind is a layer of another tool that a map can name.
type mapKind struct {
	name string
	keys []string // besides from and to
	what string
	of   func(t *config.Table, from, to string) convert.Map
}

// mapKinds are all of them.
var mapKinds = []mapKind{
	{"torch_linear", nil, "torch.nn.Linear, SpikingJelly's layer.Linear: a dense layer", func(_ *config.Table, from, to string) convert.Map {
		return convert.TorchLinear(from, to)
	}},
	{"torch_conv", []string{"axes"}, "torch.nn.Conv1d to Conv3d, by axes: a convolution", func(t *config.Table, from, to string) convert.Map {
		return convert.TorchConv(from, to, axesOf(t))
	}},
	{"torch_batch_norm", nil, "torch.nn.BatchNorm1d, BatchNorm2d", func(_ *config.Table, from, to string) convert.Map {
		return convert.TorchBatchNorm(from, to)
	}},
	{"snntorch_leaky", []string{"learned"}, `snntorch.Leaky: leaky; learned = ["beta", "threshold"]`, func(t *config.Table, from, to string) convert.Map {
		return convert.SNNTorchLeaky(from, to, t.Strings("learned")...)
	}},
	{"snntorch_synaptic", []string{"synapse", "learned"}, "snntorch.Synaptic: a leaky_integrator named by synapse, and lif", func(t *config.Table, from, to string) convert.Map {
		return convert.SNNTorchSynaptic(from, needed(t, "synapse"), to, t.Strings("learned")...)
	}},
	{"snntorch_rleaky", []string{"back", "learned"}, "snntorch.RLeaky: leaky, and the dense layer back, named by back", func(t *config.Table, from, to string) convert.Map {
		return convert.SNNTorchRLeaky(from, needed(t, "back"), to, t.Strings("learned")...)
	}},
	{"spikingjelly_plif", nil, "SpikingJelly's ParametricLIFNode: plif", func(_ *config.Table, from, to string) convert.Map {
		return convert.SpikingJellyPLIF(from, to)
	}},
	{"norse_recurrent", []string{"back"}, "Norse's LIFRecurrentCell: the dense layers to it and back", func(t *config.Table, from, to string) convert.Map {
		return convert.NorseRecurrent(from, to, needed(t, "back"))
	}},
	{"brainpy_dense", nil, "brainpy.dnn.Dense: a dense layer", func(_ *config.Table, from, to string) convert.Map {
		return convert.BrainPyDense(from, to)
	}},
	{"brainpy_conv", []string{"axes"}, "brainpy.dnn.Conv1d to Conv3d: a convolution", func(t *config.Table, from, to string) convert.Map {
		return convert.BrainPyConv(from, to, axesOf(t))
	}},
	{"tensor", []string{"perm", "negate", "optional"}, "one tensor by its whole name; axis i of ours is axis perm[i] of theirs", func(t *config.Table, from, to string) convert.Map {
		return convert.Map{Entries: []convert.Entry{{
			From: from, To: to, Perm: permOf(t), Negate: t.Bool("negate", false), Optional: t.Bool("optional", false),
		}}}
	}},
}

// axesOf reads the number of axes of a convolution.
func axesOf(t *config.Table) int {
	n := t.Count("axes", 2, 1)
	if n > 3 {
		t.Wrong("axes", "1, 2 or 3")
	}
	return n
}

// needed reads a name that must be there.
func needed(t *config.Table, key string) string {
	if !t.Has(key) {
		t.Fault("", "the key %s is missing: want the name of a layer", key)
	}
	return t.String(key, "")
}

// permOf reads the order of axes, each of which must be there once.
func permOf(t *config.Table) []int {
	perm := t.Ints("perm")
	seen := make([]bool, len(perm))
	for _, p := range perm {
		if p < 0 || p >= len(perm) || seen[p] {
			t.Wrong("perm", "every axis, from 0, once")
			return nil
		}
		seen[p] = true
	}
	return perm
}

// readMap reads a TOML file that says where the tensors of another tool's file belong.
func readMap(path string) (convert.Map, error) {
	f := config.Read(path)
	if f.Faulty() {
		return convert.Map{}, f.Err()
	}
	all := convert.Map{Ignore: f.Root.Strings("ignore")}
	var names []string
	for _, k := range mapKinds {
		names = append(names, k.name)
	}
	for _, t := range f.Root.Tables("map") {
		kind := t.OneOf("layer", "", names...)
		if !t.Has("layer") {
			t.Fault("", "the key layer is missing: see spikegraph help maps")
		}
		from, to := needed(t, "from"), needed(t, "to")
		for _, k := range mapKinds {
			if k.name == kind {
				all = convert.Join(all, k.of(t, from, to))
			}
		}
	}
	if !f.Root.Has("map") {
		f.Root.Fault("", "there are no entries: want one or more [[map]]")
	}
	return all, f.Err()
}

// mapped returns a file with the names and axes of our models, or back with those of the other tool.
func mapped(file *checkpoint.File, path string, back bool) (*checkpoint.File, error) {
	m, err := readMap(path)
	if err != nil {
		return nil, err
	}
	way := m.Import
	if back {
		way = m.Export
	}
	out, err := way(file)
	if err != nil {
		return nil, errors.Join(errors.New("the tensors of the file are not those of "+path+":"), err)
	}
	delete(out.Metadata, trainedKey) // it has the names from before
	return out, nil
}
