package main

import (
	"context"
	"math"
	"runtime/debug"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/online"
	"gorgonia.org/tensor"
)

// The steps of J5.
const (
	forceTrain = 6000
	forceTest  = 2000
	forceDt    = 0.1 // of the neurons' time constant
)

// sines are the target of J5: Σ 1.3/d·sin(k·π/60·t) / 1.5 (Sussillo, Abbott 2009).
func sines(n int) []float64 {
	f := make([]float64, n)
	for i := range f {
		w := math.Pi / 60 * forceDt * float64(i)
		f[i] = 1.3 / 1.5 * (math.Sin(w) + math.Sin(2*w)/2 + math.Sin(3*w)/6 + math.Sin(4*w)/3)
	}
	return f
}

// forceTrainer is the network of J5: n chaotic neurons x ← 0.9·x + 0.1·(g·J·r + Wfb·z), r = tanh(x),
// z = Wout·r, of which Wout learns by RLS.
func forceTrainer(c config, n int) *train.Online[echoState] {
	const density, g = 0.1, 1.5
	d := c.dtype()
	return &train.Online[echoState]{
		Runner: train.Runner[echoState]{
			Net: func(gr *graph.Graph, _ bool) train.Step[echoState] {
				p := layers.NewReservoir(1, n)
				p.Win, p.InDensity, p.DType = layers.Fix(layers.Const(0)), 1, d // it has no input
				p.W, p.Density = layers.Normal{Std: g / math.Sqrt(density*float64(n))}, density
				p.Feedback, p.FeedbackDensity, p.Wfb = 1, 1, layers.Uniform{Lo: -1, Hi: 1}
				p.LeakRate, p.Outside = layers.Const(forceDt), true
				cell := p.Place(gr, "reservoir")
				out := layers.Dense{In: n, Out: 1, W: layers.Const(0), NoBias: true, DType: d}.Place(gr, "out")
				return func(x *graph.Node, s echoState) (*graph.Node, echoState) {
					r, next := cell.Step(x, s.R)
					next.Y = out.Apply(r)
					return next.Y, echoState{next}
				}
			},
			Init: func(gr *graph.Graph, batch int) (s echoState) {
				s.R.S = gr.Param("first", graph.Var{DType: d, Shape: []int{batch, n}, Init: layers.Normal{Std: 0.5}, Fixed: true})
				s.R.R, s.R.Y = s.R.S.Tanh(), gr.Const(d, 0, batch, 1)
				return s
			},
			Readouts: []string{"out"}, Seed: c.seed, Options: graph.Options{Workers: c.threads},
		},
		Method: online.RLS{Alpha: 1, Single: !c.double, Workers: c.threads}, Every: 2,
	}
}

// force measures J5.
func force(c config) (result, error) {
	r := newResult(c)
	n, steps := count(c.neurons, 0, 1000), count(c.steps, 0, forceTrain)
	r.Neurons, r.Steps = n, steps
	f := sines(steps + forceTest)
	t := forceTrainer(c, n)
	ctx := context.Background()
	var err error
	r.InitS = seconds(func() { err = forceWarm(c, t, f, n) })
	if err != nil {
		return r, err
	}
	debug.FreeOSMemory()
	forgetPeak()
	r.BaseRSS = memory("VmRSS")
	s := train.Sequence{X: c.column(make([]float64, steps)), Y: c.column(f[:steps])}
	var fit *train.OnlineResult
	var took float64
	r.collecting(c, func() {
		took = seconds(func() { fit, err = t.Fit(ctx, train.Trials(s)) })
	})
	if err != nil {
		return r, err
	}
	r.PeakRSS = memory("VmHWM")
	r.StepsPS, r.UsPerStep = math.Round(float64(steps)/took), 1e6*took/float64(steps)
	z := doubles(fit.Out[0])
	r.MAEFirst, r.MAELast = meanError(z[:steps/6], f), meanError(z[steps-steps/6:], f[steps-steps/6:])
	var free *tensor.Dense
	none := c.column(make([]float64, forceTest))
	took = seconds(func() { free, err = t.Predict(ctx, none) })
	if err != nil {
		return r, err
	}
	r.FreePS, r.FreeUs = math.Round(forceTest/took), 1e6*took/forceTest
	r.MAETest = meanError(doubles(free), f[steps:])
	return r, nil
}

// forceWarm draws the weights and runs every program once, and puts everything back to the start.
func forceWarm(c config, t *train.Online[echoState], f []float64, n int) error {
	ctx := context.Background()
	const some = 10
	if _, err := t.Fit(ctx, train.Trials(train.Sequence{X: c.column(make([]float64, some)), Y: c.column(f[:some])})); err != nil {
		return err
	}
	if _, err := t.Predict(ctx, c.column(make([]float64, forceTest))); err != nil {
		return err
	}
	t.ResetState()
	t.Store.Get("out.W").Value.Zero()
	fresh, err := t.Method.New(n, 1)
	if err != nil {
		return err
	}
	return t.Learner("out").Rollback(fresh.Snapshot())
}

// meanError returns the mean of |z - f| over z.
func meanError(z, f []float64) float64 {
	sum := 0.
	for i, v := range z {
		sum += math.Abs(v-f[i]) / float64(len(z))
	}
	return sum
}
