package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// epilogue is a product with the elementwise group that alone reads it. Both are seen as rows [m n], and
// computed a block of rows at a time.
type epilogue struct {
	product    Op
	factors    int  // inputs of the product
	typ        Type // of its result, which has no memory of its own
	group      *fused
	at         int // the operand of the group that is the product
	m, n       int
	block      int                 // rows computed at a time
	whole, end *kernel.Elementwise // the group over a block, and over the rows of the last
	strides    []int               // of the group's operands, from row to row
	results    []int               // elements of a row of each result
}

// epilogueOp is the node of both: its inputs are what the product reads, then what else the group reads;
// its results are those of the group.
type epilogueOp struct{ *epilogue }

func (o epilogueOp) String() string { return o.product.String() + " then " + fusedOp{o.group}.String() }

func (o epilogueOp) Infer([]Type) (Type, error) { panic("graph: an epilogue has several results") }
func (o epilogueOp) Grad(_, _ *Node) []*Node    { panic("graph: an epilogue is not differentiated") }
func (o epilogueOp) attrs() Attrs               { return Attrs{Name: "Epilogue", Shape: o.group.shape} }

func (o epilogueOp) inferAll(in []Type) ([]Type, error) {
	if want := o.factors + len(o.group.in) - 1; len(in) != want {
		return nil, fmt.Errorf("%w: %d inputs, want %d", ErrShape, len(in), want)
	}
	t, err := o.product.Infer(in[:o.factors])
	if err == nil && !t.Equal(o.typ) {
		err = fmt.Errorf("%w: the product is %v, not %v", ErrShape, t, o.typ)
	}
	return o.group.types, err
}

// near reports whether little memory is needed for the factors of the product p until the group n is
// computed: less than for p, or for no other costly kernel in between.
func near(p, n *Node) bool {
	factors := 0
	for _, x := range p.in {
		if _, given := x.op.(argOp); !given {
			factors += x.typ.Bytes()
		}
	}
	if factors <= p.typ.Bytes() {
		return true
	}
	between := p.g.nodes[p.id+1 : n.id]
	if len(between) > maxBetween {
		return false
	}
	for _, m := range between {
		if m.way() != "" || len(m.bodies()) > 0 {
			return false
		}
	}
	return true
}

// maxBetween bounds the nodes that near looks at.
const maxBetween = 32

// productOf returns the product of n alone, as a node that is in no graph.
func (o epilogueOp) productOf(n *Node) *Node {
	return &Node{g: n.g, op: o.product, in: n.in[:o.factors], typ: o.typ, scope: n.scope, okay: true}
}

// leastBetween is the size from which a value between a product and a group is spared, in bytes: what is
// smaller stays in the second-level cache.
const leastBetween = 1 << 19

// newEpilogue joins the product p and a group of which p's result is operand at; nil where the group is
// not computed by rows, or where that does not pay.
func newEpilogue(p *Node, group *fused, at int) *epilogue {
	e := &epilogue{product: p.op, factors: len(p.in), typ: p.typ, group: group, at: at}
	size := p.typ.Shape.Size()
	if p.typ.Bytes() < leastBetween || group.shape.Size() != size || group.shape.last() != p.typ.Shape.last() {
		return nil
	}
	e.n = p.typ.Shape.last()
	e.m, e.block = size/e.n, rowBlock(p)
	if e.block == 0 || !e.byRows() {
		return nil
	}
	rest := e.m % e.block
	if rest == 0 {
		rest = e.block
	}
	if e.whole, e.end = e.program(e.block), e.program(rest); e.whole == nil || e.end == nil {
		return nil
	}
	return e
}

// byRows finds the strides from row to row of operands and results, and reports whether they have them.
func (e *epilogue) byRows() bool {
	for k, out := range e.group.outs {
		row := e.n
		if e.group.reduces(k) {
			stride, ok := rowStride(e.group.shape, out.Strides)
			if row = stride; !ok || row != 1 {
				return false
			}
		}
		e.results = append(e.results, row)
	}
	for _, x := range e.group.in {
		stride, ok := rowStride(e.group.shape, x.Strides)
		if !ok {
			return false
		}
		e.strides = append(e.strides, stride)
	}
	return true
}

// rowStride returns the distance from row to row of an operand of a group of that shape, whose rows are
// its last axis; ok is false if it is not the same everywhere.
func rowStride(shape Shape, strides []int) (stride int, ok bool) {
	rows := 1
	for a, d := range slices.Backward(shape[:len(shape)-1]) {
		switch {
		case d == 1:
			continue
		case rows == 1:
			stride = strides[a]
		case strides[a] != stride*rows:
			return 0, false
		}
		rows *= d
	}
	return stride, true
}

// program returns the group over so many rows, nil if there is none.
func (e *epilogue) program(rows int) *kernel.Elementwise {
	f, shape := e.group, []int{rows, e.n}
	outs := slices.Clone(f.outs)
	for k := range outs {
		if f.reduces(k) {
			outs[k].Strides = []int{1, 0}
		}
	}
	var in []kernel.Operand
	for i, x := range f.in {
		in = append(in, kernel.Operand{Kind: x.Kind, Strides: []int{e.strides[i], x.Strides[len(x.Strides)-1]}})
	}
	if !kernel.Reduces(f.compute, shape, in, outs) {
		return nil
	}
	return kernel.NewElementwise(f.compute, f.code, shape, in, outs)
}

func (o epilogueOp) kernel(n *Node) evalFunc {
	if o.typ.DType == Float64 {
		return epilogueKernel[float64](o, n)
	}
	return epilogueKernel[float32](o, n)
}
