package online_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// goldenCase is a case with what this package asks of it.
type goldenCase struct{ golden.Case }

// method returns the rule that the case is about.
func (c goldenCase) method(t *testing.T) online.Method {
	switch name := c.Params["algorithm"]; name {
	case "RLS":
		return online.RLS{Alpha: c.Number("alpha", 0.1), Forget: c.Number("forgetting", 1), Defer: 5}
	case "LMS":
		return online.LMS{Alpha: c.Number("alpha", 0.1)}
	case "NLMS":
		return online.NLMS{Alpha: c.Number("alpha", 0.5), Epsilon: c.Number("epsilon", 1e-8)}
	default:
		t.Fatalf("unknown algorithm %v", name)
		return nil
	}
}

func TestGoldenOnline(t *testing.T) {
	golden.Run(t, "online", func(t *testing.T, c goldenCase) {
		if c.Params["algorithm"] == nil {
			testForce(t, c)
			return
		}
		c.Known(t, "algorithm", "alpha", "forgetting", "epsilon", "bias")
		x, y := c.Inputs["x"], c.Inputs["target"]
		in, out, steps := x.Shape[len(x.Shape)-1], y.Shape[len(y.Shape)-1], x.Shape[0]
		m, err := online.NewModel(c.method(t), in, out, online.Options{Bias: c.Flag("bias", false)})
		require.NoError(t, err)
		if w, ok := c.Inputs["W0"]; ok {
			copy(m.W.Float64s(), w.Data)
		}
		b := len(x.Data) / steps / in
		var weights, errs []float64
		for s := range steps {
			e, err := m.PartialFit(
				golden.Array{Shape: []int{b, in}, Data: x.Data[s*b*in : (s+1)*b*in]}.Dense(),
				golden.Array{Shape: []int{b, out}, Data: y.Data[s*b*out : (s+1)*b*out]}.Dense())
			require.NoError(t, err)
			weights, errs = append(weights, m.W.Float64s()...), append(errs, e.Float64s()...)
		}
		for what, want := range c.Outputs {
			switch what {
			case "W":
				c.Compare(t, what, golden.Array{Shape: want.Shape, Data: weights}.Dense())
			case "error":
				c.Compare(t, what, golden.Array{Shape: want.Shape, Data: errs}.Dense())
			case "P":
				c.Compare(t, what, m.Learner().(interface{ P() *tensor.Dense }).P())
			default:
				t.Fatalf("unknown output %s", what)
			}
		}
	})
}

func testForce(t *testing.T, c goldenCase) {
	c.Known(t, "N", "dt", "tau", "alpha", "every", "steps")
	var in [6]*tensor.Dense
	for i, name := range []string{"J", "Win", "Wfb", "W0", "x0"} {
		if a, ok := c.Inputs[name]; ok {
			in[i] = a.Dense()
		}
	}
	f, err := online.NewForce(online.Network{J: in[0], Win: in[1], Wfb: in[2], Wout: in[3], X: in[4],
		Dt: c.Number("dt", 0.1), Tau: c.Number("tau", 1)}, online.RLS{Alpha: c.Number("alpha", 1), Defer: 7})
	require.NoError(t, err)
	u, target := c.Inputs["u"], c.Inputs["target"]
	steps, every := int(c.Number("steps", 0)), int(c.Number("every", 1))
	ins, outs := 0, target.Shape[1]
	if len(u.Data) > 0 {
		ins = u.Shape[1]
	}
	var zs []float64
	for s := range steps {
		z, err := f.Step(u.Data[s*ins : (s+1)*ins]...)
		require.NoError(t, err)
		zs = append(zs, z...)
		if s%every == 0 {
			require.NoError(t, f.Learn(target.Data[s*outs:(s+1)*outs]...))
		}
	}
	for what, want := range c.Outputs {
		switch what {
		case "z":
			c.Compare(t, what, golden.Array{Shape: want.Shape, Data: zs}.Dense())
		case "x":
			c.Compare(t, what, f.Network().X)
		case "r":
			c.Compare(t, what, golden.Array{Shape: want.Shape, Data: f.Rates()}.Dense())
		case "W":
			c.Compare(t, what, f.Network().Wout)
		case "P":
			c.Compare(t, what, f.Learner().(interface{ P() *tensor.Dense }).P())
		default:
			t.Fatalf("unknown output %s", what)
		}
	}
}
