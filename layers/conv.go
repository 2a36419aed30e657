package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// Conv are the settings of a convolution, channels last: of x [B X... In] it is y [B Y... Out],
// the cross-correlation with W plus B, over as many spatial axes as Kernel has numbers. In Conv1d,
// Conv2d and Conv3d one number stands for every axis, in Kernel and in every other list.
type Conv struct {
	In, Out        int           // channels before and after, >= 1
	Kernel         []int         // extents of the kernel, >= 1
	Stride         []int         // distance between neighbouring results, >= 1; 1
	Padding        Padding       // zeros around the input; Same, of the input as it is before InputDilation
	InputDilation  []int         // distance between neighbouring inputs, zeros between them, >= 1; 1
	KernelDilation []int         // distance between the inputs that neighbouring taps see, >= 1; 1
	Groups         int           // groups of channels that do not see each other, dividing In and Out; 1
	W              Param         // weights [Kernel... In/Groups Out]; XavierNormal
	B              Param         // biases [Out]; 0
	NoBias         bool          // whether there are no biases
	Mask           *tensor.Dense // multiplied onto W, with which it broadcasts; none
	DType          graph.DType   // of weights and input; Float32
}

// Conv1d is a Conv over one axis: [B X In] to [B Y Out].
type Conv1d Conv

// Conv2d is a Conv over two axes: [B X1 X2 In] to [B Y1 Y2 Out].
type Conv2d Conv

// Conv3d is a Conv over three axes: [B X1 X2 X3 In] to [B Y1 Y2 Y3 Out].
type Conv3d Conv

// ConvCell is a convolution placed in a graph.
type ConvCell struct {
	W, B *graph.Node // [Kernel... In/Groups Out], masked, and [Out]; B is nil if there are no biases
	site
	padding Padding
	options graph.ConvOptions // without paddings
}

// Place puts the layer in g; its parameters are named name.W and name.B. Faults, each named by
// layer and field, are recorded on g.
func (p Conv) Place(g *graph.Graph, name string) ConvCell { return p.place(g, name, len(p.Kernel)) }

// Place puts the layer in g, as Conv does.
func (p Conv1d) Place(g *graph.Graph, name string) ConvCell { return Conv(p).place(g, name, 1) }

// Place puts the layer in g, as Conv does.
func (p Conv2d) Place(g *graph.Graph, name string) ConvCell { return Conv(p).place(g, name, 2) }

// Place puts the layer in g, as Conv does.
func (p Conv3d) Place(g *graph.Graph, name string) ConvCell { return Conv(p).place(g, name, 3) }

func (p Conv) place(g *graph.Graph, name string, n int) ConvCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := ConvCell{site: l.channels(p.In, p.Out), padding: p.Padding}
	if c.padding == nil {
		c.padding = Same
	}
	c.groups(l, p.Groups, p.In, p.Out)
	kernel := c.lists(l, n, []axisList{
		{"Kernel", p.Kernel, nil}, {"Stride", p.Stride, &c.options.Stride},
		{"InputDilation", p.InputDilation, &c.options.InputDilation}, {"KernelDilation", p.KernelDilation, &c.options.KernelDilation},
	})
	if c.W = c.fault; c.fault == nil {
		c.weights(l, append(kernel, p.In/c.options.Groups, p.Out), kernelParams{p.W, p.B, p.NoBias, p.Mask, XavierNormal()})
	}
	return c
}

// groups takes the number of groups, 0 for 1, of which each has a share of the channels.
func (c *ConvCell) groups(l placer, n, in, out int) {
	c.options.Groups = max(n, 1)
	if n < 0 || c.fault == nil && (in%c.options.Groups != 0 || out%c.options.Groups != 0) {
		c.fault = l.fail("Groups", fmt.Errorf("%w: %d groups of %d and %d channels", graph.ErrShape, n, in, out))
	}
}

// channels returns the site of a layer between channels.
func (l placer) channels(in, out int) site {
	s := l.site(in)
	if in < 1 || out < 1 {
		s.fault = l.fail("In, Out", fmt.Errorf("%w: %d to %d channels, want at least 1", graph.ErrShape, in, out))
	}
	return s
}

// axisList is a field with one number for every axis or one for each.
type axisList struct {
	name string
	list []int
	to   *[]int
}

// lists checks the fields for n axes; it returns the first, which must be there, and writes the
// others where they belong.
func (c *ConvCell) lists(l placer, n int, lists []axisList) (first []int) {
	if len(lists[0].list) == 0 || n > 3 {
		c.fault = l.fail(lists[0].name, fmt.Errorf("%w: %d numbers, want 1 to 3", graph.ErrShape, len(lists[0].list)))
		return nil
	}
	for i, f := range lists {
		all, err := perAxis(f.list, n, 1)
		switch {
		case err != nil:
			c.fault = l.fail(f.name, err)
		case i == 0:
			first = all
		default:
			*f.to = all
		}
	}
	return first
}

// kernelParams are the constants of a convolution.
type kernelParams struct {
	w, b   Param
	noBias bool
	mask   *tensor.Dense
	def    Param // what a nil w stands for
}

// weights places the kernel of the given shape, and the biases.
func (c *ConvCell) weights(l placer, shape []int, p kernelParams) {
	c.W = l.node(p.w, field{name: "W", def: p.def, shape: shape, domain: anyNumber, weight: true})
	if p.mask != nil && c.W.Valid() {
		if m := []int(p.mask.Shape()); !broadcastsTo(m, shape) {
			c.W = l.fail("Mask", fmt.Errorf("%w: %v does not broadcast to %v", graph.ErrShape, graph.Shape(m), graph.Shape(shape)))
		} else {
			c.W = c.W.Mul(l.g.Literal(p.mask).Cast(l.dtype))
		}
	}
	if !p.noBias {
		c.B = l.node(p.b, field{name: "B", def: Const(0), shape: shape[len(shape)-1:], domain: anyNumber, weight: true})
	} else if p.b != nil {
		l.fail("B", fmt.Errorf("%w: biases are given, and NoBias", graph.ErrValue))
	}
}

// broadcastsTo reports whether an array of shape from repeats to one of shape to.
func broadcastsTo(from, to []int) bool {
	if len(from) > len(to) {
		return false
	}
	for i, d := range from {
		if d != 1 && d != to[len(to)-len(from)+i] {
			return false
		}
	}
	return true
}

// Apply returns the convolution of x, [B Y... Out] of x [B X... In].
func (c ConvCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.W.Valid() {
		return x.Conv(c.W, graph.ConvOptions{})
	}
	n := c.W.Rank() - 2
	if x.Rank() != n+2 {
		return c.g.Fail(fmt.Errorf("%w: the input is %v, want %d axes: [batch, %d spatial, channels]", graph.ErrShape, x.Type(), n+2, n))
	}
	axes := make([]passage, n)
	for i := range axes {
		axes[i] = passage{x.Dim(i + 1), c.W.Dim(i), c.options.Stride[i], c.options.KernelDilation[i]}
	}
	o := c.options
	var err error
	if o.PadLow, o.PadHigh, err = c.padding.pads(axes); err != nil {
		return c.g.Fail(ofField("Padding", err))
	}
	y := x.Conv(c.W, o)
	if c.B != nil {
		y = y.Add(c.B)
	}
	return y
}
