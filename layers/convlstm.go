package layers

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// ConvLSTM is an LSTM over places: input, output and memory are images, or have 1 or 3 spatial axes,
// and both products are convolutions (Shi, Chen, Wang, Yeung, Wong, Woo 2015, eq. 3, without
// peepholes, arXiv:1506.04214):
//
//	i, g, f, o = Wx * x + Bx + Wh * h + Bh
//	c ← σ(f + 1)·c + σ(i)·tanh(g)
//	h ← σ(o)·tanh(c)
//
// The convolutions keep the spatial size, with stride 1. Their output channels are blocks of Out: i, g,
// f, o. A nil field takes its default.
type ConvLSTM struct {
	Size           []int       // spatial extents of the input, 1 to 3: [H W]
	In, Out        int         // channels of input and output, >= 1
	Kernel         []int       // extents of the kernels, one for each axis, or one for all
	KernelDilation []int       // distance between the inputs that neighbouring taps see, likewise; 1
	Padding        Padding     // zeros around input and output, such that the size stays; Same
	Groups         int         // groups of channels that do not see each other; 0 is 1
	Wx             Param       // kernel of the input [Kernel... In/Groups 4·Out]; XavierNormal
	Wh             Param       // kernel of the output [Kernel... Out/Groups 4·Out]; XavierNormal
	Bx, Bh         Param       // biases [4·Out], of either; 0
	NoBias         bool        // whether there are no biases
	H0, C0         Param       // h and c at the start of a sequence [Size... Out]; 0
	DType          graph.DType // of weights, input and state; Float32
}

// ConvLSTMCell is a ConvLSTM placed in a graph. Its state is an LSTMState of [B Size... Out].
type ConvLSTMCell struct {
	Wx, Wh, Bx, Bh *graph.Node // Bx and Bh are nil if there are none
	H0, C0         *graph.Node // [Size... Out]
	options        graph.ConvOptions
	out            []int // axes of the output
	site
}

// Place puts the cell in g; its parameters are named name.Wx and so on, trained unless under Fix.
// Faults, each named by layer and field, are recorded on g.
func (p ConvLSTM) Place(g *graph.Graph, name string) ConvLSTMCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := ConvLSTMCell{out: append(slices.Clone(p.Size), p.Out)}
	c.site = l.site(append(slices.Clone(p.Size), p.In)...)
	var kernels []int
	var what string
	var err error
	if kernels, c.options, what, err = p.passes(); err != nil {
		c.fault = l.fail(what, err)
		return c
	}
	kernel := func(name string, v Param, in int) *graph.Node {
		shape := append(slices.Clone(kernels), in/c.options.Groups, 4*p.Out)
		return l.node(v, field{name: name, def: XavierNormal(), shape: shape, domain: anyNumber, weight: true})
	}
	bias := func(name string, v Param) *graph.Node {
		return l.node(v, field{name: name, def: Const(0), shape: []int{4 * p.Out}, domain: anyNumber, weight: true})
	}
	c.Wx, c.Wh = kernel("Wx", p.Wx, p.In), kernel("Wh", p.Wh, p.Out)
	if !p.NoBias {
		c.Bx, c.Bh = bias("Bx", p.Bx), bias("Bh", p.Bh)
	} else if p.Bx != nil || p.Bh != nil {
		l.fail("Bx, Bh", fmt.Errorf("%w: biases are given, and NoBias", graph.ErrValue))
	}
	c.H0 = l.node(p.H0, field{name: "H0", def: Const(0), shape: c.out, domain: anyNumber})
	c.C0 = l.node(p.C0, field{name: "C0", def: Const(0), shape: c.out, domain: anyNumber})
	return c
}

// passes returns the extents of the kernels and how they pass; of an error also the field.
func (p ConvLSTM) passes() (kernel []int, o graph.ConvOptions, what string, err error) {
	n := len(p.Size)
	o.Groups = max(p.Groups, 1)
	switch {
	case n < 1 || n > 3 || slices.Min(p.Size) < 1:
		return nil, o, "Size", fmt.Errorf("%w: %v, want 1 to 3 axes of extent 1 or more", graph.ErrShape, p.Size)
	case p.In < 1 || p.Out < 1:
		return nil, o, "In, Out", fmt.Errorf("%w: %d to %d channels, want at least 1", graph.ErrShape, p.In, p.Out)
	case len(p.Kernel) == 0:
		return nil, o, "Kernel", fmt.Errorf("%w: it is missing", graph.ErrValue)
	case p.Groups < 0 || p.In%o.Groups != 0 || p.Out%o.Groups != 0:
		return nil, o, "Groups", fmt.Errorf("%w: %d groups of %d and %d channels", graph.ErrShape, p.Groups, p.In, p.Out)
	}
	if kernel, err = perAxis(p.Kernel, n, 1); err != nil {
		return nil, o, "Kernel", err
	}
	if o.KernelDilation, err = perAxis(p.KernelDilation, n, 1); err != nil {
		return nil, o, "KernelDilation", err
	}
	err = p.keep(kernel, &o)
	return kernel, o, "Padding", err
}

// keep adds to o the padding, which must keep the spatial size.
func (p ConvLSTM) keep(kernel []int, o *graph.ConvOptions) (err error) {
	pad := p.Padding
	if pad == nil {
		pad = Same
	}
	axes := make([]passage, len(kernel))
	for i, k := range kernel {
		axes[i] = passage{p.Size[i], k, 1, o.KernelDilation[i]}
	}
	if o.PadLow, o.PadHigh, err = pad.pads(axes); err != nil {
		return err
	}
	for i, a := range axes {
		if got, want := o.PadLow[i]+o.PadHigh[i], (a.size-1)*a.dilation; got != want {
			return fmt.Errorf("%w: %d zeros along axis %d, want %d, which keep its size", graph.ErrShape, got, i, want)
		}
	}
	return nil
}

// Step advances the cell by the input x [... Size... In] and returns h [... Size... Out].
func (c ConvLSTMCell) Step(x *graph.Node, s LSTMState) (h *graph.Node, next LSTMState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x, LSTMState{x, x}
	}
	lead := x.Shape()[:x.Rank()-len(c.shape)]
	start := append(lead[:len(lead):len(lead)], c.out...)
	h, m := s.H.Else(c.H0.BroadcastTo(start...)), s.C.Else(c.C0.BroadcastTo(start...))
	all := c.pass(x, c.Wx, c.Bx).Add(c.pass(h, c.Wh, c.Bh))
	h, next = remember(all, m.Reshape(append([]int{lead.Size()}, c.out...)...), "tanh")
	h, next.C = h.Reshape(start...), next.C.Reshape(start...)
	return h, LSTMState{H: h, C: next.C}
}

// pass returns w * x + b, with the axes in front of the places joined.
func (c ConvLSTMCell) pass(x, w, b *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	own := x.Shape()[x.Rank()-len(c.shape):]
	lead := x.Shape()[:x.Rank()-len(c.shape)]
	y := x.Reshape(append([]int{lead.Size()}, own...)...).Conv(w, c.options)
	if b != nil {
		y = y.Add(b)
	}
	return y
}
