// Package ndarray is what the formats of packages train and datasets have in common: an array as a
// shape and a slice, its numbers as bytes, and the way to and from a tensor.
//
//	data, err := ndarray.Decode(ndarray.Float, 4, raw, binary.LittleEndian)
//	t := (&ndarray.Array{Shape: []int{2, 3}, Data: data}).Dense()
//
// Errors wrap ErrType. Functions may be called by many goroutines.
package ndarray
