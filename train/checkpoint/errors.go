package checkpoint

import "errors"

// What can be wrong with a file. Errors of this package wrap one of these where a caller could act
// on it.
var (
	// ErrTruncated: the file ends before its header or its data do.
	ErrTruncated = errors.New("file is truncated")
	// ErrFormat: the bytes, or the File to be written, are not a safetensors file we can represent.
	ErrFormat = errors.New("not a valid safetensors file")
	// ErrChecksum: the content is not what was written.
	ErrChecksum = errors.New("checksum does not match")
	// ErrVersion: a newer version of this package wrote the file.
	ErrVersion = errors.New("version is not supported")
	// ErrMismatch: the file and the model have different tensors; see [MismatchError].
	ErrMismatch = errors.New("file does not match the model")
	// ErrJournal: the bytes are not a journal, or the records do not fit one.
	ErrJournal = errors.New("not a valid journal")
	// ErrStep: a series already holds this step or a later one, or does not hold the step asked for.
	ErrStep = errors.New("step is out of order")
)
