package kernel

// tape is the working memory of a program over registers of T.
type tape[T Number] struct {
	loc      [][]T // the tile at each location, of at least the tile's length
	loops    *loops[T]
	in, out  [][]T // memory that is read or written in place
	deferred []bool
	coord    []int
	whole    *formRun[T] // the generated code of the program, nil if there is none

	// Of programs that reduce.
	tile []T              // room for rows that are reduced
	acc  [][chunk]float64 // the part in hand of each output that is carried
	sums []float64        // of all parts, one output after another; all callers of a program share it
}

func newTape[T Number](e *Elementwise, l *loops[T]) *tape[T] {
	t := &tape[T]{
		loops:    l,
		loc:      make([][]T, e.inputs+e.outputs+e.slots),
		in:       make([][]T, e.inputs),
		out:      make([][]T, e.outputs),
		deferred: make([]bool, e.outputs),
		coord:    make([]int, len(e.space.outer)),
	}
	memory := make([]T, e.slots*e.space.tile)
	for i := range e.slots {
		t.loc[e.inputs+e.outputs+i] = memory[i*e.space.tile : (i+1)*e.space.tile]
	}
	if e.space.tile > 0 {
		t.runUniform(e.fixedCode)
	}
	t.whole = newFormRun(e, l.forms)
	if len(e.reductions) > 0 {
		t.tile = make([]T, e.tileRoom())
		t.acc, t.sums = make([][chunk]float64, e.carried), make([]float64, e.sums)
	}
	return t
}

// runBlocks runs blocks lo..hi of e.
func runBlocks[T Number](e *Elementwise, t *tape[T], lo, hi int, out, in []Buf) {
	t.attach(e, out, in)
	t.runOnce(e, in)
	if t.whole != nil {
		t.whole.setNumbers(t.loc)
	}
	for block := lo; block < hi; {
		at, tile := e.space.at(block), block
		block++
		if t.whole != nil && t.whole.direct && len(e.reductions) == 0 {
			block += e.space.lengthen(&at, block, hi)
		}
		t.runTile(e, tile, at, out, in)
	}
	t.detach(e)
}

// attach finds the memory of this run, and which outputs must wait because of it.
func (t *tape[T]) attach(e *Elementwise, out, in []Buf) {
	for i, used := range e.views {
		if used {
			t.in[i] = view[T](in[i])
		}
	}
	for j, direct := range e.direct {
		if direct {
			t.out[j] = view[T](out[j])
		}
		t.deferred[j] = false
	}
	if t.whole != nil {
		return // it reads all that it reads of a vector before it writes there
	}
	for _, h := range e.hazards {
		if out[h.out].P == in[h.in].P {
			t.deferred[h.out] = true
			t.loc[e.inputs+h.out] = t.loc[e.deferred[h.out]]
		}
	}
}

// detach lets go of the memory of the run.
func (t *tape[T]) detach(e *Elementwise) {
	clear(t.in)
	clear(t.out)
	clear(t.loc[:e.inputs+e.outputs])
	if t.whole != nil {
		clear(t.whole.tiles[:])
	}
}

// runOnce computes what all tiles share.
func (t *tape[T]) runOnce(e *Elementwise, in []Buf) {
	for _, l := range e.uniformLoads {
		dst := t.loc[l.loc]
		load(t.loops, dst[:1], in[l.io], l.kind, &e.space, l.io, tileAt{}, t.coord)
		Fill(dst, dst[0])
	}
	t.runUniform(e.uniformCode)
	for _, l := range e.periodLoads {
		load(t.loops, t.loc[l.loc], in[l.io], l.kind, &e.space, l.io, tileAt{}, t.coord)
	}
	if len(e.periodCode) == 0 {
		return
	}
	for i, used := range e.views {
		if used && e.space.periodic(i) {
			t.loc[i] = t.in[i]
		}
	}
	t.run(e.periodCode, e.space.tile)
}

// runUniform computes one element and repeats it.
func (t *tape[T]) runUniform(code []operation) {
	t.run(code, 1)
	for i := range code {
		dst := t.loc[code[i].dst]
		Fill(dst, dst[0])
	}
}

func (t *tape[T]) run(code []operation, n int) {
	for i := range code {
		c := &code[i]
		t.loops.ops[c.op](t.loc[c.dst][:n], t.loc[c.x][:n], t.loc[c.y][:n], t.loc[c.z][:n], T(c.imm0), T(c.imm1))
	}
}

func (t *tape[T]) runTile(e *Elementwise, block int, at tileAt, out, in []Buf) {
	for i, used := range e.views {
		if !used {
			continue
		}
		first := e.space.first(i, at)
		t.loc[i] = t.in[i][first : first+at.n]
	}
	for j, direct := range e.direct {
		if direct && !t.deferred[j] {
			t.loc[e.inputs+j] = t.out[j][at.start : at.start+at.n]
		}
	}
	loads, stores := e.loads, e.stores
	if t.whole != nil {
		loads, stores = t.whole.loads, t.whole.stores
	}
	for _, l := range loads {
		load(t.loops, t.loc[l.loc][:at.n], in[l.io], l.kind, &e.space, l.io, at, t.coord)
	}
	if t.whole != nil {
		t.run(t.whole.form.first, at.n)
		t.whole.run(&e.space, t.loc, at, out, in)
	} else {
		t.run(e.code, at.n)
	}
	for _, s := range stores {
		store(t.loops, out[s.io], s.kind, at.start, t.loc[s.loc][:at.n])
	}
	t.reduce(e, block, at, out)
	for j, late := range t.deferred {
		if late {
			copy(t.out[j][at.start:at.start+at.n], t.loc[e.inputs+j])
		}
	}
}
