package graph

import (
	"fmt"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// variateOp draws from a law of the table whose parameters are nodes: inputs are the key, and for
// each parameter one number or one for each element. Like a randomOp it is a pure function of key,
// stream and element.
type variateOp struct {
	law     Law
	stream  uint32
	typ     typ
	sharded bool // elements count from the shard's first
}

func (o variateOp) String() string { return fmt.Sprintf("%v[stream %d]", o.law, o.stream) }

func (o variateOp) Infer(in []Type) (Type, error) {
	row, t := lawTable[o.law], o.typ.typ()
	for i, p := range in[1:] {
		if !p.DType.IsFloat() && !(row.params[i].domain.Whole && p.DType == Int32) {
			return Type{}, fmt.Errorf("%w: %s is %v, want floats; Cast first", ErrDType, row.params[i].name, p.DType)
		}
		if p.Shape.Size() != 1 && !p.Shape.Equal(t.Shape) {
			return Type{}, fmt.Errorf("%w: %s is %v, want one number for each of %v", ErrShape, row.params[i].name, p, t.Shape)
		}
	}
	return t, nil
}

func (o variateOp) Grad(n, _ *Node) []*Node { return make([]*Node, len(n.in)) }
func (o variateOp) attrs() Attrs {
	return Attrs{Name: o.law.String(), Drawn: true, Index: int(o.stream), DType: o.typ.dtype, Shape: o.typ.shape.slice()}
}

func (o variateOp) kernel(n *Node) evalFunc {
	row := lawTable[o.law]
	types := make([]DType, len(row.params))
	for i, x := range n.in[1:] {
		types[i] = x.typ.DType
	}
	d, p, src := n.typ.DType, make([]float64, len(types)), new(kernel.Source)
	return func(c *call) error {
		first := 0
		if o.sharded {
			first = c.env.shard * c.out[0].N
		}
		key := keyOf(c.in[0])
		for i := range c.out[0].N {
			for k, x := range c.in[1:] {
				at := i
				if x.N == 1 {
					at = 0
				}
				p[k] = elements(x, types[k], at)
			}
			if err := row.check(first+i, p); err != nil {
				return err
			}
			src.Seek(key, o.stream, first+i)
			if err := putDraw(c.out[0], d, i, row.draw(p, src)); err != nil {
				return err
			}
		}
		return nil
	}
}

// putDraw writes a draw; one that its type does not have is an error.
func putDraw(b kernel.Buf, d DType, i int, v float64) error {
	if !d.holds(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%w: the draw at element %d is %v, which is no %v", ErrValue, i, v, d)
	}
	switch d {
	case Float64:
		b.F64()[i] = v
	case Float32:
		b.F32()[i] = float32(v)
	case Int32:
		b.I32()[i] = int32(v)
	}
	return nil
}

// Variates draws from a law with the given parameters, which broadcast to the shape; of no shape, to
// one another. Draws of laws of counts are Int32, the others of the type of the first parameter.
// Parameters out of their domain are a fault if they are constants, else an error of the run, and so is
// a draw beyond its type. Like those of Uniform, the numbers depend on the seed, the clock, the step and
// the place in the order of draws alone; a derivative treats them as constants. Package random
// composes further distributions, and lets gradients pass to location and scale.
func Variates(l Law, shape []int, params ...*Node) *Node {
	g, err := home(params)
	if g == nil || err != nil || slices.ContainsFunc(params, func(p *Node) bool { return !p.Valid() }) {
		return apply(variateOp{law: l}, params...)
	}
	if int(l) >= len(lawTable) || len(params) != len(lawTable[l].params) {
		return g.Fail(fmt.Errorf("Variates: %w: %v of %d parameters", ErrValue, l, len(params)))
	}
	shape, err = sizeOf(shape, params)
	if err != nil {
		return g.Fail(fmt.Errorf("%v: %w", l, err))
	}
	if err := l.checkKnown(params); err != nil {
		return g.Fail(fmt.Errorf("%v: %w", l, err))
	}
	t := Type{params[0].typ.DType, shape}
	if lawTable[l].count {
		t.DType = Int32
	}
	g = g.tracing()
	o := variateOp{law: l, typ: typeKey(t), stream: g.root.streams}
	g.root.streams++
	in := []*Node{g.key()}
	for _, p := range params {
		if p.typ.Shape.Size() != 1 {
			p = p.BroadcastTo(shape...)
		}
		in = append(in, p)
	}
	return apply(o, in...)
}

// sizeOf returns the shape of draws: the given one, to which the parameters must broadcast, or if it
// is empty what they broadcast to.
func sizeOf(shape []int, params []*Node) (s Shape, err error) {
	s = Shape{}
	for _, p := range params {
		if s, err = broadcast(s, p.typ.Shape); err != nil {
			return nil, err
		}
	}
	if len(shape) == 0 {
		return s, nil
	}
	if err = checkShape(shape); err != nil {
		return nil, err
	}
	if all, err := broadcast(s, shape); err != nil || !all.Equal(shape) {
		return nil, fmt.Errorf("%w: parameters of shape %v do not broadcast to %v", ErrShape, s, shape)
	}
	return append(Shape{}, shape...), nil
}
