package kernel

import "slices"

// maxTiles is the number of tiles, read and written, that the code of a form can address.
const maxTiles = 11

// numberRoom is the room of a number of a form: it is repeated to fill a vector.
const numberRoom = 8

// A formCode computes n > 0 elements of a program of a form: the tiles it reads come first, those of
// its results after them.
type formCode[T Number] func(n int, tiles *[maxTiles]*T, numbers *T)

// formRun is a form with its code, and the memory that this needs.
type formRun[T Number] struct {
	form    *form
	code    formCode[T]
	tiles   [maxTiles]*T
	numbers []T
	direct  bool // whether it reads and writes memory, and no slots: then its tiles may be of any length
}

// newFormRun returns how a program runs that has a form for which there is code, nil if it has none.
func newFormRun[T Number](e *Elementwise, codes map[string]formCode[T]) *formRun[T] {
	for i := range e.forms {
		f := &e.forms[i]
		if code, ok := codes[f.text]; ok {
			r := &formRun[T]{form: f, code: code, numbers: make([]T, max(1, len(f.numbers))*numberRoom)}
			isSlot := func(loc int) bool { return loc >= e.inputs+e.outputs }
			r.direct = !slices.ContainsFunc(f.in, isSlot) && !slices.ContainsFunc(f.out, isSlot)
			for i, n := range f.numbers {
				r.setNumber(i, T(n.value))
			}
			return r
		}
	}
	return nil
}

func (r *formRun[T]) setNumber(i int, value T) { Fill(r.numbers[i*numberRoom:(i+1)*numberRoom], value) }

// setNumbers fills in the numbers that may be others in each run.
func (r *formRun[T]) setNumbers(loc [][]T) {
	for i, n := range r.form.numbers {
		if n.loc >= 0 {
			r.setNumber(i, loc[n.loc][0])
		}
	}
}

// run computes n elements of the tiles at their locations.
func (r *formRun[T]) run(loc [][]T, n int) {
	for i, l := range r.form.in {
		r.tiles[i] = &loc[l][:n][0]
	}
	for i, l := range r.form.out {
		r.tiles[len(r.form.in)+i] = &loc[l][:n][0]
	}
	r.code(n, &r.tiles, &r.numbers[0])
}
