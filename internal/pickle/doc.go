// Package pickle reads and writes the part of Python's pickles that holds dictionaries of NumPy arrays.
//
//	root, err := pickle.Decode(b)          // *Dict, *List, Tuple, *ndarray.Array, string, int64, ...
//	b, err := pickle.Encode([]pickle.Entry{{Key: "W", Value: array}})
//
// A pickle is a program for a machine with a stack, and Python's own reader calls whatever the program
// names. This one interprets the instructions that build numbers, texts, lists, tuples and
// dictionaries, and of calls those by which NumPy rebuilds its own arrays: numpy.ndarray,
// numpy.dtype, _reconstruct, _frombuffer and scalar of numpy's core, and _codecs.encode and bytes,
// by which protocol 2 spells bytes. It does what they do to data and runs nothing. Every other
// instruction and every other name is an error that names it. Protocols 2 to 5 are read; 4 is
// written, in NumPy's older spelling, which every version of NumPy from 1.0 on reads.
//
// Sizes are compared with the bytes that are there before memory is taken, and what calls make of the
// bytes may be twice their number in all. Source: PEP 3154 and PEP 574, and the comments of
// Python's module pickletools. Errors wrap ErrFormat or ErrTruncated. Functions may be called by
// many goroutines.
package pickle
