package graph

import (
	"unsafe"

	"github.com/spikegraph/spikegraph/internal/kernel"
	"gorgonia.org/tensor"
)

// newMemory returns size bytes aligned to a cache line, without pointers inside.
func newMemory(size int) []byte {
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(make([]uint64, (size+align)/8+1)))), size+align)
	skip := int(-uintptr(unsafe.Pointer(&b[0])) % align)
	return b[skip : skip+size : skip+size]
}

// boolsOf sees bytes as bools, which is how a Buf without a type is made of them.
func boolsOf(b []byte) []bool { return unsafe.Slice((*bool)(unsafe.Pointer(&b[0])), len(b)) }

// bytesOf returns the memory of a buffer of bytes.
func bytesOf(b kernel.Buf) []byte {
	if b.N == 0 {
		return nil
	}
	return b.Bytes(1)
}

// bufOf returns the memory of a tensor's elements. It does not allocate.
func bufOf(t *tensor.Dense) kernel.Buf {
	switch t.Dtype() {
	case tensor.Float32:
		return kernel.Of(t.Float32s())
	case tensor.Float64:
		return kernel.Of(t.Float64s())
	case tensor.Int32:
		return kernel.Of(t.Int32s())
	case tensor.Bool:
		return kernel.Of(t.Bools())
	}
	return kernel.Buf{}
}

// newTensor returns a tensor of zeros.
func newTensor(t Type) *tensor.Dense {
	return tensor.New(tensor.Of(t.DType.Tensor()), tensor.WithShape(t.Shape...))
}
