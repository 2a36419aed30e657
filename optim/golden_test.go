package optim_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// goldenCase is a case of a golden file; the format is said in its notes.
type goldenCase struct {
	Name            string
	Params          map[string]json.RawMessage
	Inputs, Outputs map[string]golden.Array
	Tolerance       golden.Tolerance
}

// settings decodes the parameters of a case into the named variables. A name that is not known
// fails the test.
func (c goldenCase) settings(t *testing.T, into map[string]any) {
	t.Helper()
	for name, raw := range c.Params {
		p, ok := into[name]
		require.True(t, ok, "unknown parameter %q", name)
		if p != nil && string(raw) != "null" {
			require.NoError(t, json.Unmarshal(raw, p), name)
		}
	}
}

func (c goldenCase) text(t *testing.T, name string) (s string) {
	t.Helper()
	if raw, ok := c.Params[name]; ok {
		require.NoError(t, json.Unmarshal(raw, &s))
	}
	return s
}

func TestGoldenOptim(t *testing.T) {
	t.Parallel()
	golden.Run(t, "optim", func(t *testing.T, c goldenCase) {
		t.Parallel()
		if _, ok := c.Outputs["lr"]; ok {
			goldenRate(t, c)
			return
		}
		goldenUpdates(t, c, graph.Float64)
		goldenUpdates(t, c, graph.Float32)
	})
}

// goldenRate compares a schedule with the rates of a case.
func goldenRate(t *testing.T, c goldenCase) {
	s := goldenSchedule(t, c, map[string]any{})
	require.NoError(t, s.Validate())
	want := c.Outputs["lr"]
	m := build(t, graph.NewStore(0), func(g *graph.Graph) []*graph.Node {
		i := g.Values(graph.Float64, c.Inputs["i"].Data, c.Inputs["i"].Shape...)
		return []*graph.Node{s.Rate(optim.Time{Update: i, Epoch: i}).BroadcastTo(want.Shape...)}
	})
	near(t, c, "lr", want.Data, floats(m.run(t)[0]))
}

// goldenSchedule returns the schedule that a case names. Names in others are the optimizer's.
func goldenSchedule(t *testing.T, c goldenCase, others map[string]any) optim.Schedule {
	t.Helper()
	var lr, gamma, low, decay, final float64
	var n, per, mult, horizon int
	var stairs bool
	var list []int
	var rates []float64
	gamma, mult = 0.1, 1
	power := 1.0
	into := map[string]any{
		"schedule": nil, "lr": &lr, "gamma": &gamma, "eta_min": &low, "decay_rate": &decay, "decay_steps": &n,
		"final_lr": &final, "power": &power, "step_size": &n, "milestones": &list, "T_max": &n, "T_0": &horizon,
		"T_mult": &mult, "num_call_per_epoch": &per, "staircase": &stairs, "boundaries": &list, "values": &rates,
	}
	for name, p := range others {
		into[name] = p
	}
	c.settings(t, into)
	switch name := c.text(t, "schedule"); name {
	case "", "Constant":
		return optim.Constant(lr)
	case "StepLR":
		return optim.StepLR{LR: lr, StepSize: n, Gamma: gamma}
	case "MultiStepLR":
		return optim.MultiStepLR{LR: lr, Milestones: list, Gamma: gamma}
	case "CosineAnnealingLR":
		return optim.CosineAnnealingLR{LR: lr, TMax: n, Min: low}
	case "CosineAnnealingWarmRestarts":
		return optim.CosineAnnealingWarmRestarts{LR: lr, PerEpoch: per, T0: horizon, TMult: mult, Min: low}
	case "ExponentialLR":
		return optim.ExponentialLR{LR: lr, Gamma: gamma}
	case "ExponentialDecay":
		return optim.ExponentialDecay{LR: lr, Steps: n, Decay: decay}
	case "InverseTimeDecay":
		return optim.InverseTimeDecay{LR: lr, Steps: n, Decay: decay, Staircase: stairs}
	case "PolynomialDecay":
		return optim.PolynomialDecay{LR: lr, Steps: n, Final: final, Power: power}
	case "PiecewiseConstant":
		return optim.PiecewiseConstant{Boundaries: list, Values: rates}
	default:
		require.Failf(t, "unknown schedule", "%q", name)
		return nil
	}
}

// goldenUpdates feeds the gradients of a case and compares the parameters after each update, and the
// rate in it where the case says that. Each update is an epoch, too, for schedules that go by them.
func goldenUpdates(t *testing.T, c goldenCase, d graph.DType) {
	var names []string
	for name := range c.Outputs {
		names = append(names, name)
	}
	require.NotEmpty(t, names)
	opt, rate := goldenRule(t, c)
	m := build(t, graph.NewStore(0), func(g *graph.Graph) []*graph.Node {
		var ps, gs []*graph.Node
		for _, name := range names {
			x := c.Inputs[name]
			ps = append(ps, g.Param(name, graph.Var{DType: d, Shape: x.Shape, Init: values(x.Data)}))
			gs = append(gs, g.Input(name+"_grad", d, x.Shape...))
		}
		opt.Update(g, ps, gs)
		return []*graph.Node{optim.Rate(g, rate)}
	})
	rates, rated := c.Inputs["lr"]
	if d == graph.Float32 {
		c.Tolerance.Rtol, c.Tolerance.Atol = max(c.Tolerance.Rtol, 1e-4), max(c.Tolerance.Atol, 1e-5)
	}
	for i := range c.Outputs[names[0]].Shape[0] {
		var in []*tensor.Dense
		for _, name := range names {
			x := c.Inputs[name+"_grad"]
			in = append(in, dense(d, slice(x, i), x.Shape[1:]...))
		}
		require.NoError(t, optim.SetEpoch(m.store, i))
		r := m.run(t, in...)
		if rated {
			near(t, c, fmt.Sprintf("rate of update %d", i+1), rates.Data[i:i+1], floats(r[0]))
		}
		for _, name := range names {
			near(t, c, fmt.Sprintf("%v %s after update %d", d, name, i+1), slice(c.Outputs[name], i), get(t, m.store, name))
		}
	}
}

// slice returns element i of the first axis.
func slice(x golden.Array, i int) []float64 {
	n := len(x.Data) / x.Shape[0]
	return x.Data[i*n : (i+1)*n]
}

// near requires |got - want| <= atol + rtol·|want|.
func near(t *testing.T, c goldenCase, what string, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i, w := range want {
		require.LessOrEqual(t, math.Abs(got[i]-w), c.Tolerance.Atol+c.Tolerance.Rtol*math.Abs(w),
			"%s, element %d: got %v, want %v", what, i, got[i], w)
	}
}
