package brainpy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"gorgonia.org/tensor"
)

// Tensors returns the arrays of a tree, each named by the keys that lead to it with dots between, in the
// order of their names; NumPy's scalars are arrays without axes. Other values, such as a number of steps, become
// metadata of such a name, as text. Errors: ErrFormat for two arrays of one name.
func Tensors(tree map[string]any) (*checkpoint.File, error) {
	f := &checkpoint.File{Metadata: map[string]string{}}
	if err := addTensors(f, "", tree); err != nil {
		return nil, err
	}
	slices.SortFunc(f.Tensors, func(a, b checkpoint.Tensor) int { return strings.Compare(a.Name, b.Name) })
	for i := range f.Tensors[min(1, len(f.Tensors)):] {
		if f.Tensors[i].Name == f.Tensors[i+1].Name {
			return nil, malformed("two arrays are named %q", f.Tensors[i].Name)
		}
	}
	return f, nil
}

func addTensors(f *checkpoint.File, prefix string, tree map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		switch v := tree[key].(type) {
		case *tensor.Dense:
			f.Add(prefix+key, v)
		case Scalar:
			f.Add(prefix+key, tensor.New(tensor.FromScalar(v.Value)))
		case map[string]any:
			if err := addTensors(f, prefix+key+".", v); err != nil {
				return err
			}
		case nil:
			f.Metadata[prefix+key] = "None"
		default:
			f.Metadata[prefix+key] = fmt.Sprint(v)
		}
	}
	return nil
}

// Tree returns the tensors of f as a tree of one level for each dot in their names: what Tensors undoes. Metadata
// are left out.
// Errors: ErrFormat for a name that is also the beginning of another's.
func Tree(f *checkpoint.File) (map[string]any, error) {
	root := map[string]any{}
	for _, t := range f.Tensors {
		keys := strings.Split(t.Name, ".")
		at := root
		for _, key := range keys[:len(keys)-1] {
			if at[key] == nil {
				at[key] = map[string]any{}
			}
			next, ok := at[key].(map[string]any)
			if !ok {
				return nil, malformed("%q is an array and has %q in it", key, t.Name)
			}
			at = next
		}
		last := keys[len(keys)-1]
		if _, taken := at[last]; taken {
			return nil, malformed("the name %q is taken", t.Name)
		}
		at[last] = t.Value
	}
	return root, nil
}
