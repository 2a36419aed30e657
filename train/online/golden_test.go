package online_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/spikegraph/spikegraph/train/online"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

type goldenArray struct {
	Shape []int
	Data  []float64
}

func (a goldenArray) dense() *tensor.Dense {
	return tensor.New(tensor.WithShape(a.Shape...), tensor.WithBacking(append([]float64(nil), a.Data...)))
}

type goldenCase struct {
	Name            string
	Params          map[string]any
	Inputs, Outputs map[string]goldenArray
	Tolerance       struct{ Rtol, Atol float64 }
}

// golden runs every case of every file of the area, from testdata or where SPIKEGRAPH_GOLDEN says.
func golden(t *testing.T, area string, run func(*testing.T, goldenCase)) {
	dir := "testdata"
	if d := os.Getenv("SPIKEGRAPH_GOLDEN"); d != "" {
		dir = d
	}
	files, err := filepath.Glob(filepath.Join(dir, area, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no golden files of %s in %s", area, dir)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var f struct{ Cases []goldenCase }
		require.NoError(t, json.Unmarshal(raw, &f), file)
		require.NotEmpty(t, f.Cases, file)
		for _, c := range f.Cases {
			t.Run(filepath.Base(file)+"/"+c.Name, func(t *testing.T) { run(t, c) })
		}
	}
}

func (c goldenCase) number(name string, def float64) float64 {
	if v, ok := c.Params[name].(float64); ok {
		return v
	}
	return def
}

func (c goldenCase) compare(t *testing.T, what string, got *tensor.Dense) {
	t.Helper()
	want := c.Outputs[what]
	require.Equal(t, want.Shape, []int(got.Shape()), what)
	for i, w := range want.Data {
		if d := math.Abs(got.Float64s()[i] - w); !(d <= c.Tolerance.Atol+c.Tolerance.Rtol*math.Abs(w)) {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got.Float64s()[i], w)
		}
	}
}

// known fails where the case has a param that the test does not read.
func (c goldenCase) known(t *testing.T, names ...string) {
	for k := range c.Params {
		require.Contains(t, names, k, "unknown param")
	}
}

// method returns the rule that the case is about.
func (c goldenCase) method(t *testing.T) online.Method {
	switch name := c.Params["algorithm"]; name {
	case "RLS":
		return online.RLS{Alpha: c.number("alpha", 0.1), Defer: 5}
	case "LMS":
		return online.LMS{Alpha: c.number("alpha", 0.1)}
	default:
		t.Fatalf("unknown algorithm %v", name)
		return nil
	}
}

func TestGoldenOnline(t *testing.T) {
	golden(t, "online", func(t *testing.T, c goldenCase) {
		if c.Params["algorithm"] == nil {
			testForce(t, c)
			return
		}
		c.known(t, "algorithm", "alpha")
		x, y := c.Inputs["x"], c.Inputs["target"]
		in, out, steps := x.Shape[len(x.Shape)-1], y.Shape[len(y.Shape)-1], x.Shape[0]
		m, err := online.NewModel(c.method(t), in, out, online.Options{})
		require.NoError(t, err)
		if w, ok := c.Inputs["W0"]; ok {
			copy(m.W.Float64s(), w.Data)
		}
		b := len(x.Data) / steps / in
		var weights, errs []float64
		for s := range steps {
			e, err := m.PartialFit(
				goldenArray{[]int{b, in}, x.Data[s*b*in : (s+1)*b*in]}.dense(),
				goldenArray{[]int{b, out}, y.Data[s*b*out : (s+1)*b*out]}.dense())
			require.NoError(t, err)
			weights, errs = append(weights, m.W.Float64s()...), append(errs, e.Float64s()...)
		}
		for what, want := range c.Outputs {
			switch what {
			case "W":
				c.compare(t, what, goldenArray{want.Shape, weights}.dense())
			case "error":
				c.compare(t, what, goldenArray{want.Shape, errs}.dense())
			case "P":
				c.compare(t, what, m.Learner().(interface{ P() *tensor.Dense }).P())
			default:
				t.Fatalf("unknown output %s", what)
			}
		}
	})
}

func testForce(t *testing.T, c goldenCase) {
	c.known(t, "N", "dt", "tau", "alpha", "every", "steps")
	var in [6]*tensor.Dense
	for i, name := range []string{"J", "Win", "Wfb", "W0", "x0"} {
		if a, ok := c.Inputs[name]; ok {
			in[i] = a.dense()
		}
	}
	f, err := online.NewForce(online.Network{J: in[0], Win: in[1], Wfb: in[2], Wout: in[3], X: in[4],
		Dt: c.number("dt", 0.1), Tau: c.number("tau", 1)}, online.RLS{Alpha: c.number("alpha", 1), Defer: 7})
	require.NoError(t, err)
	u, target := c.Inputs["u"], c.Inputs["target"]
	steps, every := int(c.number("steps", 0)), int(c.number("every", 1))
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
			c.compare(t, what, goldenArray{want.Shape, zs}.dense())
		case "x":
			c.compare(t, what, f.Network().X)
		case "r":
			c.compare(t, what, goldenArray{want.Shape, f.Rates()}.dense())
		case "W":
			c.compare(t, what, f.Network().Wout)
		case "P":
			c.compare(t, what, f.Learner().(interface{ P() *tensor.Dense }).P())
		default:
			t.Fatalf("unknown output %s", what)
		}
	}
}
