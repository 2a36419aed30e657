package kernel

import (
	"slices"
	"unsafe"
)

// maxTiles is the number of tiles, read and written, that the code of a form can address.
const maxTiles = 11

// numberRoom is the room of a number of a form: it is repeated to fill a vector.
const numberRoom = 8

// A formCode computes n > 0 elements of a program of a form: the tiles it reads come first, those of
// its results after them; those of Bools are bytes.
type formCode[T Number] func(n int, tiles *[maxTiles]*T, numbers *T)

// formRun is a form with its code, and the memory that this needs.
type formRun[T Number] struct {
	form    *form
	code    formCode[T]
	tiles   [maxTiles]*T
	numbers []T
	direct  bool       // whether it reads and writes memory, and no slots: then its tiles may be of any length
	loads   []transfer // what is still to be brought to slots before it, and
	stores  []transfer // from there after it
}

// newFormRun returns how a program runs that has a form for which there is code, nil if it has none.
func newFormRun[T Number](e *Elementwise, codes map[string]formCode[T]) *formRun[T] {
	for i := range e.forms {
		f := &e.forms[i]
		if code, ok := codes[f.text]; ok {
			r := &formRun[T]{form: f, code: code, numbers: make([]T, max(1, len(f.numbers))*numberRoom)}
			isSlot := func(t formTile) bool { return t.truths < 0 && t.loc >= e.inputs+e.outputs }
			r.direct = !slices.ContainsFunc(f.in, isSlot) && !slices.ContainsFunc(f.out, isSlot)
			r.loads = without(e.loads, f.in)
			r.stores = without(e.stores, f.out)
			for i, n := range f.numbers {
				r.setNumber(i, T(n.value))
			}
			return r
		}
	}
	return nil
}

// without returns the transfers that are not those of Bools that a form reads or writes itself.
func without(ts []transfer, tiles []formTile) (rest []transfer) {
	for _, t := range ts {
		if t.kind != Bool || !slices.ContainsFunc(tiles, func(x formTile) bool { return x.truths == t.io }) {
			rest = append(rest, t)
		}
	}
	return rest
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

// run computes the elements of the tile at, of the tiles at their locations and of Bools in memory.
func (r *formRun[T]) run(s *space, loc [][]T, at tileAt, out, in []Buf) {
	for i, t := range r.form.in {
		if t.truths >= 0 {
			first := s.first(t.truths, at)
			r.tiles[i] = (*T)(unsafe.Pointer(&in[t.truths].Bool()[first : first+at.n][0]))
			continue
		}
		r.tiles[i] = &loc[t.loc][:at.n][0]
	}
	for i, t := range r.form.out {
		to := &r.tiles[len(r.form.in)+i]
		if t.truths >= 0 {
			*to = (*T)(unsafe.Pointer(&out[t.truths].Bool()[at.start : at.start+at.n][0]))
			continue
		}
		*to = &loc[t.loc][:at.n][0]
	}
	r.code(at.n, &r.tiles, &r.numbers[0])
}
