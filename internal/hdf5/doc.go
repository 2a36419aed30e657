// Package hdf5 reads and writes HDF5 files: groups, and data sets of numbers, of strings and of
// sequences. It is what the formats of packages datasets and train stand on.
//
//	root, err := hdf5.Decode(bytes)    // the whole tree, in memory
//	bytes, err := hdf5.Encode(root)
//
//	f, err := hdf5.Open(file, size)    // one data set, sequence by sequence
//	d, err := f.Dataset("spikes/times")
//	times, err := d.Sequence(i)
//
// Read are superblocks 0 to 3, also behind a user block; groups as symbol tables, as link messages and in fractal
// heaps; scalars and arrays, compact, contiguous, or in chunks under an index of any kind (layouts of version 3 and 4,
// what h5py writes with libver from "earliest" to "latest"), plain, deflated, compressed by LZF, shuffled or
// with Fletcher's checksum; integers, floats, booleans as h5py writes them, strings of fixed and of
// variable length; and, by Open, sequences of numbers of variable length. What else a file may hold
// (attributes aside, which are left unread) is an error that names it; for Open, if it is on the path
// to what was asked for. Encode writes superblock 2, object headers of version 2 with checksums, link
// messages, contiguous data and one global heap for strings: h5py and the HDF5 library read it.
//
// Every size that a file claims is compared with the bytes it has before memory is taken; what is
// inflated is bounded by what deflate can hold; no object is visited twice. A call on a file of n
// bytes takes memory in proportion to n.
//
// It is our own because the Go library for the format, github.com/scigolib/hdf5, crashes on files that
// are damaged, cannot write scalars, and compresses in a way that h5py does not read.
//
// Source: HDF5 File Format Specification Version 3.0, The HDF Group; section numbers in this package
// are of that document. Errors wrap ErrFormat, ErrTruncated or ErrChecksum, or are those of the reader.
// All functions and methods may be called by many goroutines.
package hdf5
