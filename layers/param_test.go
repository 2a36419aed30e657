package layers_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// placed places p as the decay of 3 integrators and returns its node.
func placed(g *graph.Graph, p layers.Param) *graph.Node {
	return layers.LeakyIntegrator{N: 3, Decay: p, Input: layers.Unscaled, DType: f64}.In(g, "leak", 1).Decay
}

func TestParamForms(t *testing.T) {
	t.Parallel()
	own := ramp{}
	for name, c := range map[string]struct {
		p       layers.Param
		shape   graph.Shape
		want    []float64 // nil where drawn
		stored  graph.Shape
		trained bool
	}{
		"const":          {layers.Const(0.5), graph.Shape{}, []float64{0.5}, nil, false},
		"values":         {layers.Values{0.1, 0.2, 0.3}, graph.Shape{3}, []float64{0.1, 0.2, 0.3}, nil, false},
		"fixed const":    {layers.Fix(layers.Const(0.5)), graph.Shape{}, []float64{0.5}, nil, false},
		"distribution":   {layers.Uniform{Lo: 0.2, Hi: 0.3}, graph.Shape{3}, nil, graph.Shape{3}, false},
		"user's own":     {own, graph.Shape{3}, []float64{0, 0.25, 0.5}, graph.Shape{3}, false},
		"trained const":  {layers.Train(layers.Const(0.5)), graph.Shape{3}, []float64{0.5, 0.5, 0.5}, graph.Shape{3}, true},
		"trained values": {layers.Train(layers.Values{0.1, 0.2, 0.3}), graph.Shape{3}, []float64{0.1, 0.2, 0.3}, graph.Shape{3}, true},
		"trained drawn":  {layers.Train(own), graph.Shape{3}, []float64{0, 0.25, 0.5}, graph.Shape{3}, true},
		"shared":         {layers.Train(layers.Const(0.5)).Shared(), graph.Shape{}, []float64{0.5}, graph.Shape{}, true},
		"shared, fixed":  {layers.Fix(own).Shared(), graph.Shape{}, []float64{0}, graph.Shape{}, false},
		"train of fix":   {layers.Train(layers.Fix(own).Shared()), graph.Shape{}, []float64{0}, graph.Shape{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			n := placed(g, c.p)
			require.NoError(t, g.Err())
			assert.Equal(t, c.shape, n.Shape())
			if c.want != nil {
				assert.InDeltaSlice(t, c.want, values(t, n), 1e-15)
			}
			p := g.Store().Get("leak.Decay")
			if c.stored == nil {
				assert.Nil(t, p)
				return
			}
			require.NotNil(t, p)
			assert.Equal(t, c.stored.Size(), p.Value.Shape().TotalSize())
			assert.Equal(t, c.trained, p.Trained)
		})
	}
}

// ramp is an initializer of a user's own.
type ramp struct{}

func (ramp) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	x := make([]float64, graph.Shape(shape).Size())
	for i := range x {
		x[i] = float64(i) / 4
	}
	return x, nil
}

func TestTrainOfNilIsTheDefault(t *testing.T) {
	t.Parallel()
	g := graph.New()
	c := layers.LIF{N: 2, VTh: layers.Train(nil), Tau: layers.Train(nil), V0: layers.Train(nil), DType: f64}.In(g, "n", 1)
	require.NoError(t, g.Err())
	assert.Equal(t, []float64{20, 20}, values(t, c.VTh))
	assert.InDelta(t, math.Exp(-0.1), values(t, c.Decay)[0], 1e-15)
	assert.Equal(t, []float64{0, 0}, values(t, c.V0))
	assert.Len(t, g.Trained(), 3)
}

func TestInitialValueIsInvertedExactly(t *testing.T) {
	t.Parallel()
	for f, at := range map[layers.Transform][]float64{
		layers.Raw:      {-3, 0, 7},
		layers.Sigmoid:  {1e-6, 0.5, 1 - 1e-6},
		layers.Softplus: {1e-6, 1, 800},
		layers.Exp:      {1e-6, 1, 800},
		layers.Unit:     {0, 0.5, 1},
	} {
		t.Run(f.String(), func(t *testing.T) {
			g := graph.New()
			n := layers.LIF{N: 3, VTh: layers.Train(layers.Values(at)).Through(f), DType: f64}.In(g, "n", 1).VTh
			for i, v := range values(t, n) {
				assert.InEpsilon(t, 1+at[i], 1+v, 1e-12)
				assert.InDelta(t, 1, (v+1e-300)/(at[i]+1e-300), 1e-9)
			}
		})
	}
	assert.Equal(t, "Transform(9)", layers.Transform(9).String())
}

func TestTransformKeepsItsRange(t *testing.T) {
	t.Parallel()
	for f, want := range map[layers.Transform][2]float64{
		layers.Sigmoid: {0, 1}, layers.Unit: {0, 1}, layers.Softplus: {0, 1e3}, layers.Exp: {0, math.Inf(1)},
	} {
		g := graph.New()
		n := layers.LIF{N: 2, VTh: layers.Train(layers.Const(0.5)).Through(f), DType: f64}.In(g, "n", 1).VTh
		copy(numbers(g.Store().Get("n.VTh").Value), []float64{-1000, 1000}) // what an optimizer might do
		v := values(t, n)
		assert.Equal(t, want[0], v[0], f)
		assert.Equal(t, want[1], v[1], f)
	}
}

func TestParamFaults(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		p    layers.Param
		want string
		is   error
	}{
		"not finite":        {layers.Const(nan), "NaN", graph.ErrValue},
		"infinite":          {layers.Const(inf), "Inf", graph.ErrValue},
		"outside":           {layers.Const(1.5), "1.5", graph.ErrValue},
		"a value outside":   {layers.Values{0, -1, 0}, "-1 at element 1", graph.ErrValue},
		"too few":           {layers.Values{0.5}, "1 values", graph.ErrShape},
		"too few, trained":  {layers.Train(layers.Values{0.5}), "1 values", graph.ErrShape},
		"outside, trained":  {layers.Train(layers.Const(-1)), "-1", graph.ErrValue},
		"outside, drawn":    {layers.Normal{Mean: 100, Std: 1}, "want within [0, 1]", graph.ErrValue},
		"not invertible":    {layers.Train(layers.Const(1)).Through(layers.Sigmoid), "through Sigmoid", graph.ErrValue},
		"no such transform": {layers.Train(layers.Const(1)).Through(9), "Transform(9)", graph.ErrValue},
		"bad distribution":  {layers.Uniform{Lo: 1, Hi: 0}, "Lo <= Hi", graph.ErrValue},
		"nothing to train":  {layers.Train(nil), "nil", graph.ErrValue},
		"nothing to fix":    {layers.Fix(nil), "nil", graph.ErrValue},
	} {
		t.Run(name, func(t *testing.T) {
			g := graph.New()
			n := placed(g, c.p)
			assert.False(t, n.Valid())
			assert.ErrorIs(t, g.Err(), c.is)
			faults(t, g, "leak|Decay|param_test.go|"+c.want)
		})
	}
}

func TestStoredConstantsComeBack(t *testing.T) {
	t.Parallel()
	s := graph.NewStore(7)
	a := values(t, placed(graph.NewIn(s), layers.Uniform{Lo: 0, Hi: 1}))
	assert.Equal(t, a, values(t, placed(graph.NewIn(s), layers.Uniform{Lo: 0, Hi: 1})), "one store, one value")
	assert.Equal(t, a, values(t, placed(graph.NewIn(graph.NewStore(7)), layers.Uniform{Lo: 0, Hi: 1})), "same seed")
	assert.NotEqual(t, a, values(t, placed(graph.NewIn(graph.NewStore(8)), layers.Uniform{Lo: 0, Hi: 1})), "another seed")
}
