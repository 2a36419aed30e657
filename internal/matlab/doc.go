// Package matlab reads and writes MATLAB's MAT-files of level 5, of which version 7 is the compressed
// form: named arrays of numbers and of texts.
//
//	vars, err := matlab.Decode(b)
//	b, err := matlab.Encode([]matlab.Variable{{Name: "W", Array: array}})
//
// Numbers of every class are read, in either byte order, whatever type they are stored in, deflated or
// not; logical arrays are bool. Arrays of characters are arrays of texts along all axes but the last,
// and lose the spaces at their ends, with which they are padded. MATLAB has no arrays of fewer than
// two axes. Cells, structures, objects, sparse and complex arrays are errors that name them, as are
// files of level 4 and of version 7.3, which is HDF5. Files are written little-endian and not deflated.
//
// What a file claims is compared with the bytes it has before memory is taken, and what is inflated is
// bounded by what deflate can hold. Source: MAT-File Format, R2019b, The MathWorks, chapter 1. Errors
// wrap ErrFormat or ErrTruncated. Functions may be called by many goroutines.
package matlab
