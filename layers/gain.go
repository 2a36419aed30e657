package layers

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// leakySlope is the slope that leaky_relu has for negative numbers unless told otherwise.
const leakySlope = 0.01

var gains = map[string]float64{
	"linear":     1,
	"conv":       1,
	"sigmoid":    1,
	"tanh":       5. / 3,
	"relu":       math.Sqrt2,
	"leaky_relu": math.Sqrt(2 / (1 + leakySlope*leakySlope)),
	"selu":       3. / 4,
}

// Gain returns the factor on the standard deviation of weights that makes up for what the named
// activation takes: Scale of a VarianceScaling is its square. Names are linear, conv, sigmoid,
// tanh, relu, leaky_relu and selu; another is an error.
func Gain(activation string) (float64, error) {
	g, ok := gains[activation]
	if !ok {
		return 0, fmt.Errorf("layers: Gain: %w: activation %q is not known", graph.ErrValue, activation)
	}
	return g, nil
}
