package convert

import "slices"

// TorchLinear maps a torch.nn.Linear to a layers.Dense: weight [out in] to W [in out], bias, if there is
// one, to B. SpikingJelly's layer.Linear has the same names.
func TorchLinear(from, to string) Map {
	return Map{Entries: []Entry{
		{From: from + ".weight", To: to + ".W", Perm: []int{1, 0}},
		{From: from + ".bias", To: to + ".B", Optional: true},
	}}
}

// TorchConv maps a torch.nn.Conv1d, Conv2d or Conv3d, by the number of axes, to a layers.Conv: weight
// [out in/groups X...] to W [X... in/groups out], bias, if there is one, to B. Ours has channels last in its
// input and output too. SpikingJelly's layer.Conv2d has the same names.
func TorchConv(from, to string, axes int) Map {
	var perm []int
	for i := range axes {
		perm = append(perm, i+2)
	}
	return Map{Entries: []Entry{
		{From: from + ".weight", To: to + ".W", Perm: append(perm, 1, 0)},
		{From: from + ".bias", To: to + ".B", Optional: true},
	}}
}

// TorchBatchNorm maps a torch.nn.BatchNorm1d or 2d to a layers.BatchNorm: weight and bias to Scale and Bias,
// the running averages to Mean and Variance, which are fixed parameters of ours. PyTorch's variance is the
// unbiased one, and its momentum is 1 - ours.
func TorchBatchNorm(from, to string) Map {
	return Map{
		Entries: []Entry{
			{From: from + ".weight", To: to + ".Scale", Optional: true}, {From: from + ".bias", To: to + ".Bias", Optional: true},
			{From: from + ".running_mean", To: to + ".Mean"}, {From: from + ".running_var", To: to + ".Variance"},
		},
		Ignore: []string{from + ".num_batches_tracked"},
	}
}

// SNNTorchLeaky maps a snntorch.Leaky to a layers.LIF as layers.Leaky returns it. learned are those of
// "beta" and "threshold" that ours trains, and so keeps: Decay, under Train and Shared unless beta is one
// for each neuron, and VTh. What else snnTorch keeps are constants of its settings, and is ignored.
func SNNTorchLeaky(from, to string, learned ...string) Map {
	m := Map{Ignore: []string{from + ".beta", from + ".threshold", from + ".graded_spikes_factor", from + ".reset_mechanism_val", from + ".mem"}}
	for _, p := range []struct{ theirs, ours string }{{"beta", "Decay"}, {"threshold", "VTh"}} {
		if slices.Contains(learned, p.theirs) {
			m.Entries = append(m.Entries, Entry{From: from + "." + p.theirs, To: to + "." + p.ours})
		}
	}
	return m
}

// SNNTorchSynaptic maps a snntorch.Synaptic to a layers.LeakyIntegrator, the synaptic current, in front of
// a layers.LIF. learned may hold "alpha", the decay of the former, too; see SNNTorchLeaky.
func SNNTorchSynaptic(from, synapse, to string, learned ...string) Map {
	m := SNNTorchLeaky(from, to, learned...)
	m.Ignore = append(m.Ignore, from+".alpha", from+".syn")
	if slices.Contains(learned, "alpha") {
		m.Entries = append(m.Entries, Entry{From: from + ".alpha", To: synapse + ".Decay"})
	}
	return m
}

// SNNTorchRLeaky maps a snntorch.RLeaky with all_to_all=True to a layers.LIF and the layers.Dense that
// feeds it back. For a snntorch.RSynaptic, join SNNTorchSynaptic with TorchLinear(from+".recurrent", back).
func SNNTorchRLeaky(from, back, to string, learned ...string) Map {
	m := Join(TorchLinear(from+".recurrent", back), SNNTorchLeaky(from, to, learned...))
	m.Ignore = append(m.Ignore, from+".spk")
	return m
}

// SpikingJellyPLIF maps a ParametricLIFNode to what layers.PLIF returns: with 1/tau = σ(w), ours is σ(-w)
// of which it stores the argument, -w. SpikingJelly's LIFNode and IFNode have no parameters.
func SpikingJellyPLIF(from, to string) Map {
	return Map{Entries: []Entry{{From: from + ".w", To: to + ".Decay", Negate: true}}}
}

// NorseRecurrent maps Norse's LIFRecurrentCell, and its others with recurrent weights, to a layers.Dense
// in front of the neurons and one that feeds them back, both without biases. Norse's LIFCell has no parameters;
// neurons of Norse are those of its parameters object, which no state_dict holds: see package nir.
func NorseRecurrent(from, in, back string) Map {
	return Map{Entries: []Entry{
		{From: from + ".input_weights", To: in + ".W", Perm: []int{1, 0}},
		{From: from + ".recurrent_weights", To: back + ".W", Perm: []int{1, 0}},
	}}
}

// BrainPyDense maps a brainpy.dnn.Dense to a layers.Dense. Axes are the same.
func BrainPyDense(from, to string) Map {
	return Map{Entries: []Entry{{From: from + ".W", To: to + ".W"}, {From: from + ".b", To: to + ".B", Optional: true}}}
}

// BrainPyConv maps a brainpy.dnn.Conv1d, Conv2d or Conv3d, by the number of axes, to a layers.Conv: w has
// the same axes, b [1... out] loses those in front.
func BrainPyConv(from, to string, axes int) Map {
	return Map{Entries: []Entry{{From: from + ".w", To: to + ".W"}, {From: from + ".b", To: to + ".B", Ones: axes, Optional: true}}}
}
