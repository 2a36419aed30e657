package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
)

var goldenNorms = map[string]goldenLayer{
	"BatchNorm1d": goldenBatchNorm(layers.BatchNorm1d),
	"BatchNorm2d": goldenBatchNorm(layers.BatchNorm2d),
	"BatchNorm3d": goldenBatchNorm(layers.BatchNorm3d),
	"BatchNorm1D": goldenBatchNorm(layers.BatchNorm1d),
	"BatchNorm2D": goldenBatchNorm(layers.BatchNorm2d),
	"BatchNorm3D": goldenBatchNorm(layers.BatchNorm3d),
	"LayerNorm": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "normalized_shape", "epsilon", "elementwise_affine")
		p := layers.LayerNorm{
			Epsilon: c.epsilon(), Scale: c.learned("scale"), Bias: c.learned("bias"), NoAffine: c.Params["elementwise_affine"] == false, DType: c.dtype,
		}
		switch s := c.Params["normalized_shape"].(type) {
		case float64:
			p.Shape = []int{int(s)}
		case []any:
			for _, n := range s {
				p.Shape = append(p.Shape, int(n.(float64)))
			}
		}
		return applied(p.Place(g, "l"), in), normParams
	},
	"GroupNorm": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		return c.groupNorm(t, g, in, layers.GroupNorm{Groups: int(c.Number("num_groups", 0)), Channels: int(c.Number("num_channels", 0))})
	},
	"InstanceNorm": func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		return c.groupNorm(t, g, in, layers.InstanceNorm(int(c.Number("num_channels", 0))))
	},
}

var normParams = map[string]string{"scale": "l.Scale", "bias": "l.Bias"}

func (c goldenCase) epsilon() layers.Param { return layers.Const(c.Number("epsilon", 1e-5)) }

func (c goldenCase) groupNorm(t *testing.T, g *graph.Graph, in map[string]*graph.Node, p layers.GroupNorm) (map[string]*graph.Node, map[string]string) {
	c.known(t, "num_groups", "num_channels", "epsilon", "affine")
	p.Epsilon, p.Scale, p.Bias = c.epsilon(), c.learned("scale"), c.learned("bias")
	p.NoAffine, p.DType = c.Params["affine"] == false, c.dtype
	return applied(p.Place(g, "l"), in), normParams
}

func goldenBatchNorm(of func(n int, training bool) layers.BatchNorm) goldenLayer {
	return func(t *testing.T, c goldenCase, g *graph.Graph, in map[string]*graph.Node) (map[string]*graph.Node, map[string]string) {
		c.known(t, "num_features", "momentum", "epsilon", "affine", "axis")
		for i, a := range c.list(t, "axis") { // no others are meant for
			require.Equal(t, i, a, "axis")
		}
		_, evaluation := c.Inputs["running_mean"]
		p := of(int(c.Number("num_features", 0)), !evaluation)
		p.Momentum, p.Epsilon = layers.Const(c.Number("momentum", 0.99)), c.epsilon()
		p.Scale, p.Bias, p.NoAffine, p.DType = c.learned("scale"), c.learned("bias"), c.Params["affine"] == false, c.dtype
		cell := p.Place(g, "l")
		outs := applied(cell, in)
		outs["running_mean"], outs["running_var"] = cell.Mean, cell.Variance
		return outs, normParams
	}
}
