package kernel

// Elementwise is a straight-line program over registers, prepared for one iteration space. It is
// immutable: many goroutines may run it, each with a [Scratch] of its own.
//
// The space is cut in tiles that fit in the first-level cache, and every instruction runs over a
// whole tile before the next one does, so that dispatch costs nothing. Contiguous inputs are read in
// place, the last write to an output register goes straight to its memory, and whatever does not
// change from tile to tile is computed once per Run. The loops are those of the [Level] in use. All
// arithmetic gives the same bits at every level, exp and the like within the bounds in approx.go, and
// no result depends on where a tile begins or ends. A product whose only use is a sum becomes one
// instruction, which still rounds twice: how a caller cuts its programs does not show in the numbers.
//
// Where the program of a tile has one of the forms that code was generated for, that runs instead, with
// the same results: it keeps in registers what the instructions would hand on through tiles.
type Elementwise struct {
	compute Kind
	space   space
	plan
	forms []form
}

// Operand is an input of an elementwise program: how it is stored, and its stride in elements along
// each dimension of the iteration space, 0 where it is broadcast. Strides are not negative.
type Operand struct {
	Kind    Kind
	Strides []int
}

// Output is a result of an elementwise program, contiguous and of the iteration shape: the final
// value of register Reg. A Bool stores whether the register is not zero (NaN is not); an Int32 stores
// a float truncated toward zero, which must be within its range.
//
// With Reduce it is what becomes of those elements instead, along axes of the iteration space: contiguous, with the
// strides Strides in that space, 0 along the axes that are reduced. See [Reduces].
type Output struct {
	Kind    Kind
	Reg     uint16
	Reduce  Reduction
	Strides []int
}

// NewElementwise prepares code over the iteration space shape. Registers are of kind compute, one of
// Float32, Float64 and Int32. Registers 0..len(in)-1 are the inputs, converted to that kind; others
// must be written before they are read, and any may be written again. It panics if code reads a
// register that has no value, or uses an operation that compute does not have, or if [Reduces] denies
// that it can reduce its outputs.
func NewElementwise(compute Kind, code []Instr, shape []int, in []Operand, out []Output) *Elementwise {
	sp, ok := newSpace(shape, compute, in, out)
	if !ok {
		panic("kernel: a program cannot reduce its outputs so")
	}
	e := &Elementwise{compute: compute, space: sp, plan: newPlan(compute, code, sp, in, out)}
	if compute == Float32 {
		e.forms = formsOf(&e.plan, &e.space)
	}
	return e
}

// Blocks returns the number of independent units of work, about a thousand elements each, or 65,536 where long rows
// are reduced. Results do not depend on how blocks are shared out.
func (e *Elementwise) Blocks() int { return e.space.parts() }

// Generated reports whether code that was generated for the form of the program runs in place of its
// instructions.
func (e *Elementwise) Generated() bool {
	return e.compute == Float32 && newFormRun(e, loops32[active].forms) != nil
}

// Run computes blocks lo..hi of every output. A buffer of in holds at least the elements that the
// operand's strides reach. An output may be the very memory of an input of the same kind that is
// contiguous over the whole space (an update in place); other overlaps are not allowed. When all blocks have run,
// [Elementwise.Finish] completes the outputs.
func (e *Elementwise) Run(scratch *Scratch, lo, hi int, out, in []Buf) {
	if lo >= hi {
		return
	}
	lo, hi = e.space.firstTile(lo), e.space.firstTile(hi)
	switch e.compute {
	case Float32:
		runBlocks(e, scratch.f32, lo, hi, out, in)
	case Float64:
		runBlocks(e, scratch.f64, lo, hi, out, in)
	case Int32:
		runBlocks(e, scratch.i32, lo, hi, out, in)
	}
}

// Scratch is the memory that one goroutine needs to run the program it was made for.
type Scratch struct {
	f32 *tape[float32]
	f64 *tape[float64]
	i32 *tape[int32]
}

// NewScratch returns memory for one caller of Run.
func (e *Elementwise) NewScratch() *Scratch { return e.scratchAt(active) }

// Another returns memory for one more caller, who runs other blocks of the same outputs at the same time.
func (e *Elementwise) Another(s *Scratch) *Scratch { return e.anotherAt(active, s) }

func (e *Elementwise) anotherAt(l isa, s *Scratch) *Scratch {
	t := e.scratchAt(l)
	switch {
	case s.f32 != nil:
		t.f32.sums = s.f32.sums
	case s.f64 != nil:
		t.f64.sums = s.f64.sums
	}
	return t
}

// scratchAt returns memory for running with the loops of a level.
func (e *Elementwise) scratchAt(l isa) *Scratch {
	s := &Scratch{}
	switch e.compute {
	case Float32:
		s.f32 = newTape(e, loops32[l])
	case Float64:
		s.f64 = newTape(e, loops64[l])
	case Int32:
		s.i32 = newTape(e, loopsI)
	}
	return s
}
