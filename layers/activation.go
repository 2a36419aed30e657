package layers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
)

// Activation is an activation by its name, with the usual constants: "relu", "tanh". The names are
// BrainPy's. It is a layer without parameters, and a field of recurrent cells.
type Activation string

var activations = map[Activation]func(x *graph.Node) *graph.Node{
	"celu":         func(x *graph.Node) *graph.Node { return Celu(x, 1) },
	"elu":          func(x *graph.Node) *graph.Node { return x.Elu(1) },
	"gelu":         GeluTanh,
	"glu":          func(x *graph.Node) *graph.Node { return Glu(x, -1) },
	"hard_shrink":  func(x *graph.Node) *graph.Node { return HardShrink(x, 0.5) },
	"hard_sigmoid": HardSigmoid,
	"hard_silu":    HardSilu,
	"hard_swish":   HardSilu,
	"hard_tanh":    func(x *graph.Node) *graph.Node { return HardTanh(x, -1, 1) },
	"identity":     Straight{}.Apply,
	"leaky_relu":   func(x *graph.Node) *graph.Node { return x.LeakyRelu(leakySlope) },
	"log_sigmoid":  LogSigmoid,
	"log_softmax":  func(x *graph.Node) *graph.Node { return LogSoftmax(x, -1) },
	"mish":         Mish,
	"normalize":    func(x *graph.Node) *graph.Node { return Normalize(x, 1e-5, -1) },
	"prelu":        func(x *graph.Node) *graph.Node { return x.LeakyRelu(preluSlope) },
	"relu":         (*graph.Node).Relu,
	"relu6":        (*graph.Node).Relu6,
	"rrelu":        func(x *graph.Node) *graph.Node { return RRelu(x, rreluLo, rreluHi) },
	"selu":         Selu,
	"sigmoid":      (*graph.Node).Sigmoid,
	"silu":         Silu,
	"soft_shrink":  func(x *graph.Node) *graph.Node { return SoftShrink(x, 0.5) },
	"soft_sign":    SoftSign,
	"softmax":      func(x *graph.Node) *graph.Node { return Softmax(x, -1) },
	"softmin":      func(x *graph.Node) *graph.Node { return Softmin(x, -1) },
	"softplus":     func(x *graph.Node) *graph.Node { return SoftplusOf(x, 1, 20) },
	"swish":        Silu,
	"tanh":         (*graph.Node).Tanh,
	"tanh_shrink":  TanhShrink,
}

// Names returns the known activations, in order.
func (Activation) Names() []Activation { return slices.Sorted(maps.Keys(activations)) }

// Apply returns the activation of x. A name that is not known is recorded on x's graph.
func (a Activation) Apply(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	if err := a.check(); err != nil {
		return x.Graph().Fail(err)
	}
	return activations[a](x)
}

// or returns a, or def if a is "". A name that is not known is recorded on g, once.
func (a Activation) or(g *graph.Graph, def Activation) Activation {
	if a == "" {
		return def
	}
	if err := a.check(); err != nil {
		g.Fail(fmt.Errorf("Activation: %w", err))
		return def
	}
	return a
}

// check returns an error for a name that is not known.
func (a Activation) check() error {
	if activations[a] != nil {
		return nil
	}
	var names []string
	for _, n := range a.Names() {
		names = append(names, string(n))
	}
	known := strings.Join(names, ", ")
	return fmt.Errorf("%w: there is no activation %q; there are %s", graph.ErrValue, string(a), known)
}
