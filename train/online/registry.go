package online

import (
	"fmt"
	"maps"
	"slices"
)

// A Registry finds methods by name. One goroutine at a time.
type Registry struct{ byName map[string]func() Method }

// NewRegistry returns the methods of this package with their usual settings: lms, nlms, rls.
func NewRegistry() *Registry {
	return &Registry{map[string]func() Method{
		"rls":  func() Method { return NewRLS() },
		"lms":  func() Method { return NewLMS() },
		"nlms": func() Method { return NewNLMS() },
	}}
}

// Names returns the names in alphabetic order.
func (r *Registry) Names() []string { return slices.Sorted(maps.Keys(r.byName)) }

// Register adds a method under a name that must be new and not empty.
func (r *Registry) Register(name string, method func() Method) error {
	if name == "" || method == nil {
		return fmt.Errorf("online: %w: method %q, expected a name and a function", ErrValue, name)
	}
	if r.byName[name] != nil {
		return fmt.Errorf("online: %w: method %q is there already", ErrValue, name)
	}
	r.byName[name] = method
	return nil
}

// Method returns the method of that name.
func (r *Registry) Method(name string) (Method, error) {
	m := r.byName[name]
	if m == nil {
		return nil, fmt.Errorf("online: %w: there is no method %q, only %v", ErrValue, name, r.Names())
	}
	return m(), nil
}
