package layers

import "github.com/spikegraph/spikegraph/graph"

// DelayedDense is a Dense of which every connection has a delay of its own, weights and delays
// learned together (Hammouamri, Khalfaoui-Hassani, Masquelier 2023, arXiv:2306.17670):
//
//	y_j(t) = Σ_i W_ij·Σ_k κ_k(D_ij)·x_i(t - k)
//
// In training κ is the Interpolation; outside of it, and for delays under Fix, it is 1 at the step
// next to D and 0 elsewhere. The product is one with Max/dt + 1 times as many rows as a Dense has; a
// step reads all of the delay line for it, and moves that on by a copy, which costs little beside.
type DelayedDense struct {
	In, Out  int           // neurons before and after, >= 1
	W        Param         // weights [In Out], trained unless under Fix; XavierNormal
	D        Param         // delays [In Out], ms, within [0, Max], trained unless under Fix; Uniform{0, Max}
	Max      float64       // the longest delay, ms, >= 0; delays are held to it
	Interp   Interpolation // how delays are read in training; LinearDelay
	Sigma    Param         // width of GaussianDelay, ms, > 0, one number, kept in the store; dt/2
	Training bool          // whether delays are interpolated
	DType    graph.DType   // of weights, delays, input and state; Float32
}

// DelayedDenseCell is a DelayedDense placed in a graph.
type DelayedDenseCell struct {
	W *graph.Node // [In Out]
	D *graph.Node // delays in steps, [In Out]
	K *graph.Node // W·κ, [(steps+1)·In Out]
	taps
	site
}

// Place puts the layer in g, for steps of dt ms; its parameters are named name.W, name.D and
// name.Sigma. Faults, each named by layer and field, are recorded on g.
func (p DelayedDense) Place(g *graph.Graph, name string, dt float64) DelayedDenseCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, p.DType)
	c := DelayedDenseCell{site: l.between(p.In, p.Out)}
	shape := []int{p.In, p.Out}
	if c.fault == nil {
		c.W = l.node(p.W, field{name: "W", def: XavierNormal(), shape: shape, domain: anyNumber, weight: true})
		c.D, c.taps, c.fault = l.delays(p.D, field{shape: shape, weight: true}, tapFields{p.Max, p.Interp, p.Sigma, p.Training, dt})
	}
	if c.fault != nil {
		c.W, c.D, c.K = c.fault, c.fault, c.fault
		return c
	}
	c.K = c.weigh(c.D).Mul(c.W).Reshape((c.last+1)*p.In, p.Out)
	return c
}

// Step returns y [... Out] for the input x [... In] of this step.
func (c DelayedDenseCell) Step(x *graph.Node, s DelayState) (y *graph.Node, next DelayState) {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() || !c.K.Valid() {
		x = invalid(x, c.K)
		return x, DelayState{Line: x}
	}
	return c.whole(x, s, 1, func(line *graph.Node) *graph.Node { return product(line.Flatten(-2, -1), c.K, nil) })
}
