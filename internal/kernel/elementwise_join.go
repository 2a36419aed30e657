package kernel

import (
	"math"
	"slices"
)

// join replaces pairs of instructions by one, and tiles of constants by immediates. Every rule holds to
// the bit (NaN stays NaN), since [OpFMA] and its kin round the product before the sum, as the two
// instructions would; so it does not matter to results where a rule applies. Integers are left alone.
//
//	x*y + z, x*y - z, z - x*y   FMA, FMS, FNMA, if nothing else reads the product
//	Step(x - c), c finite       x >= c: the difference is not negative exactly where x >= c, thanks to
//	                            denormals
//	c*x                         Affine: c*x + -0
//	x + c, x - c, c - x         Affine: 1*x + c, 1*x + -c, -1*x + c
//	c*x + d and its kin         Affine: ±c*x ± d
func (p *planner) join(compute Kind) {
	if compute == Int32 {
		return
	}
	p.code = slices.Clone(p.code) // it is the caller's
	uses := p.uses()
	for k := range p.code {
		p.joinThreshold(k, uses)
		p.joinProduct(k, uses)
	}
	for k := range p.code {
		p.foldConstants(k)
	}
	p.markUsed()
	longer := chainer{p, p.uses()}
	for k := range p.code {
		longer.join(k)
	}
	p.markUsed()
}

// uses counts how often each value is read.
func (p *planner) uses() []int {
	n := make([]int, len(p.values))
	for _, v := range p.result {
		n[v]++
	}
	for k := range p.code {
		if p.values[len(p.in)+k].used {
			for _, v := range p.reads(k) {
				n[v]++
			}
		}
	}
	return n
}

// joins are the operations that a sum or difference becomes whose first or second operand is a product.
var joins = map[Opcode][2]Opcode{OpAdd: {OpFMA, OpFMA}, OpSub: {OpFMS, OpFNMA}}

// joinProduct joins a sum or difference with a product computed per tile that nothing else reads.
func (p *planner) joinProduct(k int, uses []int) {
	joined, ok := joins[p.code[k].Op]
	if !ok {
		return
	}
	for a, v := range p.reads(k) {
		if v < len(p.in) || uses[v] != 1 || p.values[v].rate != perTile {
			continue
		}
		other, product := p.args[k][1-a], v-len(p.in)
		x, y := p.args[product][0], p.args[product][1]
		switch p.code[product].Op {
		case OpSquare:
			y = x
		case OpMul:
		default:
			continue
		}
		p.code[k].Op, p.args[k] = joined[a], [3]int{x, y, other}
		return
	}
}

// joinThreshold joins a step with the difference from a constant, unless that is needed as a result.
func (p *planner) joinThreshold(k int, uses []int) {
	v := p.args[k][0]
	difference := v - len(p.in)
	if p.code[k].Op != OpStep || difference < 0 || p.code[difference].Op != OpSub || slices.Contains(p.result, v) {
		return
	}
	c, ok := p.constant(p.args[difference][1])
	if ok && math.Abs(c) <= math.MaxFloat32 {
		p.code[k].Op, p.args[k] = OpGe, p.args[difference]
		uses[v]--
	}
}

// foldConstants makes an Affine of an instruction that reads one value and constants.
func (p *planner) foldConstants(k int) {
	c := &p.code[k]
	x, y, z := p.args[k][0], p.args[k][1], p.args[k][2]
	a, aConst := p.constant(x)
	b, bConst := p.constant(y)
	d, dConst := p.constant(z)
	if c.Op.Arity() >= 2 && aConst && !bConst && c.Op != OpSub {
		x, b, bConst = y, a, true // products and sums commute
	}
	ok := bConst
	switch c.Op {
	case OpMul:
		a, d = b, math.Copysign(0, -1)
	case OpAdd:
		a, d = 1, b
	case OpSub:
		a, d = 1, -b
		if first, is := p.constant(x); is && !bConst {
			x, a, d, ok = y, -1, first, true
		}
	case OpFMA:
		a, ok = b, ok && dConst
	case OpFMS:
		a, d, ok = b, -d, ok && dConst
	case OpFNMA:
		a, ok = -b, ok && dConst
	default:
		return
	}
	if ok {
		c.Op, c.Imm0, c.Imm1, p.args[k] = OpAffine, a, d, [3]int{x}
	}
}

// constant returns the value of v if it is an immediate.
func (p *planner) constant(v int) (float64, bool) {
	if v < len(p.in) || p.code[v-len(p.in)].Op != OpConst {
		return 0, false
	}
	return p.code[v-len(p.in)].Imm0, true
}
