package surrogate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
)

// Kind is one surrogate of the table: what configuration files call it, and how it is made.
type Kind struct {
	Name   string   // "sigmoid", "piecewise_quadratic", …
	Params []string // names of its parameters, as String prints them; not to be changed
	build  func(set map[string]float64) (graph.Surrogate, error)
}

// New returns the surrogate with its defaults, changed by the parameters that are named. A name that
// it does not have, or a number out of the parameter's domain, is an error that wraps
// graph.ErrValue.
func (k Kind) New(params map[string]float64) (graph.Surrogate, error) { return k.build(params) }

// kinds is the table, in the order of All.
var kinds = []Kind{
	kind("sigmoid", NewSigmoid),
	kind("piecewise_quadratic", NewPiecewiseQuadratic),
	kind("piecewise_exp", NewPiecewiseExp),
	kind("soft_sign", NewSoftSign),
	kind("arctan", NewArctan),
	kind("nonzero_sign_log", NewNonzeroSignLog),
	kind("erf", NewERF),
	kind("piecewise_leaky_relu", NewPiecewiseLeakyRelu),
	kind("squarewave_fourier_series", NewSquarewaveFourierSeries),
	kind("s2nn", NewS2NN),
	kind("q_pseudo_spike", NewQPseudoSpike),
	kind("leaky_relu", NewLeakyRelu),
	kind("log_tailed_relu", NewLogTailedRelu),
	kind("relu_grad", NewReluGrad),
	kind("gaussian_grad", NewGaussianGrad),
	kind("multi_gaussian_grad", NewMultiGaussianGrad),
	kind("inv_square_grad", NewInvSquareGrad),
	kind("slayer_grad", NewSlayerGrad),
}

// All returns every surrogate of one potential: those that have a smooth function, then the others.
func All() []Kind { return slices.Clone(kinds) }

// New returns the surrogate of that name, as Kind.New does. Concurrent calls are safe.
func New(name string, params map[string]float64) (graph.Surrogate, error) {
	var names []string
	for _, k := range kinds {
		if k.Name == name {
			return k.New(params)
		}
		names = append(names, k.Name)
	}
	return nil, fmt.Errorf("surrogate: %w: there is no %q; there are %s", graph.ErrValue, name, strings.Join(names, ", "))
}

// kind makes the row of a surrogate S, whose pointer P is its curve.
func kind[S graph.Surrogate, P interface {
	*S
	curve
}](name string, defaults func() S) Kind {
	s := defaults()
	k := Kind{Name: name}
	for _, p := range P(&s).params() {
		k.Params = append(k.Params, p.name)
	}
	k.build = func(set map[string]float64) (graph.Surrogate, error) {
		s := defaults()
		left := len(set)
		for _, p := range P(&s).params() {
			if v, ok := set[p.name]; ok {
				*p.at = v
				left--
			}
		}
		if left > 0 {
			return nil, fmt.Errorf("surrogate: %s: %w: parameters are %q", name, graph.ErrValue, k.Params)
		}
		if err := check(P(&s)); err != nil {
			return nil, fmt.Errorf("surrogate: %w", err)
		}
		return s, nil
	}
	return k
}
