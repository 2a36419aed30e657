package checkpoint

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Spec is what there is to know of a tensor but its numbers.
type Spec struct {
	Name  string
	DType DType
	Shape []int // [] for a scalar
}

// String returns the spec as it stands in messages: hidden.w F32 [2 3].
func (s Spec) String() string { return fmt.Sprintf("%s %s %v", s.Name, s.DType, s.Shape) }

// SpecOf returns the spec of a tensor; its DType is empty where the format has none for it.
func SpecOf(name string, value *tensor.Dense) Spec {
	s := Spec{Name: name, Shape: slices.Clone([]int(value.Shape()))}
	if i := rank(value); i >= 0 {
		s.DType = elements[i].name
	}
	return s
}

// Specs returns the specs of the file's tensors, in their order.
func (f *File) Specs() []Spec { return specsOf(f.Tensors) }

func specsOf(ts []Tensor) []Spec {
	specs := make([]Spec, len(ts))
	for i, t := range ts {
		specs[i] = SpecOf(t.Name, t.Value)
	}
	return specs
}
