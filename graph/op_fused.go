package graph

import (
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// elementwise is an op that computes each element of its result from the elements at the same
// place of its inputs, broadcast: one instruction of the tile interpreter.
type elementwise interface {
	Op
	code() kernel.Opcode
}

// fused is a group of elementwise nodes that one kernel computes, tile by tile.
type fused struct {
	compute kernel.Kind
	shape   Shape
	code    []kernel.Instr
	in      []kernel.Operand
	outs    []kernel.Output
	program *kernel.Elementwise
	types   []Type // of the results
	names   []string
	flops   int
}

// fusedOp is the node of a group: its inputs are what the group reads, its results what is read of it, reductions last.
type fusedOp struct{ *fused }

// String names the op itself where it is alone, which is how Locate runs a graph. It says where code that
// was generated for the whole group runs it.
func (o fusedOp) String() string {
	if len(o.names) == 1 {
		return o.names[0]
	}
	s := "Fused[" + strings.Join(o.names, " ") + "]"
	if o.program.Generated() {
		s += " generated"
	}
	return s
}

func (o fusedOp) Infer([]Type) (Type, error)      { panic("graph: a fused group has several results") }
func (o fusedOp) inferAll([]Type) ([]Type, error) { return o.types, nil }
func (o fusedOp) Grad(_, _ *Node) []*Node         { panic("graph: a fused group is not differentiated") }
func (o fusedOp) attrs() Attrs                    { return Attrs{Name: "Fused", Shape: o.shape} }
func (o fusedOp) kernel(*Node) evalFunc           { return o.run() }

// parallelElements is the number of elements times instructions from which sharing them pays between workers that wait,
// see [kernel.Pool.Pays]: they take one of them 3 to 4 µs.
const parallelElements = 1 << 16

// run returns a kernel with scratch memory of its own.
func (f *fused) run() evalFunc {
	e := f.program
	blocks := e.Blocks()
	t := &tiles{e: e, scratch: []*kernel.Scratch{e.NewScratch()}}
	return func(c *call) error {
		w := c.pool.Workers()
		if f.isWide(w) {
			t.parts(w) // also where they are not asked this time
		}
		if f.isWide(w) && c.pool.Pays(float64(f.work()), parallelElements) {
			t.out, t.in, t.blocks, t.n = c.out, c.in, blocks, w
			c.pool.Do(w, t)
		} else {
			e.Run(t.scratch[0], 0, blocks, c.out, c.in)
		}
		e.Finish(t.scratch[0], c.out)
		return nil
	}
}

// isWide reports whether so many workers may share the group.
func (f *fused) isWide(workers int) bool {
	return workers > 1 && f.work() >= parallelElements && f.program.Blocks() >= workers
}

// work is the number of elements times instructions.
func (f *fused) work() int { return f.shape.Size() * f.flops }

// tiles shares out the blocks of an elementwise program.
type tiles struct {
	e         *kernel.Elementwise
	scratch   []*kernel.Scratch
	out, in   []kernel.Buf
	blocks, n int
}

func (t *tiles) parts(n int) {
	for len(t.scratch) < n {
		t.scratch = append(t.scratch, t.e.Another(t.scratch[0]))
	}
}

// Part runs the i-th share.
func (t *tiles) Part(worker, i int) {
	t.e.Run(t.scratch[worker], i*t.blocks/t.n, (i+1)*t.blocks/t.n, t.out, t.in)
}

// anyKind is the compute type of logic on Bools, which fits into any group.
const anyKind = kernel.Bool

// computeKind returns the type of the registers that an elementwise node needs; ok is false for
// conversions that stand alone.
func computeKind(n *Node) (k kernel.Kind, ok bool) {
	if c, is := n.op.(castOp); is {
		from := n.in[0].typ.DType
		if from == Bool && c.to.IsFloat() {
			return kinds[c.to], true
		}
		return 0, false
	}
	if _, is := n.op.(elementwise); !is {
		return 0, false
	}
	d := n.typ.DType
	if d == Bool {
		d = n.in[0].typ.DType // comparisons compute in the type of what they compare
	}
	return kinds[d], true
}

// group is a set of elementwise nodes of one shape and compute type, in topological order, and of reductions of
// these.
type group struct {
	compute kernel.Kind
	members []*Node
	ends    []*Node
	has     map[*Node]bool
	level   int // see grouping
}

// reads returns the nodes that the members read and that are no constants, in order of their first use, as operands.
func (g *group) reads() (reads []*Node, in []kernel.Operand) {
	seen := map[*Node]bool{}
	for _, m := range g.members {
		for _, x := range m.in {
			if _, isConst := x.op.(constOp); isConst || g.has[x] || seen[x] {
				continue
			}
			seen[x] = true
			reads = append(reads, x)
			in = append(in, kernel.Operand{Kind: kinds[x.typ.DType], Strides: broadcastStrides(x.typ.Shape, g.members[0].typ.Shape)})
		}
	}
	return reads, in
}

// computes returns the type of the registers.
func (g *group) computes() kernel.Kind {
	if g.compute == anyKind {
		return kernel.Float32
	}
	return g.compute
}

// fuse writes the group as a program with the given results, and returns the nodes it reads.
func (g *group) fuse(outs []*Node) (*fused, []*Node) {
	f := &fused{compute: g.computes(), shape: g.members[0].typ.Shape}
	reads, in := g.reads()
	f.in = in
	reg := map[*Node]uint16{} // inputs first
	for i, x := range reads {
		reg[x] = uint16(i)
	}
	next := uint16(len(reads))
	consts := map[uint64]uint16{}
	for _, m := range g.members {
		var args [3]uint16
		for i, x := range m.in {
			c, isConst := x.op.(constOp)
			if !isConst || g.has[x] {
				args[i] = reg[x]
				continue
			}
			r, seen := consts[c.bits]
			if !seen {
				r = next
				next++
				consts[c.bits] = r
				f.code = append(f.code, kernel.Instr{Op: kernel.OpConst, Dst: r, Imm0: c.value()})
			}
			args[i] = r
		}
		op := kernel.OpCopy
		if e, is := m.op.(elementwise); is {
			op = e.code()
		}
		reg[m] = next
		f.code = append(f.code, kernel.Instr{Op: op, Dst: next, A: args[0], B: args[1], C: args[2]})
		f.names = append(f.names, m.op.String())
		f.flops += opCost(op)
		next++
	}
	for _, o := range outs {
		f.types = append(f.types, Type{o.typ.DType, slices.Clone(o.typ.Shape)})
		if _, is := o.op.(reduceOp); is {
			f.outs = append(f.outs, reducedOutput(o, reg[o.in[0]]))
			f.names = append(f.names, o.op.String())
			f.flops += o.op.(reduceOp).cost()
			continue
		}
		f.outs = append(f.outs, kernel.Output{Kind: kinds[o.typ.DType], Reg: reg[o]})
	}
	f.program = kernel.NewElementwise(f.compute, f.code, f.shape, f.in, f.outs)
	return f, reads
}

// opCost weighs an instruction against an addition.
func opCost(op kernel.Opcode) int {
	switch op {
	case kernel.OpExp, kernel.OpExpm1, kernel.OpLog, kernel.OpLog1p, kernel.OpTanh, kernel.OpSigmoid, kernel.OpSoftplus, kernel.OpErf, kernel.OpAtan:
		return 10
	case kernel.OpSin, kernel.OpCos, kernel.OpTan, kernel.OpAsin, kernel.OpAcos, kernel.OpSinh, kernel.OpCosh, kernel.OpPow, kernel.OpAtan2, kernel.OpMod:
		return 20
	case kernel.OpDiv, kernel.OpSqrt, kernel.OpReciprocal:
		return 3
	}
	return 1
}
