package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// ConvOptions says how a kernel passes over its input: one number for each spatial axis in every
// list, or an empty list for the default.
type ConvOptions struct {
	Stride          []int // distance between neighbouring results, >= 1; 1
	PadLow, PadHigh []int // zeros before and after the input, >= 0; 0
	InputDilation   []int // distance between neighbouring inputs, zeros between them, >= 1; 1
	KernelDilation  []int // distance between the inputs that neighbouring taps see, >= 1; 1
	Groups          int   // groups of channels that do not see each other, >= 1; 1
}

// conv is how a kernel passes over an input.
type conv struct {
	stride, low, high, xDil, wDil dims
	groups                        int
	spikes                        bool // whether x is binary: set by the compiler
}

func (c conv) String() string {
	s := ""
	if c.spikes {
		s = " of spikes "
	}
	s += fmt.Sprintf("[stride %v pad %v %v", c.stride, c.low, c.high)
	if ones := slices.Repeat([]int{1}, int(c.xDil.n)); c.xDil != dimsOf(ones) || c.wDil != dimsOf(ones) {
		s += fmt.Sprintf(" dilation %v %v", c.xDil, c.wDil)
	}
	if c.groups > 1 {
		s += fmt.Sprintf(" groups %d", c.groups)
	}
	return s + "]"
}

func (c conv) attrs(name string) Attrs {
	return Attrs{Name: name, Window: &Window{
		Stride: c.stride.slice(), PadLow: c.low.slice(), PadHigh: c.high.slice(),
		InputDilation: c.xDil.slice(), KernelDilation: c.wDil.slice(), Groups: c.groups,
	}}
}

// A convolution is linear in x and in w: with any weights gy, Σ gy·conv(x, w) is a form of three
// arguments, of which the ops compute the derivative by each. So the derivative of each op is made
// of the two others, to every order.
type (
	convOp      struct{ conv } // y of x and w
	convInputOp struct {
		conv
		x dims
	} // the derivative by x, of shape x, of gy and w
	convKernelOp struct {
		conv
		w dims
	} // the derivative by w, of shape w, of x and gy
)

func (o convOp) String() string       { return "Conv" + o.conv.String() }
func (o convInputOp) String() string  { return "ConvInput" + o.conv.String() }
func (o convKernelOp) String() string { return "ConvKernel" + o.conv.String() }

func (o convOp) attrs() Attrs { return o.conv.attrs("Conv") }
func (o convInputOp) attrs() Attrs {
	a := o.conv.attrs("ConvInput")
	a.Shape = o.x.slice()
	return a
}
func (o convKernelOp) attrs() Attrs {
	a := o.conv.attrs("ConvKernel")
	a.Shape = o.w.slice()
	return a
}

func (o convOp) Infer(in []Type) (Type, error) {
	if err := sameFloats(in); err != nil {
		return Type{}, err
	}
	y, err := o.result(in[0].Shape, in[1].Shape)
	return Type{in[0].DType, y}, err
}

func (o convInputOp) Infer(in []Type) (Type, error) {
	return Type{in[0].DType, o.x.slice()}, o.fits(in, o.x.slice(), in[1].Shape, in[0].Shape)
}

func (o convKernelOp) Infer(in []Type) (Type, error) {
	return Type{in[0].DType, o.w.slice()}, o.fits(in, in[0].Shape, o.w.slice(), in[1].Shape)
}

func sameFloats(in []Type) error {
	if in[0].DType != in[1].DType || !in[0].DType.IsFloat() {
		return fmt.Errorf("%w: %v and %v, want the same float type; Cast one of them", ErrDType, in[0].DType, in[1].DType)
	}
	return nil
}

// fits reports whether gy, with x and w, is of the shape of the result.
func (c conv) fits(in []Type, x, w, gy Shape) error {
	if err := sameFloats(in); err != nil {
		return err
	}
	y, err := c.result(x, w)
	if err == nil && !y.Equal(gy) {
		err = fmt.Errorf("%w: the result is %v, not %v", ErrShape, y, gy)
	}
	return err
}

// result returns the shape of y.
func (c conv) result(x, w Shape) (Shape, error) {
	n := int(c.stride.n)
	if len(x) != n+2 || len(w) != n+2 {
		return nil, fmt.Errorf("%w: want an input [batch space... channels] and a kernel [space... channels channels] with %d spatial axes", ErrShape, n)
	}
	if w[n]*c.groups != x[n+1] || w[n+1]%c.groups != 0 {
		return nil, fmt.Errorf("%w: the input has %d channels, the kernel is from %d to %d in each of %d groups", ErrShape, x[n+1], w[n], w[n+1]/c.groups, c.groups)
	}
	y := Shape{x[0]}
	for a := range n {
		if w[a] < 1 {
			return nil, fmt.Errorf("%w: the kernel has no taps along axis %d", ErrShape, a)
		}
		room := max((x[a+1]-1)*c.xDil.d[a]+1, 0) + c.low.d[a] + c.high.d[a]
		taps := (w[a]-1)*c.wDil.d[a] + 1
		if room < taps {
			return nil, fmt.Errorf("%w: along axis %d the kernel spans %d, the padded input %d", ErrShape, a, taps, room)
		}
		y = append(y, (room-taps)/c.stride.d[a]+1)
	}
	return append(y, w[n+1]), nil
}

func (o convOp) Grad(n, gy *Node) []*Node {
	x, w := n.in[0], n.in[1]
	return []*Node{o.byInput(x, w, gy), o.byKernel(x, w, gy)}
}

// Grad: n is the derivative by x of Σ gy·conv(x, w); with g arriving at it, the form is
// Σ gy·conv(g, w).
func (o convInputOp) Grad(n, g *Node) []*Node {
	gy, w := n.in[0], n.in[1]
	return []*Node{apply(convOp{o.conv}, g, w), o.byKernel(g, w, gy)}
}

func (o convKernelOp) Grad(n, g *Node) []*Node {
	x, gy := n.in[0], n.in[1]
	return []*Node{o.byInput(x, g, gy), apply(convOp{o.conv}, x, g)}
}

func (c conv) byInput(x, w, gy *Node) *Node {
	return apply(convInputOp{c, dimsOf(x.typ.Shape)}, gy, w)
}

func (c conv) byKernel(x, w, gy *Node) *Node {
	return apply(convKernelOp{c, dimsOf(w.typ.Shape)}, x, gy)
}

// shape returns what the kernel needs to know, three spatial axes of it.
func (c conv) shape(x, w, y Shape) kernel.ConvShape {
	n := len(x) - 2
	s := kernel.ConvShape{Batch: x[0], In: x[n+1], Out: w[n+1], Groups: c.groups}
	for a := range 3 {
		s.X[a], s.W[a], s.Y[a], s.Stride[a], s.XDilation[a], s.WDilation[a] = 1, 1, 1, 1, 1, 1
		if i := a - 3 + n; i >= 0 {
			s.X[a], s.W[a], s.Y[a] = x[i+1], w[i], y[i+1]
			s.Stride[a], s.Low[a] = c.stride.d[i], c.low.d[i]
			s.XDilation[a], s.WDilation[a] = c.xDil.d[i], c.wDil.d[i]
		}
	}
	return s
}

// options checks o for n spatial axes.
func (o ConvOptions) options(n int) (c conv, err error) {
	if n < 1 || n > 3 {
		return c, fmt.Errorf("%w: %d spatial axes, want 1 to 3", ErrShape, n)
	}
	if o.Groups < 0 {
		return c, fmt.Errorf("%w: %d groups", ErrValue, o.Groups)
	}
	c.groups = max(o.Groups, 1)
	err = fill([]axisOption{
		{"strides", o.Stride, 1, &c.stride}, {"paddings before", o.PadLow, 0, &c.low}, {"paddings after", o.PadHigh, 0, &c.high},
		{"input dilations", o.InputDilation, 1, &c.xDil}, {"kernel dilations", o.KernelDilation, 1, &c.wDil},
	}, n)
	return c, err
}

// axisOption is a list of numbers, one for each axis, none below least, which is the default.
type axisOption struct {
	what  string
	list  []int
	least int
	to    *dims
}

// mostStep bounds strides and paddings, so that places do not overflow.
const mostStep = 1 << 30

// fill checks options for n axes and writes them where they belong.
func fill(opts []axisOption, n int) error {
	for _, o := range opts {
		list := o.list
		if len(list) == 0 {
			list = slices.Repeat([]int{o.least}, n)
		}
		if len(list) != n {
			return fmt.Errorf("%w: %d %s for %d axes", ErrShape, len(list), o.what, n)
		}
		if slices.Min(list) < o.least || slices.Max(list) > mostStep {
			return fmt.Errorf("%w: the %s are %v, want at least %d", ErrValue, o.what, list, o.least)
		}
		*o.to = dimsOf(list)
	}
	return nil
}

// Conv returns the cross-correlation of x with the kernel w over 1, 2 or 3 spatial axes, channels
// last: for x [B X... Cin] and w [W... Cin/groups Cout] it is y [B Y... Cout],
//
//	y[b, o, j] = Σ x[b, i, c]·w[t, c, j],   i·InputDilation = o·Stride - PadLow + t·KernelDilation
//
// along each axis, summed over taps t and channels c, where x is 0 at places that are no whole
// number or outside. Channels are consecutive in groups: output channels of a group see the input
// channels of the same. It is differentiable to any order in both arguments.
func (x *Node) Conv(w *Node, o ConvOptions) *Node {
	if !x.Valid() || !w.Valid() {
		return apply(convOp{}, x, w)
	}
	c, err := o.options(len(x.typ.Shape) - 2)
	if err != nil {
		return x.g.Fail(fmt.Errorf("Conv(%v, %v): %w", x.typ, w.typ, err))
	}
	return apply(convOp{conv: c}, x, w)
}
