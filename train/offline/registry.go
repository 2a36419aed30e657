package offline

import (
	"fmt"
	"maps"
	"slices"
)

// A Registry finds methods by name. One goroutine at a time.
type Registry struct{ byName map[string]func() Method }

// NewRegistry returns the methods of this package with BrainPy's defaults: elastic_net, lasso,
// linear and lstsq, which are one, logistic, polynomial, polynomial_ridge, ridge.
func NewRegistry() *Registry {
	return &Registry{map[string]func() Method{
		"linear":           func() Method { return Linear{} },
		"lstsq":            func() Method { return Linear{} },
		"ridge":            func() Method { return NewRidge() },
		"lasso":            func() Method { return NewLasso() },
		"elastic_net":      func() Method { return NewElasticNet() },
		"polynomial":       func() Method { return Linear{Degree: 2} },
		"polynomial_ridge": func() Method { return Ridge{Alpha: 1, Degree: 2} },
		"logistic":         func() Method { return Logistic{} },
	}}
}

// Names returns the names in alphabetic order.
func (r *Registry) Names() []string { return slices.Sorted(maps.Keys(r.byName)) }

// Register adds a method under a name that must be new and not empty.
func (r *Registry) Register(name string, method func() Method) error {
	if name == "" || method == nil {
		return fmt.Errorf("offline: %w: method %q, expected a name and a function", ErrValue, name)
	}
	if r.byName[name] != nil {
		return fmt.Errorf("offline: %w: method %q is there already", ErrValue, name)
	}
	r.byName[name] = method
	return nil
}

// Method returns the method of that name.
func (r *Registry) Method(name string) (Method, error) {
	m := r.byName[name]
	if m == nil {
		return nil, fmt.Errorf("offline: %w: there is no method %q, only %v", ErrValue, name, r.Names())
	}
	return m(), nil
}
