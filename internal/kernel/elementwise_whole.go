package kernel

import "slices"

// maxTiles is the number of tiles, read and written, that the code of a form can address.
const maxTiles = 11

// numberRoom is the room of a number of a form: it is repeated to fill a vector.
const numberRoom = 8

// A formCode computes n > 0 elements of a program of a form: the tiles it reads come first, those of
// its results after them.
type formCode[T Number] func(n int, tiles *[maxTiles]*T, numbers *T)

// formRun is the working memory of a program that has code of its own.
type formRun[T Number] struct {
	code    formCode[T]
	tiles   [maxTiles]*T
	numbers []T
	direct  bool // whether it reads and writes memory, and no slots: then its tiles may be of any length
}

// newFormRun returns the memory to run code; locations below slots are memory of inputs and outputs.
func newFormRun[T Number](f *form, code formCode[T], slots int) *formRun[T] {
	r := &formRun[T]{code: code, numbers: make([]T, max(1, len(f.numbers))*numberRoom)}
	isSlot := func(loc int) bool { return loc >= slots }
	r.direct = !slices.ContainsFunc(f.in, isSlot) && !slices.ContainsFunc(f.out, isSlot)
	for i, n := range f.numbers {
		Fill(r.numbers[i*numberRoom:(i+1)*numberRoom], T(n.value))
	}
	return r
}

// setNumbers fills in the numbers that may be others in each run.
func (r *formRun[T]) setNumbers(f *form, loc [][]T) {
	for i, n := range f.numbers {
		if n.loc >= 0 {
			Fill(r.numbers[i*numberRoom:(i+1)*numberRoom], loc[n.loc][0])
		}
	}
}

// run computes n elements of the tiles at their locations.
func (r *formRun[T]) run(f *form, loc [][]T, n int) {
	for i, l := range f.in {
		r.tiles[i] = &loc[l][:n][0]
	}
	for i, l := range f.out {
		r.tiles[len(f.in)+i] = &loc[l][:n][0]
	}
	r.code(n, &r.tiles, &r.numbers[0])
}
