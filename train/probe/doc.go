// Package probe looks into a network while it runs: any state, spike train or output by name, without
// a change to the model.
//
// A Probe runs the network of a trainer over an input and returns a Recording, one Trace for each
// Watch: every n-th step, of chosen samples and neurons.
//
//	p := &probe.Probe[State]{Trainer: trainer, Watch: []probe.Watch{
//		{Name: "hidden", Samples: []int{0}},                       // spikes, as the layer marks them
//		{Name: "Hidden.V", Every: 10, Neurons: []int{0, 1, 2, 3}}, // a field of the state
//	}}
//	r, err := p.Run(ctx, x)
//	err = r.SaveNPZ("run.npz")
//
// GradNorms gives the lengths of gradients by parameter, ByLayer those by layer.
//
// # Names
//
// What layers mark in a step (graph.Node.Mark), such as their spikes, stands under their scope, as
// the firing rates of package train do: "hidden", further ones of one scope "hidden#2". The state
// after a step stands under its path in the Go value: "Hidden.V", "Layers[1].V"; "state" if it is one
// node. The output of a step is "y". Of equal names the mark counts, then the state. Names lists all.
//
// # Memory
//
// Only what is chosen leaves the time loop. A recording that would be larger than Probe.Limit is
// refused before anything runs. With Probe.Chunk the sequence is run in parts, so that Stream, which
// hands over each part and forgets it, and StreamCSV, which writes it, need memory for one part however
// long the sequence is.
//
// # Conventions
//
// Values are [T B N]: sampled steps, samples, neurons, the axes of a layer flattened. Steps count
// from 0; sampled are the steps 0, n, 2n, …. Errors begin with "probe:"; those of settings wrap
// graph.ErrValue or graph.ErrShape. A Probe holds no state: it may be used by many goroutines, and in
// the hooks of Fit, but not beside Fit.
package probe
