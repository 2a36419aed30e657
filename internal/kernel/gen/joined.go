package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// joined writes the loops of what the planner makes of chains of instructions. They round as the
// chains do.
func joined(c *build.Context) {
	laneData(c)
	for _, v := range numberVectors(c, &pool{}) {
		v.loops(joinedLoops, joinedUnroll)
	}
}

const joinedUnroll = 2

var joinedLoops = []loop{
	{"scaledSum", 3, func(v numbers) body {
		c0 := v.scalar("c0")
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			return v.sum(v.product(x[0], c0), v.sum(x[1], x[2]))
		}
	}},
	{"subtractAbove", 3, func(v numbers) body {
		c0, one := v.scalar("c0"), v.one()
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			above := v.unit(v.test(greaterEqual, x[1], x[2]), one)
			return v.difference(x[0], v.product(above, c0))
		}
	}},
	{"lorentzian", 3, func(v numbers) body {
		c0, c1, one := v.scalar("c0"), v.scalar("c1"), v.one()
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			u := v.product(v.sum(x[0], c1), c0)
			u = v.sum(v.product(u, u), one)
			return v.sum(v.product(x[1], v.quotient(one, u)), x[2])
		}
	}},
	{"inverseSquare", 3, func(v numbers) body {
		c0, c1, one, sign := v.scalar("c0"), v.scalar("c1"), v.one(), v.signBit()
		return func(x ...reg.VecVirtual) reg.VecVirtual {
			u := v.without(sign, v.sum(x[0], c1))
			u = v.sum(v.product(u, c0), one)
			return v.sum(v.product(x[1], v.quotient(one, v.product(u, u))), x[2])
		}
	}},
}
