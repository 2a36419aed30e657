package surrogate_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkValues are g'(-0.3), g'(0.3), g'(1.5) and the smooth function at 0.3 with the defaults,
// worked out by hand from the definitions to within 1e-6; NaN where there is no smooth function.
var checkValues = map[string][4]float64{
	"sigmoid":                   {0.711578, 0.711578, 0.009866, 0.768525},
	"piecewise_quadratic":       {0.7, 0.7, 0, 0.755},
	"piecewise_exp":             {0.370409, 0.370409, 0.111565, 0.629591},
	"soft_sign":                 {0.295858, 0.295858, 0.08, 0.615385},
	"arctan":                    {0.409143, 0.409143, 0.076317, 0.640176},
	"nonzero_sign_log":          {0.769231, 0.769231, 0.4, 0.262364},
	"erf":                       {0.515630, 0.515630, 0.059465, 0.664314},
	"piecewise_leaky_relu":      {1, 1, 0.01, 0.65},
	"squarewave_fourier_series": {0.866388, 0.866388, -0.270598, 0.786433},
	"s2nn":                      {0.711578, 0.769231, 0.4, 0.762364},
	"q_pseudo_spike":            {0.390625, 0.390625, 0.0625, 0.6875},
	"leaky_relu":                {0.1, 1, 1, 0.3},
	"log_tailed_relu":           {0, 1, 0.666667, 0.3},
	"relu_grad":                 {0.21, 0.21, 0, math.NaN()},
	"gaussian_grad":             {0.333225, 0.333225, 0.004432, math.NaN()},
	"multi_gaussian_grad":       {0.363632, 0.363632, -0.012324, math.NaN()},
	"inv_square_grad":           {0.001041, 0.001041, 0.000044, math.NaN()},
	"slayer_grad":               {0.740818, 0.740818, 0.223130, math.NaN()},
}

// printed is what String says of the defaults.
var printed = map[string]string{
	"sigmoid":                   "Sigmoid(alpha=4)",
	"piecewise_quadratic":       "PiecewiseQuadratic(alpha=1)",
	"piecewise_exp":             "PiecewiseExp(alpha=1)",
	"soft_sign":                 "SoftSign(alpha=1)",
	"arctan":                    "Arctan(alpha=1)",
	"nonzero_sign_log":          "NonzeroSignLog(alpha=1)",
	"erf":                       "ERF(alpha=1)",
	"piecewise_leaky_relu":      "PiecewiseLeakyRelu(c=0.01, w=1)",
	"squarewave_fourier_series": "SquarewaveFourierSeries(n=2, t_period=8)",
	"s2nn":                      "S2NN(alpha=4, beta=1, epsilon=1e-08)",
	"q_pseudo_spike":            "QPseudoSpike(alpha=2)",
	"leaky_relu":                "LeakyRelu(alpha=0.1, beta=1)",
	"log_tailed_relu":           "LogTailedRelu(alpha=0)",
	"relu_grad":                 "ReluGrad(alpha=0.3, width=1)",
	"gaussian_grad":             "GaussianGrad(sigma=0.5, alpha=0.5)",
	"multi_gaussian_grad":       "MultiGaussianGrad(h=0.15, s=6, sigma=0.5, scale=0.5)",
	"inv_square_grad":           "InvSquareGrad(alpha=100)",
	"slayer_grad":               "SlayerGrad(alpha=1)",
}

// forAll runs a test for every surrogate with its defaults.
func forAll(t *testing.T, test func(t *testing.T, name string, s graph.Surrogate)) {
	t.Helper()
	require.Len(t, surrogate.All(), len(checkValues))
	for _, k := range surrogate.All() {
		t.Run(k.Name, func(t *testing.T) {
			s, err := k.New(nil)
			require.NoError(t, err)
			test(t, k.Name, s)
		})
	}
}

func TestCheckValues(t *testing.T) {
	forAll(t, func(t *testing.T, name string, s graph.Surrogate) {
		want, ok := checkValues[name]
		require.True(t, ok)
		assert.InDeltaSlice(t, want[:3], slopes(t, s, []float64{-0.3, 0.3, 1.5}), 1e-6)
		f, smooth := s.(surrogate.Smoother)
		require.Equal(t, !math.IsNaN(want[3]), smooth)
		if smooth {
			y := eval(t, []float64{0.3}, func(x *graph.Node) []*graph.Node { return nodes(f.Smooth(x)) })
			assert.InDelta(t, want[3], y[0][0], 1e-6)
		}
		assert.Equal(t, printed[name], fmt.Sprint(s))
	})
}

// places are arguments off the kinks of every surrogate with its defaults.
var places = []float64{-2.3, -1.2, -0.62, -0.31, -0.07, 0.04, 0.28, 0.71, 1.3, 2.4}

func TestSlopeIsTheDerivativeOfSmooth(t *testing.T) {
	tested := 0
	forAll(t, func(t *testing.T, name string, s graph.Surrogate) {
		f, ok := s.(surrogate.Smoother)
		if !ok {
			return
		}
		tested++
		const h = 1e-5
		y := eval(t, places, func(x *graph.Node) []*graph.Node {
			central := f.Smooth(x.Shift(h)).Sub(f.Smooth(x.Shift(-h))).Scale(1 / (2 * h))
			return nodes(central, autodiff.VectorGrad(f.Smooth(x), x)[0], s.Grad(x, x.Like(1)))
		})
		for i, x := range places {
			factor := 1.0
			if name == "piecewise_leaky_relu" && math.Abs(x) < 1 {
				factor = 2 // the slope is defined as twice that of the ramp
			}
			assert.InDelta(t, y[0][i], y[1][i], 1e-8, "the gradient of Smooth at %v", x)
			assert.InDelta(t, factor*y[0][i], y[2][i], 1e-8, "Grad at %v", x)
		}
	})
	require.Equal(t, 13, tested)
}

func TestSmoothFromTheRightAtZero(t *testing.T) {
	want := map[string]float64{"piecewise_exp": 0.5, "nonzero_sign_log": 1, "q_pseudo_spike": 1, "soft_sign": 0.5, "s2nn": 1}
	for name, slope := range want {
		s, err := surrogate.New(name, nil)
		require.NoError(t, err)
		y := eval(t, []float64{0}, func(x *graph.Node) []*graph.Node {
			return autodiff.VectorGrad(s.(surrogate.Smoother).Smooth(x), x)
		})
		assert.InDelta(t, slope, y[0][0], 1e-7, name)
	}
}

func TestSlopeCanBeDifferentiatedAgain(t *testing.T) {
	forAll(t, func(t *testing.T, _ string, s graph.Surrogate) {
		const h = 1e-5
		y := eval(t, places, func(x *graph.Node) []*graph.Node {
			g := func(x *graph.Node) *graph.Node { return s.Grad(x, x.Like(1)) }
			central := g(x.Shift(h)).Sub(g(x.Shift(-h))).Scale(1 / (2 * h))
			return nodes(central, autodiff.VectorGrad(g(x), x)[0])
		})
		assert.InDeltaSlice(t, y[0], y[1], 1e-6)
	})
}

// Branches not taken must not spoil the derivative where they have a pole.
func TestDerivativesAreFiniteEverywhere(t *testing.T) {
	x := []float64{-1e3, -1, 0, 1, 1e3}
	forAll(t, func(t *testing.T, _ string, s graph.Surrogate) {
		for _, y := range eval(t, x, func(x *graph.Node) []*graph.Node {
			g := s.Grad(x, x.Like(1))
			out := nodes(g, autodiff.VectorGrad(g, x)[0])
			if f, ok := s.(surrogate.Smoother); ok {
				out = append(out, f.Smooth(x), autodiff.VectorGrad(f.Smooth(x), x)[0])
			}
			return out
		}) {
			for i, v := range y {
				assert.False(t, math.IsNaN(v) || math.IsInf(v, 0), "at %v: %v", x[i], y)
			}
		}
	})
}

// The tails keep their digits: nothing is subtracted from 1 there.
func TestSigmoidFarFromThreshold(t *testing.T) {
	want := 4 * math.Exp(-80)
	for _, y := range slopes(t, surrogate.NewSigmoid(), []float64{-20, 20}) {
		assert.InEpsilon(t, want, y, 1e-12)
	}
}

func TestForwardIsTheStep(t *testing.T) {
	x := []float64{math.Inf(-1), -2, -5e-324, math.Copysign(0, -1), 0, 5e-324, 1, math.Inf(1)}
	want := []float64{0, 0, 0, 1, 1, 1, 1, 1}
	forAll(t, func(t *testing.T, _ string, s graph.Surrogate) {
		y := eval(t, x, func(x *graph.Node) []*graph.Node { return nodes(x.Spike(s), surrogate.Spiked(x, s, false)) })
		assert.Equal(t, want, y[0])
		assert.Equal(t, want, y[1])
	})
}

func TestSpikeInFloat32(t *testing.T) {
	forAll(t, func(t *testing.T, _ string, s graph.Surrogate) {
		y := eval(t, places, func(x *graph.Node) []*graph.Node {
			low := x.Cast(graph.Float32)
			g := s.Grad(low, low.Like(1))
			assert.Equal(t, graph.Float32, g.DType())
			return nodes(g.Cast(graph.Float64), s.Grad(x, x.Like(1)))
		})
		assert.InDeltaSlice(t, y[1], y[0], 1e-5)
	})
}

func TestInvalidNodePassesSilently(t *testing.T) {
	forAll(t, func(t *testing.T, _ string, s graph.Surrogate) {
		g := graph.New()
		bad := g.Fail(graph.ErrShape)
		want := g.Err().Error()
		good := g.Const(graph.Float64, 1, 3)
		assert.False(t, s.Grad(bad, good).Valid())
		assert.False(t, s.Grad(good, bad).Valid())
		assert.False(t, surrogate.Spiked(bad, s, true).Valid())
		if f, ok := s.(surrogate.Smoother); ok {
			assert.False(t, f.Smooth(bad).Valid())
		}
		assert.EqualError(t, g.Err(), want)
	})
}

func TestZeroNaNAndInfAreRefused(t *testing.T) {
	for _, k := range surrogate.All() {
		for _, p := range k.Params {
			for _, v := range []float64{math.NaN(), math.Inf(1), -1} {
				s, err := k.New(map[string]float64{p: v})
				assert.ErrorIs(t, err, graph.ErrValue, "%s: %s = %v", k.Name, p, v)
				assert.Nil(t, s)
			}
		}
	}
}

// The same parameters in a literal are a fault on the graph, and only one.
func TestBadLiteralIsAFault(t *testing.T) {
	for _, s := range []graph.Surrogate{
		surrogate.Sigmoid{}, surrogate.PiecewiseQuadratic{}, surrogate.PiecewiseExp{}, surrogate.SoftSign{},
		surrogate.Arctan{}, surrogate.NonzeroSignLog{}, surrogate.ERF{}, surrogate.PiecewiseLeakyRelu{C: 0.1},
		surrogate.SquarewaveFourierSeries{TPeriod: 8}, surrogate.SquarewaveFourierSeries{N: 2.5, TPeriod: 8},
		surrogate.S2NN{Alpha: 4}, surrogate.QPseudoSpike{Alpha: 1}, surrogate.LeakyRelu{},
		surrogate.LogTailedRelu{Alpha: -1}, surrogate.ReluGrad{Alpha: 1}, surrogate.GaussianGrad{Alpha: 1},
		surrogate.MultiGaussianGrad{}, surrogate.InvSquareGrad{}, surrogate.SlayerGrad{Alpha: math.Inf(1)},
	} {
		g := graph.New()
		x := g.Const(graph.Float64, 1, 3)
		assert.False(t, s.Grad(x, x).Valid())
		require.ErrorIs(t, g.Err(), graph.ErrValue, "%v", s)
		assert.Contains(t, g.Err().Error(), fmt.Sprint(s))
		assert.NotContains(t, g.Err().Error(), "\n", "one fault")
		if f, ok := s.(surrogate.Smoother); ok {
			assert.False(t, f.Smooth(x).Valid())
		}
	}
}

func TestWholeNumbersAreRefused(t *testing.T) {
	g := graph.New()
	x := g.Const(graph.Int32, 1, 3)
	assert.False(t, surrogate.NewPiecewiseLeakyRelu().Grad(x, x).Valid())
	assert.ErrorIs(t, g.Err(), graph.ErrDType)
}

func TestNew(t *testing.T) {
	s, err := surrogate.New("multi_gaussian_grad", map[string]float64{"h": 0.2, "scale": 1})
	require.NoError(t, err)
	assert.Equal(t, surrogate.MultiGaussianGrad{H: 0.2, S: 6, Sigma: 0.5, Scale: 1}, s)
	assert.True(t, reflect.TypeOf(s).Comparable())

	_, err = surrogate.New("sigmoid", map[string]float64{"beta": 1})
	require.ErrorIs(t, err, graph.ErrValue)
	assert.Contains(t, err.Error(), `"alpha"`)
	_, err = surrogate.New("sigmoidal", nil)
	require.ErrorIs(t, err, graph.ErrValue)
	assert.Contains(t, err.Error(), "sigmoid,")
}

// Equal surrogates on equal inputs are one node.
func TestEqualSpikesAreOneNode(t *testing.T) {
	x := graph.New().Const(graph.Float64, 1, 3)
	assert.Same(t, x.Spike(surrogate.NewSigmoid()), x.Spike(surrogate.Sigmoid{Alpha: 4}))
	assert.NotSame(t, x.Spike(surrogate.NewSigmoid()), x.Spike(surrogate.Sigmoid{Alpha: 5}))
}

func TestParametrisationsOfOtherLibraries(t *testing.T) {
	const a = 1.7
	want := make([][]float64, 4)
	for _, u := range places {
		want[0] = append(want[0], a/2/(1+math.Pow(math.Pi*a*u/2, 2)))
		want[1] = append(want[1], 1/math.Pow(1+a*math.Abs(u), 2))
		want[2] = append(want[2], a/(1+math.Exp(-a*u))/(1+math.Exp(a*u)))
		want[3] = append(want[3], 1/(1+math.Pow(math.Pi*u, 2)))
	}
	for i, s := range []graph.Surrogate{
		surrogate.Arctan{Alpha: a}, surrogate.InvSquareGrad{Alpha: a}, surrogate.Sigmoid{Alpha: a}, surrogate.Arctan{Alpha: 2},
	} {
		assert.InDeltaSlice(t, want[i], slopes(t, s, places), 1e-14, "%v", s)
	}
}
