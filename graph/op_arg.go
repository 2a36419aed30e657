package graph

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// role says who puts the value of a placeholder there.
type role uint8

const (
	roleInput   role = iota // argument of Run
	roleParam               // tensor of the store
	roleCarried             // loop: state of the step before
	roleSeq                 // loop: this step's slice of a sequence
	roleCapture             // body: value of the graph around
	roleIndex               // loop: number of the step
)

var roleNames = [...]string{"Input", "Param", "Carried", "Slice", "Capture", "Step"}

// typ is a Type that can be compared.
type typ struct {
	dtype DType
	shape dims
}

func typeKey(t Type) typ { return typ{t.DType, dimsOf(t.Shape)} }

func (t typ) typ() Type { return Type{t.dtype, t.shape.slice()} }

// argOp is a placeholder: its value is put there before the graph runs.
type argOp struct {
	role  role
	index int
	name  string
	typ   typ
}

func (o argOp) String() string {
	if o.name != "" {
		return fmt.Sprintf("%s[%s]", roleNames[o.role], o.name)
	}
	return fmt.Sprintf("%s[%d]", roleNames[o.role], o.index)
}
func (o argOp) Infer([]Type) (Type, error) { return o.typ.typ(), nil }
func (o argOp) Grad(_, _ *Node) []*Node    { return nil }
func (o argOp) attrs() Attrs {
	return Attrs{Name: roleNames[o.role], Index: o.index, DType: o.typ.dtype, Shape: o.typ.shape.slice()}
}
func (o argOp) kernel(*Node) evalFunc { return nil }

// Input declares an argument of the graph's programs, in the order of Run's arguments.
func (g *Graph) Input(name string, d DType, shape ...int) *Node {
	if g == nil {
		return &Node{}
	}
	if d == Invalid || d > Bool {
		return g.noType(fmt.Sprintf("Input(%s)", name), d)
	}
	if err := checkShape(shape); err != nil {
		return g.Fail(fmt.Errorf("Input(%s): %w", name, err))
	}
	g = g.root.graph
	t := Type{d, append([]int{}, shape...)}
	n := g.placeholder(argOp{roleInput, len(g.inputs), name, typeKey(t)}, t)
	g.inputs = append(g.inputs, n)
	return n
}

// constOp is one number in every element.
type constOp struct {
	typ typ
	// bits are the float64 bits of the value: NaN must equal itself, and -0 differ from 0.
	bits uint64
}

func (o constOp) value() float64             { return math.Float64frombits(o.bits) }
func (o constOp) String() string             { return fmt.Sprintf("Const[%v]", o.value()) }
func (o constOp) Infer([]Type) (Type, error) { return o.typ.typ(), nil }
func (o constOp) Grad(_, _ *Node) []*Node    { return nil }
func (o constOp) attrs() Attrs {
	return Attrs{Name: "Const", Value: o.value(), DType: o.typ.dtype, Shape: o.typ.shape.slice()}
}
func (o constOp) kernel(n *Node) evalFunc { return fillKernel(n.typ, o.value()) }

// Const returns a node of the given shape with v in every element. A number that d cannot hold is a fault:
// no whole number of an Int32, none but 0 and 1 of a Bool, and beyond the range of a Float32; infinities and
// NaN are numbers of float types.
func (g *Graph) Const(d DType, v float64, shape ...int) *Node {
	if g == nil {
		return &Node{}
	}
	if d == Invalid || d > Bool {
		return g.noType(fmt.Sprintf("Const(%v)", v), d)
	}
	if err := checkShape(shape); err != nil {
		return g.Fail(fmt.Errorf("Const(%v): %w", v, err))
	}
	if !d.holds(v) {
		return g.Fail(fmt.Errorf("Const(%v): %w: it is no %v", v, ErrValue, d))
	}
	if d == Float32 {
		v = float64(float32(v))
	}
	return g.add(constOp{typ{d, dimsOf(shape)}, math.Float64bits(v)}, nil)
}

// Like returns the constant v with the shape and type of x.
func (x *Node) Like(v float64) *Node {
	if !x.Valid() {
		return apply(constOp{}, x)
	}
	return x.g.Const(x.typ.DType, v, x.typ.Shape...)
}

// scalar returns v as a node without axes, of x's type.
func (x *Node) scalar(v float64) *Node { return x.g.Const(x.typ.DType, v) }

// literalOp is a tensor that is part of the program.
type literalOp struct{ t *tensor.Dense }

func (o literalOp) String() string { return "Literal" }
func (o literalOp) Infer([]Type) (Type, error) {
	return Type{DTypeOf(o.t), append(Shape{}, o.t.Shape()...)}, nil
}
func (o literalOp) Grad(_, _ *Node) []*Node { return nil }
func (o literalOp) attrs() Attrs            { return Attrs{Name: "Literal", Literal: o.t} }
func (o literalOp) kernel(*Node) evalFunc   { return nil }

// Literal returns a node whose value is t. The tensor is used, not copied: it must not change.
func (g *Graph) Literal(t *tensor.Dense) *Node {
	if g == nil {
		return &Node{}
	}
	if t == nil {
		return g.Fail(fmt.Errorf("Literal: %w: the tensor is nil", ErrValue))
	}
	if DTypeOf(t) == Invalid {
		return g.Fail(fmt.Errorf("Literal: %w: tensors of %v are not supported", ErrDType, t.Dtype()))
	}
	if err := plain(t); err != nil {
		return g.Fail(fmt.Errorf("Literal: %w", err))
	}
	return g.add(literalOp{t}, nil)
}

// Values returns a node of type d and the given shape with the values x, row by row.
func (g *Graph) Values(d DType, x []float64, shape ...int) *Node {
	if g == nil {
		return &Node{}
	}
	if err := checkShape(shape); err != nil {
		return g.Fail(fmt.Errorf("Values: %w", err))
	}
	if d == Invalid || d > Bool {
		return g.noType("Values", d)
	}
	if Shape(shape).Size() != len(x) || len(x) == 0 {
		return g.Fail(fmt.Errorf("Values: %w: %d values for shape %v", ErrShape, len(x), shape))
	}
	for i, v := range x {
		if !d.holds(v) {
			return g.Fail(fmt.Errorf("Values: %w: element %d, %v, is no %v", ErrValue, i, v, d))
		}
	}
	return g.Literal(tensorFrom(d, shape, x))
}

// resultOp reads one result of an op that has several.
type resultOp struct{ index int }

func (o resultOp) String() string { return fmt.Sprintf("Result[%d]", o.index) }
func (o resultOp) Infer([]Type) (Type, error) {
	return Type{}, fmt.Errorf("%w: there is no result %d", ErrValue, o.index)
}
func (o resultOp) Grad(_, _ *Node) []*Node { return nil } // the reverse sweep handles tuples whole
func (o resultOp) attrs() Attrs            { return Attrs{Name: "Result", Index: o.index} }
func (o resultOp) kernel(*Node) evalFunc   { return nil }
