package kernel

import "unsafe"

// loops are the functions of a level that elementwise programs are made of. Arithmetic, comparison,
// logic and selection give the same bits at every level, but for the payload of NaN; the
// transcendental functions in float32 agree within the bounds stated in approx.go.
type loops[T Number] struct {
	ops      [opcodes]vector[T]
	same     conversion[T, T]
	bools    conversion[T, uint8]       // 0 or 1 of bytes that are 0 or 1
	toBools  func(dst []uint8, src []T) // 1 for what is not 0
	reducers [reductions]reducer[T]
	forms    map[string]formCode[T] // code for whole programs, by the text of their form
}

// The loops of each level, by element type; integers have but the portable ones.
var (
	loops32 = [isas]*loops[float32]{portable: reducing(portable, portableLoops(func(in *instruction) vector[float32] { return in.f32 }))}
	loops64 = [isas]*loops[float64]{portable: reducing(portable, portableLoops(func(in *instruction) vector[float64] { return in.f64 }))}
	loopsI  = portableLoops(func(in *instruction) vector[int32] { return in.i32 })
)

// loopsAt returns the loops of a level.
func loopsAt[T Number](l isa) *loops[T] {
	switch {
	case !isFloat[T]():
		return (*loops[T])(unsafe.Pointer(loopsI))
	case isSingle[T]():
		return (*loops[T])(unsafe.Pointer(loops32[l]))
	}
	return (*loops[T])(unsafe.Pointer(loops64[l]))
}

func portableLoops[T Number](of func(*instruction) vector[T]) *loops[T] {
	l := &loops[T]{
		same:    conversion[T, T]{copyRowGo[T], spreadGo[T, T]},
		bools:   conversion[T, uint8]{fromBoolsGo[T], spreadGo[T, uint8]},
		toBools: toBoolsGo[T],
	}
	for op := range instructions {
		l.ops[op] = of(&instructions[op])
	}
	return l
}

func fromBoolsGo[T Number](dst []T, src []uint8) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = T(src[i])
	}
}

func toBoolsGo[T Number](dst []uint8, src []T) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = bit(src[i] != 0)
	}
}

func copyRowGo[T Number](dst, src []T) { copy(dst, src) }
