package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// IntrinsicPlasticity adapts gain and bias of every neuron of a reservoir, before the readout is
// fitted, until its activity y = Func(a·x + b) has a wanted distribution, x being what the neuron
// sums. With "tanh", that is the normal distribution of mean Mean and standard deviation Std
// (Schrauwen, Wardermann, Verstraeten, Steil, Stroobandt 2008, eq. 5-6,
// doi:10.1016/j.neucom.2007.12.020):
//
//	Δb = -η·(-μ/σ² + y/σ²·(2σ² + 1 - y² + μy)),  Δa = η/a + x·Δb
//
// and with "sigmoid" the exponential distribution of mean Mean (Triesch 2005,
// doi:10.1007/11550822_11; Steil 2007, doi:10.1016/j.neunet.2007.04.011):
//
//	Δb = η·(1 - (2 + 1/μ)·y + y²/μ),  Δa = η/a + x·Δb
type IntrinsicPlasticity struct {
	Mean   float64 // μ; within (-1, 1) for "tanh", within (0, 1) for "sigmoid"
	Std    float64 // σ > 0; of "tanh" alone
	Rate   float64 // η > 0: 1e-3 or less
	Epochs int     // passes over the sequence, >= 1
}

// adapted are gain and bias that change from step to step, [N].
type adapted struct{ Gain, B *graph.Node }

// adapting are gain, bias and state of a reservoir.
type adapting struct {
	adapted
	State ReservoirState
}

// Fit returns the reservoir r with Gain and B adapted to the sequence xs [T In] or [T B In], of r's
// type; of a batch, the mean change is made. Weights are drawn in the store under the layer's name,
// so that r, placed there under it, is the reservoir that was adapted. Every epoch starts from rest.
// Errors are those of placing r; settings out of their domain wrap graph.ErrValue, and gains that
// grow without bound graph.ErrNonFinite.
func (p IntrinsicPlasticity) Fit(store *graph.Store, name string, r Reservoir, xs *tensor.Dense) (Reservoir, error) {
	if r.Func == "" {
		r.Func = "tanh"
	}
	if err := p.check(r, xs); err != nil {
		return r, fmt.Errorf("layers: IntrinsicPlasticity of %s: %w", name, err)
	}
	g := graph.NewIn(store)
	cell := r.Place(g, name)
	x := g.Input("x", graph.DTypeOf(xs), xs.Shape()...)
	start := adapted{cell.Gain.BroadcastTo(r.N), cell.B.BroadcastTo(r.N)}
	_, end := graph.Loop(struct{}{}, start, func(_ struct{}, s adapted) (struct{}, adapted) {
		_, last := graph.Loop(x, adapting{adapted: s}, func(x *graph.Node, s adapting) (struct{}, adapting) {
			return struct{}{}, p.step(cell, x, s)
		})
		return struct{}{}, last.adapted
	}, graph.LoopOptions{Steps: p.Epochs, Graph: g})
	g.Check(name+".Gain", end.Gain.Sum())
	g.Check(name+".B", end.B.Sum())
	prog, err := g.Compile(end.Gain.Cast(graph.Float64), end.B.Cast(graph.Float64))
	if err != nil {
		return r, err
	}
	ab, err := prog.Run(xs)
	if err != nil {
		return r, fmt.Errorf("layers: IntrinsicPlasticity of %s: %w", name, err)
	}
	r.Gain, r.B = Values(ab[0].Float64s()), Values(ab[1].Float64s())
	return r, nil
}

// check returns what is wrong with the settings.
func (p IntrinsicPlasticity) check(r Reservoir, xs *tensor.Dense) error {
	mean := domain{"within (-1, 1)", func(v float64) bool { return v > -1 && v < 1 }}
	if r.Func == "sigmoid" {
		mean = inside
	}
	switch {
	case xs == nil:
		return fmt.Errorf("%w: the sequence is nil", graph.ErrValue)
	case r.Func != "tanh" && r.Func != "sigmoid":
		return outOf("Func", r.Func, "tanh or sigmoid, which have rules")
	case r.Outside:
		return outOf("Outside", r.Outside, "activity that does not leak")
	case !mean.has(p.Mean):
		return outOf("Mean", p.Mean, mean.want)
	case r.Func == "tanh" && !positive.has(p.Std):
		return outOf("Std", p.Std, positive.want)
	case r.Func == "sigmoid" && p.Std != 0:
		return outOf("Std", p.Std, "none: an exponential distribution has its mean alone")
	case !positive.has(p.Rate):
		return outOf("Rate", p.Rate, positive.want)
	case p.Epochs < 1:
		return outOf("Epochs", p.Epochs, "at least 1")
	}
	return nil
}

// outOf returns the error of a field that is out of its domain.
func outOf(field string, v any, want string) error {
	return fmt.Errorf("%s: %w: %v, want %s", field, graph.ErrValue, v, want)
}

// step advances the reservoir, and gain and bias by what the rule says.
func (p IntrinsicPlasticity) step(cell ReservoirCell, x *graph.Node, s adapting) adapting {
	cell.Gain, cell.B = s.Gain, s.B
	_, net, state := cell.Drive(x, s.State)
	if !net.Valid() {
		return adapting{adapted{net, net}, state}
	}
	y := cell.p.Func.Apply(s.Gain.Mul(net).Add(s.B))
	db := p.exponential(y)
	if cell.p.Func == "tanh" {
		db = p.normal(y)
	}
	da := s.Gain.Reciprocal().Scale(p.Rate).Add(net.Mul(db))
	return adapting{adapted{s.Gain.Add(overBatch(da)), s.B.Add(overBatch(db))}, state}
}

// normal returns the change of the bias for a normal distribution.
func (p IntrinsicPlasticity) normal(y *graph.Node) *graph.Node {
	v := p.Std * p.Std
	pull := y.Square().Neg().Add(y.Scale(p.Mean)).Shift(2*v + 1).Mul(y)
	return pull.Shift(-p.Mean).Scale(-p.Rate / v)
}

// exponential returns the change of the bias for an exponential distribution.
func (p IntrinsicPlasticity) exponential(y *graph.Node) *graph.Node {
	return y.Square().Scale(1 / p.Mean).Sub(y.Scale(2 + 1/p.Mean)).Shift(1).Scale(p.Rate)
}

// overBatch returns the mean of x [... N] over all axes but the last.
func overBatch(x *graph.Node) *graph.Node {
	n := x.Dim(-1)
	return x.Reshape(x.Shape().Size()/n, n).Mean(0)
}
