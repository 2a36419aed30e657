package layers

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// Activations work on each element, whatever the shape, and are functions of nodes. Those that are
// methods of graph.Node, such as Relu, Relu6, LeakyRelu, Elu, Sigmoid and Tanh, have no second name
// here; Activation finds all of them by name.

// PRelu returns x where x >= 0, else a·x. The slopes a broadcast with x: one number, or one for each
// of its last axis (He, Zhang, Ren, Sun 2015, eq. 1, doi:10.1109/ICCV.2015.123).
func PRelu(x, a *graph.Node) *graph.Node { return x.Ge(x.Like(0)).Select(x, a.Mul(x)) }

// RRelu returns x where x >= 0, else a·x, with slopes a that are drawn anew from [lo, hi) for every
// element and every run (Xu, Wang, Chen, Li 2015, arXiv:1505.00853).
func RRelu(x *graph.Node, lo, hi float64) *graph.Node {
	if !x.Valid() {
		return x
	}
	if err := slopes(lo, hi); err != nil {
		return x.Graph().Fail(err)
	}
	return PRelu(x, x.Graph().Uniform(x.DType(), x.Shape()...).Scale(hi-lo).Shift(lo))
}

// slopes returns an error for bounds of RRelu's slopes that are out of order.
func slopes(lo, hi float64) error {
	if lo <= hi && finite(lo) && finite(hi) {
		return nil
	}
	return fmt.Errorf("RRelu: %w: slopes of [%v, %v), want lo <= hi", graph.ErrValue, lo, hi)
}

// Celu returns x where x > 0, else alpha·(e^(x/alpha) - 1); alpha > 0 (Barron 2017,
// arXiv:1704.07483).
func Celu(x *graph.Node, alpha float64) *graph.Node {
	if bad := refuse(x, "Celu", "alpha", alpha, positive); bad != nil {
		return bad
	}
	return x.Scale(1 / alpha).Elu(1).Scale(alpha)
}

// Constants of Selu: for them mean 0 and variance 1 are a fixed point (Klambauer, Unterthiner, Mayr,
// Hochreiter 2017, eq. 14, arXiv:1706.02515).
const (
	seluScale = 1.0507009873554805
	seluAlpha = 1.6732632423543772
)

// Selu returns 1.0507·x where x > 0, else 1.0507·1.6733·(e^x - 1): activations that keep mean 0 and
// variance 1 from layer to layer (Klambauer and others 2017, eq. 2, arXiv:1706.02515).
func Selu(x *graph.Node) *graph.Node { return x.Elu(seluAlpha).Scale(seluScale) }

// Gelu returns x·Φ(x) = x/2·(1 + erf(x/√2)) (Hendrycks, Gimpel 2016, arXiv:1606.08415).
func Gelu(x *graph.Node) *graph.Node {
	return x.Scale(0.5).Mul(x.Scale(1 / math.Sqrt2).Erf().Shift(1))
}

// geluCubic is the coefficient of x³ in the approximation of Gelu.
const geluCubic = 0.044715

// GeluTanh approximates Gelu: x/2·(1 + tanh(√(2/π)·(x + 0.044715 x³))) (Hendrycks, Gimpel 2016,
// sec. 2, arXiv:1606.08415).
func GeluTanh(x *graph.Node) *graph.Node {
	inner := x.Square().Scale(geluCubic).Shift(1).Mul(x).Scale(math.Sqrt(2 / math.Pi))
	return x.Scale(0.5).Mul(inner.Tanh().Shift(1))
}

// Silu returns x·σ(x), also called swish (Elfwing, Uchibe, Doya 2018, doi:10.1016/j.neunet.2017.12.012).
func Silu(x *graph.Node) *graph.Node { return x.Mul(x.Sigmoid()) }

// Mish returns x·tanh(ln(1 + e^x)) (Misra 2019, arXiv:1908.08681).
func Mish(x *graph.Node) *graph.Node { return x.Mul(x.Softplus().Tanh()) }

// HardSigmoid returns min(max(x + 3, 0), 6)/6 (Howard and others 2019, sec. 5.2, arXiv:1905.02244).
func HardSigmoid(x *graph.Node) *graph.Node { return x.Shift(3).Relu6().Scale(1. / 6) }

// HardSilu returns x·min(max(x + 3, 0), 6)/6, also called hard swish (Howard and others 2019,
// sec. 5.2, arXiv:1905.02244).
func HardSilu(x *graph.Node) *graph.Node { return x.Mul(HardSigmoid(x)) }

// HardTanh returns x held to [lo, hi]; lo < hi.
func HardTanh(x *graph.Node, lo, hi float64) *graph.Node {
	if x.Valid() && !(lo < hi) {
		return x.Graph().Fail(fmt.Errorf("HardTanh: %w: [%v, %v], want lo < hi", graph.ErrValue, lo, hi))
	}
	return x.Clip(lo, hi)
}

// LogSigmoid returns ln σ(x) = -ln(1 + e^-x).
func LogSigmoid(x *graph.Node) *graph.Node { return x.Neg().Softplus().Neg() }

// SoftplusOf returns ln(1 + e^(beta·x))/beta, and x where beta·x > threshold; beta > 0.
func SoftplusOf(x *graph.Node, beta, threshold float64) *graph.Node {
	if bad := refuse(x, "SoftplusOf", "beta", beta, positive); bad != nil {
		return bad
	}
	s := x.Scale(beta)
	return s.Gt(s.Like(threshold)).Select(x, s.Softplus().Scale(1/beta))
}

// SoftSign returns x/(1 + |x|).
func SoftSign(x *graph.Node) *graph.Node { return x.Div(x.Abs().Shift(1)) }

// SoftShrink returns x - lambda where x > lambda, x + lambda where x < -lambda, else 0; lambda >= 0.
func SoftShrink(x *graph.Node, lambda float64) *graph.Node {
	if bad := refuse(x, "SoftShrink", "lambda", lambda, notNegative); bad != nil {
		return bad
	}
	return x.Shift(-lambda).Relu().Sub(x.Neg().Shift(-lambda).Relu())
}

// HardShrink returns 0 where |x| <= lambda, else x; lambda >= 0.
func HardShrink(x *graph.Node, lambda float64) *graph.Node {
	if bad := refuse(x, "HardShrink", "lambda", lambda, notNegative); bad != nil {
		return bad
	}
	return x.Abs().Le(x.Like(lambda)).Select(x.Like(0), x)
}

// TanhShrink returns x - tanh x.
func TanhShrink(x *graph.Node) *graph.Node { return x.Sub(x.Tanh()) }

// Threshold returns value where x <= threshold, else x.
func Threshold(x *graph.Node, threshold, value float64) *graph.Node {
	return x.Le(x.Like(threshold)).Select(x.Like(value), x)
}

// refuse returns the fault of an activation's constant, nil if there is none; x itself if that is
// invalid.
func refuse(x *graph.Node, function, what string, v float64, d domain) *graph.Node {
	switch {
	case !x.Valid():
		return x
	case !d.has(v):
		return x.Graph().Fail(fmt.Errorf("%s: %s: %w: %v, want %s", function, what, graph.ErrValue, v, d.want))
	}
	return nil
}
