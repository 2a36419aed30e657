package kernel

import "math"

// Reduction names how elements become one at the end of an elementwise program.
type Reduction uint8

// The reductions; they do what the functions of their names do. Rows are reduced by those, to the same bits: in parts
// where a row is longer than a tile. All elements of a program whose inputs are broadcast are added in tiles.
const (
	ReduceNone Reduction = iota
	ReduceSum
	ReduceMax
	ReduceMin
	ReduceLogSumExp

	reductions // how many there are
)

// reducer is how a reduction is computed. One that has no add treats rows that lie within a tile alone.
type reducer[T Number] struct {
	rows  func(room *rowRoom[T], dst, x []T, n int) // of rows of n elements, each to one
	start func(acc *[chunk]float64)                 // begins a part
	add   func(acc *[chunk]float64, x []T)          // adds a tile to it
	end   func(acc *[chunk]float64) float64
	join  func(a, b float64) float64 // combines parts
}

// reducing gives loops the reducers of a level.
func reducing[T Float](l isa, p *loops[T]) *loops[T] {
	p.reducers = reducersOf[T](l)
	return p
}

func reducersOf[T Float](l isa) [reductions]reducer[T] {
	least, greatest := math.Inf(-1), math.Inf(1)
	most, leastOf := T(least), T(greatest)
	first := func(acc *[chunk]float64) float64 { return acc[0] }
	return [reductions]reducer[T]{
		ReduceSum: {
			rows:  func(room *rowRoom[T], dst, x []T, n int) { sumRowsOf(l, room, dst, x, n) },
			start: func(acc *[chunk]float64) { clear(acc[:chains]) },
			add:   func(acc *[chunk]float64, x []T) { addToChains(l, acc, x) },
			end:   sumChains,
			join:  func(a, b float64) float64 { return a + b },
		},
		ReduceMax: {
			rows:  func(room *rowRoom[T], dst, x []T, n int) { extremesOfRows(l, room, dst, x, n, true) },
			start: func(acc *[chunk]float64) { acc[0] = least },
			add:   func(acc *[chunk]float64, x []T) { acc[0] = max(acc[0], float64(maxRow(l, x, most))) },
			end:   first,
			join:  func(a, b float64) float64 { return max(a, b) },
		},
		ReduceMin: {
			rows:  func(room *rowRoom[T], dst, x []T, n int) { extremesOfRows(l, room, dst, x, n, false) },
			start: func(acc *[chunk]float64) { acc[0] = greatest },
			add:   func(acc *[chunk]float64, x []T) { acc[0] = min(acc[0], float64(minRow(l, x, leastOf))) },
			end:   first,
			join:  func(a, b float64) float64 { return min(a, b) },
		},
		ReduceLogSumExp: {
			rows: func(room *rowRoom[T], dst, x []T, n int) { logSumExpOfRows(l, room, dst, x, n) },
		},
	}
}

// Reduces reports whether a program over the iteration space shape can reduce outputs as they ask: floats of the
// kind that it computes in, over the last axes or over all, where no input is broadcast along some of those axes and
// not along others that are outside of them. LogSumExp takes rows that are no longer than a tile, about a thousand elements.
func Reduces(compute Kind, shape []int, in []Operand, out []Output) bool {
	_, ok := newSpace(shape, compute, in, out)
	return ok
}

// divideForReductions divides the tiles into parts, and reports whether the reduced outputs, whose strides follow
// those of the inputs, can be had.
func (s *space) divideForReductions(compute Kind, inputs int, out []Output) bool {
	whole, long, k := false, false, inputs
	for _, o := range out {
		if o.Reduce == ReduceNone {
			continue
		}
		_, within := s.rowsWithin(k)
		rows := s.reducesRows(k)
		if o.Kind != compute || compute == Int32 || s.blocks == 0 || !rows && !s.reducesAll(k) {
			return false
		}
		if o.Reduce == ReduceLogSumExp && !within {
			return false
		}
		whole = whole || !within && !rows
		long = long || !within && rows
		k++
	}
	switch {
	case whole && long:
		return false
	case whole:
		s.part = partElements * compute.Size() / tileBytes
	case long:
		s.run, s.part = s.pieces, partElements*compute.Size()/tileBytes
	}
	return true
}

// reducesRows reports whether operand k is one element for each row.
func (s *space) reducesRows(k int) bool {
	for d := range s.outer {
		if s.strides[k][d] == 0 {
			return false
		}
	}
	return s.step(k) == 0
}

// reducesAll reports whether operand k is one element.
func (s *space) reducesAll(k int) bool {
	for _, stride := range s.strides[k] {
		if stride != 0 {
			return false
		}
	}
	return true
}

// perRun returns how many parts there are of a run of tiles.
func (s *space) perRun() int { return (s.run + s.part - 1) / s.part }

// parts returns how many parts there are.
func (s *space) parts() int { return s.blocks / s.run * s.perRun() }

// firstTile returns the first tile of a part.
func (s *space) firstTile(part int) int {
	n := s.perRun()
	return part/n*s.run + part%n*s.part
}

// partOf returns the part of a tile, and whether the tile begins it and ends it.
func (s *space) partOf(tile int) (part int, begins, ends bool) {
	run, at := tile/s.run, tile%s.run
	return run*s.perRun() + at/s.part, at%s.part == 0, (at+1)%s.part == 0 || at+1 == s.run
}

// reduced is an output that is reduced: from a location to output io, in parts if it is carried from tile to tile.
type reduced struct {
	io, loc int
	how     Reduction
	n       int // elements of a row, if it is not carried
	carried int // its number among those that are, below 0 if it is not
}

// rowsWithin returns the length of the rows that operand k is one element for each of, if tiles hold whole ones.
func (s *space) rowsWithin(k int) (n int, ok bool) {
	switch {
	case s.blocks == 1 && s.reducesAll(k):
		return s.tile, true
	case s.pieces == 1 && s.reducesRows(k):
		return s.inner, true
	}
	return 0, false
}

// carried returns how many outputs are.
func (p *plan) carried() int {
	n := 0
	for _, r := range p.reductions {
		n = max(n, r.carried+1)
	}
	return n
}

// reduce reduces a tile, number block.
func (t *tape[T]) reduce(e *Elementwise, block int, at tileAt, out []Buf) {
	for _, r := range e.reductions {
		x, how := t.loc[r.loc][:at.n], &t.loops.reducers[r.how]
		if r.carried < 0 {
			how.rows(t.room, view[T](out[r.io])[at.row:][:at.n/r.n], x, r.n)
			continue
		}
		part, begins, ends := e.space.partOf(block)
		acc := &t.acc[r.carried]
		if begins {
			how.start(acc)
		}
		how.add(acc, x)
		if ends {
			t.sums[r.carried*e.space.parts()+part] = how.end(acc)
		}
	}
}

// Finish writes to out what is reduced from several parts, when all blocks have run, with s or with [Elementwise.Another].
func (e *Elementwise) Finish(s *Scratch, out []Buf) {
	switch e.compute {
	case Float32:
		finish(e, s.f32, out)
	case Float64:
		finish(e, s.f64, out)
	}
}

func finish[T Float](e *Elementwise, t *tape[T], out []Buf) {
	n, all := e.space.perRun(), e.space.parts()
	for _, r := range e.reductions {
		if r.carried < 0 {
			continue
		}
		join, dst := t.loops.reducers[r.how].join, view[T](out[r.io])
		for run := range all / n {
			parts := t.sums[r.carried*all+run*n:][:n]
			sum := parts[0]
			for _, p := range parts[1:] {
				sum = join(sum, p)
			}
			dst[run] = T(sum)
		}
	}
}
