package kernel

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// form is the tile program of a plan as an expression: freed of the order of its instructions, of where
// values lie and of its numbers. Programs of one form can run the same code. Its text has a line for each
// operation and one for the results:
//
//	r0 = ScaledSum x0 x1 x2 c0
//	r1 = Ge r0 c1
//	out r0 r1
//
// x are tiles that the program reads, b those of them that are Bools, c numbers that are the same for all elements,
// tiles and numbers counted as they first appear; r are the results of operations, those with ? stored as Bools.
type form struct {
	text    string
	in, out []formTile // what is read, and the results
	numbers []number
	first   []operation // what is left to instructions, before it
}

// formTile is what a form reads or writes: a tile at a location, or Bools in memory.
type formTile struct {
	loc    int
	truths int // the number of the input or the output that is Bools, -1 if it is none
}

// number is a number of a form: an immediate, or the first element of a location.
type number struct {
	loc   int // below 0 if it is an immediate
	value float64
}

// former finds the form of a plan.
type former struct {
	form
	code    []operation
	slots   int  // the first location that is scratch memory
	left    bool // whether sums of what is read are left to instructions
	space   *space
	bools   map[int]int  // locations to which Bools are brought, of which input
	uniform map[int]bool // locations that hold one number
	reads   [][3]int     // of each operation, its operands: operations, or what is held at first
	shapes  map[int]uint64
	label   map[int]string
	lines   []string
}

// result says that a location holds, at the end, an operand, or that this is stored as Bools.
type result struct {
	formTile
	of int
}

// held is the operand that stands for what a location holds before the program runs.
func held(loc int) int { return -1 - loc }

// formsOf returns the forms of the program that runs in every tile, one of which may have code: of all of it,
// and of what remains where sums of two tiles, such as currents and gradients of several sources, are
// left to instructions.
func formsOf(p *plan, s *space) []form {
	forms := []form{formOf(p, s, false)}
	if f := formOf(p, s, true); len(f.first) > 0 {
		forms = append(forms, f)
	}
	return forms
}

func formOf(p *plan, s *space, left bool) form {
	f := &former{code: p.code, space: s, slots: p.inputs + p.outputs, left: left, uniform: map[int]bool{}, label: map[int]string{}, shapes: map[int]uint64{}}
	for _, code := range [][]operation{p.fixedCode, p.uniformCode} {
		for _, o := range code {
			f.uniform[o.dst] = true
		}
	}
	for _, l := range p.uniformLoads {
		f.uniform[l.loc] = true
	}
	results := f.follow(p)
	f.findBools(p)
	// Results of programs that differ in the order of their outputs alone come in one order.
	slices.SortStableFunc(results, func(a, b result) int { return cmp.Compare(f.shape(a.of), f.shape(b.of)) })
	last := "out"
	for _, r := range results {
		if last += " "; r.truths >= 0 {
			last += "?"
		}
		last += f.write(r.of)
		f.out = append(f.out, r.formTile)
	}
	f.text = strings.Join(append(f.lines, last), "\n")
	return f.form
}

// follow finds what each operation reads, and what the places of the results hold at the end.
func (f *former) follow(p *plan) (results []result) {
	now := map[int]int{}
	at := func(loc int) int {
		if of, ok := now[loc]; ok {
			return of
		}
		return held(loc)
	}
	f.reads = make([][3]int, len(f.code))
	for k, o := range f.code {
		f.reads[k] = [3]int{at(o.x), at(o.y), at(o.z)}
		now[o.dst] = k
		if o.op == OpCopy {
			now[o.dst] = f.reads[k][0]
		}
	}
	for j, direct := range p.direct {
		if direct {
			results = append(results, result{formTile{p.inputs + j, -1}, at(p.inputs + j)})
		}
	}
	further := func(loc int) {
		if !slices.ContainsFunc(results, func(r result) bool { return r.loc == loc }) {
			results = append(results, result{formTile{loc, -1}, at(loc)})
		}
	}
	for _, s := range p.stores {
		if s.kind == Bool {
			results = append(results, result{formTile{s.loc, s.io}, at(s.loc)})
			continue
		}
		further(s.loc)
	}
	for _, r := range p.reductions {
		further(r.loc)
	}
	return results
}

// findBools finds the tiles of Bools that nothing but the form reads.
func (f *former) findBools(p *plan) {
	f.bools = map[int]int{}
	for _, l := range p.loads {
		if l.kind == Bool && f.space.contiguous(l.io) {
			f.bools[l.loc] = l.io
		}
	}
	for k := range f.code {
		if f.leaves(k) {
			delete(f.bools, held(f.reads[k][0]))
			delete(f.bools, held(f.reads[k][1]))
		}
	}
}

// commutes are the operations whose first two operands may change places.
var commutes = map[Opcode]bool{OpAdd: true, OpMul: true, OpFMA: true, OpFMS: true, OpFNMA: true}

// operands returns the operands of operation k, and its immediates.
func (f *former) operands(k int) (op string, operands []int, imms []float64) {
	o := f.code[k]
	operands = slices.Clone(f.reads[k][:o.op.Arity()])
	if commutes[o.op] && f.shape(operands[0]) > f.shape(operands[1]) {
		operands[0], operands[1] = operands[1], operands[0]
	}
	switch {
	case o.op == OpAffine && isNegativeZero(o.imm1):
		return "Scale", operands, []float64{o.imm0}
	case o.op == OpAffine && o.imm0 == 1:
		return "Shift", operands, []float64{o.imm1}
	case o.op == OpAffine, o.op == OpLorentzian, o.op == OpInverseSquare:
		imms = []float64{o.imm0, o.imm1}
	case o.op == OpScaledSum, o.op == OpSubAbove:
		imms = []float64{o.imm0}
	}
	return o.op.String(), operands, imms
}

// shape returns a number for what an operand is computed by, leaving aside from which tiles and numbers.
func (f *former) shape(of int) uint64 {
	if of < 0 {
		if f.uniform[held(of)] {
			return 1
		}
		return 0
	}
	if f.leaves(of) {
		return 0
	}
	if s, ok := f.shapes[of]; ok {
		return s
	}
	op, operands, _ := f.operands(of)
	h := fnv.New64a()
	h.Write([]byte(op))
	for _, v := range operands {
		h.Write(binary.LittleEndian.AppendUint64(nil, f.shape(v)))
	}
	f.shapes[of] = h.Sum64()
	return f.shapes[of]
}

// write returns the name of an operand; what it is computed from is written first.
func (f *former) write(of int) string {
	if _, ok := f.label[of]; !ok {
		f.label[of] = f.name(of)
	}
	return f.label[of]
}

func (f *former) name(of int) string {
	if loc := held(of); of < 0 && f.uniform[loc] {
		return f.number(number{loc: loc})
	} else if of < 0 {
		if io, ok := f.bools[loc]; ok {
			return f.tile("b", formTile{loc, io})
		}
		return f.tile("x", formTile{loc, -1})
	} else if f.leaves(of) {
		f.first = append(f.first, f.code[of])
		return f.tile("x", formTile{f.code[of].dst, -1})
	}
	op, operands, imms := f.operands(of)
	line := op
	for _, v := range operands {
		line += " " + f.write(v)
	}
	for _, c := range imms {
		line += " " + f.number(number{-1, c})
	}
	name := fmt.Sprintf("r%d", len(f.lines))
	f.lines = append(f.lines, name+" = "+line)
	return name
}

// leaves reports whether operation k is left to an instruction. That runs before all others, so what it
// writes must not be a place where others of its kind write, or from which the program reads.
func (f *former) leaves(k int) bool {
	if !f.left || !f.sumsTiles(k) {
		return false
	}
	loc := f.code[k].dst
	for i, o := range f.code {
		if i != k && o.dst == loc && f.sumsTiles(i) || slices.Contains(f.reads[i][:o.op.Arity()], held(loc)) {
			return false
		}
	}
	return loc >= f.slots
}

// sumsTiles reports whether operation k adds two tiles that the program reads.
func (f *former) sumsTiles(k int) bool {
	return f.code[k].op == OpAdd && f.reads[k][0] < 0 && f.reads[k][1] < 0
}

func (f *former) tile(kind string, t formTile) string {
	f.in = append(f.in, t)
	return fmt.Sprint(kind, len(f.in)-1)
}

func (f *former) number(n number) string {
	f.numbers = append(f.numbers, n)
	return fmt.Sprintf("c%d", len(f.numbers)-1)
}
