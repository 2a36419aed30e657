// Package kernel holds the numerical primitives over slices. It knows nothing of graphs, shapes are
// plain ints, and it imports none of our packages.
//
// The types to know are [Buf], untyped memory with typed views; [Elementwise], a fused straight-line
// program interpreted over tiles that fit in the first-level cache; and [Copier], a prepared strided
// copy. Reductions, scans, row gathers and the counter-based random numbers are plain functions.
// Matrix products (the gemm files) live here too. On amd64 the hot functions run assembly, written by
// the nested module gen, at the [Level] that the processor allows.
//
//	// v = 0.95*v + x over n elements, in place.
//	code := []kernel.Instr{
//		{Op: kernel.OpAffine, Dst: 2, A: 0, Imm0: 0.95},
//		{Op: kernel.OpAdd, Dst: 2, A: 2, B: 1},
//	}
//	operand := kernel.Operand{Kind: kernel.Float32, Strides: []int{1}}
//	e := kernel.NewElementwise(kernel.Float32, code, []int{n},
//		[]kernel.Operand{operand, operand}, []kernel.Output{{Kind: kernel.Float32, Reg: 2}})
//	e.Run(e.NewScratch(), 0, e.Blocks(), []kernel.Buf{v}, []kernel.Buf{v, x})
//
// # Conventions
//
// Sizes, strides and offsets count elements, never bytes. Arrays are row-major. Reductions see their
// argument as [outer n inner] and reduce the middle axis. A Bool is one byte, 0 or 1. The order of
// floating-point operations is fixed: results do not depend on how work is shared among goroutines.
//
// # Errors
//
// Arguments that contradict each other are a defect of the caller and panic; data that can be wrong,
// such as an index out of range, is reported by a return value. Running allocates nothing; preparing
// does (New, and StridedCopy and StridedStore, which prepare a copy each time). All functions may be
// called by many goroutines on disjoint results.
package kernel
