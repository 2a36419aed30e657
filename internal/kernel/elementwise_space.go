package kernel

const (
	// tileBytes is the size of a register: a dozen of them fit in the first-level cache.
	tileBytes = 4096
	// longRow is the inner run from which tiles stay within a row and operands are read in place;
	// shorter rows are gathered into a tile of many.
	longRow = 256
	// laneBytes keeps the pieces of a long row a whole number of vectors.
	laneBytes = 64
)

// space is how an iteration space is cut in tiles. The shape is collapsed over the inputs; outputs
// are contiguous, so they are one run however the space is cut.
//
//	inner >= longRow:  a tile is a piece of a row,   pieces tiles per row
//	else:              a tile is rowsPerTile rows,   pieces = 1
type space struct {
	outer       []int // collapsed shape without the innermost dimension
	inner       int
	rows        int
	pieces      int
	rowsPerTile int
	tile        int // elements of a full tile
	blocks      int
	strides     [][]int // collapsed strides, per input, then per output that is reduced

	// A part is so many tiles that one worker runs one after another, of a run of tiles: all of them, or those of a
	// row.
	run, part int
}

// tileAt is one tile: rows row.., columns col.., and where it lies among all elements.
type tileAt struct{ row, col, start, n int }

// newSpace returns the space of a program; ok is false if outputs cannot be reduced in it.
func newSpace(shape []int, compute Kind, in []Operand, out []Output) (s space, ok bool) {
	var strides [][]int
	for _, operand := range in {
		strides = append(strides, operand.Strides)
	}
	for _, o := range out {
		if o.Reduce != ReduceNone {
			strides = append(strides, o.Strides)
		}
	}
	reduces := len(strides) > len(in)
	for _, st := range strides {
		if len(st) != len(shape) {
			panic("kernel: an operand's strides do not match the iteration space")
		}
	}
	s = cut(shape, compute, strides, reduces)
	s.run, s.part = max(s.blocks, 1), 1
	return s, s.divideForReductions(compute, len(in), out)
}

// cut cuts the space in tiles. Where rows are reduced, a tile is a whole number of chains, or of squares of rows to
// turn.
func cut(shape []int, compute Kind, strides [][]int, reduces bool) space {
	dims, strides := collapse(shape, strides)
	last := len(dims) - 1
	s := space{outer: dims[:last], inner: dims[last], rows: volume(dims[:last]), strides: strides}
	if s.rows*s.inner == 0 {
		return s
	}
	most := tileBytes / compute.Size()
	if s.rows == 1 || s.inner >= longRow {
		lane := laneBytes / compute.Size()
		if reduces {
			lane = chains
		}
		s.pieces = (s.inner + most - 1) / most
		s.tile = (s.inner + s.pieces - 1) / s.pieces
		s.tile = min(s.inner, (s.tile+lane-1)/lane*lane)
		s.pieces = (s.inner + s.tile - 1) / s.tile
		s.rowsPerTile = 1
		s.blocks = s.rows * s.pieces
		return s
	}
	s.pieces = 1
	s.rowsPerTile = most / s.inner
	if reduces && s.rowsPerTile > turnedRows {
		s.rowsPerTile -= s.rowsPerTile % turnedRows
	}
	s.rowsPerTile = min(s.rows, s.rowsPerTile)
	s.tile = s.rowsPerTile * s.inner
	s.blocks = (s.rows + s.rowsPerTile - 1) / s.rowsPerTile
	return s
}

// at returns tile number block.
func (s *space) at(block int) tileAt {
	if s.rowsPerTile == 1 {
		row := block / s.pieces
		col := (block - row*s.pieces) * s.tile
		return tileAt{row, col, row*s.inner + col, min(s.tile, s.inner-col)}
	}
	row := block * s.rowsPerTile
	return tileAt{row, 0, row * s.inner, min(s.rowsPerTile, s.rows-row) * s.inner}
}

// elementsAtOnce bounds the work between two points at which the goroutine can be stopped.
const elementsAtOnce = 1 << 14

// lengthen adds to tile at those that follow it in its row, from block next on, and returns how many.
func (s *space) lengthen(at *tileAt, next, hi int) int {
	more := 0
	for next+more < hi && (next+more)%s.pieces != 0 && at.n+s.tile <= elementsAtOnce {
		at.n += s.at(next + more).n
		more++
	}
	return more
}

// offset returns where row begins in input i.
func (s *space) offset(i, row int) int {
	at := 0
	for d := len(s.outer) - 1; d >= 0; d-- {
		next := row / s.outer[d]
		at += (row - next*s.outer[d]) * s.strides[i][d]
		row = next
	}
	return at
}

// step returns the stride of input i within a row.
func (s *space) step(i int) int { return s.strides[i][len(s.outer)] }

// uniform reports whether input i is one element.
func (s *space) uniform(i int) bool {
	for d, stride := range s.strides[i] {
		if stride != 0 && (d < len(s.outer) || s.inner > 1) {
			return false
		}
	}
	return true
}

// periodic reports whether every tile sees the same elements of input i.
func (s *space) periodic(i int) bool {
	if s.blocks <= 1 || s.pieces > 1 {
		return false
	}
	for d := range s.outer {
		if s.strides[i][d] != 0 {
			return false
		}
	}
	return true
}

// dense reports whether input i is contiguous over the whole space.
func (s *space) dense(i int) bool {
	want := s.inner
	for d := len(s.outer) - 1; d >= 0; d-- {
		if s.strides[i][d] != want {
			return false
		}
		want *= s.outer[d]
	}
	return s.step(i) == 1
}

// first returns where tile at begins in input i, in which it is contiguous.
func (s *space) first(i int, at tileAt) int {
	if s.dense(i) {
		return at.start
	}
	return s.offset(i, at.row) + at.col
}

// contiguous reports whether every tile is contiguous in input i.
func (s *space) contiguous(i int) bool {
	return s.dense(i) || s.rowsPerTile == 1 && s.step(i) == 1
}
