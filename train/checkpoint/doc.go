// Package checkpoint keeps named tensors in files that other tools read and that are never half
// written.
//
// A [File] is a list of named tensors and a map of strings. [WriteFile] and [ReadFile] move it to and
// from disk, [Encode] and [Decode] to and from anything else. [File.Match] compares what came with what
// a model expects, and [File.LoadInto] copies it into the model's own tensors, all of them or none.
// [Series] keeps the numbered checkpoints of a run in one directory and deletes those no longer wanted.
// [Background] writes while its owner goes on.
// A [Journal] keeps what happened since a checkpoint, each record on disk before it is acknowledged.
//
//	err := checkpoint.WriteFile("net.safetensors", &checkpoint.File{
//		Kind:     "weights",
//		Tensors:  []checkpoint.Tensor{{Name: "hidden.w", Value: w}},
//		Metadata: map[string]string{"epoch": "12"},
//	})
//	f, err := checkpoint.ReadFile("net.safetensors")
//	err = f.LoadInto(model, checkpoint.Rules{})
//
// # Format
//
// The container is safetensors, as published by Hugging Face
// (https://github.com/huggingface/safetensors, README, section "Format"): the length of the header
// as 8 bytes little-endian, the header as JSON, and the numbers as raw little-endian bytes in
// row-major order. Files of other tools load; ours load in other tools, which see three more
// entries in the metadata:
//
//	"spikegraph.version"  the version of these conventions, "1"; a file of a newer one is refused
//	"spikegraph.kind"     File.Kind, where it is not empty
//	"spikegraph.sha256"   SHA-256, in hexadecimal, of the file as Encode writes it without this entry
//
// The checksum covers names, shapes and metadata as well as numbers. A tool that changes any of these
// and copies our metadata along must leave "spikegraph.sha256" out; a file without it is not verified.
//
// # Conventions
//
// Element types are named as the format names them: F64, F32, I64, I32, I16, I8, U64, U32, U16, U8,
// BOOL; F16 and BF16 are read as float32 and never written. Scalars have shape []. Tensors with a
// dimension of zero keep their shape; read such a tensor through Float32s and its like, as
// Dense.Data and printing one panic in gorgonia.org/tensor v0.9.24.
//
// Every error begins with "checkpoint:" and names what came and what was expected. What a caller
// could act on is one of [ErrTruncated], [ErrFormat], [ErrChecksum], [ErrVersion], [ErrMismatch]
// and [ErrStep], under errors.Is.
//
// A File may be read by many goroutines at once. Files of the same path may be written by many:
// the last rename wins, and none is mixed from two.
package checkpoint
