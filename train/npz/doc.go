// Package npz reads and writes arrays in the formats of NumPy: .npy, one array, and .npz, a zip archive
// of named ones.
//
//	f, err := npz.ReadFile("weights.npz")        // a *checkpoint.File: named tensors
//	err = f.LoadInto(model, checkpoint.Rules{})  // into those of a model
//	err = npz.WriteFile("weights.npz", f)        // np.load reads it
//
// Elements are float64, float32, integers of 1 to 8 bytes, bool and unicode strings, of either byte
// order; float16 is read as float32. Fortran order is read into rows. Scalars have shape []. Objects
// (pickles), complex numbers and records are refused.
//
// Every size a file claims is held against the bytes it has. An archive of n bytes yields at most 1100·n,
// which is what deflate can hold. Names are names of tensors and never paths on the disk; one that
// would leave the folder it is unpacked in is refused all the same. Metadata and Kind of a File have no
// place in these formats and are left out.
//
// Source: NumPy Enhancement Proposal 1 (Kern 2007), versions 1.0 to 3.0 of the format. Errors begin with
// "npz:" and wrap ErrFormat or ErrTruncated. Functions may be called by many goroutines.
package npz
