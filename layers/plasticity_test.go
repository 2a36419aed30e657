package layers_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One step of one neuron, and of the mean of two samples, by the equations of the papers.
func TestPlasticityStep(t *testing.T) {
	t.Parallel()
	const rate, mean, std, a0, b0 = 0.01, 0.1, 0.5, 1.5, 0.2
	rules := map[layers.Activation]func(x float64) (da, db float64){
		"tanh": func(x float64) (da, db float64) {
			y, v := math.Tanh(a0*x+b0), std*std
			db = -rate * (-mean/v + y/v*(2*v+1-y*y+mean*y))
			return rate/a0 + x*db, db
		},
		"sigmoid": func(x float64) (da, db float64) {
			y := 1 / (1 + math.Exp(-a0*x-b0))
			db = rate * (1 - (2+1/mean)*y + y*y/mean)
			return rate/a0 + x*db, db
		},
	}
	for f, rule := range rules {
		r := layers.Reservoir{
			In: 1, N: 1, InDensity: 1, Density: 1, Win: layers.Const(1), W: layers.Const(0), Func: f, DType: f64,
			Gain: layers.Const(a0), B: layers.Const(b0),
		}
		p := layers.IntrinsicPlasticity{Mean: mean, Rate: rate, Epochs: 1}
		if f == "tanh" {
			p.Std = std
		}
		got, err := p.Fit(graph.NewStore(0), "res", r, backed([]float64{0.7}, 1, 1))
		require.NoError(t, err)
		da, db := rule(0.7)
		assert.InDelta(t, a0+da, got.Gain.(layers.Values)[0], 1e-14)
		assert.InDelta(t, b0+db, got.B.(layers.Values)[0], 1e-14)

		got, err = p.Fit(graph.NewStore(0), "res", r, backed([]float64{0.7, -0.4}, 1, 2, 1))
		require.NoError(t, err)
		da2, db2 := rule(-0.4)
		assert.InDelta(t, a0+(da+da2)/2, got.Gain.(layers.Values)[0], 1e-14, "of a batch the mean")
		assert.InDelta(t, b0+(db+db2)/2, got.B.(layers.Values)[0], 1e-14)
	}
}

// After adaptation the activity of the reservoir, placed anew, is distributed as wanted.
func TestPlasticityReachesTheDistribution(t *testing.T) {
	t.Parallel()
	xs := random(1, 1500, 1, 1)
	for f, c := range map[layers.Activation]struct {
		p   layers.IntrinsicPlasticity
		std float64
	}{
		"tanh":    {layers.IntrinsicPlasticity{Mean: 0.1, Std: 0.2, Rate: 2e-3, Epochs: 4}, 0.2},
		"sigmoid": {layers.IntrinsicPlasticity{Mean: 0.2, Rate: 2e-3, Epochs: 4}, 0.17}, // below the 0.2 of the whole half-line
	} {
		store := graph.NewStore(1)
		r := layers.Reservoir{
			In: 1, N: 40, InDensity: 1, Density: 0.2, SpectralRadius: 0.7, Win: layers.Normal{Std: 1},
			LeakRate: layers.Const(1), Func: f, DType: f64,
		}
		before := activity(t, store, r, xs)
		r, err := c.p.Fit(store, "res", r, xs)
		require.NoError(t, err)
		after := activity(t, store, r, xs)
		mean, std := moments(after)
		assert.InDelta(t, c.p.Mean, mean, 0.02, f)
		assert.InDelta(t, c.std, std, 0.03, f)
		mean, std = moments(before)
		assert.Greater(t, math.Abs(mean-c.p.Mean)+math.Abs(std-c.std), 0.1, "%s: it was not so before", f)
	}
}

// activity returns all activities after the first 100 steps.
func activity(t *testing.T, store *graph.Store, r layers.Reservoir, xs interface{ Float64s() []float64 }) []float64 {
	t.Helper()
	g := graph.NewIn(store)
	x := g.Values(f64, xs.Float64s(), len(xs.Float64s()), 1, 1)
	rs, _ := graph.Loop(x, layers.ReservoirState{}, r.Place(g, "res").Step)
	return numbers(run(t, g, []*graph.Node{rs.Narrow(0, 100, rs.Dim(0)-100)})[0])
}

func TestPlasticityRefuses(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*layers.IntrinsicPlasticity, *layers.Reservoir){
		"Mean: value out of its domain: 1, want within (-1, 1)": func(p *layers.IntrinsicPlasticity, _ *layers.Reservoir) { p.Mean = 1 },
		"Mean: value out of its domain: 0, want within (0, 1)": func(p *layers.IntrinsicPlasticity, r *layers.Reservoir) {
			p.Mean, p.Std, r.Func = 0, 0, "sigmoid"
		},
		"Std: value out of its domain: 0":     func(p *layers.IntrinsicPlasticity, _ *layers.Reservoir) { p.Std = 0 },
		"Std: value out of its domain: 0.3":   func(p *layers.IntrinsicPlasticity, r *layers.Reservoir) { p.Mean, r.Func = 0.5, "sigmoid" },
		"Rate: value out of its domain: -1":   func(p *layers.IntrinsicPlasticity, _ *layers.Reservoir) { p.Rate = -1 },
		"Epochs: value out of its domain: 0":  func(p *layers.IntrinsicPlasticity, _ *layers.Reservoir) { p.Epochs = 0 },
		"Func: value out of its domain":       func(_ *layers.IntrinsicPlasticity, r *layers.Reservoir) { r.Func = "relu" },
		"Outside: value out of its domain":    func(_ *layers.IntrinsicPlasticity, r *layers.Reservoir) { r.Outside = true },
		"res: In, Out: shapes do not match":   func(_ *layers.IntrinsicPlasticity, r *layers.Reservoir) { r.N = 0 },
		"res: shapes do not match: the input": func(_ *layers.IntrinsicPlasticity, r *layers.Reservoir) { r.In = 2 },
		"IntrinsicPlasticity of res: graph: ": func(p *layers.IntrinsicPlasticity, _ *layers.Reservoir) { p.Rate, p.Epochs = 1e308, 9 },
	} {
		p, r := layers.IntrinsicPlasticity{Std: 0.3, Rate: 0.01, Epochs: 1}, layers.NewReservoir(1, 20)
		r.DType = f64
		change(&p, &r)
		_, err := p.Fit(graph.NewStore(0), "res", r, random(1, 5, 1))
		require.ErrorContains(t, err, want)
	}
	_, err := layers.IntrinsicPlasticity{Std: 0.3, Rate: 1, Epochs: 1}.Fit(graph.NewStore(0), "res", layers.NewReservoir(1, 20), nil)
	require.ErrorIs(t, err, graph.ErrValue)
}
