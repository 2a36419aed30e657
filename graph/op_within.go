package graph

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
	"gorgonia.org/tensor"
)

// A Domain is an interval of numbers; NaN is in none.
type Domain struct {
	Lo, Hi float64
	// OpenLo and OpenHi say that Lo, or Hi, is not in it.
	OpenLo, OpenHi bool
	Whole          bool // whether whole numbers alone are in it
}

// The domains that parameters usually have.
var (
	Finite      = Domain{Lo: -math.MaxFloat64, Hi: math.MaxFloat64}
	NotNegative = Domain{Lo: 0, Hi: math.MaxFloat64}
	Positive    = Domain{Lo: 0, Hi: math.MaxFloat64, OpenLo: true}
	Probability = Domain{Lo: 0, Hi: 1}
)

// Has reports whether v is in d.
func (d Domain) Has(v float64) bool {
	return v >= d.Lo && v <= d.Hi && !(d.OpenLo && v == d.Lo) && !(d.OpenHi && v == d.Hi) && !(d.Whole && v != math.Trunc(v))
}

func (d Domain) String() string {
	left, right, whole := "[", "]", ""
	if d.OpenLo {
		left = "("
	}
	if d.OpenHi {
		right = ")"
	}
	if d.Whole {
		whole = "a whole number "
	}
	switch d {
	case Finite:
		return "a finite number"
	case NotNegative:
		return "a finite number >= 0"
	case Positive:
		return "a finite number > 0"
	}
	return fmt.Sprintf("%swithin %s%v, %v%s", whole, left, d.Lo, d.Hi, right)
}

// fault says that element i, v, is no number of d.
func (d Domain) fault(what string, i int, v float64) error {
	return fmt.Errorf("%w: %s is %v at element %d, want %v", ErrValue, what, v, i, d)
}

// check returns the fault of the first of n elements that d does not have.
func (d Domain) check(what string, n int, at func(i int) float64) error {
	for i := range n {
		if v := at(i); !d.Has(v) {
			return d.fault(what, i, v)
		}
	}
	return nil
}

// known returns the elements of a constant and how many differ; nil of other nodes.
func known(x *Node) (at func(i int) float64, n int) {
	if x.typ.DType == Bool {
		return nil, 0
	}
	switch o := x.op.(type) {
	case constOp:
		return func(int) float64 { return o.value() }, min(x.typ.Shape.Size(), 1)
	case literalOp:
		return numbers(o.t), x.typ.Shape.Size()
	case broadcastOp, reshapeOp:
		return known(x.in[0])
	}
	return nil, 0
}

// numbers returns the elements of a tensor of numbers.
func numbers(t *tensor.Dense) func(i int) float64 {
	switch DTypeOf(t) {
	case Float64:
		return func(i int) float64 { return t.Float64s()[i] }
	case Float32:
		return func(i int) float64 { return float64(t.Float32s()[i]) }
	}
	return func(i int) float64 { return float64(t.Int32s()[i]) }
}

// elements returns the elements of memory of type d, a type of numbers.
func elements(b kernel.Buf, d DType, i int) float64 {
	switch d {
	case Float64:
		return b.F64()[i]
	case Float32:
		return float64(b.F32()[i])
	}
	return float64(b.I32()[i])
}

// withinOp is its input, checked.
type withinOp struct {
	what   string
	domain Domain
}

func (o withinOp) String() string { return fmt.Sprintf("Within[%s %v]", o.what, o.domain) }

func (o withinOp) Infer(in []Type) (Type, error) {
	if in[0].DType == Bool {
		return Type{}, fmt.Errorf("%w: want numbers; Cast first", ErrDType)
	}
	return in[0], nil
}

func (o withinOp) Grad(_, gy *Node) []*Node { return []*Node{gy} }
func (o withinOp) attrs() Attrs             { return Attrs{Name: "Within"} }

func (o withinOp) kernel(n *Node) evalFunc {
	d := n.typ.DType
	return func(c *call) error {
		kernel.Copy(c.out[0].Bytes(d.Size()), c.in[0].Bytes(d.Size()))
		return o.domain.check(o.what, c.in[0].N, func(i int) float64 { return elements(c.in[0], d, i) })
	}
}

// Within returns x, whose elements must be in d: else the error of building, if x is a constant, or of
// the run, says what, which element and its value. Gradients pass.
func (x *Node) Within(what string, d Domain) *Node {
	y := apply(withinOp{what, d}, x)
	if !y.Valid() {
		return y
	}
	at, n := known(x)
	if at == nil {
		return y
	}
	if err := d.check(what, n, at); err != nil {
		return x.g.Fail(err)
	}
	return x
}
