package nir

import (
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/layers"
)

// apply is the step of a node without memory.
func apply(g *graph.Graph, name string, f func(x *graph.Node) *graph.Node) stepFunc {
	return func(x *graph.Node, m Memory) (*graph.Node, Memory) {
		defer g.Scope(name)()
		return f(x), m
	}
}

// passing is the step of a node that passes on what it gets.
func passing(*graph.Graph, string) stepFunc {
	return func(x *graph.Node, m Memory) (*graph.Node, Memory) { return x, m }
}

// pass builds Input and Output. The shape of the outermost Input is where all others come from.
func pass(b *builder) ([]int, part) {
	shape, ok := b.node.Params["shape"].ints()
	if n, fine := ndarray.Size(shape); !ok || !fine || n == 0 {
		b.fail("its shape is %v", b.node.Params["shape"].Data)
	}
	if b.in != nil && !slices.Equal(b.in, shape) {
		b.fail("its shape is %v, what comes in %v", shape, b.in)
	}
	return shape, part{place: passing}
}

// dense builds Affine and Linear, over the last axis: y = weight·x + bias.
func dense(b *builder) ([]int, part) {
	v, shape := b.numbers("weight")
	if v == nil || len(shape) != 2 || len(b.in) == 0 || shape[1] != b.in[len(b.in)-1] {
		b.fail("its weight is %v, its input %v; want [out in] and [... in]", shape, b.in)
		return b.in, part{}
	}
	d := layers.Dense{In: shape[1], Out: shape[0], DType: b.o.DType, NoBias: true}
	d.W = b.weight("weight", "W", 1, 0)
	if bias, ok := b.node.Params["bias"]; ok {
		if !slices.Equal(bias.Shape, shape[:1]) {
			b.fail("its bias is %v for a weight of %v", bias.Shape, shape)
		}
		d.NoBias, d.B = false, b.weight("bias", "B")
	}
	out := slices.Clone(b.in)
	out[len(out)-1] = d.Out
	return out, part{place: func(g *graph.Graph, name string) stepFunc {
		c := d.Place(g, name)
		return func(x *graph.Node, m Memory) (*graph.Node, Memory) { return c.Apply(x), m }
	}}
}

// scale builds Scale: y = scale·x, element by element.
func scale(b *builder) ([]int, part) {
	shape := b.node.Params["scale"].Shape
	if len(shape) > len(b.in) || !slices.Equal(shape, b.in) && !slices.Equal(shape, []int{1}) && len(shape) > 0 {
		b.fail("its scale is %v, its input %v", shape, b.in)
	}
	v := b.weight("scale", "scale")
	return b.in, part{place: func(g *graph.Graph, name string) stepFunc {
		s := g.Param(name+".scale", graph.Var{DType: b.o.DType, Shape: shape, Init: v})
		return apply(g, name, func(x *graph.Node) *graph.Node { return x.Mul(s) })
	}}
}

// conv builds Conv1d and Conv2d on [C X...], of which package layers has the channels last.
func conv(b *builder) ([]int, part) {
	axes := int(b.node.Type[len("Conv")] - '0')
	_, w := b.numbers("weight")
	if !b.wants(axes+1) || len(w) != axes+2 || b.err != nil {
		b.fail("its weight is %v, want [out in X...] with %d axes", w, axes+2)
		return b.in, part{}
	}
	groups := b.one("groups")
	stride, dilation := b.axes("stride", axes, 1), b.axes("dilation", axes, 1)
	if groups < 1 || w[1]*groups != b.in[0] || w[0]%groups != 0 {
		b.fail("its weight is %v with %d groups, its input %v", w, groups, b.in)
	}
	if given, ok := b.node.Params["input_shape"]; ok {
		if list, _ := given.ints(); !slices.Equal(list, b.in[1:]) {
			b.fail("its input_shape is %v, its input %v", given.Data, b.in)
		}
	}
	if !slices.Equal(b.node.Params["bias"].Shape, w[:1]) {
		b.fail("its bias is %v for a weight of %v", b.node.Params["bias"].Shape, w)
	}
	padding, total := b.padding(axes, w[2:], stride, dilation)
	out := []int{w[0]}
	for i := range axes {
		room := b.in[i+1] + total[i] - dilation[i]*(w[i+2]-1) - 1
		if room < 0 {
			b.fail("its kernel is wider than its input %v", b.in)
		}
		out = append(out, max(room, 0)/stride[i]+1)
	}
	perm, first := toLast(axes)
	c := layers.Conv{
		In: b.in[0], Out: w[0], Kernel: w[2:], Stride: stride, KernelDilation: dilation, Padding: padding, Groups: groups, DType: b.o.DType,
		W: b.weight("weight", "W", slices.Concat(perm[2:], []int{1, 0})...), B: b.weight("bias", "B"),
	}
	last := slices.Concat([]int{0}, perm[2:], []int{1})
	return out, part{place: func(g *graph.Graph, name string) stepFunc {
		cell := c.Place(g, name)
		return func(x *graph.Node, m Memory) (*graph.Node, Memory) {
			return cell.Apply(x.Transpose(last...)).Transpose(first...), m
		}
	}}
}

// toLast returns the axes 0, 1, 2..., and those that bring the last axis of [B X... C] behind the batch.
func toLast(axes int) (all, first []int) {
	for i := range axes + 2 {
		all = append(all, i)
	}
	first = append([]int{0, axes + 1}, all[1:axes+1]...)
	return all, first
}

// padding returns the padding of a convolution, numbers or the word "same" or "valid", and the cells
// that it adds along each axis. As in PyTorch, same is for stride 1.
func (b *builder) padding(axes int, kernel, stride, dilation []int) (layers.Padding, []int) {
	total := make([]int, axes)
	switch word := b.node.Params["padding"].text(); word {
	case "valid":
		return layers.Valid, total
	case "same":
		for i := range axes {
			total[i] = dilation[i] * (kernel[i] - 1)
			if stride[i] != 1 {
				b.fail("its padding is same and its stride %v", stride)
			}
		}
		return layers.Same, total
	}
	list := b.axes("padding", axes, 0)
	for i, n := range list {
		total[i] = 2 * n
	}
	return layers.Around(list), total
}

// pool builds SumPool2d and AvgPool2d on [C H W]. Padding counts, as zeros.
func pool(b *builder) ([]int, part) {
	if !b.wants(3) {
		return b.in, part{}
	}
	size, stride, pad := b.axes("kernel_size", 2, 1), b.axes("stride", 2, 1), b.axes("padding", 2, 0)
	out := []int{b.in[0]}
	for i := range 2 {
		room := b.in[i+1] + 2*pad[i] - size[i]
		if room < 0 || 2*pad[i] > size[i] {
			b.fail("its window is %v with padding %v, its input %v", size, pad, b.in)
		}
		out = append(out, max(room, 0)/stride[i]+1)
	}
	o := graph.PoolOptions{
		Window: append([]int{1, 1}, size...), Stride: append([]int{1, 1}, stride...),
		PadLow: append([]int{0, 0}, pad...), PadHigh: append([]int{0, 0}, pad...),
	}
	mean := b.node.Type == "AvgPool2d"
	return out, part{place: func(g *graph.Graph, name string) stepFunc {
		return apply(g, name, func(x *graph.Node) *graph.Node {
			y := x.SumPool(o)
			if mean {
				y = y.Scale(1 / float64(size[0]*size[1]))
			}
			return y
		})
	}}
}

// flatten builds Flatten: the axes from start_dim to end_dim, the batch not counted, become one.
func flatten(b *builder) ([]int, part) {
	from, to := b.one("start_dim"), b.one("end_dim")
	if from < 0 {
		from += len(b.in)
	}
	if to < 0 {
		to += len(b.in)
	}
	if from < 0 || to < from || to >= len(b.in) {
		b.fail("start_dim and end_dim are %d and %d of its input %v", from, to, b.in)
		return b.in, part{}
	}
	if given, ok := b.node.Params["input_type"]; ok {
		if list, _ := given.ints(); !slices.Equal(list, b.in) {
			b.fail("its input_type is %v, its input %v", given.Data, b.in)
		}
	}
	n, _ := ndarray.Size(b.in[from : to+1])
	out := slices.Concat(b.in[:from], []int{n}, b.in[to+1:])
	return out, part{place: func(g *graph.Graph, name string) stepFunc {
		return apply(g, name, func(x *graph.Node) *graph.Node { return x.Reshape(append([]int{x.Dim(0)}, out...)...) })
	}}
}
