package nir

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
)

// NewConv2d returns the node of a layers.Conv2d over images whose axes behind the channels are in, [X1 X2]. NIR's
// images are [C X1 X2]. Errors: ErrUnsupported, with the field that NIR has no place for.
func NewConv2d(name string, p layers.Conv2d, in []int, from Source) (Node, error) {
	return newConv(name, layers.Conv(p), in, 2, from)
}

// NewConv1d is NewConv2d over one axis.
func NewConv1d(name string, p layers.Conv1d, in []int, from Source) (Node, error) {
	return newConv(name, layers.Conv(p), in, 1, from)
}

func newConv(name string, p layers.Conv, in []int, axes int, from Source) (Node, error) {
	n := Node{Name: name, Type: fmt.Sprintf("Conv%dd", axes), Params: map[string]Array{}}
	if len(in) != axes {
		return n, unsupported(name, "the axes of its input are %v, want %d without the channels", in, axes)
	}
	dtype := p.DType
	p.DType = graph.Float64
	out, err := from.values(name, func(g *graph.Graph) []*graph.Node {
		var c layers.ConvCell
		if axes == 1 {
			c = layers.Conv1d(p).Place(g, name)
		} else {
			c = layers.Conv2d(p).Place(g, name)
		}
		if c.B == nil {
			return []*graph.Node{c.W, g.Const(graph.Float64, 0, p.Out)}
		}
		return []*graph.Node{c.W, c.B}
	})
	if err != nil {
		return n, err
	}
	perm := []int{axes + 1, axes}
	for i := range axes {
		perm = append(perm, i)
	}
	n.Params["weight"], n.Params["bias"] = transposed(out[0], dtype, perm...), transposed(out[1], dtype, 0)
	n.Params["stride"], n.Params["dilation"] = each(p.Stride, axes), each(p.KernelDilation, axes)
	n.Params["groups"], n.Params["input_shape"] = whole(max(p.Groups, 1)), each(in, axes)
	if axes == 1 { // the reference implementation wants a number there
		n.Params["input_shape"] = whole(in[0])
	}
	if slices.ContainsFunc(p.InputDilation, func(d int) bool { return d != 1 }) {
		return n, unsupported(name, "NIR has no place for InputDilation")
	}
	n.Params["padding"], err = paddingOf(name, p.Padding, p.Stride, axes)
	return n, err
}

// paddingOf returns a padding as NIR has it: numbers, or a word.
func paddingOf(name string, p layers.Padding, stride []int, axes int) (Array, error) {
	switch pad := p.(type) {
	case layers.Around:
		return each(pad, axes), nil
	case nil, layers.PadRule:
		word := "valid"
		if pad == nil || pad == layers.Same {
			word = "same"
		}
		if word == "same" && slices.ContainsFunc(stride, func(s int) bool { return s != 1 }) {
			return Array{}, unsupported(name, "NIR has no place for Padding Same with a stride; give Around")
		}
		return Array{Shape: []int{}, Data: []string{word}}, nil
	}
	return Array{}, unsupported(name, "NIR has no place for Padding %v", p)
}

// NewAvgPool2d returns the node of a layers.AvgPool2d. NIR's pools average over their padding: where there is
// any it is Around, and ours must have CountPadding. Errors: ErrUnsupported.
func NewAvgPool2d(name string, p layers.AvgPool2d) (Node, error) {
	around := layers.Around{0}
	switch pad := p.Padding.(type) {
	case layers.Around:
		if len(pad) > 0 {
			around = pad
		}
	case nil:
	default:
		if pad != layers.Padding(layers.Valid) {
			return Node{}, unsupported(name, "NIR has no place for Padding %v; give Around", p.Padding)
		}
	}
	if !p.CountPadding && slices.ContainsFunc(around, func(n int) bool { return n != 0 }) {
		return Node{}, unsupported(name, "NIR averages over Padding %v, which is no part of ours without CountPadding", p.Padding)
	}
	if p.NoChannel || p.Channel != nil {
		return Node{}, unsupported(name, "NIR has no place for Channel and NoChannel")
	}
	return Node{Name: name, Type: "AvgPool2d", Params: map[string]Array{
		"kernel_size": each(p.Kernel, 2), "stride": each(p.Stride, 2), "padding": each(around, 2),
	}}, nil
}

// each returns a number for each axis of a list with one for every axis or one for each; 1 if it is empty.
func each(list []int, axes int) Array {
	v := make([]int64, axes)
	for i := range v {
		v[i] = 1
		if len(list) > 0 {
			v[i] = int64(list[min(i, len(list)-1)])
		}
	}
	return Array{Shape: []int{axes}, Data: v}
}

// whole returns one whole number.
func whole(n int) Array { return Array{Shape: []int{}, Data: []int64{int64(n)}} }
