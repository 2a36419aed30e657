// Package graph builds dataflow graphs, compiles them, and runs them.
//
// A Graph holds Nodes: values that are computed from other values by an Op. Methods of Node make
// further nodes, so a model reads as its equations:
//
//	g := graph.New()
//	x := g.Input("x", graph.Float32, 128, 784)
//	w := g.Param("w", graph.Var{Shape: []int{784, 10}})
//	y := x.MatMul(w).Softmax(-1)
//	prog, err := g.Compile(y)
//	out, err := prog.Run(images) // tensors of gorgonia.org/tensor in and out
//
// Time is a Loop: its body is a graph of its own, traced once whatever the number of steps. Cond
// and While choose and repeat when the program runs. Package autodiff adds gradients to a graph;
// Update makes a run leave new values in parameters, so that a training step is one program.
//
// Shapes are static, axes count from the end if negative, and arithmetic broadcasts as in numpy.
// Sequences have time first, then the batch, features last: [T B N]. Element types never mix by
// themselves: Cast.
//
// Errors. An op that does not fit records one error on the graph, with the caller's line and the
// layer, and gives an invalid node, from which everything made is invalid too; Compile returns all
// errors. What can only be seen in the data, such as a position out of range, is an error of Run.
//
// Randomness is a pure function of the store's seed, the clock, the step of the loop and the
// element: see Uniform.
//
// Equal ops on equal inputs are one node. Compiling takes a graph through a table of passes (see
// Passes) and plans all memory; a Program says so with Explain, and allocates nothing when it runs.
// A graph is built by one goroutine; a program may be run by many.
package graph
