package kernel

import "unsafe"

// Workspace lends memory to the products. It grows to what the largest of them needs and is then
// reused. The zero value is ready; one serves one call at a time.
type Workspace struct {
	f32      buffers[float32]
	f64      buffers[float64]
	events32 eventPattern[float32]
	events64 eventPattern[float64]
	sample32 sample[float32]
	sample64 sample[float64]
}

type buffers[T Float] struct {
	packA, packB []T
}

func (b *buffers[T]) a(n int) []T { b.packA = grow(b.packA, n); return b.packA }
func (b *buffers[T]) b(n int) []T { b.packB = grow(b.packB, n); return b.packB }

func buffersOf[T Float](ws *Workspace) *buffers[T] { return choose[buffers[T]](T(0), &ws.f32, &ws.f64) }

// choose returns that of two pointers which belongs to the type of x. T may be any type of the same
// size as float32 or float64, so that no type switch can tell; G[T] is then laid out as G[float32] is.
func choose[G any, T Float, G32, G64 any](_ T, f32 *G32, f64 *G64) *G {
	if unsafe.Sizeof(T(0)) == 4 {
		return (*G)(unsafe.Pointer(f32))
	}
	return (*G)(unsafe.Pointer(f64))
}

// cacheLine is the alignment of what is packed, in bytes.
const cacheLine = 64

// grow returns a slice of n elements, x where it is large enough, and otherwise a new one that begins
// at a cache line. What it holds is undefined.
func grow[T Float](x []T, n int) []T {
	if n <= cap(x) {
		return x[:n]
	}
	var zero T
	size := unsafe.Sizeof(zero)
	buf := make([]T, uintptr(n)+cacheLine/size)
	skip := (cacheLine - uintptr(unsafe.Pointer(unsafe.SliceData(buf)))%cacheLine) % cacheLine / size
	return buf[skip : int(skip)+n]
}
