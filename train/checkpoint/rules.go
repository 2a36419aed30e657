package checkpoint

import (
	"fmt"
	"slices"
	"strings"
)

// Rules say where a file and a model may differ. The zero value allows nothing.
//
// A pattern is a whole name, or a beginning followed by "*": "hidden.*" is every name that begins
// with "hidden.", "*" is every name. A tensor which may be missing, and is,
// keeps the numbers it has in the model.
type Rules struct {
	Rename          []Rename // tried in this order, the first that fits is applied, once
	AllowMissing    []string // the model's tensors which the file need not have
	AllowUnexpected []string // the file's tensors, by its names, which the model need not have
}

// Rename says that what the file calls From is To in the model. Both are patterns, and both or none
// end in "*", which stands for the same text in both: {"module.*", "*"} takes a beginning away,
// {"fc1.*", "hidden.*"} replaces it.
type Rename struct{ From, To string }

// check refuses renames with a "*" on one side only.
func (r Rules) check() error {
	for _, m := range r.Rename {
		if strings.HasSuffix(m.From, "*") != strings.HasSuffix(m.To, "*") {
			return fmt.Errorf("checkpoint: rename %q to %q: both or none must end in *", m.From, m.To)
		}
	}
	return nil
}

// rename returns the model's name for the file's.
func (r Rules) rename(name string) string {
	for _, m := range r.Rename {
		if rest, ok := fits(m.From, name); ok {
			return strings.TrimSuffix(m.To, "*") + rest
		}
	}
	return name
}

// fits says whether name fits the pattern, and what its "*" stands for.
func fits(pattern, name string) (rest string, ok bool) {
	if prefix, wild := strings.CutSuffix(pattern, "*"); wild {
		return strings.CutPrefix(name, prefix)
	}
	return "", pattern == name
}

// anyFits says whether name fits one of the patterns.
func anyFits(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { _, ok := fits(p, name); return ok })
}
