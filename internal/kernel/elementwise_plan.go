package kernel

import "fmt"

// rate says how often a value must be computed.
type rate uint8

const (
	fixed    rate = iota // once per Scratch: constants. One element, repeated
	uniform              // once per Run: one element, repeated
	periodic             // once per Run: a tile that all tiles share
	perTile
)

// value is what one instruction writes, or one input: a register at one point of the program.
type value struct {
	rate rate
	used bool
	last int // the last position of the tile program that reads it
	loc  int // where its tile is: see plan
}

// operation is an instruction whose operands are locations.
type operation struct {
	op      Opcode
	dst     int
	x, y, z int // dst where the operation reads fewer
	imm0    float64
	imm1    float64
}

// transfer moves a tile between memory number io and a location.
type transfer struct {
	io   int
	loc  int
	kind Kind
}

// hazard says that output out, written in place of input in, would be written before in was last read.
type hazard struct{ out, in int }

// plan is a program with every value in its place. A location is a tile's worth of elements:
//
//	0..inputs-1              input memory, read in place
//	inputs..inputs+outputs-1 output memory, written in place
//	from there               slots of the scratch memory
//
// A tile runs loads, code, stores and reductions; deferred outputs, those with an actual hazard, are copied last.
type plan struct {
	inputs, outputs, slots int

	fixedCode    []operation
	uniformLoads []transfer
	uniformCode  []operation
	periodLoads  []transfer
	periodCode   []operation
	loads        []transfer
	code         []operation
	stores       []transfer
	reductions   []reduced
	carried      int // how many reductions are carried from tile to tile
	sums         int // numbers that their parts are

	views    []bool // inputs that are read in place
	direct   []bool // outputs that are written in place
	hazards  []hazard
	deferred []int // the slot of an output that has a hazard, else -1
}

// planner turns registers into values, finds out what is needed when, and gives each a place.
type planner struct {
	plan
	space  space
	code   []Instr
	in     []Operand
	out    []Output
	values []value // inputs, then one per instruction
	args   [][3]int
	result []int // the value of each output
	free   []int // slots that may be used again
}

func newPlan(compute Kind, code []Instr, sp space, in []Operand, out []Output) plan {
	p := &planner{space: sp, code: code, in: in, out: out}
	p.inputs, p.outputs = len(in), len(out)
	p.views, p.direct = make([]bool, len(in)), make([]bool, len(out))
	p.deferred = make([]int, len(out))
	p.number(compute)
	p.markUsed()
	p.classify(compute)
	p.join(compute)
	copies := p.outputCopies(compute)
	p.liveness(copies)
	p.place(copies, compute)
	return p.plan
}

// number gives every register read the value it means at that point.
func (p *planner) number(compute Kind) {
	current := make(map[uint16]int)
	for i := range p.in {
		current[uint16(i)] = i
	}
	read := func(reg uint16) int {
		v, ok := current[reg]
		if !ok {
			panic(fmt.Sprintf("kernel: register %d is read before it is written", reg))
		}
		return v
	}
	p.values = make([]value, len(p.in)+len(p.code))
	p.args = make([][3]int, len(p.code))
	for k, ins := range p.code {
		if !ins.Op.On(compute) {
			panic(fmt.Sprintf("kernel: %v is not defined on %v", ins.Op, compute))
		}
		for a, reg := range [3]uint16{ins.A, ins.B, ins.C} {
			if a < ins.Op.Arity() {
				p.args[k][a] = read(reg)
			}
		}
		current[ins.Dst] = len(p.in) + k
	}
	for _, o := range p.out {
		p.result = append(p.result, read(o.Reg))
	}
}

func (p *planner) reads(k int) []int { return p.args[k][:p.code[k].Op.Arity()] }

// markUsed leaves out what no output depends on.
func (p *planner) markUsed() {
	for i := range p.values {
		p.values[i].used = false
	}
	for _, v := range p.result {
		p.values[v].used = true
	}
	for k := len(p.code) - 1; k >= 0; k-- {
		if p.values[len(p.in)+k].used {
			for _, v := range p.reads(k) {
				p.values[v].used = true
			}
		}
	}
}

// classify finds how often each value must be computed, and which inputs need no copy.
func (p *planner) classify(compute Kind) {
	for i, operand := range p.in {
		switch {
		case p.space.uniform(i):
			p.values[i].rate = uniform
		case p.space.periodic(i):
			p.values[i].rate = periodic
		default:
			p.values[i].rate = perTile
		}
		p.views[i] = p.values[i].rate != uniform && operand.Kind == compute && p.space.contiguous(i)
	}
	for k := range p.code {
		v := &p.values[len(p.in)+k]
		for _, arg := range p.reads(k) {
			v.rate = max(v.rate, p.values[arg].rate)
		}
	}
}

// outputCopies decides which outputs an instruction can write itself, and returns those that need a
// copy: of an input, of a value that is not computed per tile, or of one that another output took.
func (p *planner) outputCopies(compute Kind) (copies []int) {
	taken := make(map[int]bool)
	for j, o := range p.out {
		if o.Kind != compute || o.Reduce != ReduceNone {
			continue
		}
		p.direct[j] = true
		v := p.result[j]
		if v < len(p.in) || p.values[v].rate != perTile || taken[v] {
			copies = append(copies, j)
			continue
		}
		taken[v] = true
		p.values[v].loc = -1 - j // claimed; place makes it a location
	}
	return copies
}

// liveness finds the last read of every value. Positions: instruction k is k, copies follow, and
// converting stores and reductions come after everything.
func (p *planner) liveness(copies []int) {
	for i := range p.values {
		p.values[i].last = -1
	}
	for k := range p.code {
		if p.values[len(p.in)+k].used {
			for _, v := range p.reads(k) {
				p.values[v].last = k
			}
		}
	}
	for c, j := range copies {
		p.values[p.result[j]].last = len(p.code) + c
	}
	for j := range p.out {
		if !p.direct[j] {
			p.values[p.result[j]].last = len(p.code) + len(copies)
		}
	}
}

// place gives every value a location and writes the program out.
func (p *planner) place(copies []int, compute Kind) {
	p.placeInputs()
	for k := range p.code {
		p.placeInstr(k)
	}
	for c, j := range copies {
		loc := p.inputs + j
		src := p.values[p.result[j]].loc
		p.plan.code = append(p.plan.code, operation{op: OpCopy, dst: loc, x: src, y: loc, z: loc})
		p.findHazards(j, len(p.code)+c)
	}
	for j, o := range p.out {
		switch {
		case o.Reduce != ReduceNone:
			k := p.inputs + len(p.reductions)
			p.reductions = append(p.reductions, p.reducedOf(j, p.values[p.result[j]].loc, k, o.Reduce))
		case o.Kind != compute:
			p.stores = append(p.stores, transfer{j, p.values[p.result[j]].loc, o.Kind})
		}
	}
}

func (p *planner) placeInputs() {
	for i, operand := range p.in {
		v := &p.values[i]
		if !v.used {
			p.views[i] = false
			continue
		}
		if p.views[i] {
			v.loc = i
			continue
		}
		v.loc = p.newSlot()
		t := transfer{i, v.loc, operand.Kind}
		switch v.rate {
		case uniform:
			p.uniformLoads = append(p.uniformLoads, t)
		case periodic:
			p.periodLoads = append(p.periodLoads, t)
		default:
			p.loads = append(p.loads, t)
		}
	}
}

func (p *planner) placeInstr(k int) {
	v := &p.values[len(p.in)+k]
	if !v.used {
		return
	}
	ins := p.code[k]
	o := operation{op: ins.Op, imm0: ins.Imm0, imm1: ins.Imm1}
	locs := [3]int{-1, -1, -1}
	for a, arg := range p.reads(k) {
		locs[a] = p.values[arg].loc
	}
	if v.rate == perTile {
		p.release(k)
	}
	switch {
	case v.loc < 0:
		j := -1 - v.loc
		v.loc = p.inputs + j
		p.findHazards(j, k)
	case v.rate == perTile && len(p.free) > 0:
		v.loc = p.free[len(p.free)-1]
		p.free = p.free[:len(p.free)-1]
	default:
		v.loc = p.newSlot()
	}
	for a := range locs {
		if locs[a] < 0 {
			locs[a] = v.loc
		}
	}
	o.dst, o.x, o.y, o.z = v.loc, locs[0], locs[1], locs[2]
	switch v.rate {
	case fixed:
		p.fixedCode = append(p.fixedCode, o)
	case uniform:
		p.uniformCode = append(p.uniformCode, o)
	case periodic:
		p.periodCode = append(p.periodCode, o)
	default:
		p.plan.code = append(p.plan.code, o)
	}
}

// release frees the slots of values that instruction k is the last to read. Its own result may take
// one of them: loops allow it.
func (p *planner) release(k int) {
	for a, arg := range p.reads(k) {
		v := p.values[arg]
		again := false
		for _, earlier := range p.reads(k)[:a] {
			again = again || earlier == arg
		}
		if v.rate == perTile && v.last == k && v.loc >= p.inputs+p.outputs && !again {
			p.free = append(p.free, v.loc)
		}
	}
}

// findHazards notes the inputs that are read in place after position at, when output j is written. If
// j shares its memory with one of them it goes to a slot, which is kept for it.
func (p *planner) findHazards(j, at int) {
	p.deferred[j] = -1
	for i := range p.in {
		if p.views[i] && p.space.dense(i) && p.values[i].last > at {
			p.hazards = append(p.hazards, hazard{j, i})
			if p.deferred[j] < 0 {
				p.deferred[j] = p.newSlot()
			}
		}
	}
}

func (p *planner) newSlot() int {
	p.slots++
	return p.inputs + p.outputs + p.slots - 1
}
