// Package layers holds the parts of a model: connections between neurons, and neurons.
//
// A layer is three types. The settings, LIF or Dense, are a plain struct written as a literal, in
// which what is left out takes its cited default. In (of what evolves in time steps of dt) or Place
// (of what does not) put them in a graph, and return the cell, LIFCell or DenseCell: nodes, no
// numbers. What a cell carries from step to step is a value, LIFState, passed in and returned; the
// zero state is at rest.
//
//	fc := layers.Dense{In: 784, Out: 100}.Place(g, "fc")
//	hidden := layers.LIF{N: 100, Tau: layers.Const(20)}.In(g, "hidden", dt)
//	zs, last := graph.Loop(xs, layers.LIFState{}, func(x *graph.Node, s layers.LIFState) (*graph.Node, layers.LIFState) {
//		return hidden.Step(fc.Apply(x), s)
//	})
//
// Constants are a Param each: a number (Const), one for each neuron (Values), or a distribution or
// other initializer (Uniform, Normal, XavierNormal); under Train they are learned, and Through a
// Transform they keep to its range meanwhile.
//
// Layers without time (Dense, AllToAll, CSRLinear, BatchNorm, Activation and others) have Apply, and
// stand in a Sequential or a Residual; those with a state (neurons, RNN, GRU, LSTM, Delay) have Step,
// and stand in Recur, Then and Skip. What differs between training and use has a field Training: a
// network is built once for each. SpikeCount, FirstSpike and their kin decode what was stacked over
// time. A DelayLine is pushed to and read at any delay.
//
// Units are ms and mV. Axes are time, batch, features [T B N]; a step sees [B N], or any axes in
// front of the neurons' own. A neuron fires on reaching its threshold. Faults of settings and shapes
// are recorded on the graph, with the layer's name and the field, and wrap graph.ErrValue,
// graph.ErrShape or graph.ErrDType; Compile returns them. Graphs are built by one goroutine.
package layers
