package kernel

import "math"

// chainer replaces longer runs of instructions by one where nothing else reads what lies between; it
// follows the other joins, and holds to the bit as they do.
//
//	c*x + (y + z)                 ScaledSum
//	x - [y >= z], x - c*[y >= z]  SubAbove
//	y * 1/(1 + (c*(x + d))^2) + z   Lorentzian
//	y * 1/(c*|x + d| + 1)^2 + z     InverseSquare
//
// They are the leak, the reset and the two commonest slopes of a spike. What joins c, d and the rest
// may be missing.
type chainer struct {
	*planner
	uses []int
}

// join joins what instruction k ends.
func (p chainer) join(k int) {
	switch p.code[k].Op {
	case OpSub:
		p.joinReset(k, p.args[k][0], p.args[k][1], 1)
	case OpFNMA:
		for a := range 2 {
			if c, ok := p.constant(p.args[k][1-a]); ok {
				p.joinReset(k, p.args[k][2], p.args[k][a], c)
				return
			}
		}
	case OpFMA:
		for a := range 2 {
			if p.joinSlope(k, a) || p.joinLeak(k, a) {
				return
			}
		}
	}
}

// only returns the instruction that computes v in every tile, if it is an op and has that many readers.
func (p chainer) only(v int, op Opcode, readers int) (k int, ok bool) {
	k = v - len(p.in)
	return k, k >= 0 && p.code[k].Op == op && p.uses[v] == readers && p.values[v].rate == perTile
}

// become replaces instruction k.
func (p chainer) become(k int, op Opcode, x, y, z int, c0, c1 float64) {
	p.code[k].Op, p.code[k].Imm0, p.code[k].Imm1, p.args[k] = op, c0, c1, [3]int{x, y, z}
}

func (p chainer) joinReset(k, x, above int, c float64) {
	if g, ok := p.only(above, OpGe, 1); ok {
		p.become(k, OpSubAbove, x, p.args[g][0], p.args[g][1], c, 0)
	}
}

func (p chainer) joinLeak(k, a int) bool {
	c, isConstant := p.constant(p.args[k][a])
	sum, ok := p.only(p.args[k][2], OpAdd, 1)
	if isConstant && ok {
		p.become(k, OpScaledSum, p.args[k][1-a], p.args[sum][0], p.args[sum][1], c, 0)
	}
	return isConstant && ok
}

// joinSlope joins a product with a reciprocal, operand a of it.
func (p chainer) joinSlope(k, a int) bool {
	r, ok := p.only(p.args[k][a], OpReciprocal, 1)
	if !ok {
		return false
	}
	y, z := p.args[k][1-a], p.args[k][2]
	if x, c, d, ok := p.onePlusSquare(p.args[r][0]); ok {
		p.become(k, OpLorentzian, x, y, z, c, d)
	} else if x, c, d, ok := p.squareOfOnePlus(p.args[r][0]); ok {
		p.become(k, OpInverseSquare, x, y, z, c, d)
	}
	return p.code[k].Op != OpFMA
}

// onePlusSquare takes v apart as 1 + (c*(x + d))^2.
func (p chainer) onePlusSquare(v int) (x int, c, d float64, ok bool) {
	q, ok := p.only(v, OpFMA, 1)
	if !ok || p.args[q][0] != p.args[q][1] {
		return 0, 0, 0, false
	}
	one, ok := p.constant(p.args[q][2])
	if !ok || one != 1 {
		return 0, 0, 0, false
	}
	x, c = p.args[q][0], 1
	readers := 2 // both factors
	if s, ok := p.only(x, OpAffine, readers); ok && isNegativeZero(p.code[s].Imm1) {
		x, c, readers = p.args[s][0], p.code[s].Imm0, 1
	}
	x, d = p.shifted(x, readers)
	return x, c, d, true
}

// squareOfOnePlus takes v apart as (c*|x + d| + 1)^2.
func (p chainer) squareOfOnePlus(v int) (x int, c, d float64, ok bool) {
	if s, ok := p.only(v, OpSquare, 1); ok {
		if w, ok := p.only(p.args[s][0], OpAffine, 1); ok && p.code[w].Imm1 == 1 {
			if a, ok := p.only(p.args[w][0], OpAbs, 1); ok {
				x, d = p.shifted(p.args[a][0], 1)
				return x, p.code[w].Imm0, d, true
			}
		}
	}
	return 0, 0, 0, false
}

// shifted takes v apart as x + d; d is -0 if it is not a sum.
func (p chainer) shifted(v, readers int) (x int, d float64) {
	if k, ok := p.only(v, OpAffine, readers); ok && p.code[k].Imm0 == 1 {
		return p.args[k][0], p.code[k].Imm1
	}
	return v, math.Copysign(0, -1)
}

func isNegativeZero(x float64) bool { return x == 0 && math.Signbit(x) }
