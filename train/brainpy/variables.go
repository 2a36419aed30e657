package brainpy

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/npz"
	"gorgonia.org/tensor"
)

// Entries of a variable file that are no variables.
const (
	keyDuplicates = "duplicate_keys"
	keyTargets    = "duplicate_targets"
)

// Variables is the content of a variable file.
type Variables struct {
	Tensors []checkpoint.Tensor
	Aliases map[string]string // further names of variables, and the names they stand under in Tensors
}

// File returns the variables as a File, each once under its own name and under every alias.
func (v *Variables) File() (*checkpoint.File, error) {
	f := &checkpoint.File{Tensors: slices.Clone(v.Tensors)}
	for _, alias := range slices.Sorted(maps.Keys(v.Aliases)) {
		t := f.Tensor(v.Aliases[alias])
		if t == nil || f.Tensor(alias) != nil {
			return nil, malformed("%q stands for %q, which is not there, or is taken", alias, v.Aliases[alias])
		}
		f.Add(alias, t)
	}
	return f, nil
}

// ReadVariables reads a variable file, of the format that its suffix says: .npz, .h5 or .hdf5. Errors:
// ErrFormat, ErrTruncated, of the disk.
func ReadVariables(path string) (*Variables, error) {
	switch filepath.Ext(path) {
	case ".npz":
		f, err := npz.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return split(f.Tensors)
	case ".h5", ".hdf5":
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("brainpy: %w", err)
		}
		root, err := hdf5.Decode(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return split(arraysOf(root, ""))
	}
	return nil, malformed("the suffix of %s, want .npz, .h5 or .hdf5", filepath.Base(path))
}

// arraysOf returns the arrays of a group; "/" in a name stands for a group in it.
func arraysOf(g *hdf5.Group, prefix string) []checkpoint.Tensor {
	var out []checkpoint.Tensor
	for _, m := range g.Members {
		if m.Group != nil {
			out = append(out, arraysOf(m.Group, prefix+m.Name+"/")...)
		} else {
			out = append(out, checkpoint.Tensor{Name: prefix + m.Name, Value: m.Array.Dense()})
		}
	}
	return out
}

// split tells variables from aliases.
func split(all []checkpoint.Tensor) (*Variables, error) {
	v := &Variables{}
	var lists [2][]string
	for _, t := range all {
		i := slices.Index([]string{keyDuplicates, keyTargets}, t.Name)
		if i < 0 {
			v.Tensors = append(v.Tensors, t)
			continue
		}
		list, err := names(t.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		lists[i] = list
	}
	if len(lists[0]) != len(lists[1]) {
		return nil, malformed("%d aliases of %d variables", len(lists[0]), len(lists[1]))
	}
	for i, alias := range lists[0] {
		if v.Aliases == nil {
			v.Aliases = map[string]string{}
		}
		v.Aliases[alias] = lists[1][i]
	}
	return v, nil
}

// names returns a list of names: an array of text, or text joined with "+". One without elements may be
// of any type.
func names(t *tensor.Dense) ([]string, error) {
	a, err := ndarray.Of(t)
	if err != nil {
		return nil, malformed("%v", err)
	}
	list, ok := a.Data.([]string)
	if _, _, n := ndarray.KindOf(a.Data); !ok && n > 0 {
		return nil, malformed("it is %T, want text", a.Data)
	}
	if len(a.Shape) > 0 || !ok {
		return list, nil
	}
	if list[0] == "" {
		return nil, nil
	}
	return strings.Split(list[0], "+"), nil
}

// WriteVariables writes a variable file, of the format that its suffix says. Errors: ErrFormat for an
// unknown suffix, a name that the format has no place for, an alias of no variable; of the disk.
func WriteVariables(path string, v *Variables) error {
	if _, err := v.File(); err != nil {
		return err
	}
	aliases := slices.Sorted(maps.Keys(v.Aliases))
	targets := make([]string, len(aliases))
	for i, a := range aliases {
		targets[i] = v.Aliases[a]
	}
	switch filepath.Ext(path) {
	case ".npz":
		f := &checkpoint.File{Tensors: slices.Clone(v.Tensors)}
		if len(aliases) > 0 {
			text := func(s []string) *tensor.Dense { return (&ndarray.Array{Shape: []int{len(s)}, Data: s}).Dense() }
			f.Add(keyDuplicates, text(aliases))
			f.Add(keyTargets, text(targets))
		}
		if err := npz.WriteFile(path, f); err != nil {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return nil
	case ".h5", ".hdf5":
		return writeHDF5(path, v.Tensors, aliases, targets)
	}
	return malformed("the suffix of %s, want .npz, .h5 or .hdf5", filepath.Base(path))
}

func writeHDF5(path string, list []checkpoint.Tensor, aliases, targets []string) error {
	root := &hdf5.Group{}
	add := func(name string, a *ndarray.Array) {
		root.Members = append(root.Members, hdf5.Member{Name: name, Array: a})
	}
	for _, t := range list {
		a, err := ndarray.Of(t.Value)
		if err != nil {
			return malformed("%s: %v", t.Name, err)
		}
		add(t.Name, a)
	}
	if len(aliases) > 0 {
		if slices.ContainsFunc(slices.Concat(aliases, targets), func(s string) bool { return strings.Contains(s, "+") }) {
			return malformed("a name with a + in it, of %q and %q", aliases, targets)
		}
		add(keyDuplicates, &ndarray.Array{Data: []string{strings.Join(aliases, "+")}})
		add(keyTargets, &ndarray.Array{Data: []string{strings.Join(targets, "+")}})
	}
	b, err := hdf5.Encode(root)
	if err != nil {
		return malformed("%v", err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		return fmt.Errorf("brainpy: %w", err)
	}
	return nil
}
