package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// timeSumOp adds up products over time: c + Σₜ xₜᵀdₜ for inputs c, x [T …] and d [T …], or the same of
// the gradients of a convolution's kernel. It takes some steps at a time, in the order in which the
// loop walked that it stands for: what is added to what does not change where the steps are divided
// between several such sums, the result of one being the c of the next.
type timeSumOp struct {
	op        Op   // of a step's x and d
	steps     int  // taken at a time
	backwards bool // from the last step to the first
	bits      int  // columns of x where it is stored as bits, else 0
}

// Steps are taken at a time as rows of d fit the second-level cache, but no more than keeps loops
// easy to divide.
const (
	timeSumElements = 1 << 17
	timeSumRows     = 512
	timeSumSteps    = 16
)

// stepsAtATime returns how many steps, a power of two, are added up at a time, by the type of a step's d.
func stepsAtATime(d Type) int {
	cols, rows := max(1, d.Shape[len(d.Shape)-1]), max(1, d.Shape[0])
	most := max(min(timeSumRows, timeSumElements/cols), timeSumRows/4)
	n := 1
	for 2*n*rows <= most && 2*n <= timeSumSteps {
		n *= 2
	}
	return n
}

func (o timeSumOp) String() string {
	if o.bits > 0 {
		return fmt.Sprintf("TimeSum[%v of bits, steps by %d]", o.op, o.steps)
	}
	return fmt.Sprintf("TimeSum[%v, steps by %d]", o.op, o.steps)
}

func (o timeSumOp) Infer(in []Type) (Type, error) {
	if len(in[1].Shape) == 0 || len(in[2].Shape) == 0 || in[1].Shape[0] != in[2].Shape[0] {
		return Type{}, fmt.Errorf("%w: want as many steps of both", ErrShape)
	}
	x := stepOf(in[1])
	if o.bits > 0 {
		if !in[1].Equal(packedType(in[1].Shape, o.bits)) {
			return Type{}, fmt.Errorf("%w: %v do not hold %d bits a row", ErrShape, in[1], o.bits)
		}
		x = Type{Bool, append(slices.Clone(x.Shape[:len(x.Shape)-1]), o.bits)}
	}
	if x.DType == Bool { // it is read as it is stored
		x.DType = in[2].DType
	}
	t, err := o.op.Infer([]Type{x, stepOf(in[2])})
	if err == nil && !t.Equal(in[0]) {
		err = fmt.Errorf("%w: %v and %v", ErrShape, in[0], t)
	}
	return t, err
}

// stepOf returns the type of a step of a sequence.
func stepOf(t Type) Type { return Type{t.DType, t.Shape[1:]} }

func (o timeSumOp) Grad(_, _ *Node) []*Node { panic("graph: a sum over time is not differentiated") }
func (o timeSumOp) attrs() Attrs            { return Attrs{Name: "TimeSum", Reverse: o.backwards} }

func (o timeSumOp) kernel(n *Node) evalFunc {
	walk := o.walk(n.in[1].typ.Shape[0])
	var add evalFunc
	_, product := o.op.(matMulOp)
	switch {
	case product && n.typ.DType == Float64:
		add = addProducts[float64](o, walk, n)
	case product:
		add = addProducts[float32](o, walk, n)
	default:
		add = o.each(walk, n)
	}
	size := n.typ.DType.Size()
	return func(c *call) error {
		if c.out[0].P != c.in[0].P {
			kernel.Copy(c.out[0].Bytes(size), c.in[0].Bytes(size))
		}
		return add(c)
	}
}

// stretchOfSteps is what is taken at a time: steps from, up to but without to.
type stretchOfSteps struct{ from, to int }

// addProducts adds the products of matrices.
func addProducts[T float32 | float64](o timeSumOp, walk []stretchOfSteps, n *Node) evalFunc {
	x := n.in[1].typ
	var ranges []rowRange
	for _, w := range walk {
		ranges = append(ranges, rowRange{w.from * x.Shape[1], w.to * x.Shape[1]})
	}
	p := newTimeProduct[T](n.typ.Shape, x.DType, o.bits > 0, o.op.(matMulOp).spikes, ranges)
	return func(c *call) error {
		p.run(c, c.in[1], c.in[2])
		return nil
	}
}

// walk returns the stretches of a sum over so many steps, in order. Where the loop walked forwards
// from step 0 its stretches begin there; what is left over is the last it came to.
func (o timeSumOp) walk(steps int) []stretchOfSteps {
	var w []stretchOfSteps
	for hi := steps; hi > 0; {
		lo := hi - o.steps
		if rest := hi % o.steps; o.backwards && rest > 0 {
			lo = hi - rest
		}
		w = append(w, stretchOfSteps{max(lo, 0), hi})
		hi = lo
	}
	if !o.backwards {
		slices.Reverse(w)
	}
	return w
}

// each computes the op of every stretch by itself and adds it.
func (o timeSumOp) each(walk []stretchOfSteps, n *Node) evalFunc {
	kernels := map[int]evalFunc{} // by the number of steps
	x, d := n.in[1].typ, n.in[2].typ
	longest := 0
	for _, w := range walk {
		k := w.to - w.from
		longest = max(longest, k)
		if kernels[k] == nil {
			kernels[k] = o.op.kernel(o.stretch(n, k))
		}
	}
	sum := newBuf(n.typ)
	inner := &call{out: []kernel.Buf{sum}, in: make([]kernel.Buf, 2)}
	factor := func(c *call, i int, t Type, w stretchOfSteps) kernel.Buf {
		step := stepOf(t).Shape.Size()
		return c.in[i].Slice(w.from*step, w.to*step, t.DType.Size())
	}
	left := func(c *call, w stretchOfSteps) kernel.Buf { return factor(c, 1, x, w) }
	if x.DType == Bool {
		left = asFloats(left, newBuf(o.stretch(n, longest).in[0].typ), d.DType)
	}
	return func(c *call) error {
		inner.pool, inner.env = c.pool, c.env
		for _, w := range walk {
			inner.in[0], inner.in[1], inner.out[0] = left(c, w), factor(c, 2, d, w), sum
			if err := kernels[w.to-w.from](inner); err != nil {
				return err
			}
			addBuf(c.out[0], sum, n.typ)
		}
		return nil
	}
}

// stretch returns a node of the op of so many steps of n.
func (o timeSumOp) stretch(n *Node, steps int) *Node {
	d := n.in[2].typ
	rows := func(t Type) *Node {
		return &Node{typ: Type{d.DType, append(Shape{steps * t.Shape[1]}, t.Shape[2:]...)}}
	}
	return &Node{op: o.op, typ: n.typ, in: []*Node{rows(n.in[1].typ), rows(d)}}
}

// asFloats makes floats of Bools, in memory of its own.
func asFloats(of func(c *call, w stretchOfSteps) kernel.Buf, floats kernel.Buf, d DType) func(c *call, w stretchOfSteps) kernel.Buf {
	return func(c *call, w stretchOfSteps) kernel.Buf {
		x := of(c, w)
		y := floats.Slice(0, x.N, d.Size())
		if d == Float64 {
			kernel.FromBools(y.F64(), x.Bool())
		} else {
			kernel.FromBools(y.F32(), x.Bool())
		}
		return y
	}
}
