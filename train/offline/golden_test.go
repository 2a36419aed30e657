package offline_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/train/offline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// goldenCase is a case with what this package asks of it.
type goldenCase struct{ golden.Case }

// method returns what the case is about. How BrainPy looks for the optimum does not change it.
func (c goldenCase) method(t *testing.T) (offline.Method, offline.Options) {
	for k := range c.Params {
		require.Contains(t, []string{"algorithm", "alpha", "beta", "bias", "add_bias", "penalise_bias", "degree",
			"l1_ratio", "max_iter", "learning_rate", "gradient_descent"}, k, "unknown param")
	}
	for k := range c.Inputs {
		require.Contains(t, []string{"X", "Y", "weights"}, k, "unknown input")
	}
	bias := c.Flag("bias", false) || c.Flag("add_bias", false)
	o := offline.Options{Bias: bias, FreeBias: bias && !c.Flag("penalise_bias", true), Workers: 2}
	alpha := func(def float64) float64 { return c.Number("alpha", c.Number("beta", def)) }
	degree := int(c.Number("degree", 2))
	switch name := c.Params["algorithm"]; name {
	case "LinearRegression":
		return offline.Linear{}, o
	case "RidgeRegression":
		return offline.Ridge{Alpha: alpha(1e-7)}, o
	case "PolynomialRegression":
		return offline.Linear{Degree: degree}, o
	case "PolynomialRidgeRegression":
		return offline.Ridge{Alpha: alpha(1), Degree: degree}, o
	case "LassoRegression":
		return offline.Lasso{Alpha: alpha(1), Degree: degree}, o
	case "ElasticNetRegression":
		return offline.ElasticNet{Alpha: alpha(1), L1Ratio: c.Number("l1_ratio", 0.5), Degree: degree}, o
	case "LogisticRegression":
		return offline.Logistic{Alpha: alpha(0), Degree: int(c.Number("degree", 1))}, o
	default:
		t.Fatalf("unknown algorithm %v", name)
		return nil, o
	}
}

func TestGoldenOffline(t *testing.T) {
	golden.Run(t, "offline", func(t *testing.T, c goldenCase) {
		if c.Params["algorithm"] == nil {
			testFeatures(t, c)
			return
		}
		m, o := c.method(t)
		x, y := c.Inputs["X"].Dense(), c.Inputs["Y"].Dense()
		model, err := offline.FitWeighted(m, x, y, c.Inputs["weights"].Data, o)
		require.NoError(t, err)
		for what := range c.Outputs {
			switch what {
			case "W":
				c.Compare(t, what, model.W)
			case "prediction", "probability":
				p, err := model.Predict(x)
				require.NoError(t, err)
				c.Compare(t, what, p)
			case "objective":
				testObjective(t, c, model, o.FreeBias)
			default:
				t.Fatalf("unknown output %s", what)
			}
		}
	})
}

// testObjective evaluates what the algorithm minimises, from its definition; a free bias is not in the
// penalty.
func testObjective(t *testing.T, c goldenCase, m *offline.Model, free bool) {
	x, y, q := c.Inputs["X"].Dense(), c.Inputs["Y"].Data, m.W.Shape()[1]
	p, err := m.Predict(x)
	require.NoError(t, err)
	logistic := c.Params["algorithm"] == "LogisticRegression"
	alpha, ratio := c.Number("alpha", c.Number("beta", 1)), c.Number("l1_ratio", 0.5)
	switch {
	case logistic:
		alpha, ratio = c.Number("alpha", 0), 0
	case c.Params["algorithm"] == "LassoRegression":
		ratio = 1
	}
	sum := 0.0
	for i, f := range p.Float64s() {
		weight := 1.0
		if w, ok := c.Inputs["weights"]; ok {
			weight = w.Data[i/q]
		}
		if logistic {
			sum -= weight * (y[i]*math.Log(f) + (1-y[i])*math.Log(1-f))
			continue
		}
		sum += weight * 0.5 * (f - y[i]) * (f - y[i])
	}
	w := m.W.Float64s()
	if free {
		w = w[q:]
	}
	for _, e := range w {
		sum += alpha * (ratio*math.Abs(e) + 0.5*(1-ratio)*e*e)
	}
	want := c.Outputs["objective"].Data[0]
	assert.InDelta(t, want, sum, c.Tolerance.Atol+c.Tolerance.Rtol*want)
}

// testFeatures checks feature maps.
func testFeatures(t *testing.T, c goldenCase) {
	for k := range c.Params {
		require.Contains(t, []string{"degree", "add_bias"}, k, "unknown param")
	}
	x := c.Inputs["X"].Dense()
	features := x
	if c.Params["degree"] != nil {
		var err error
		features, err = offline.PolynomialFeatures(x, int(c.Number("degree", 0)), c.Flag("add_bias", true))
		require.NoError(t, err)
	}
	for what, want := range c.Outputs {
		switch what {
		case "features":
			c.Compare(t, what, features)
		case "normalized":
			n, err := offline.Normalize(features)
			require.NoError(t, err)
			c.Compare(t, what, n)
		case "powers":
			testPowers(t, c, want)
		default:
			t.Fatalf("unknown output %s", what)
		}
	}
}

// testPowers reads the exponents of the features off their values at primes.
func testPowers(t *testing.T, c goldenCase, want golden.Array) {
	primes := []float64{2, 3, 5, 7, 11, 13, 17, 19}
	n := want.Shape[1]
	require.LessOrEqual(t, n, len(primes))
	at := tensor.New(tensor.WithShape(1, n), tensor.WithBacking(append([]float64(nil), primes[:n]...)))
	f, err := offline.PolynomialFeatures(at, int(c.Number("degree", 0)), c.Flag("add_bias", true))
	require.NoError(t, err)
	var got []float64
	for _, v := range f.Float64s() {
		for _, p := range primes[:n] {
			e := 0.0
			for math.Mod(v, p) == 0 {
				v /= p
				e++
			}
			got = append(got, e)
		}
	}
	assert.Equal(t, want.Data, got)
}
