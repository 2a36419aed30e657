package graph

import (
	"unsafe"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// productMemory is what products with spikes work in. One serves all the products that run one after
// another, in the frames of one env.
type productMemory[T float32 | float64] struct {
	bits   []uint64 // of a binary factor
	ones   []int    // in parts of it
	floats []T      // some of its rows
	work   []productWork[T]
}

// productWork is what one worker needs.
type productWork[T float32 | float64] struct {
	ws     kernel.Workspace
	floats []T // some rows of a binary factor
	block  []T // rows of a product that has no place of its own
	met    events
}

// memoryOf returns the memory of products of T in e.
func memoryOf[T float32 | float64](e *env) *productMemory[T] {
	if unsafe.Sizeof(T(0)) == 4 {
		return (*productMemory[T])(unsafe.Pointer(&e.products32))
	}
	return (*productMemory[T])(unsafe.Pointer(&e.products64))
}

// workers makes room for so many workers.
func (m *productMemory[T]) workers(n int) {
	for len(m.work) < n {
		m.work = append(m.work, productWork[T]{})
	}
}

// atLeast returns x with room for n elements at least.
func atLeast[E any](x []E, n int) []E {
	if len(x) < n {
		return make([]E, n)
	}
	return x
}
