package kernel

import "unsafe"

// findWindow is findWindowGo with the code of a level, which has some for float32.
func findWindow[T Float](l isa, places, seen []int32, x, want []T) {
	code := findWindowF32AVX2
	if l == avx512 {
		code = findWindowF32AVX512
	}
	if l == portable || !isSingle[T]() || len(places) == 0 {
		findWindowGo(places, seen, x, want)
		return
	}
	lanes := len(places)
	for _, row := range seen {
		_ = x[(int(row)+1)*lanes-1]
	}
	_ = want[lanes-1]
	single := func(s []T) *float32 { return (*float32)(unsafe.Pointer(unsafe.SliceData(s))) }
	if lanes*len(seen) <= elementsAtOnce {
		code(lanes, &seen[0], len(seen), lanes, single(x), single(want), &places[0])
		return
	}
	atOnce := max(laneBytes, elementsAtOnce/len(seen))
	for from := 0; from < lanes; from += atOnce {
		some := places[from:min(from+atOnce, lanes)]
		code(len(some), &seen[0], len(seen), lanes, single(x[from:]), single(want[from:]), &some[0])
		for i := range some { // the code counts lanes from where it begins
			some[i] += int32(from)
		}
		stopPoint()
	}
}
