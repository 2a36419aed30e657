package optim

import (
	"fmt"
	"strings"
)

// Group sets apart the parameters of some names: with a rule of their own, and so a rate and weight
// decay, or frozen.
type Group struct {
	Match  func(name string) bool // says which parameters; see Prefix and Suffix
	Rule   Rule                   // nil: that of the Chain
	Frozen bool                   // not updated; its gradients do not count in transforms
}

// Prefix matches names that begin with one of the given strings.
func Prefix(of ...string) func(name string) bool { return anyOf(strings.HasPrefix, of) }

// Suffix matches names that end with one of the given strings.
func Suffix(of ...string) func(name string) bool { return anyOf(strings.HasSuffix, of) }

func anyOf(has func(s, part string) bool, parts []string) func(string) bool {
	return func(name string) bool {
		for _, p := range parts {
			if has(name, p) {
				return true
			}
		}
		return false
	}
}

// validate names the group by its place in the chain.
func (gr Group) validate(i int) error {
	name := fmt.Sprintf("Groups[%d]", i)
	if gr.Match == nil {
		return refused(name+".Match", nil, "a function of the name")
	}
	if gr.Rule != nil {
		if err := gr.Rule.Validate(); err != nil {
			return fmt.Errorf("%s.Rule: %w", name, err)
		}
	}
	return nil
}
