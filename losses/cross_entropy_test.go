package losses_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/losses"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func gradOf(y, x *graph.Node) *graph.Node { return autodiff.Grad(y, x)[0] }

// Three samples by hand: log probabilities that are logarithms of these.
var (
	odds = []float64{0.5, 0.25, 0.25, 0.125, 0.125, 0.75, 0.2, 0.6, 0.2}
	logs = func() []float64 {
		l := make([]float64, len(odds))
		for i, p := range odds {
			l[i] = math.Log(p)
		}
		return l
	}()
)

func TestCrossEntropyByHand(t *testing.T) {
	l := []float64{-math.Log(0.25), -math.Log(0.75), -math.Log(0.2)} // of classes 1, 2, 0
	w := []float64{1, 2, 4}
	smoothed := func(n int, target int) float64 { // weighted, α = 0.3
		s := 0.0
		for c := range 3 {
			y := 0.1
			if c == target {
				y = 0.8
			}
			s -= w[c] * y * math.Log(odds[3*n+c])
		}
		return s
	}
	for name, c := range map[string]struct {
		ids  []float64
		o    losses.CEOptions
		want float64
	}{
		"mean":                {[]float64{1, 2, 0}, losses.CEOptions{}, (l[0] + l[1] + l[2]) / 3},
		"sum":                 {[]float64{1, 2, 0}, losses.CEOptions{Reduction: losses.Sum}, l[0] + l[1] + l[2]},
		"over weights":        {[]float64{1, 2, 0}, losses.CEOptions{Weight: w}, (2*l[0] + 4*l[1] + l[2]) / 7},
		"over samples":        {[]float64{1, 2, 0}, losses.CEOptions{Weight: w, MeanOver: losses.OverSamples}, (2*l[0] + 4*l[1] + l[2]) / 3},
		"ignored":             {[]float64{1, -100, 0}, losses.CEOptions{Ignore: []int{-100}}, (l[0] + l[2]) / 2},
		"ignored class":       {[]float64{1, 2, 0}, losses.CEOptions{Ignore: []int{2, 7}}, (l[0] + l[2]) / 2},
		"ignored, weights":    {[]float64{1, -100, 0}, losses.CEOptions{Weight: w, Ignore: []int{-100}}, (2*l[0] + l[2]) / 3},
		"ignored, samples":    {[]float64{1, -100, 0}, losses.CEOptions{Weight: w, Ignore: []int{-100}, MeanOver: losses.OverSamples}, (2*l[0] + l[2]) / 2},
		"ignored, sum":        {[]float64{1, -100, 0}, losses.CEOptions{Ignore: []int{-100}, Reduction: losses.Sum}, l[0] + l[2]},
		"all ignored":         {[]float64{-1, -1, -1}, losses.CEOptions{Ignore: []int{-1}}, 0},
		"smoothed, weights":   {[]float64{1, 2, 0}, losses.CEOptions{Weight: w, LabelSmoothing: 0.3}, (smoothed(0, 1) + smoothed(1, 2) + smoothed(2, 0)) / 7},
		"smoothed, ignored":   {[]float64{1, -100, 0}, losses.CEOptions{Weight: w, LabelSmoothing: 0.3, Ignore: []int{-100}}, (smoothed(0, 1) + smoothed(2, 0)) / 3},
		"smoothed to uniform": {[]float64{1, 2, 0}, losses.CEOptions{LabelSmoothing: 1}, -(logs[0] + logs[1] + logs[2] + logs[3] + logs[4] + logs[5] + logs[6] + logs[7] + logs[8]) / 9},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			x := floats(g, logs, 3, 3)
			loss := losses.CrossEntropy(x, ints(g, c.ids, 3), c.o)
			assert.InDelta(t, c.want, value(t, loss), 1e-14)
			for i, id := range c.ids {
				if id < 0 {
					assert.Equal(t, make([]float64, 3), values(t, gradOf(loss, x))[0][3*i:3*i+3], "no gradient to sample %d", i)
				}
			}
		})
	}
}

// Probabilities that are one-hot are the same as ids, smoothing included.
func TestCrossEntropyOfProbabilities(t *testing.T) {
	g := graph.New()
	x, ids := floats(g, wave(9, 0), 3, 3), ints(g, []float64{1, 2, 0}, 3)
	for _, o := range []losses.CEOptions{
		{Reduction: losses.None},
		{Reduction: losses.None, LabelSmoothing: 0.2, Weight: []float64{1, 2, 3}},
		{Weight: []float64{1, 2, 3}, MeanOver: losses.OverSamples},
	} {
		v := values(t, losses.CrossEntropy(x, ids, o), losses.CrossEntropy(x, ids.OneHot(3, graph.Float64), o))
		assert.InDeltaSlice(t, v[0], v[1], 1e-15)
	}
	weighted := losses.CEOptions{Weight: []float64{1, 2, 3}} // probabilities have no class to weigh
	v := values(t, losses.CrossEntropy(x, ids.OneHot(3, graph.Float64), weighted),
		losses.CrossEntropy(x, ids, losses.CEOptions{Weight: weighted.Weight, Reduction: losses.Sum}))
	assert.InDelta(t, v[1][0]/3, v[0][0], 1e-14)
}

// A class that is masked with -Inf may have no probability, and does no harm.
func TestCrossEntropyOfImpossibleClasses(t *testing.T) {
	g := graph.New()
	x := floats(g, []float64{1, math.Inf(-1), 1}, 1, 3)
	for _, loss := range []*graph.Node{
		losses.CrossEntropy(x, ints(g, []float64{2}, 1), losses.CEOptions{}),
		losses.CrossEntropy(x, floats(g, []float64{0, 0, 1}, 1, 3), losses.CEOptions{}),
		losses.CrossEntropySparse(x, ints(g, []float64{2}, 1)).Sum(),
	} {
		v := values(t, loss, gradOf(loss, x))
		assert.InDelta(t, math.Ln2, v[0][0], 1e-15)
		assert.InDeltaSlice(t, []float64{0.5, 0, -0.5}, v[1], 1e-15)
	}
}

// Logits far beyond the range of e^x neither overflow nor lose the small loss.
func TestCrossEntropyOfLargeLogits(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		g := graph.New()
		x := g.Values(d, []float64{2000, 0, -2000}, 1, 3)
		for id, want := range []float64{0, 2000, 4000} {
			assert.InDelta(t, want, value(t, losses.CrossEntropy(x, ints(g, []float64{float64(id)}, 1), losses.CEOptions{})), 1e-6)
		}
	}
}

func TestCrossEntropySparseShapes(t *testing.T) {
	g := graph.New()
	x := floats(g, wave(18, 0), 2, 3, 3)
	v := values(t,
		losses.CrossEntropySparse(x, ints(g, []float64{2, 2, 2, 2, 2, 2}, 2, 3)),
		losses.CrossEntropySparse(x, ints(g, []float64{2, 2, 2, 2, 2, 2}, 2, 3, 1)),
		losses.CrossEntropySparse(x, g.Const(graph.Int32, 2)),
		losses.CrossEntropy(x, ints(g, []float64{2, 2, 2, 2, 2, 2}, 2, 3), losses.CEOptions{Reduction: losses.None}))
	for _, y := range v[1:] {
		assert.InDeltaSlice(t, v[0], y, 1e-15)
	}
}

func TestReductions(t *testing.T) {
	for _, r := range []losses.Reduction{losses.Mean, losses.Sum, losses.None} {
		back, err := losses.ParseReduction(r.String())
		require.NoError(t, err)
		assert.Equal(t, r, back)
	}
	_, err := losses.ParseReduction("average")
	assert.ErrorIs(t, err, graph.ErrValue)

	g := graph.New()
	x, y := floats(g, []float64{1, 2, 3, 5}, 2, 2), floats(g, make([]float64, 4), 2, 2)
	v := values(t,
		losses.L1(x, y, losses.Mean), losses.L1(x, y, losses.Sum), losses.L1(x, y, losses.None),
		losses.MeanAbsoluteError(x, y, losses.Mean), losses.MeanAbsoluteError(x, y, losses.Sum, 0),
		losses.MeanAbsoluteError(x, y, losses.None, 0))
	assert.Equal(t, [][]float64{{5.5}, {11}, {3, 8}, {2.75}, {4, 7}, {1, 2, 3, 5}}, v)

	assert.False(t, losses.MeanAbsoluteError(x, y, losses.Mean, 2).Valid())
	assert.ErrorIs(t, g.Err(), graph.ErrShape)
}

func TestTree(t *testing.T) {
	g := graph.New()
	a, b := floats(g, []float64{1, 2}, 2), floats(g, []float64{3, 5, 7}, 3)
	zeros := func(x *graph.Node) *graph.Node { return x.Like(0) }
	sum := losses.Tree(losses.L2, []*graph.Node{a, a}, []*graph.Node{zeros(a), a})
	assert.Equal(t, [][]float64{{0.5, 2}}, values(t, sum))
	assert.InDelta(t, math.Sqrt(1+4+9+25+49), value(t, losses.L2Norm(a, b)), 1e-14)
	assert.InDelta(t, 1.5+5, value(t, losses.MeanAbsolute([]*graph.Node{a, b})), 1e-14)

	isFault(t, losses.Tree(losses.L2, []*graph.Node{a}, nil), graph.ErrShape, "1 predictions, 0 targets")
	assert.False(t, losses.Tree(losses.L2, nil, nil).Valid())
}
