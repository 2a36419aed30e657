// Package registry finds things by name, such as the methods of a package that a settings file or a
// flag names. A [Registry] starts with what its package offers, and takes what a user adds.
package registry

import (
	"fmt"
	"maps"
	"slices"
)

// A Registry makes values of type M by name. One goroutine at a time.
type Registry[M any] struct {
	pkg    string
	value  error
	byName map[string]func() M
}

// New returns a registry of byName, which becomes its own. Its errors begin with pkg and wrap value.
func New[M any](pkg string, value error, byName map[string]func() M) *Registry[M] {
	return &Registry[M]{pkg, value, byName}
}

// Names returns the names in alphabetic order.
func (r *Registry[M]) Names() []string { return slices.Sorted(maps.Keys(r.byName)) }

// Register adds a method under a name that must be new and not empty.
func (r *Registry[M]) Register(name string, method func() M) error {
	if name == "" || method == nil {
		return fmt.Errorf("%s: %w: method %q, expected a name and a function", r.pkg, r.value, name)
	}
	if r.byName[name] != nil {
		return fmt.Errorf("%s: %w: method %q is there already", r.pkg, r.value, name)
	}
	r.byName[name] = method
	return nil
}

// Method returns the method of that name.
func (r *Registry[M]) Method(name string) (m M, err error) {
	method := r.byName[name]
	if method == nil {
		return m, fmt.Errorf("%s: %w: there is no method %q, only %v", r.pkg, r.value, name, r.Names())
	}
	return method(), nil
}
