package losses_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pairLosses compare floats of one shape; idLosses scores [… C] with class ids; trainLosses take
// spikes [T B C] and something per sample; alone take one node.
var (
	pairLosses = map[string]func(x, y *graph.Node) *graph.Node{
		"CrossEntropy":              func(x, y *graph.Node) *graph.Node { return losses.CrossEntropy(x, y, losses.CEOptions{}) },
		"SoftmaxCrossEntropy":       losses.SoftmaxCrossEntropy,
		"SigmoidBinaryCrossEntropy": losses.SigmoidBinaryCrossEntropy,
		"CrossEntropySigmoid":       losses.CrossEntropySigmoid,
		"BinaryLogistic":            losses.BinaryLogistic,
		"BinaryCrossEntropy":        func(x, y *graph.Node) *graph.Node { return losses.BinaryCrossEntropy(x, y, losses.Mean) },
		"L1":                        func(x, y *graph.Node) *graph.Node { return losses.L1(x, y, losses.Sum) },
		"L2":                        losses.L2,
		"Huber":                     func(x, y *graph.Node) *graph.Node { return losses.Huber(x, y, 1) },
		"LogCoshLoss":               losses.LogCoshLoss,
		"MeanAbsoluteError":         func(x, y *graph.Node) *graph.Node { return losses.MeanAbsoluteError(x, y, losses.Mean) },
		"MeanSquaredError":          func(x, y *graph.Node) *graph.Node { return losses.MeanSquaredError(x, y, losses.Mean) },
		"MeanSquaredLogError":       func(x, y *graph.Node) *graph.Node { return losses.MeanSquaredLogError(x, y, losses.Mean) },
		"Hinge":                     func(x, y *graph.Node) *graph.Node { return losses.Hinge(x, y, losses.NewHingeOptions()) },
		"VanRossum":                 func(x, y *graph.Node) *graph.Node { return losses.VanRossum(x, y, 10, 1, losses.Mean) },
	}
	idLosses = map[string]func(x, ids *graph.Node) *graph.Node{
		"CrossEntropy":       func(x, y *graph.Node) *graph.Node { return losses.CrossEntropy(x, y, losses.CEOptions{}) },
		"NLL":                func(x, y *graph.Node) *graph.Node { return losses.NLL(x, y, losses.Mean) },
		"CrossEntropySparse": losses.CrossEntropySparse,
		"MulticlassLogistic": func(x, y *graph.Node) *graph.Node { return losses.MulticlassLogistic(y, x) },
		"MulticlassHinge":    func(x, y *graph.Node) *graph.Node { return losses.MulticlassHinge(x, y, losses.NewHingeOptions()) },
		"MultiMargin":        func(x, y *graph.Node) *graph.Node { return losses.MultiMargin(x, y, losses.NewHingeOptions()) },
	}
	trainLosses = map[string]func(x, ids *graph.Node) *graph.Node{
		"RateCrossEntropy":  func(x, y *graph.Node) *graph.Node { return losses.RateCrossEntropy(x, y, losses.CEOptions{}) },
		"CountCrossEntropy": func(x, y *graph.Node) *graph.Node { return losses.CountCrossEntropy(x, y, losses.CEOptions{}) },
		"LastCrossEntropy":  func(x, y *graph.Node) *graph.Node { return losses.LastCrossEntropy(x, y, losses.CEOptions{}) },
		"MaxCrossEntropy":   func(x, y *graph.Node) *graph.Node { return losses.MaxCrossEntropy(x, y, losses.CEOptions{}) },
		"MeanCrossEntropy":  func(x, y *graph.Node) *graph.Node { return losses.MeanCrossEntropy(x, y, losses.CEOptions{}) },
	}
	alone = map[string]func(x *graph.Node) *graph.Node{
		"SmoothLabels":    func(x *graph.Node) *graph.Node { return losses.SmoothLabels(x, 0.1) },
		"L2Norm":          func(x *graph.Node) *graph.Node { return losses.L2Norm(x) },
		"MeanAbsolute":    func(x *graph.Node) *graph.Node { return losses.MeanAbsolute([]*graph.Node{x}) },
		"MeanSquare":      func(x *graph.Node) *graph.Node { return losses.MeanSquare([]*graph.Node{x}) },
		"LogCosh":         losses.LogCosh,
		"SpikeRateBounds": func(x *graph.Node) *graph.Node { return losses.SpikeRateBounds(x, losses.RateBounds{}) },
		"SpikeL1":         losses.SpikeL1,
		"SpikeL2":         losses.SpikeL2,
	}
)

// isFault reports that n is invalid, and that its graph has one fault, of that kind and name.
func isFault(t *testing.T, n *graph.Node, kind error, name string) {
	t.Helper()
	require.False(t, n.Valid())
	err := n.Graph().Err()
	require.ErrorIs(t, err, kind)
	assert.ErrorContains(t, err, name)
	assert.NotContains(t, err.Error(), "\n", "one fault")
}

func TestShapesTypesAndEmptyBatches(t *testing.T) {
	makeNode := func(d graph.DType, shape ...int) *graph.Node { return graph.New().Const(d, 1, shape...) }
	beside := func(x *graph.Node, d graph.DType, shape ...int) *graph.Node { return x.Graph().Const(d, 1, shape...) }
	for name, f := range pairLosses {
		x := makeNode(graph.Float32, 2, 3)
		isFault(t, f(x, beside(x, graph.Float32, 2, 1)), graph.ErrShape, name)
		x = makeNode(graph.Float32, 2, 3)
		isFault(t, f(x, beside(x, graph.Float64, 2, 3)), graph.ErrDType, name)
		x = makeNode(graph.Bool, 2, 3)
		isFault(t, f(x, x), graph.ErrDType, name)
		x = makeNode(graph.Float32, 0, 3)
		isFault(t, f(x, x), graph.ErrShape, name)
	}
	for name, f := range idLosses {
		x := makeNode(graph.Float32, 2, 3)
		isFault(t, f(x, beside(x, graph.Int32, 3)), graph.ErrShape, name)
		x = makeNode(graph.Float32, 0, 3)
		isFault(t, f(x, beside(x, graph.Int32, 0)), graph.ErrShape, name)
		x = makeNode(graph.Float32, 2, 3)
		require.False(t, f(x, beside(x, graph.Float32, 2)).Valid(), name)
		x = makeNode(graph.Int32, 2, 3)
		isFault(t, f(x, beside(x, graph.Int32, 2)), graph.ErrDType, name)
	}
	for name, f := range trainLosses {
		x := makeNode(graph.Float32, 5, 2, 3)
		isFault(t, f(x, beside(x, graph.Int32, 5)), graph.ErrShape, name)
		x = makeNode(graph.Float32, 5, 0, 3)
		isFault(t, f(x, beside(x, graph.Int32, 0)), graph.ErrShape, name)
		x = makeNode(graph.Float32, 0, 2, 3)
		isFault(t, f(x, beside(x, graph.Int32, 2)), graph.ErrShape, name)
		x = makeNode(graph.Float32, 3)
		isFault(t, f(x, beside(x, graph.Int32)), graph.ErrShape, name)
	}
	for name, f := range alone {
		isFault(t, f(makeNode(graph.Int32, 2, 3)), graph.ErrDType, name)
		isFault(t, f(makeNode(graph.Float32, 0, 3)), graph.ErrShape, name)
	}
}

func TestInvalidNodesPassSilently(t *testing.T) {
	all := map[string]func(x, y *graph.Node) *graph.Node{}
	for _, m := range []map[string]func(x, y *graph.Node) *graph.Node{pairLosses, idLosses, trainLosses} {
		for name, f := range m {
			all[name] = f
		}
	}
	for name, f := range alone {
		all[name] = func(x, _ *graph.Node) *graph.Node { return f(x) }
	}
	all["RateMSE"] = func(x, y *graph.Node) *graph.Node { return losses.RateMSE(x, y, losses.Mean) }
	all["TargetRates"] = func(x, _ *graph.Node) *graph.Node { return losses.TargetRates(x, 3, 1, 0, graph.Float32) }
	all["CTC"] = func(x, y *graph.Node) *graph.Node { return losses.CTC(x, nil, y, nil, losses.NewCTCOptions()) }
	for name, f := range all {
		g := graph.New()
		bad := g.Fail(graph.ErrShape)
		before := g.Err().Error()
		require.False(t, f(bad, g.Const(graph.Float32, 1, 2, 3)).Valid(), name)
		require.False(t, f(bad, bad).Valid(), name)
		require.EqualError(t, g.Err(), before, name)
	}
	for name, f := range pairLosses {
		g := graph.New()
		bad := g.Fail(graph.ErrShape)
		before := g.Err().Error()
		require.False(t, f(g.Const(graph.Float32, 1, 2, 3), bad).Valid(), name)
		require.EqualError(t, g.Err(), before, name)
	}
}

func TestNilIsAFault(t *testing.T) {
	for name, f := range pairLosses {
		x := graph.New().Const(graph.Float32, 1, 2, 3)
		isFault(t, f(x, nil), graph.ErrValue, "targets are nil")
		require.False(t, f(nil, nil).Valid(), name)
	}
}

func TestBadSettings(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, f := range map[string]func(x, ids *graph.Node) *graph.Node{
		"Weight[1]": func(x, ids *graph.Node) *graph.Node {
			return losses.CrossEntropy(x, ids, losses.CEOptions{Weight: []float64{1, nan, 1}})
		},
		"LabelSmoothing": func(x, ids *graph.Node) *graph.Node {
			return losses.CrossEntropy(x, ids, losses.CEOptions{LabelSmoothing: 1.1})
		},
		"Ignore": func(x, _ *graph.Node) *graph.Node {
			return losses.CrossEntropy(x, x, losses.CEOptions{Ignore: []int{-100}})
		},
		"Divisor(2)": func(x, ids *graph.Node) *graph.Node {
			return losses.CrossEntropy(x, ids, losses.CEOptions{MeanOver: 2})
		},
		"Reduction(3)": func(x, ids *graph.Node) *graph.Node { return losses.NLL(x, ids, 3) },
		"alpha":        func(x, _ *graph.Node) *graph.Node { return losses.SmoothLabels(x, -0.1) },
		"delta":        func(x, _ *graph.Node) *graph.Node { return losses.Huber(x, x, 0) },
		"Margin is 0":  func(x, ids *graph.Node) *graph.Node { return losses.MultiMargin(x, ids, losses.HingeOptions{}) },
		"Margin is +Inf": func(x, _ *graph.Node) *graph.Node {
			return losses.Hinge(x, x, losses.HingeOptions{Margin: inf})
		},
		"Upper": func(x, _ *graph.Node) *graph.Node { return losses.SpikeRateBounds(x, losses.RateBounds{Upper: 1.5}) },
		"UpperWeight": func(x, _ *graph.Node) *graph.Node {
			return losses.SpikeRateBounds(x, losses.RateBounds{UpperWeight: inf})
		},
		"above Upper": func(x, _ *graph.Node) *graph.Node {
			return losses.SpikeRateBounds(x, losses.RateBounds{Lower: 0.2, Upper: 0.1, LowerWeight: 1, UpperWeight: 1})
		},
		"incorrect": func(_, ids *graph.Node) *graph.Node { return losses.TargetRates(ids, 3, 1, -1, graph.Float32) },
		"tau":       func(x, _ *graph.Node) *graph.Node { return losses.VanRossum(x, x, 0, 1, losses.Mean) },
		"dt":        func(x, _ *graph.Node) *graph.Node { return losses.VanRossum(x, x, 1, nan, losses.Mean) },
	} {
		g := graph.New()
		isFault(t, f(g.Const(graph.Float32, 1, 2, 3), g.Const(graph.Int32, 1, 2)), graph.ErrValue, name)
	}
	g := graph.New()
	short := losses.CEOptions{Weight: []float64{1, 2}}
	isFault(t, losses.CrossEntropy(g.Const(graph.Float32, 1, 2, 3), g.Const(graph.Int32, 1, 2), short), graph.ErrShape, "2 class weights for 3")
	g = graph.New()
	isFault(t, losses.MulticlassHinge(g.Const(graph.Float32, 1, 2, 1), g.Const(graph.Int32, 0, 2), losses.NewHingeOptions()), graph.ErrShape, "no class to lose")
}

// Every loss with class ids says which id, where, and what the range is.
func TestClassIdOutOfRange(t *testing.T) {
	for _, id := range []float64{3, -1} {
		for name, f := range idLosses {
			g := graph.New()
			err := runError(t, f(floats(g, wave(6, 0), 2, 3), ints(g, []float64{0, id}, 2)))
			require.ErrorIs(t, err, graph.ErrValue, name)
			assert.ErrorContains(t, err, "element 1", name)
			assert.ErrorContains(t, err, "[0, 3)", name)
			assert.ErrorContains(t, err, name)
		}
		for name, f := range trainLosses {
			g := graph.New()
			err := runError(t, f(floats(g, wave(24, 0), 4, 2, 3), ints(g, []float64{0, id}, 2)))
			require.ErrorIs(t, err, graph.ErrValue, name)
			assert.ErrorContains(t, err, "[0, 3)", name)
			assert.ErrorContains(t, err, name)
		}
	}
	g := graph.New()
	err := runError(t, losses.CTC(floats(g, wave(12, 0), 1, 4, 3), nil, ints(g, []float64{1, 7}, 1, 2), nil, losses.NewCTCOptions()))
	assert.ErrorContains(t, err, "7 (element 1) is outside [0, 3)")
}
