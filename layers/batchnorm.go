package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// BatchNorm normalizes each feature over a batch (Ioffe, Szegedy 2015, algorithms 1 and 2,
// https://proceedings.mlr.press/v37/ioffe15.html):
//
//	y = Gain·(x - μ)/√(v + Epsilon)·Scale + Bias
//
// In training μ and v = Σ(x - μ)²/n are taken over every axis but the last: batch, places, and time
// where x is a sequence. Running averages of both, which start from 0 and 1, move to
//
//	m·running + (1 - m)·batch,  m = Momentum
//
// when the program has run, and stand for μ and v in evaluation. They are parameters of the store
// that no optimizer touches, and so in checkpoints. As in BrainPy and unlike in torch the variance
// is the biased one there too, and Momentum the share that is kept.
//
// In training there are two places for it. On stacked values [T B ... N], outside of loops as in a
// train.OverTime, the averages move once in a run, and samples of one neuron over time are one
// population. In the step of a loop, x is [B ... N]: each step is normalized by its own batch, and
// the averages move at every step. In evaluation the two agree. Where x is the same at all steps,
// because nothing before it changes with time, it is one batch and the averages move once.
type BatchNorm struct {
	N        int         // features, extent of the last axis
	Dims     int         // axes of places that x has: x is [B places N] or [T B places N]; any if 0
	Training bool        // whether to normalize by the batch, and move the averages
	Gain     Param       // factor on what is normalized, one number; 1
	Epsilon  Param       // added to the variance, one number, >= 0; 1e-5
	Momentum Param       // share of the averages that is kept, one number, in [0, 1]; 0.99
	Scale    Param       // [N], trained unless under Fix; 1
	Bias     Param       // [N], trained unless under Fix; 0
	NoAffine bool        // whether there are neither Scale nor Bias
	OverTime bool        // whether statistics must be over time too: in training, not in a loop's step
	DType    graph.DType // of parameters and input; Float32
}

// BatchNorm1d returns a BatchNorm of inputs [B L N] or [T B L N].
func BatchNorm1d(n int, training bool) BatchNorm {
	return BatchNorm{N: n, Dims: 1, Training: training}
}

// BatchNorm2d returns a BatchNorm of inputs [B H W N] or [T B H W N].
func BatchNorm2d(n int, training bool) BatchNorm {
	return BatchNorm{N: n, Dims: 2, Training: training}
}

// BatchNorm3d returns a BatchNorm of inputs [B H W D N] or [T B H W D N].
func BatchNorm3d(n int, training bool) BatchNorm {
	return BatchNorm{N: n, Dims: 3, Training: training}
}

// ThresholdBatchNorm returns the threshold-dependent batch normalization of the currents of spiking
// neurons (tdBN; Zheng, Wu, Deng, Hu, Li 2021, eq. 4 to 7, doi:10.1609/aaai.v35i12.17320): statistics
// over time and batch, and Gain alpha·vTh, so that currents begin as wide as the threshold is high.
// alpha is 1, or 1/√2 where two branches meet. It is applied to stacked currents [T B ... N].
func ThresholdBatchNorm(n int, alpha, vTh float64, training bool) BatchNorm {
	return BatchNorm{N: n, Training: training, Gain: Const(alpha * vTh), OverTime: true}
}

// BatchNormCell is a BatchNorm placed in a graph.
type BatchNormCell struct {
	affine
	Mean, Variance          *graph.Node // running averages, [N]
	Gain, Epsilon, Momentum *graph.Node
	dims                    int
	training, overTime      bool
	site
}

// Place puts the layer in g; its parameters are named name.Scale, name.Bias, name.Mean and
// name.Variance. Faults, each named by layer and field, are recorded on g.
func (p BatchNorm) Place(g *graph.Graph, name string) BatchNormCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := BatchNormCell{dims: p.Dims, training: p.Training, overTime: p.OverTime, site: l.neurons(p.N, nil)}
	if c.fault != nil {
		return c
	}
	if p.Dims < 0 {
		c.fault = l.fail("Dims", fmt.Errorf("%w: %d axes of places", graph.ErrShape, p.Dims))
		return c
	}
	c.affine = l.affine(p.NoAffine, p.Scale, p.Bias, c.shape)
	c.Gain = l.number("Gain", p.Gain, Const(1), anyNumber)
	c.Epsilon = l.number("Epsilon", p.Epsilon, Const(1e-5), notNegative)
	c.Momentum = l.number("Momentum", p.Momentum, Const(0.99), unit)
	c.Mean = g.Param(name+".Mean", graph.Var{DType: l.dtype, Shape: c.shape, Init: Const(0), Fixed: true})
	c.Variance = g.Param(name+".Variance", graph.Var{DType: l.dtype, Shape: c.shape, Init: Const(1), Fixed: true})
	return c
}

// Apply returns x [... N] normalized, of the same shape. In training the layer is applied once in a
// graph, or once in a step.
func (c BatchNormCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x
	}
	if n := x.Rank() - 2; c.dims > 0 && n != c.dims && n != c.dims+1 {
		err := fmt.Errorf("%w: the input is %v, want %d axes of places before features", graph.ErrShape, x.Type(), c.dims)
		return c.g.Fail(err)
	}
	mean, variance := c.Mean, c.Variance
	if c.training {
		if err := c.place(x); err != nil {
			return c.g.Fail(err)
		}
		mean, variance = c.batch(x)
		c.follow(c.Mean, mean)
		c.follow(c.Variance, variance)
	}
	return c.affine.apply(times(c.Gain, standard(x, mean, variance, c.Epsilon)))
}

// place returns why x cannot be a batch to learn from.
func (c BatchNormCell) place(x *graph.Node) error {
	switch {
	case c.overTime && c.g.Top().Parent() != nil:
		return fmt.Errorf("%w: OverTime in the step of a loop; apply it to the stacked sequence [T B ...]", graph.ErrScope)
	case x.Rank() < 2:
		return fmt.Errorf("%w: Training on %v, want a batch", graph.ErrShape, x.Type())
	}
	return nil
}

// batch returns mean and variance of the features of x.
func (c BatchNormCell) batch(x *graph.Node) (mean, variance *graph.Node) {
	axes := make([]int, x.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	return x.Mean(axes...), x.Variance(axes...)
}

// follow moves a running average to what was measured: at the end of the run, or of the step.
func (c BatchNormCell) follow(running, batch *graph.Node) {
	c.g.Update(running, running.Add(c.Momentum.Neg().Shift(1).Mul(batch.StopGradient().Sub(running))))
}
