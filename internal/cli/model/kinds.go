package model

import (
	"cmp"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
	"github.com/spikegraph/spikegraph/layers"
)

// LayerKind is a layer that a file can name.
type LayerKind struct {
	settings.Kind
	What  string // in a few words
	place func(p any, g *graph.Graph, name string, dt float64) cell
}

// plain are the settings of layers that are functions.
type plain struct{}

// applied are the settings of a layer that is an activation.
type applied struct{ Func layers.Activation }

// LayerKinds returns all layers, by name.
func LayerKinds() []LayerKind {
	kinds := slices.Concat(synapses(), neurons(), cells(), []LayerKind{
		{settings.Kind{Name: "skip", Settings: plain{}}, "x + layers(x); its layers are [[layer.layers]]", nil},
		{settings.Kind{Name: "flatten", Settings: plain{}}, "one axis of all axes of a sample",
			func(any, *graph.Graph, string, float64) cell { return stateless(layers.Flatten(1)) }},
		{settings.Kind{Name: "activation", Settings: applied{}}, "a function of each element, by name: func = \"relu\"",
			func(p any, _ *graph.Graph, _ string, _ float64) cell { return stateless(p.(applied).Func) }},
		{settings.Kind{Name: "nir", Settings: imported{}}, "a network in a NIR file, its nodes as parameters of their names", placeImported},
		{settings.Kind{Name: "rrelu", Settings: layers.NewRReLU(false)}, "rectifier with random slopes",
			func(p any, _ *graph.Graph, _ string, _ float64) cell { return stateless(p.(layers.RReLU)) }},
		{settings.Kind{Name: "delayed_dense", Settings: layers.DelayedDense{}}, "dense, with a delay for each weight",
			func(p any, g *graph.Graph, name string, dt float64) cell {
				return stateful(p.(layers.DelayedDense).Place(g, name, dt))
			}},
	})
	slices.SortFunc(kinds, func(a, b LayerKind) int { return cmp.Compare(a.Name, b.Name) })
	return kinds
}

// synapses are the layers without time.
func synapses() []LayerKind {
	return []LayerKind{
		synapse("dense", "every neuron to every neuron, x·W + b", layers.Dense{}),
		synapse("all_to_all", "dense without biases; w may be one number", layers.AllToAll{}),
		synapse("one_to_one", "a weight for each neuron", layers.OneToOne{}),
		synapse("masked_linear", "dense with a mask on its weights", layers.MaskedLinear{}),
		synapse("jit_linear", "random weights that take no memory", layers.JITLinear{}),
		synapse("conv1d", "convolution, channels last", layers.Conv1d{}),
		synapse("conv2d", "convolution, channels last", layers.Conv2d{}),
		synapse("conv3d", "convolution, channels last", layers.Conv3d{}),
		synapse("conv_transpose1d", "transposed convolution", layers.ConvTranspose1d{}),
		synapse("conv_transpose2d", "transposed convolution", layers.ConvTranspose2d{}),
		synapse("conv_transpose3d", "transposed convolution", layers.ConvTranspose3d{}),
		synapse("max_pool", "largest of each window, over all axes but the batch", layers.MaxPool{}),
		synapse("min_pool", "smallest of each window", layers.MinPool{}),
		synapse("avg_pool", "mean of each window", layers.AvgPool{}),
		synapse("max_pool1d", "largest of each window, channels last", layers.MaxPool1d{}),
		synapse("max_pool2d", "largest of each window, channels last", layers.MaxPool2d{}),
		synapse("max_pool3d", "largest of each window, channels last", layers.MaxPool3d{}),
		synapse("avg_pool1d", "mean of each window, channels last", layers.AvgPool1d{}),
		synapse("avg_pool2d", "mean of each window, channels last", layers.AvgPool2d{}),
		synapse("avg_pool3d", "mean of each window, channels last", layers.AvgPool3d{}),
		synapse("adaptive_avg_pool1d", "means, to a number of cells", layers.AdaptiveAvgPool1d{}),
		synapse("adaptive_avg_pool2d", "means, to a number of cells", layers.AdaptiveAvgPool2d{}),
		synapse("adaptive_avg_pool3d", "means, to a number of cells", layers.AdaptiveAvgPool3d{}),
		synapse("adaptive_max_pool1d", "maxima, to a number of cells", layers.AdaptiveMaxPool1d{}),
		synapse("adaptive_max_pool2d", "maxima, to a number of cells", layers.AdaptiveMaxPool2d{}),
		synapse("adaptive_max_pool3d", "maxima, to a number of cells", layers.AdaptiveMaxPool3d{}),
		synapse("layer_norm", "normalize each sample", layers.LayerNorm{}),
		synapse("group_norm", "normalize groups of channels", layers.GroupNorm{}),
		synapse("prelu", "rectifier with learned slopes", layers.PReLU{}),
	}
}

// neurons are the layers that know the length of a step.
func neurons() []LayerKind {
	return []LayerKind{
		neuron("lif", "leaky integrate-and-fire neurons", layers.LIF{}),
		neuron("leaky", "lif that counts time in steps, threshold 1, as snnTorch's Leaky", layers.Leaky(0, nil)),
		neuron("integrate_and_fire", "neurons that lose nothing, threshold 1", layers.IntegrateAndFire(0)),
		neuron("plif", "lif with a learned decay", layers.PLIF(0, 2)),
		neuron("alif", "lif whose threshold rises with each spike", layers.ALIF{}),
		neuron("adaptive_leaky", "alif as Bellec and others 2020 have it", layers.AdaptiveLeaky(0, nil, nil, nil)),
		neuron("adlif", "lif with an adaptation current", layers.AdLIF{}),
		neuron("izhikevich", "neurons with a quadratic upstroke and a recovery current", layers.Izhikevich{}),
		neuron("theta", "phases that turn about a circle, quadratic neurons", layers.Theta{}),
		neuron("double_exponential", "synapses whose rate rises and decays after a spike", layers.DoubleExponential{}),
		neuron("leaky_integrator", "membranes that do not fire: readouts", layers.LeakyIntegrator{}),
		neuron("delay", "each neuron's output some time later", layers.Delay{}),
		neuron("liquid", "a liquid state machine", layers.NewLiquid(0)),
	}
}

// cells are the other layers with a state.
func cells() []LayerKind {
	return []LayerKind{
		placed("rnn", "recurrent rate neurons", layers.RNN{}),
		placed("gru", "gated recurrent units", layers.GRU{}),
		placed("lstm", "long short-term memory", layers.LSTM{}),
		placed("conv_lstm", "lstm over images", layers.ConvLSTM{}),
		placed("dropout", "values dropped for a whole sequence, in training; keep is the share that stays", layers.Dropout{}),
		placed("reservoir", "echo state network", layers.NewReservoir(0, 0)),
		placed("nvar", "monomials of the last inputs", layers.NewNVAR(0, 1)),
	}
}

func synapse[P interface {
	Place(*graph.Graph, string) C
}, C layers.Synapse](name, what string, p P) LayerKind {
	return LayerKind{settings.Kind{Name: name, Settings: p}, what, func(p any, g *graph.Graph, name string, _ float64) cell {
		return stateless(p.(P).Place(g, name))
	}}
}

func neuron[P interface {
	In(*graph.Graph, string, float64) C
}, C layers.Stepper[S], S any](name, what string, p P) LayerKind {
	return LayerKind{settings.Kind{Name: name, Settings: p}, what, func(p any, g *graph.Graph, name string, dt float64) cell {
		return stateful(p.(P).In(g, name, dt))
	}}
}

func placed[P interface {
	Place(*graph.Graph, string) C
}, C layers.Stepper[S], S any](name, what string, p P) LayerKind {
	return LayerKind{settings.Kind{Name: name, Settings: p}, what, func(p any, g *graph.Graph, name string, _ float64) cell {
		return stateful(p.(P).Place(g, name))
	}}
}
