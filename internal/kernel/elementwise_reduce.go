package kernel

// Reduction names how elements become one at the end of an elementwise program.
type Reduction uint8

// The reductions; they do what the functions of their names do. Rows are reduced by those, to the same bits: in parts
// where a row is longer than a tile. Columns, and all elements of a program whose inputs are broadcast, are added in
// parts of 64 tiles or more, in their order.
const (
	ReduceNone Reduction = iota
	ReduceSum
	ReduceMax
	ReduceMin
	ReduceLogSumExp

	reductions // how many there are
)

// Reduces reports whether a program over the iteration space shape can reduce outputs as they ask: floats of the
// kind that it computes in, over the last axes or over all, where no input is broadcast along some of those axes and
// not along others that are outside of them. LogSumExp takes rows that are no longer than a tile, about a thousand
// elements. Sum does first axes too where less than 256 elements are left, and no input is broadcast along some of those
// alone.
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
		columns := o.Reduce == ReduceSum && s.reducesColumns(k)
		if o.Kind != compute || compute == Int32 || s.blocks == 0 || !rows && !columns && !s.reducesAll(k) {
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

// reducesColumns reports whether operand k is one element for each column of short rows.
func (s *space) reducesColumns(k int) bool {
	for d := range s.outer {
		if s.strides[k][d] != 0 {
			return false
		}
	}
	return s.step(k) != 0 && s.rows > 1 && s.inner < longRow
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
	n       int  // elements of a row, if it is not carried, or columns
	carried int  // its number among those that are, below 0 if it is not
	columns bool // whether it is one element for each column, not for each run
	at      int  // where its parts begin in the sums of a tape
}

// width returns how many numbers a part of it is.
func (r *reduced) width() int {
	if r.columns {
		return r.n
	}
	return 1
}

// tileRoom returns how many elements reductions of rows within a tile take.
func (e *Elementwise) tileRoom() int {
	room := 0
	for _, r := range e.reductions {
		if r.carried < 0 {
			room = max(room, rowTile(e.space.tile/r.n, r.n))
		}
	}
	return room
}

// reducedOf returns how operand k of the program, from a location to output io, is reduced.
func (p *planner) reducedOf(io, loc, k int, how Reduction) reduced {
	r := reduced{io: io, loc: loc, how: how, carried: -1}
	var within bool
	if r.n, within = p.space.rowsWithin(k); !within {
		r.carried, r.at = p.carried, p.sums
		if r.columns = p.space.reducesColumns(k); r.columns {
			r.n = p.space.inner
		}
		p.carried++
		p.sums += p.space.parts() * r.width()
	}
	return r
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

// reduce reduces a tile, number block.
func (t *tape[T]) reduce(e *Elementwise, block int, at tileAt, out []Buf) {
	for _, r := range e.reductions {
		x, how := t.loc[r.loc][:at.n], &t.loops.reducers[r.how]
		if r.carried < 0 {
			how.rows(t.tile, view[T](out[r.io])[at.row:][:at.n/r.n], x, r.n)
			continue
		}
		part, begins, ends := e.space.partOf(block)
		acc := &t.acc[r.carried]
		if begins {
			how.start(acc)
		}
		sums := t.sums[r.at+part*r.width():][:r.width()]
		if r.columns {
			how.columns(acc, x, r.n)
		} else {
			how.add(acc, x)
		}
		switch {
		case ends && r.columns:
			copy(sums, acc[:])
		case ends:
			sums[0] = how.end(acc)
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
	n := e.space.perRun()
	for _, r := range e.reductions {
		if r.carried < 0 {
			continue
		}
		join, dst, w := t.loops.reducers[r.how].join, view[T](out[r.io]), r.width()
		for i := range dst {
			run, column := i/w, i%w
			parts := t.sums[r.at+run*n*w+column:]
			sum := parts[0]
			for k := 1; k < n; k++ {
				sum = join(sum, parts[k*w])
			}
			dst[i] = T(sum)
		}
	}
}
