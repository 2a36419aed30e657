// Package brainpy reads and writes the checkpoints of BrainPy (Wang and others 2023,
// doi:10.7554/eLife.86365): trees in MessagePack (.bp, and numbered checkpoints), and variable files
// (.npz, .h5, .hdf5, .pkl, .pickle, .mat).
//
//	tree, err := brainpy.ReadFile("net.bp")   // maps, arrays, numbers
//	f, err := brainpy.Tensors(tree)           // its arrays, named as a.b.c
//	f, err = convert.BrainPyDense("Dense0", "fc1").Import(f)
//	err = f.LoadInto(model, checkpoint.Rules{})
//
// A tree is a map[string]any with values of: maps of that kind; *tensor.Dense; Scalar, a number that NumPy
// has typed; int64, uint64, float64, complex128, string, bool, []byte and nil. Lists and tuples come as maps
// with the keys "0", "1", as BrainPy writes them. float16 and bfloat16 are read as float32. Arrays above
// 2^30 bytes, which BrainPy splits, are put together again, and split when written.
//
// Variable files hold one array for each name; Variables.Aliases are the names under which the same
// variable goes as well. A pickle is a program: of one, only what builds NumPy's arrays is interpreted, by
// rules of our own, and anything else is an error that names it. In .mat files, which have no arrays of
// fewer than two axes, a scalar becomes an array of one element, in BrainPy as here.
//
// What a file claims is compared with the bytes it has before memory is taken. Errors begin with
// "brainpy:" and wrap ErrFormat or ErrTruncated. Functions may be called by many goroutines.
package brainpy
