package convert

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"gorgonia.org/tensor"
)

// ErrMismatch says that a file and a map have different tensors, under errors.Is.
var ErrMismatch = errors.New("convert: the file does not suit the map")

// Entry is one tensor under two names.
type Entry struct {
	From, To string // the other tool's name, and ours
	Perm     []int  // axis i of ours is axis Perm[i] of theirs; nil: as they are
	Ones     int    // axes of one element that theirs has in front of ours
	Negate   bool   // whether ours is the negative of theirs
	Optional bool   // whether a file need not have it
}

// Map says where the tensors of a model come from. Ignore are patterns, as checkpoint.Rules has them, of
// the other tool's tensors that have no place in ours.
type Map struct {
	Entries []Entry
	Ignore  []string
}

// Join returns the entries of all maps.
func Join(maps ...Map) Map {
	var all Map
	for _, m := range maps {
		all.Entries = append(all.Entries, m.Entries...)
		all.Ignore = append(all.Ignore, m.Ignore...)
	}
	return all
}

// Import returns the tensors of another tool's file as ours, copied where axes change and shared where
// they do not. Errors: ErrMismatch for each entry that the file lacks, and each tensor that no entry and
// no Ignore names.
func (m Map) Import(f *checkpoint.File) (*checkpoint.File, error) {
	return m.apply(f, m.Ignore, func(e Entry) Entry {
		e.Ones = -e.Ones
		return e
	})
}

// Export returns our tensors as the other tool's: what Import undoes. What Ignore names is not made up:
// PyTorch loads the result with strict=False. Errors: as Import has them.
func (m Map) Export(f *checkpoint.File) (*checkpoint.File, error) {
	return m.apply(f, nil, func(e Entry) Entry {
		e.From, e.To, e.Perm = e.To, e.From, inverse(e.Perm)
		return e
	})
}

// apply carries every tensor of f over by the entry for it, as way returns it: from what f has to what is
// wanted, with Ones axes added in front.
func (m Map) apply(f *checkpoint.File, ignore []string, way func(Entry) Entry) (*checkpoint.File, error) {
	out := &checkpoint.File{Metadata: f.Metadata}
	used, given := map[string]bool{}, map[string]bool{}
	var errs []error
	for _, e := range m.Entries {
		e = way(e)
		if given[e.To] {
			errs = append(errs, fmt.Errorf("%w: two entries give %q", ErrMismatch, e.To))
		}
		used[e.From], given[e.To] = true, true
		t := f.Tensor(e.From)
		if t == nil {
			if !e.Optional {
				errs = append(errs, fmt.Errorf("%w: it has no %q, for %q", ErrMismatch, e.From, e.To))
			}
			continue
		}
		t, err := e.convert(t)
		if err != nil {
			errs = append(errs, fmt.Errorf("%w: %q: %v", ErrMismatch, e.From, err))
			continue
		}
		out.Add(e.To, t)
	}
	for _, t := range f.Tensors {
		if !used[t.Name] && !slices.ContainsFunc(ignore, func(p string) bool { return fits(p, t.Name) }) {
			errs = append(errs, fmt.Errorf("%w: no entry is for %q", ErrMismatch, t.Name))
		}
	}
	return out, errors.Join(errs...)
}

// fits says whether a name fits a pattern: a whole name, or a beginning and "*".
func fits(pattern, name string) bool {
	if prefix, wild := strings.CutSuffix(pattern, "*"); wild {
		return strings.HasPrefix(name, prefix)
	}
	return pattern == name
}

// inverse returns the permutation that undoes perm.
func inverse(perm []int) []int {
	if perm == nil {
		return nil
	}
	out := make([]int, len(perm))
	for i, p := range perm {
		out[p] = i
	}
	return out
}

// convert returns t with axis i axis Perm[i] of it, Ones axes more in front, negated if that is asked for.
func (e Entry) convert(t *tensor.Dense) (*tensor.Dense, error) {
	if e.Perm == nil && e.Ones == 0 && !e.Negate {
		return t, nil
	}
	a, err := ndarray.Of(t)
	if err != nil {
		return nil, err
	}
	if e.Perm != nil && len(e.Perm) != len(a.Shape) {
		return nil, fmt.Errorf("it is of shape %v, want %d axes", a.Shape, len(e.Perm))
	}
	out := &ndarray.Array{Shape: slices.Clone(a.Shape)}
	for i, p := range e.Perm {
		out.Shape[i] = a.Shape[p]
	}
	for n := e.Ones; n < 0; n++ {
		if len(out.Shape) == 0 || out.Shape[0] != 1 {
			return nil, fmt.Errorf("it is of shape %v, want %d axes of one element in front", a.Shape, -e.Ones)
		}
		out.Shape = out.Shape[1:]
	}
	out.Shape = append(slices.Repeat([]int{1}, max(e.Ones, 0)), out.Shape...)
	switch v := a.Data.(type) {
	case []float32:
		out.Data = moved(v, a.Shape, e.Perm, e.Negate)
	case []float64:
		out.Data = moved(v, a.Shape, e.Perm, e.Negate)
	default:
		return nil, fmt.Errorf("its elements are %T, want floats", a.Data)
	}
	return out.Dense(), nil
}

// moved returns v [shape...] with its axes in the order of perm.
func moved[T float32 | float64](v []T, shape, perm []int, negate bool) []T {
	out := slices.Clone(v)
	if perm != nil {
		for i, from := range ndarray.Places(shape, perm) {
			out[i] = v[from]
		}
	}
	if negate {
		for i := range out {
			out[i] = -out[i]
		}
	}
	return out
}
