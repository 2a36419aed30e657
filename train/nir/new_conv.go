package nir

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/layers"
	"gorgonia.org/tensor"
)

// NewConv2d returns the node of a layers.Conv2d with weights w [X1 X2 in/groups out] and biases b [out], nil
// for none, as the store keeps them, over images [C X1 X2]. Errors: ErrUnsupported, with the field that NIR
// has no place for.
func NewConv2d(name string, p layers.Conv2d, w, b *tensor.Dense) (Node, error) {
	return newConv(name, layers.Conv(p), 2, w, b)
}

// NewConv1d is NewConv2d over one axis.
func NewConv1d(name string, p layers.Conv1d, w, b *tensor.Dense) (Node, error) {
	return newConv(name, layers.Conv(p), 1, w, b)
}

func newConv(name string, p layers.Conv, axes int, w, b *tensor.Dense) (Node, error) {
	n := Node{Name: name, Type: fmt.Sprintf("Conv%dd", axes), Params: map[string]Array{}}
	perm := []int{axes + 1, axes}
	for i := range axes {
		perm = append(perm, i)
	}
	weight, err := transposed(w, perm...)
	if err != nil {
		return n, unsupported(name, "the weights: %v", err)
	}
	bias := Array{Shape: weight.Shape[:1], Data: typed(make([]float64, weight.Shape[0]), weight.Data)}
	if b != nil {
		if bias, err = transposed(b, 0); err != nil || !slices.Equal(bias.Shape, weight.Shape[:1]) {
			return n, unsupported(name, "biases of shape %v for weights of %v: %v", b.Shape(), w.Shape(), err)
		}
	}
	n.Params["weight"], n.Params["bias"] = weight, bias
	n.Params["stride"], n.Params["dilation"] = each(p.Stride, axes), each(p.KernelDilation, axes)
	n.Params["groups"] = Array{Shape: []int{}, Data: []int64{int64(max(p.Groups, 1))}}
	if slices.ContainsFunc(p.InputDilation, func(d int) bool { return d != 1 }) {
		return n, unsupported(name, "NIR has no place for InputDilation")
	}
	switch pad := p.Padding.(type) {
	case layers.Around:
		n.Params["padding"] = each(pad, axes)
	case nil, layers.PadRule:
		word := "valid"
		if pad == nil || pad == layers.Same {
			word = "same"
		}
		if word == "same" && slices.ContainsFunc(p.Stride, func(s int) bool { return s != 1 }) {
			return n, unsupported(name, "NIR has no place for Padding Same with a stride; give Around")
		}
		n.Params["padding"] = Array{Shape: []int{}, Data: []string{word}}
	default:
		return n, unsupported(name, "NIR has no place for Padding %v", pad)
	}
	return n, nil
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
