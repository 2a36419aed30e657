package layers

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// A Transform maps the number that is stored and trained to the constant of the model.
type Transform uint8

// The transforms.
const (
	Raw      Transform = iota // the constant itself is stored
	Sigmoid                   // 1/(1+e^-u), in (0, 1): a decay
	Softplus                  // ln(1+e^u), above 0: a time constant, a threshold
	Exp                       // e^u, above 0, with steps that are relative
	Unit                      // u held to [0, 1], as snnTorch holds a learned decay; no gradient outside
)

var transforms = [...]struct {
	name    string
	forward func(*graph.Node) *graph.Node
	inverse func(float64) float64
	domain  domain
}{
	Raw:      {"Raw", func(u *graph.Node) *graph.Node { return u }, same, anyNumber},
	Sigmoid:  {"Sigmoid", (*graph.Node).Sigmoid, func(y float64) float64 { return math.Log(y / (1 - y)) }, inside},
	Softplus: {"Softplus", (*graph.Node).Softplus, func(y float64) float64 { return y + math.Log(-math.Expm1(-y)) }, positive},
	Exp:      {"Exp", (*graph.Node).Exp, math.Log, positive},
	Unit:     {"Unit", func(u *graph.Node) *graph.Node { return u.Clip(0, 1) }, same, unit},
}

func same(y float64) float64 { return y }

func (f Transform) String() string {
	if int(f) < len(transforms) {
		return transforms[f].name
	}
	return fmt.Sprintf("Transform(%d)", uint8(f))
}

// domain is a set of numbers that a constant may be.
type domain struct {
	want string
	has  func(float64) bool
}

var (
	anyNumber   = domain{"a finite number", finite}
	positive    = domain{"> 0 and finite", func(v float64) bool { return v > 0 && finite(v) }}
	notNegative = domain{">= 0 and finite", func(v float64) bool { return v >= 0 && finite(v) }}
	unit        = domain{"within [0, 1]", func(v float64) bool { return v >= 0 && v <= 1 }}
	single      = domain{"a finite Float32", func(v float64) bool { return finite(float64(float32(v))) }}
	zeroOrOne   = domain{"0 or 1", func(v float64) bool { return v == 0 || v == 1 }}
	inside      = domain{"within (0, 1)", func(v float64) bool { return v > 0 && v < 1 }}
)

// check reports the first of x that is not in d.
func (d domain) check(x []float64) error {
	for i, v := range x {
		if !d.has(v) {
			return fmt.Errorf("%w: %v at element %d, want %s", graph.ErrValue, v, i, d.want)
		}
	}
	return nil
}
