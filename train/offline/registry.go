package offline

import "github.com/spikegraph/spikegraph/internal/registry"

// A Registry finds methods by name.
type Registry = registry.Registry[Method]

// NewRegistry returns the methods of this package with BrainPy's defaults: elastic_net, lasso,
// linear and lstsq, which are one, logistic, polynomial, polynomial_ridge, ridge.
func NewRegistry() *Registry {
	return registry.New("offline", ErrValue, map[string]func() Method{
		"linear":           func() Method { return Linear{} },
		"lstsq":            func() Method { return Linear{} },
		"ridge":            func() Method { return NewRidge() },
		"lasso":            func() Method { return NewLasso() },
		"elastic_net":      func() Method { return NewElasticNet() },
		"polynomial":       func() Method { return Linear{Degree: 2} },
		"polynomial_ridge": func() Method { return Ridge{Alpha: 1, Degree: 2} },
		"logistic":         func() Method { return Logistic{} },
	})
}
