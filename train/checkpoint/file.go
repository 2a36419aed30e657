package checkpoint

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorgonia.org/tensor"
)

// File is the content of a checkpoint. The zero value is an empty file and ready to use.
type File struct {
	Kind     string            // what the file is, in the user's word, such as "weights"; may be empty
	Metadata map[string]string // anything else worth keeping; see the package for reserved keys
	Tensors  []Tensor          // unique names; their order changes nothing in the bytes written
}

// Tensor is a tensor and the name it goes by in the file. Names are UTF-8; "__metadata__" is
// reserved by the format.
type Tensor struct {
	Name  string
	Value *tensor.Dense
}

// Add appends a tensor. Names and types are checked when the file is written.
func (f *File) Add(name string, value *tensor.Dense) {
	f.Tensors = append(f.Tensors, Tensor{name, value})
}

// Tensor returns the tensor of that name, or nil where there is none.
func (f *File) Tensor(name string) *tensor.Dense {
	i := slices.IndexFunc(f.Tensors, func(t Tensor) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return f.Tensors[i].Value
}

// inFileOrder returns the tensors in the order in which they are written: wide elements first, so that
// each tensor is aligned to its element, then by name. It is also the order of the reference
// implementation. Errors: a tensor that cannot be written, a name that is taken twice.
func (f *File) inFileOrder() ([]Tensor, error) {
	seen := make(map[string]bool, len(f.Tensors))
	for _, t := range f.Tensors {
		if err := checkTensor(t); err != nil {
			return nil, err
		}
		if seen[t.Name] {
			return nil, fmt.Errorf("checkpoint: tensor %q is there twice: %w", t.Name, ErrFormat)
		}
		seen[t.Name] = true
	}
	ts := slices.Clone(f.Tensors)
	slices.SortFunc(ts, func(a, b Tensor) int {
		if d := rank(a.Value) - rank(b.Value); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return ts, nil
}

// checkTensor says why t cannot be written or copied, or nil.
func checkTensor(t Tensor) error {
	switch v := t.Value; {
	case !utf8.ValidString(t.Name):
		return fmt.Errorf("checkpoint: tensor name %q is not UTF-8: %w", t.Name, ErrFormat)
	case t.Name == metadataKey:
		return fmt.Errorf("checkpoint: tensor name %q is reserved: %w", t.Name, ErrFormat)
	case v == nil:
		return fmt.Errorf("checkpoint: tensor %q is nil: %w", t.Name, ErrFormat)
	case rank(v) < 0:
		return fmt.Errorf("checkpoint: tensor %q has elements of type %v, supported are %s: %w",
			t.Name, v.Dtype().Type, supported(), ErrFormat)
	case len(v.Mask()) > 0:
		return fmt.Errorf("checkpoint: tensor %q is masked, the format has no masks: %w", t.Name, ErrFormat)
	case !v.IsNativelyAccessible():
		return fmt.Errorf("checkpoint: tensor %q is not in memory Go can read: %w", t.Name, ErrFormat)
	case len(v.Strides()) != v.Dims():
		return fmt.Errorf("checkpoint: tensor %q has strides %v for shape %v: %w",
			t.Name, v.Strides(), []int(v.Shape()), ErrFormat)
	}
	return nil
}
