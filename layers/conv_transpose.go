package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// ConvTranspose are the settings of a transposed convolution, channels last: of x [B X... In] it is
// y [B Y... Out]. Stride - 1 zeros are put between the cells of x, and the result is correlated with
// W step by step; W is not flipped, which differs from other libraries. In ConvTranspose1d,
// ConvTranspose2d and ConvTranspose3d one number stands for every axis, in Kernel and in every other
// list. Same gives X·Stride cells, Valid max(K-Stride, 0) more, K being what the dilated kernel spans.
type ConvTranspose struct {
	In, Out        int           // channels before and after, >= 1
	Kernel         []int         // extents of the kernel, >= 1
	Stride         []int         // cells of the result for each cell of the input, >= 1; 1
	Padding        Padding       // Same, Valid, Undo, or zeros around the cells that are correlated; Same
	KernelDilation []int         // distance between the cells that neighbouring taps see, >= 1; 1
	Groups         int           // groups of channels that do not see each other, dividing In and Out; 1
	W              Param         // weights [Kernel... In/Groups Out]; XavierNormal with In as the channels after
	B              Param         // biases [Out]; 0
	NoBias         bool          // whether there are no biases
	Mask           *tensor.Dense // multiplied onto W, with which it broadcasts; none
	DType          graph.DType   // of weights and input; Float32
}

// ConvTranspose1d is a ConvTranspose over one axis: [B X In] to [B Y Out].
type ConvTranspose1d ConvTranspose

// ConvTranspose2d is a ConvTranspose over two axes: [B X1 X2 In] to [B Y1 Y2 Out].
type ConvTranspose2d ConvTranspose

// ConvTranspose3d is a ConvTranspose over three axes: [B X1 X2 X3 In] to [B Y1 Y2 Y3 Out].
type ConvTranspose3d ConvTranspose

// Place puts the layer in g; its parameters are named name.W and name.B. Faults, each named by
// layer and field, are recorded on g.
func (p ConvTranspose) Place(g *graph.Graph, name string) ConvCell {
	return p.place(g, name, len(p.Kernel))
}

// Place puts the layer in g, as ConvTranspose does.
func (p ConvTranspose1d) Place(g *graph.Graph, name string) ConvCell {
	return ConvTranspose(p).place(g, name, 1)
}

// Place puts the layer in g, as ConvTranspose does.
func (p ConvTranspose2d) Place(g *graph.Graph, name string) ConvCell {
	return ConvTranspose(p).place(g, name, 2)
}

// Place puts the layer in g, as ConvTranspose does.
func (p ConvTranspose3d) Place(g *graph.Graph, name string) ConvCell {
	return ConvTranspose(p).place(g, name, 3)
}

func (p ConvTranspose) place(g *graph.Graph, name string, n int) ConvCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := ConvCell{site: l.channels(p.In, p.Out)}
	c.groups(l, p.Groups, p.In, p.Out)
	kernel := c.lists(l, n, []axisList{
		{"Kernel", p.Kernel, nil}, {"Stride", p.Stride, &c.options.InputDilation},
		{"KernelDilation", p.KernelDilation, &c.options.KernelDilation},
	})
	if c.W = c.fault; c.fault != nil {
		return c
	}
	c.options.Stride, _ = perAxis(nil, n, 1)
	c.padding = spread{p.Padding, c.options.InputDilation}
	def := XavierNormal()
	def.InAxis, def.OutAxis = -1, -2
	c.weights(l, append(kernel, p.In/c.options.Groups, p.Out), kernelParams{p.W, p.B, p.NoBias, p.Mask, def})
	return c
}

// Undo is the Padding of a ConvTranspose by which it has, for each axis, the extents that a Conv of the
// same kernel and stride, with Padding Around(Of), took from an input:
//
//	·Stride - 2·Of + K + More cells,  K what the dilated kernel spans
//
// More are rows that the Conv's stride left out, put at the end. These are padding and output_padding of
// torch's transposed convolutions. Both lists have one number for every axis or one for each, Of within
// [0, K-1], More at least 0; none is 0.
type Undo struct{ Of, More []int }

func (p Undo) given() int { return max(len(p.Of), len(p.More)) }

func (p Undo) pads(axes []passage) (low, high []int, err error) {
	for _, list := range [][]int{p.Of, p.More} {
		if n := len(list); n > 1 && n != len(axes) {
			return nil, nil, fmt.Errorf("%w: %d numbers for %d axes", graph.ErrShape, n, len(axes))
		}
	}
	at := func(list []int, i int) int {
		if len(list) == 0 {
			return 0
		}
		return list[min(i, len(list)-1)]
	}
	for i, a := range axes {
		around, of, more := (a.size-1)*a.dilation, at(p.Of, i), at(p.More, i)
		if of < 0 || of > around || more < 0 {
			return nil, nil, fmt.Errorf("%w: Undo{%d, %d} along axis %d, want Of within [0, %d] and More of 0 or more", graph.ErrValue, of, more, i, around)
		}
		low, high = append(low, around-of), append(high, around-of+more)
	}
	return low, high, nil
}

// spread is the padding of an input whose cells are a stride apart.
type spread struct {
	of     Padding // nil is Same
	stride []int
}

func (p spread) given() int { return 0 }

// pads: with a kernel that spans k cells and stride s, Same adds L = k+s-2 zeros, of which k-1 stand in front if s > k-1
// and else ⌈L/2⌉; Valid adds max(k-s, 0) more, k-1 in front.
func (p spread) pads(axes []passage) (low, high []int, err error) {
	rule, ok := p.of.(PadRule)
	if p.of == nil {
		rule, ok = Same, true
	}
	if !ok || rule != Same && rule != Valid {
		return p.of.pads(axes)
	}
	for i, a := range axes {
		k, s := (a.size-1)*a.dilation+1, p.stride[i]
		total, front := k+s-2, k-1
		if rule == Valid {
			total += max(k-s, 0)
		} else if s <= k-1 {
			front = (total + 1) / 2
		}
		low, high = append(low, front), append(high, total-front)
	}
	return low, high, nil
}
