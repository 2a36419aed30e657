package graph

import (
	"fmt"
	"reflect"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// A Surrogate stands in for the derivative of the step function. It must be comparable: a struct
// of numbers, so that equal spikes are one node.
type Surrogate interface {
	// Grad returns the gradient at x, the potential above threshold, for gy arriving at the spike.
	Grad(x, gy *Node) *Node
}

// spikeOp is Step with the derivative of a surrogate.
type spikeOp struct{ s Surrogate }

func (o spikeOp) String() string { return fmt.Sprintf("Spike[%v]", o.s) }

func (o spikeOp) Infer(in []Type) (Type, error) {
	if !in[0].DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats; Cast first", ErrDType)
	}
	return in[0], nil
}

func (o spikeOp) Grad(n, gy *Node) []*Node { return []*Node{o.s.Grad(n.in[0], gy)} }
func (o spikeOp) attrs() Attrs             { return Attrs{Name: "Spike"} }
func (o spikeOp) kernel(*Node) evalFunc    { return nil }
func (o spikeOp) code() kernel.Opcode      { return kernel.OpStep }

// Spike returns 1 where x >= 0, else 0; its derivative is that of s.
func (x *Node) Spike(s Surrogate) *Node {
	if x.Valid() && (s == nil || !reflect.TypeOf(s).Comparable()) {
		return x.g.Fail(fmt.Errorf("Spike(%v): %w: the surrogate is %T, want a comparable value", x.typ, ErrValue, s))
	}
	return apply(spikeOp{s}, x)
}

// stopOp passes a value and no gradient.
type stopOp struct{}

func (stopOp) String() string                { return "StopGradient" }
func (stopOp) Infer(in []Type) (Type, error) { return in[0], nil }
func (stopOp) Grad(_, _ *Node) []*Node       { return []*Node{nil} }
func (stopOp) attrs() Attrs                  { return Attrs{Name: "StopGradient"} }
func (stopOp) kernel(*Node) evalFunc         { return nil }

// StopGradient returns x as a constant: no gradient flows to what it was computed from.
func (x *Node) StopGradient() *Node { return apply(stopOp{}, x) }

// barrierOp passes its first input once the second is known: what is computed from it cannot be
// merged with what was computed before.
type barrierOp struct{}

func (barrierOp) String() string                { return "Barrier" }
func (barrierOp) Infer(in []Type) (Type, error) { return in[0], nil }
func (barrierOp) Grad(_, gy *Node) []*Node      { return []*Node{gy, nil} }
func (barrierOp) attrs() Attrs                  { return Attrs{Name: "Barrier"} }
func (barrierOp) kernel(*Node) evalFunc         { return nil }

// After returns x, to be used only once y is computed. What is made from it stays apart from what
// is made from x itself: this is how values are computed again instead of being kept.
func (x *Node) After(y *Node) *Node { return apply(barrierOp{}, x, y) }

// customOp passes its first input; gradients go to the others by the user's rule.
type customOp struct {
	rule *func(xs []*Node, y, gy *Node) []*Node // a pointer, to be comparable
}

func (o customOp) String() string                { return "Custom" }
func (o customOp) Infer(in []Type) (Type, error) { return in[0], nil }
func (o customOp) attrs() Attrs                  { return Attrs{Name: "Custom"} }
func (o customOp) kernel(*Node) evalFunc         { return nil }

func (o customOp) Grad(n, gy *Node) []*Node {
	xs := n.in[1:]
	gs := (*o.rule)(xs, n, gy)
	out := make([]*Node, len(n.in))
	if len(gs) != len(xs) {
		n.g.Fail(fmt.Errorf("Custom: %w: the rule returned %d gradients for %d inputs", ErrValue, len(gs), len(xs)))
		return out
	}
	for i, gx := range gs {
		if gx != nil && gx.Valid() && !gx.typ.Equal(xs[i].typ) {
			n.g.Fail(fmt.Errorf("Custom: %w: the gradient of input %d is %v, the input %v", ErrShape, i, gx.typ, xs[i].typ))
			continue
		}
		out[i+1] = gx
	}
	return out
}

// Custom returns y = f(xs...) with a derivative of the user's own: grad receives the inputs, y and
// the gradient arriving at y, and returns one gradient per input, nil for none. Derivatives of
// higher order follow from grad's nodes.
func Custom(f func(xs []*Node) *Node, grad func(xs []*Node, y, gy *Node) []*Node, xs ...*Node) *Node {
	if g := anyGraph(xs); f == nil || grad == nil {
		if g == nil { // nowhere to report it
			return &Node{}
		}
		return g.Fail(fmt.Errorf("Custom: %w: the function or its derivative is nil", ErrValue))
	}
	y := f(xs)
	return apply(customOp{&grad}, append([]*Node{y}, xs...)...)
}
