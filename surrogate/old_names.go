package surrogate

import "github.com/spikegraph/spikegraph/graph"

// SpikeWithSigmoidGrad is x.Spike(InvSquareGrad{Alpha: scale}); scale was 100 by default.
//
// Deprecated: use [InvSquareGrad].
func SpikeWithSigmoidGrad(x *graph.Node, scale float64) *graph.Node {
	return x.Spike(InvSquareGrad{Alpha: scale})
}

// Spike2WithSigmoidGrad is InvSquareGrad2(xNew, xOld, scale); scale was 100 by default.
//
// Deprecated: use [InvSquareGrad2].
func Spike2WithSigmoidGrad(xNew, xOld *graph.Node, scale float64) *graph.Node {
	return InvSquareGrad2(xNew, xOld, scale)
}

// SpikeWithLinearGrad is x.Spike(ReluGrad{Alpha: scale, Width: 1}); scale was 0.3 by default.
//
// Deprecated: use [ReluGrad].
func SpikeWithLinearGrad(x *graph.Node, scale float64) *graph.Node {
	return x.Spike(ReluGrad{Alpha: scale, Width: 1})
}

// Spike2WithLinearGrad is ReluGrad2(xNew, xOld, scale, 1); scale was 10 by default.
//
// Deprecated: use [ReluGrad2].
func Spike2WithLinearGrad(xNew, xOld *graph.Node, scale float64) *graph.Node {
	return ReluGrad2(xNew, xOld, scale, 1)
}

// SpikeWithGaussianGrad is x.Spike(GaussianGrad{Sigma: sigma, Alpha: scale}); sigma and scale were
// 0.5 by default.
//
// Deprecated: use [GaussianGrad].
func SpikeWithGaussianGrad(x *graph.Node, sigma, scale float64) *graph.Node {
	return x.Spike(GaussianGrad{Sigma: sigma, Alpha: scale})
}

// SpikeWithMGGrad is x.Spike(MultiGaussianGrad{H: h, S: s, Sigma: sigma, Scale: scale}); they were
// 0.15, 6, 0.5 and 0.5 by default.
//
// Deprecated: use [MultiGaussianGrad].
func SpikeWithMGGrad(x *graph.Node, h, s, sigma, scale float64) *graph.Node {
	return x.Spike(MultiGaussianGrad{H: h, S: s, Sigma: sigma, Scale: scale})
}
