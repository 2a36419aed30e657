package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Normalize returns x with mean 0 and variance 1 along the axes, (x - μ)/√(v + eps), with the mean μ
// and the variance v = Σ(x - μ)²/n over them, of x's shape; over all axes if none is named. eps >= 0.
func Normalize(x *graph.Node, eps float64, axes ...int) *graph.Node {
	if bad := refuse(x, "Normalize", "eps", eps, notNegative); bad != nil {
		return bad
	}
	mean, variance := moments(x, axes)
	return standard(x, mean, variance, x.Graph().Const(x.DType(), eps))
}

// moments returns mean and variance of x over axes, with those axes kept at extent 1.
func moments(x *graph.Node, axes []int) (mean, variance *graph.Node) {
	shape := append([]int(nil), x.Shape()...)
	for i := range shape {
		if len(axes) == 0 {
			shape[i] = 1
		}
	}
	for _, a := range axes {
		if a < 0 {
			a += len(shape)
		}
		if a >= 0 && a < len(shape) { // another is reported by Mean
			shape[a] = 1
		}
	}
	mean, variance = x.Mean(axes...), x.Variance(axes...)
	return mean.Reshape(shape...), variance.Reshape(shape...)
}

// Standardize returns (x - mean)/√(variance + eps) for a mean and a variance that are known, such as those
// of a data set. They broadcast with x; eps >= 0.
func Standardize(x, mean, variance *graph.Node, eps float64) *graph.Node {
	if bad := refuse(variance, "Standardize", "eps", eps, notNegative); bad != nil {
		return bad
	}
	return standard(x, mean, variance, variance.Like(eps))
}

// standard returns (x - mean)/√(variance + eps).
func standard(x, mean, variance, eps *graph.Node) *graph.Node {
	return x.Sub(mean).Div(variance.Add(eps).Sqrt())
}

// affine is the scale and bias behind a normalization.
type affine struct{ Scale, Bias *graph.Node }

// affine places scale and bias of the given shape, trained unless under Fix, 1 and 0 at first; none
// of them if no is set.
func (l placer) affine(no bool, scale, bias Param, shape []int) (a affine) {
	if no {
		if scale != nil || bias != nil {
			l.fail("NoAffine", fmt.Errorf("%w: Scale or Bias is given too", graph.ErrValue))
		}
		return a
	}
	a.Scale = l.node(scale, field{name: "Scale", def: Const(1), shape: shape, domain: anyNumber, weight: true})
	a.Bias = l.node(bias, field{name: "Bias", def: Const(0), shape: shape, domain: anyNumber, weight: true})
	return a
}

// apply returns y·Scale + Bias.
func (a affine) apply(y *graph.Node) *graph.Node {
	if a.Scale == nil {
		return y
	}
	return y.Mul(a.Scale).Add(a.Bias)
}

// number places a setting of the whole layer: one number, which cannot be trained.
func (l placer) number(name string, p, def Param, d domain) *graph.Node {
	if t, ok := p.(Tuned); ok && !t.fixed {
		return l.fail(name, fmt.Errorf("%w: it cannot be trained", graph.ErrValue))
	}
	return l.node(Fix(or(p, def)).Shared(), field{name: name, shape: []int{}, domain: d})
}
