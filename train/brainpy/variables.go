package brainpy

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/spikegraph/spikegraph/internal/matlab"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/internal/pickle"
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

// variableFormat is a form of variable files. Lists of names are tensors of text.
type variableFormat struct {
	suffixes []string
	read     func(b []byte) ([]checkpoint.Tensor, error)
	write    func(all []checkpoint.Tensor) ([]byte, error)
}

var variableFormats = []variableFormat{
	{[]string{".npz"}, readArchive, writeArchive},
	{[]string{".h5", ".hdf5"}, readHDF5, writeHDF5},
	{[]string{".pkl", ".pickle"}, readPickle, writePickle},
	{[]string{".mat"}, readMAT, writeMAT},
}

// formatOf returns the format that a suffix says.
func formatOf(path string) (*variableFormat, error) {
	var known []string
	for i, f := range variableFormats {
		if slices.Contains(f.suffixes, filepath.Ext(path)) {
			return &variableFormats[i], nil
		}
		known = append(known, f.suffixes...)
	}
	return nil, malformed("the suffix of %s, want one of %s", filepath.Base(path), strings.Join(known, " "))
}

// ReadVariables reads a variable file, of the format that its suffix says: .npz, .h5, .hdf5, .pkl, .pickle or
// .mat. Errors: ErrFormat, ErrTruncated, of the disk.
func ReadVariables(path string) (*Variables, error) {
	f, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("brainpy: %w", err)
	}
	all, err := f.read(b)
	if err != nil {
		what := ErrFormat
		if slices.ContainsFunc(truncations, func(t error) bool { return errors.Is(err, t) }) {
			what = ErrTruncated
		}
		return nil, fmt.Errorf("%w: %w", what, err)
	}
	return split(all)
}

// truncations are what the formats have for ErrTruncated.
var truncations = []error{npz.ErrTruncated, hdf5.ErrTruncated, pickle.ErrTruncated, matlab.ErrTruncated}

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

// WriteVariables writes a variable file, of the format that its suffix says, whole or not at all. In
// a .mat file a scalar becomes an array of one element. Errors: ErrFormat for an unknown suffix, a variable
// of text, a name that the format has no place for, an alias of no variable; of the disk.
func WriteVariables(path string, v *Variables) error {
	f, err := formatOf(path)
	if err != nil {
		return err
	}
	if _, err := v.File(); err != nil {
		return err
	}
	all := slices.Clone(v.Tensors)
	for _, t := range all {
		if t.Value.Dtype() == tensor.String {
			return malformed("%q is text, and no variable", t.Name)
		}
	}
	if aliases := slices.Sorted(maps.Keys(v.Aliases)); len(aliases) > 0 {
		targets := make([]string, len(aliases))
		for i, a := range aliases {
			targets[i] = v.Aliases[a]
		}
		all = append(all, checkpoint.Tensor{Name: keyDuplicates, Value: texts(aliases)}, checkpoint.Tensor{Name: keyTargets, Value: texts(targets)})
	}
	b, err := f.write(all)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := atomicfile.WriteBytes(path, b); err != nil {
		return fmt.Errorf("brainpy: %w", err)
	}
	return nil
}

func texts(list []string) *tensor.Dense {
	return (&ndarray.Array{Shape: []int{len(list)}, Data: list}).Dense()
}
