package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/golden"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"
)

func TestGoldenReservoir(t *testing.T) {
	golden.Run(t, "reservoir", func(t *testing.T, c goldenCase) {
		_, nvar := c.Params["delay"]
		_, esn := c.Params["ridge_alpha"]
		_, radius := c.Outputs["radius_before"]
		switch {
		case nvar:
			c.nvar(t)
		case esn:
			c.echoState(t)
		case radius:
			c.spectralRadius(t)
		default:
			c.states(t)
		}
	})
}

// reservoir returns the reservoir of the case, and every way to compute it.
func (c goldenCase) reservoir(t *testing.T) layers.Reservoir {
	t.Helper()
	c.Known(t, "N", "leaky_rate", "activation", "activation_type", "spectral_radius", "ridge_alpha", "wash", "train", "stride", "free_steps")
	p := layers.Reservoir{
		In: c.Inputs["Win"].Shape[0], N: int(c.Number("N", 0)), InDensity: 1, Density: 1, DType: f64,
		Win: layers.Values(c.Inputs["Win"].Data), W: layers.Values(c.Inputs["W"].Data),
		LeakRate: layers.Const(c.Number("leaky_rate", 0.3)), SpectralRadius: c.Number("spectral_radius", 0),
	}
	if f, ok := c.Params["activation"].(string); ok {
		p.Func = layers.Activation(f)
	}
	if b, ok := c.Inputs["b"]; ok {
		p.B = layers.Values(b.Data)
	}
	require.Contains(t, []any{nil, "internal", "external"}, c.Params["activation_type"])
	p.Outside = c.Params["activation_type"] == "external"
	for name := range c.Inputs {
		require.Contains(t, []string{"u", "Win", "W", "b"}, name, "unknown input")
	}
	return p
}

// walk returns the states of every step.
func walk(t *testing.T, p layers.Reservoir, u golden.Array) *tensor.Dense {
	t.Helper()
	g := graph.New()
	c := p.Place(g, "res")
	rs, _ := graph.Loop(g.Literal(u.Dense()), layers.ReservoirState{}, c.Step)
	return run(t, g, []*graph.Node{rs})[0]
}

func (c goldenCase) states(t *testing.T) {
	p := c.reservoir(t)
	for _, p.Product = range []layers.Product{layers.ProductDense, layers.ProductSparse} {
		c.compare(t, "states", c.Outputs["states"], walk(t, p, c.Inputs["u"]))
	}
}

func (c goldenCase) spectralRadius(t *testing.T) {
	c.Known(t, "N", "spectral_radius")
	n := c.Inputs["W"].Shape[0]
	before, err := layers.SpectralRadius(c.Inputs["W"].Data, n)
	require.NoError(t, err)
	c.compare(t, "radius_before", c.Outputs["radius_before"], tensor.New(tensor.FromScalar(before)))
	g := graph.New()
	layers.Reservoir{
		In: 1, N: n, InDensity: 1, Density: 1, W: layers.Values(c.Inputs["W"].Data), SpectralRadius: c.Number("spectral_radius", 0),
		Product: layers.ProductDense, DType: f64,
	}.Place(g, "res")
	require.NoError(t, g.Err())
	c.compare(t, "W", c.Outputs["W"], g.Store().Get("res.W").Value)
}

// echoState compares states, ridge readout, teacher-forced prediction and free run.
func (c goldenCase) echoState(t *testing.T) {
	p := c.reservoir(t)
	for _, p.Product = range []layers.Product{layers.ProductDense, layers.ProductSparse} {
		u := c.Inputs["u"]
		in, steps := u.Shape[1], u.Shape[0]-1
		train, wash := int(c.Number("train", 0)), int(c.Number("wash", 0))
		rs := numbers(walk(t, p, golden.Array{Shape: []int{steps, in}, Data: u.Data[:steps*in]}))
		n, stride := p.N, int(c.Number("stride", 1))
		var some []float64
		for s := 0; s < steps; s += stride {
			some = append(some, rs[s*n:(s+1)*n]...)
		}
		c.compare(t, "states", c.Outputs["states"], backed(some, len(some)))
		c.compare(t, "state_last", c.Outputs["state_last"], backed(rs[(steps-1)*n:], n))

		x := mat.NewDense(steps, n+1, nil)
		for i := range steps {
			x.SetRow(i, append([]float64{1}, rs[i*n:(i+1)*n]...))
		}
		y := mat.NewDense(steps, in, u.Data[in:])
		wout := ridge(t, x.Slice(wash, train, 0, n+1), y.Slice(wash, train, 0, in), c.Number("ridge_alpha", 0))
		c.compare(t, "Wout", c.Outputs["Wout"], backed(wout.RawMatrix().Data, (n+1)*in))
		var yhat mat.Dense
		yhat.Mul(x, wout)
		c.compare(t, "prediction", c.Outputs["prediction"], backed(yhat.RawMatrix().Data, steps*in))
		c.compare(t, "free", c.Outputs["free"], c.free(t, p, wout, train))
	}
}

// free runs the network on its own output, from where the training steps leave it.
func (c goldenCase) free(t *testing.T, p layers.Reservoir, wout *mat.Dense, train int) *tensor.Dense {
	t.Helper()
	g := graph.New()
	w := wout.RawMatrix().Data
	cell := p.Place(g, "res")
	out := layers.Dense{In: p.N, Out: p.In, W: layers.Fix(layers.Values(w[p.In:])), B: layers.Fix(layers.Values(w[:p.In])), DType: f64}.Place(g, "out")
	taught := g.Literal(c.Inputs["u"].Dense()).Narrow(0, 0, train)
	_, s := graph.Loop(taught, layers.ReservoirState{}, cell.Step)
	type state struct {
		Res layers.ReservoirState
		Y   *graph.Node
	}
	ys, _ := graph.Loop(struct{}{}, state{s, out.Apply(s.R)}, func(_ struct{}, s state) (*graph.Node, state) {
		r, next := cell.Step(s.Y, s.Res)
		y := out.Apply(r)
		return y, state{next, y}
	}, graph.LoopOptions{Steps: int(c.Number("free_steps", 0)), Graph: g})
	return run(t, g, []*graph.Node{ys})[0]
}

// ridge returns (xᵀx + alpha)⁻¹ xᵀy.
func ridge(t *testing.T, x, y mat.Matrix, alpha float64) *mat.Dense {
	t.Helper()
	_, n := x.Dims()
	var gram mat.SymDense
	gram.SymOuterK(1, x.T())
	for i := range n {
		gram.SetSym(i, i, gram.At(i, i)+alpha)
	}
	var chol mat.Cholesky
	require.True(t, chol.Factorize(&gram))
	var xy, w mat.Dense
	xy.Mul(x.T(), y)
	require.NoError(t, chol.SolveTo(&w, &xy))
	return &w
}

// backed returns x as a tensor.
func backed(x []float64, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

// nvar compares the features step by step, and of the whole sequence.
func (c goldenCase) nvar(t *testing.T) {
	c.Known(t, "num_in", "delay", "order", "stride", "constant")
	p := layers.NVAR{
		In: int(c.Number("num_in", 0)), Delay: int(c.Number("delay", 0)), Stride: int(c.Number("stride", 1)),
		Constant: c.Flag("constant", false),
	}
	switch o := c.Params["order"].(type) {
	case nil:
	case float64:
		p.Orders = []int{int(o)}
	case []any:
		for _, v := range o {
			p.Orders = append(p.Orders, int(v.(float64)))
		}
	default:
		t.Fatalf("unknown order %v", o)
	}
	g := graph.New()
	cell := p.Place(g, "nvar")
	u := g.Literal(c.Inputs["u"].Dense())
	steps, _ := graph.Loop(u, layers.NVARState{}, cell.Step)
	c.compare(t, "features", c.Outputs["features"], run(t, g, []*graph.Node{steps})[0])
	c.compare(t, "features of the sequence", c.Outputs["features"], run(t, g, []*graph.Node{cell.Sequence(u)})[0])
}
