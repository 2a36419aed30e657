package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vector is a kind of vector register: an instruction set and the type of its elements.
type vector struct {
	*build.Context
	isa   string // AVX2 or AVX512, as in the names of the functions
	width int    // bytes
	elem
	known map[uint64]reg.VecVirtual // constants that are in registers, where they are to be shared
}

// elem is an element type with the instructions for it.
type elem struct {
	name, goType string // F32 and float32
	size         int
	move         func(*build.Context, ...operand.Op)
	moveZero     func(c *build.Context, src, mask, dst operand.Op) // AVX-512, lanes outside the mask become 0
	moveMasked   func(c *build.Context, a, b, d operand.Op)        // AVX2, in the order mem, mask, reg or reg, mask, mem
	broadcast    func(*build.Context, ...operand.Op)
	add, fma     func(*build.Context, ...operand.Op)
	multiplyBy   func(*build.Context, ...operand.Op) // d = d*b + a, in the order a, b, d
	compare      func(*build.Context, ...operand.Op)
	signs        func(c *build.Context, v, r operand.Op) // AVX2, the lanes' top bits
}

var elems = []elem{
	{
		name: "F32", goType: "float32", size: 4,
		move: (*build.Context).VMOVUPS, moveZero: (*build.Context).VMOVUPS_Z,
		moveMasked: (*build.Context).VMASKMOVPS, broadcast: (*build.Context).VBROADCASTSS,
		add: (*build.Context).VADDPS, fma: (*build.Context).VFMADD231PS,
		multiplyBy: (*build.Context).VFMADD213PS,
		compare:    (*build.Context).VCMPPS, signs: (*build.Context).VMOVMSKPS,
	},
	{
		name: "F64", goType: "float64", size: 8,
		move: (*build.Context).VMOVUPD, moveZero: (*build.Context).VMOVUPD_Z,
		moveMasked: (*build.Context).VMASKMOVPD, broadcast: (*build.Context).VBROADCASTSD,
		add: (*build.Context).VADDPD, fma: (*build.Context).VFMADD231PD,
		multiplyBy: (*build.Context).VFMADD213PD,
		compare:    (*build.Context).VCMPPD, signs: (*build.Context).VMOVMSKPD,
	},
}

// vectors returns every kind of vector register.
func vectors(c *build.Context) []vector {
	var all []vector
	for _, e := range elems {
		all = append(all, vector{c, "AVX2", 32, e, nil}, vector{c, "AVX512", 64, e, nil})
	}
	return all
}

func (v vector) wide() bool { return v.width == 64 }
func (v vector) lanes() int { return v.width / v.size }

// begin starts the function base+element+instruction set, with %s in its signature for the element type.
func (v vector) begin(base, signature string, doc ...string) {
	v.Function(base + v.name + v.isa)
	v.Attributes(attr.NOSPLIT)
	v.Pragma("noescape")
	v.SignatureExpr(fmt.Sprintf(signature, v.goType))
	v.Doc(doc...)
}

// arg returns an argument in a register.
func (v vector) arg(name string) reg.Register { return v.Load(v.Param(name), v.GP64()) }

// broadcastArg fills a register with an argument.
func (v vector) broadcastArg(name string, dst reg.Register) {
	p, err := v.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v.broadcast(v.Context, p.Addr, dst)
}

func (v vector) reg() reg.VecVirtual {
	if v.wide() {
		return v.ZMM()
	}
	return v.YMM()
}

func (v vector) regs(n int) []reg.VecVirtual {
	rs := make([]reg.VecVirtual, n)
	for i := range rs {
		rs[i] = v.reg()
	}
	return rs
}

func (v vector) clear(r reg.VecVirtual) {
	if v.wide() {
		v.VPXORD(r, r, r)
		return
	}
	v.VXORPS(r, r, r)
}

// at returns the i-th vector behind a pointer.
func (v vector) at(base reg.Register, i int) operand.Mem {
	return operand.Mem{Base: base, Disp: i * v.width}
}

// mask selects the first so many lanes of a vector. The zero mask selects all.
type mask struct{ reg reg.Register }

// firstLanes returns the mask of the first n lanes; n is in a register, which is overwritten.
func (v vector) firstLanes(n reg.Register) mask {
	if v.wide() {
		ones, k := v.GP64(), v.K()
		v.MOVQ(operand.I32(-1), ones)
		v.BZHIQ(n, ones, ones)
		v.KMOVW(ones.As32(), k)
		return mask{k}
	}
	// The table holds a vector of ones and a vector of zeros; n lanes of ones begin n before the zeros.
	table, m := v.GP64(), v.YMM()
	v.LEAQ(operand.NewDataAddr(operand.NewStaticSymbol(laneTable), 0), table)
	v.SHLQ(operand.Imm(uint64(v.size/4+1)), n) // times the size, 4 or 8
	v.SUBQ(n, table)
	v.VMOVUPS(operand.Mem{Base: table, Disp: v.width}, m)
	return mask{m}
}

const laneTable = "lanes"

// laneData writes the table that firstLanes reads.
func laneData(c *build.Context) {
	c.StaticGlobal(laneTable)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		c.AppendDatum(operand.U32(uint32(int32(i/8 - 1))))
	}
}

func (v vector) load(src operand.Mem, m mask, dst reg.Register) {
	switch {
	case m.reg == nil:
		v.move(v.Context, src, dst)
	case v.wide():
		v.moveZero(v.Context, src, m.reg, dst)
	default:
		v.moveMasked(v.Context, src, m.reg, dst)
	}
}

func (v vector) store(src reg.Register, m mask, dst operand.Mem) {
	switch {
	case m.reg == nil:
		v.move(v.Context, src, dst)
	case v.wide():
		v.move(v.Context, src, m.reg, dst)
	default:
		v.moveMasked(v.Context, src, m.reg, dst)
	}
}

// addMemory computes dst += src for the lanes in the mask.
func (v vector) addMemory(src operand.Mem, m mask, dst, scratch reg.Register) {
	if m.reg == nil {
		v.add(v.Context, src, dst, dst)
		return
	}
	v.load(src, m, scratch)
	v.add(v.Context, scratch, dst, dst)
}

func (v vector) end() {
	v.VZEROUPPER()
	v.RET()
}
