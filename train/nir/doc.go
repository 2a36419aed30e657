// Package nir moves networks in and out of the Neuromorphic Intermediate Representation (Pedersen and
// others 2024, "Neuromorphic intermediate representation: A unified instruction set for interoperable
// brain-inspired computing", doi:10.1038/s41467-024-52259-9), which snnTorch, Norse, sinabs, Lava,
// SpikingJelly, Spyx and others read and write.
//
// A [Graph] is what a file says, number for number: [ReadFile] and [WriteFile] lose nothing. Its method
// [Graph.Net] makes a network of it, in steps of a dt that the file does not know, and [Net.In] places
// that in a graph. The step then is as any other: of graph.Loop, or of a train.BPTT.
//
//	file, err := nir.ReadFile("net.nir")
//	net, err := file.Net(nir.Options{Dt: 0.1})
//	trainer := &train.BPTT[nir.State]{
//		Net: func(g *graph.Graph, _ bool) train.Step[nir.State] { return net.In(g, "net").Step },
//		Init: net.Init,
//		// ...
//	}
//	file, err = net.Export(trainer.Store, "net")
//
// Networks of package layers go out node by node, with what a store has for them:
//
//	from := nir.Source{Dt: 0.1, Store: trainer.Store}
//	fc, err := nir.NewDense("fc1", dense, from)
//	lif, err := nir.NewLIF("hidden", neurons, from)
//	err = nir.Chain([]int{784}, []int{100}, fc, lif).WriteFile("net.nir")
//
// # What the nodes mean
//
// A step takes x [B ...] to y [B ...]; the axes behind the batch are those of the file's Input and
// Output, which are channels first for images. Within a step nodes run in the order of the edges; what
// several edges bring to a node is added. Sub-graphs are part of the graph around them, their nodes
// named outer/inner. A connection that closes a cycle takes one step: it brings what the neurons, or the
// Threshold, in it gave in the step before, nothing in the first. With I the current and dt the step,
//
//	LI       v ← v + (1-d)·(v_leak - v + r·I)       d = e^(-dt/tau), or 1 - dt/tau by Options.Euler
//	LIF      LI; a spike where v >= v_threshold, and then v ← v_reset
//	I, IF    v ← v + dt·r·I; IF spikes as LIF does
//	CubaLI   i ← d_syn·i + (1-d_syn)·w_in·x, then LI of that i, with tau_mem
//	CubaLIF  the same, and spikes
//	Delay    x of delay ago, in whole steps
//
// A graph without Input or Output has them before the only node that nothing leads to and behind the only
// one that leads nowhere, as the reference implementation adds them.
//
// Times are seconds in the file, ms here and in package layers. Pools average over their padding too,
// as PyTorch does.
//
// # What cannot be expressed
//
// Net refuses, and names the node and why: unknown types and parameters, shapes that do not fit, cycles
// without neurons, more than one Input or Output, nodes that nothing reaches. NIR itself has no place
// for refractory periods, adaptive thresholds, surrogate derivatives, dt and state; the New functions
// refuse layers that have them. It has no node that resets by subtraction either, and tools write LIF for
// neurons that do (see Options.Subtract); NewLIF writes a sub-graph for them, see there.
//
// Errors begin with "nir:" and wrap ErrFormat, ErrTruncated or ErrUnsupported. Graphs and Nets may be
// used by many goroutines as long as none changes them.
package nir
