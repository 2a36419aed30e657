package surrogate_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/require"
)

// goldenCase is a case with what this package asks of it.
type goldenCase struct{ golden.Case }

func TestGoldenSurrogate(t *testing.T) {
	golden.Run(t, "surrogate", func(t *testing.T, c goldenCase) { c.run(t) })
}

// literals returns the arrays of the case as nodes of type d, by name.
func (c goldenCase) literals(g *graph.Graph, d graph.DType) map[string]*graph.Node {
	ns := map[string]*graph.Node{}
	for name, a := range c.Inputs {
		ns[name] = g.Values(d, a.Data, a.Shape...)
	}
	return ns
}

// settings splits the params into the function, its numbers and the element type.
func (c goldenCase) settings(t *testing.T) (name string, numbers map[string]float64, d graph.DType) {
	t.Helper()
	d, numbers = graph.Float64, map[string]float64{}
	for k, v := range c.Params {
		switch v := v.(type) {
		case float64:
			numbers[k] = v
		case string:
			switch {
			case k == "function":
				name = v
			case k == "dtype" && v == "float32":
				d = graph.Float32
			case k == "dtype" && v == "float64":
			default:
				t.Fatalf("unknown param %s = %q", k, v)
			}
		default:
			t.Fatalf("unknown param %s = %v", k, v)
		}
	}
	return name, numbers, d
}

func (c goldenCase) run(t *testing.T) {
	name, numbers, d := c.settings(t)
	g := graph.New()
	in := c.literals(g, d)
	got := map[string]*graph.Node{}
	if name == "inv_square_grad2" || name == "relu_grad2" {
		crossings(t, name, numbers, in, got)
	} else {
		oneInput(t, name, numbers, in, got)
	}
	want := map[string]golden.Array{}
	for k, a := range c.Outputs {
		want[k] = a
	}
	for k, a := range c.Grads {
		want["grad "+k] = a
	}
	require.NotEmpty(t, want)
	for k, w := range want {
		require.Contains(t, got, k)
		p, err := g.Compile(got[k].Cast(graph.Float64))
		require.NoError(t, err)
		res, err := p.Run()
		require.NoError(t, err)
		require.Equal(t, w.Shape, []int(res[0].Shape()), k)
		c.compare(t, k, w.Data, res[0].Data().([]float64), d)
	}
}

func (c goldenCase) compare(t *testing.T, what string, want, got []float64, d graph.DType) {
	t.Helper()
	rtol, atol := c.Tolerance.Rtol, c.Tolerance.Atol
	if d == graph.Float32 {
		rtol, atol = max(rtol, 1e-4), max(atol, 1e-5)
	}
	for i, w := range want {
		if what == "spike" {
			require.Equal(t, w, got[i], "spike %d", i)
		}
		require.LessOrEqual(t, math.Abs(got[i]-w), atol+rtol*math.Abs(w), "%s %d: got %v, want %v", what, i, got[i], w)
	}
}

func oneInput(t *testing.T, name string, numbers map[string]float64, in, got map[string]*graph.Node) {
	s, err := surrogate.New(name, numbers)
	require.NoError(t, err)
	x, dz := in["x"], in["dz"]
	z := x.Spike(s)
	got["spike"] = z
	got["slope"] = s.Grad(x, x.Like(1))
	got["grad x"] = autodiff.VJP(nodes(z), nodes(dz), x)[0]
	if f, ok := s.(surrogate.Smoother); ok {
		got["smooth"] = f.Smooth(x)
	}
	if f, ok := s.(surrogate.LogTailedRelu); ok {
		got["smooth_continuous"] = f.SmoothContinuous(x)
	}
}

func crossings(t *testing.T, name string, numbers map[string]float64, in, got map[string]*graph.Node) {
	xNew, xOld := in["x_new"], in["x_old"]
	take := func(key string, byDefault float64) float64 {
		v, ok := numbers[key]
		delete(numbers, key)
		if !ok {
			return byDefault
		}
		return v
	}
	var z *graph.Node
	if name == "relu_grad2" {
		z = surrogate.ReluGrad2(xNew, xOld, take("alpha", 0.3), take("width", 1))
	} else {
		z = surrogate.InvSquareGrad2(xNew, xOld, take("alpha", 100))
	}
	require.Empty(t, numbers, "unknown params")
	gs := autodiff.VJP(nodes(z), nodes(in["dz"]), xNew, xOld)
	got["spike"], got["grad x_new"], got["grad x_old"] = z, gs[0], gs[1]
}
