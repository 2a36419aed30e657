package checkpoint

import (
	"fmt"
	"slices"
	"strings"
)

// MismatchError is everything that differs between a file and a model. errors.Is(err, ErrMismatch)
// holds.
type MismatchError struct {
	Missing    []Spec       // the model has them, the file does not
	Unexpected []Spec       // the file has them, by its own names, the model does not
	Different  []Difference // both have them, with other shapes or types
	Ambiguous  []Ambiguity  // several tensors of one side go by one name
}

// Difference is a tensor which the file has otherwise than the model. Have carries the file's name
// for it, Want the model's.
type Difference struct{ Have, Want Spec }

// Ambiguity is a name of the model and the tensors which claim it, after renaming.
type Ambiguity struct {
	Name   string
	Claims []string
}

// Match compares the tensors of the file with those a model wants. It returns nil, or one
// *MismatchError which lists all differences that the rules do not allow, or an error for a rule
// which makes no sense.
func (f *File) Match(want []Spec, rules Rules) error {
	_, err := f.pair(want, rules)
	return err
}

// pair returns the index of the file's tensor for each wanted one, -1 for one that may be missing.
func (f *File) pair(want []Spec, rules Rules) ([]int, error) {
	if err := rules.check(); err != nil {
		return nil, err
	}
	var diff MismatchError
	have := f.Specs()
	index, unexpected := claims(have, want, rules, &diff)
	for _, i := range unexpected {
		if !anyFits(rules.AllowUnexpected, have[i].Name) {
			diff.Unexpected = append(diff.Unexpected, have[i])
		}
	}
	for j, w := range want {
		switch i := index[j]; {
		case i < 0 && !anyFits(rules.AllowMissing, w.Name):
			diff.Missing = append(diff.Missing, w)
		case i >= 0 && (have[i].DType != w.DType || !slices.Equal(have[i].Shape, w.Shape)):
			diff.Different = append(diff.Different, Difference{have[i], w})
		}
	}
	if diff.empty() {
		return index, nil
	}
	return nil, &diff
}

// claims assigns to each wanted spec the index of the first tensor with its name, -1 for none, and
// returns the indices of those that no one wants. Names claimed twice go to diff.
func claims(have, want []Spec, rules Rules, diff *MismatchError) (index, unexpected []int) {
	wanted := map[string]int{}
	index = make([]int, len(want))
	for j, w := range want {
		index[j] = -1
		if _, twice := wanted[w.Name]; twice {
			diff.Ambiguous = append(diff.Ambiguous, Ambiguity{w.Name, []string{"the model, twice"}})
			continue
		}
		wanted[w.Name] = j
	}
	for i, h := range have {
		name := rules.rename(h.Name)
		switch j, ok := wanted[name]; {
		case !ok:
			unexpected = append(unexpected, i)
		case index[j] < 0:
			index[j] = i
		default:
			diff.Ambiguous = append(diff.Ambiguous, Ambiguity{name, []string{have[index[j]].Name, h.Name}})
		}
	}
	return index, unexpected
}

func (e *MismatchError) empty() bool {
	return len(e.Missing)+len(e.Unexpected)+len(e.Different)+len(e.Ambiguous) == 0
}

// Error lists every difference on a line of its own.
func (e *MismatchError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "checkpoint: %v", ErrMismatch)
	for _, s := range e.Missing {
		fmt.Fprintf(&b, "\n\tmissing in the file: %v", s)
	}
	for _, s := range e.Unexpected {
		fmt.Fprintf(&b, "\n\tunexpected in the file: %v", s)
	}
	for _, d := range e.Different {
		fmt.Fprintf(&b, "\n\tdifferent: the file has %v, the model wants %v", d.Have, d.Want)
	}
	for _, a := range e.Ambiguous {
		fmt.Fprintf(&b, "\n\tambiguous: %s is claimed by %s", a.Name, strings.Join(a.Claims, ", "))
	}
	return b.String()
}

// Unwrap returns ErrMismatch.
func (e *MismatchError) Unwrap() error { return ErrMismatch }
