package online

import "github.com/spikegraph/spikegraph/internal/registry"

// A Registry finds methods by name.
type Registry = registry.Registry[Method]

// NewRegistry returns the methods of this package with their usual settings: lms, nlms, rls.
func NewRegistry() *Registry {
	return registry.New("online", ErrValue, map[string]func() Method{
		"rls":  func() Method { return NewRLS() },
		"lms":  func() Method { return NewLMS() },
		"nlms": func() Method { return NewNLMS() },
	})
}
