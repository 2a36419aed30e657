package train

import "github.com/spikegraph/spikegraph/graph"

// pointwise names the ops whose results depend, element by element, on their inputs' elements at the
// same place.
var pointwise = map[string]bool{
	"Add": true, "Sub": true, "Mul": true, "Div": true, "Pow": true, "Min": true, "Max": true,
	"Atan2": true, "Mod": true, "Neg": true, "Abs": true, "Exp": true, "Expm1": true, "Log": true,
	"Log1p": true, "Sqrt": true, "Square": true, "Reciprocal": true, "Sin": true, "Cos": true,
	"Tan": true, "Tanh": true, "Sinh": true, "Cosh": true, "Asin": true, "Acos": true, "Atan": true,
	"Erf": true, "Sigmoid": true, "Softplus": true, "Relu": true, "Spike": true, "Select": true,
	"Cast": true, "Barrier": true, "Broadcast": true,
}

// isPointwise reports whether n is an elementwise function of its inputs, broadcast. An op with a
// derivative of the user's own counts if all it reads is of its shape or a single number, as
// surrogates do.
func isPointwise(n *graph.Node) bool {
	name := n.Attrs().Name
	if name != "Custom" {
		return pointwise[name]
	}
	for _, x := range n.Inputs() {
		if !x.Shape().Equal(n.Shape()) && x.Shape().Size() != 1 {
			return false
		}
	}
	return true
}
