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
// The convolutions keep the spatial size: stride 1, zeros around. Their output channels are blocks
// of Out: i, g, f, o. A nil field takes its default.
type ConvLSTM struct {
	Size     []int       // spatial extents of the input, 1 to 3: [H W]
	In, Out  int         // channels of input and output, >= 1
	Kernel   []int       // extents of the kernels, one for each axis, or one for all
	Dilation int         // distance between the inputs that neighbouring taps see; 0 is 1
	Groups   int         // groups of channels that do not see each other; 0 is 1
	Wx       Param       // kernel of the input [Kernel... In/Groups 4·Out]; XavierNormal
	Wh       Param       // kernel of the output [Kernel... Out/Groups 4·Out]; XavierNormal
	Bx, Bh   Param       // biases [4·Out], of either; 0
	NoBias   bool        // whether there are no biases
	H0, C0   Param       // h and c at the start of a sequence [Size... Out]; 0
	DType    graph.DType // of weights, input and state; Float32
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
	c.site = site{g: g, name: name, shape: append(slices.Clone(p.Size), p.In)}
	p.Dilation, p.Groups = max(p.Dilation, 1), max(p.Groups, 1)
	if n := len(p.Size); len(p.Kernel) == 1 && n > 0 {
		p.Kernel = slices.Repeat(p.Kernel, n)
	}
	if what, err := p.check(); err != nil {
		c.fault = l.fail(what, err)
		return c
	}
	c.options = p.same()
	kernel := func(name string, v Param, in int) *graph.Node {
		shape := append(slices.Clone(p.Kernel), in/p.Groups, 4*p.Out)
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

// check returns what is wrong with the settings, and the field.
func (p ConvLSTM) check() (what string, err error) {
	n := len(p.Size)
	switch {
	case n < 1 || n > 3 || slices.Min(p.Size) < 1:
		return "Size", fmt.Errorf("%w: %v, want 1 to 3 axes of extent 1 or more", graph.ErrShape, p.Size)
	case p.In < 1 || p.Out < 1:
		return "In, Out", fmt.Errorf("%w: %d to %d channels, want at least 1", graph.ErrShape, p.In, p.Out)
	case len(p.Kernel) != n || slices.Min(p.Kernel) < 1:
		return "Kernel", fmt.Errorf("%w: %v for %d axes", graph.ErrShape, p.Kernel, n)
	case p.In%p.Groups != 0 || p.Out%p.Groups != 0:
		return "Groups", fmt.Errorf("%w: %d for %d and %d channels", graph.ErrShape, p.Groups, p.In, p.Out)
	}
	return "", nil
}

// same returns the options of convolutions that keep the spatial size: of the zeros around, the odd
// one comes last.
func (p ConvLSTM) same() graph.ConvOptions {
	o := graph.ConvOptions{Groups: p.Groups}
	for _, k := range p.Kernel {
		around := (k - 1) * p.Dilation
		o.PadLow, o.PadHigh = append(o.PadLow, around/2), append(o.PadHigh, around-around/2)
		o.KernelDilation = append(o.KernelDilation, p.Dilation)
	}
	return o
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
