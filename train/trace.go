package train

import (
	"fmt"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
)

// tracer builds the graph of one program.
type tracer[S any] struct {
	t     *BPTT[S]
	g     *graph.Graph
	p     *program // receives names and classes
	x     *graph.Node
	state []*graph.Node // handed on from the chunk before

	step Step[S] // the network; one of the two
	over OverTime

	target *graph.Node
	names  []string // of the rates

	dry      bool                                     // see rehearse
	backward func(params []*graph.Node) []*graph.Node // gradients that the forward pass made; nil: none
}

// run is what came of some steps: outputs [T ...], and the means [T] of what layers marked.
type run struct {
	Out   *graph.Node
	Rates []*graph.Node
}

// build returns the outputs of the program.
func (r *tracer[S]) build() []*graph.Node {
	if !r.place() {
		return nil
	}
	if r.t.InTime.Trace != NoTrace && r.learns() {
		loss, measured := r.inTime()
		return []*graph.Node{r.columns(loss, r.learn(loss), measured)}
	}
	y, mid := r.forward()
	if r.p.kind == predicting {
		return []*graph.Node{y.Out}
	}
	if r.p.skip > 0 {
		y.Out = late(y.Out, r.p.skip)
		for i, f := range y.Rates {
			y.Rates[i] = late(f, r.p.skip)
		}
	}
	loss := r.loss(y.Out)
	r.g.Check("the loss", loss)
	measured := r.metrics(y.Out)
	for _, f := range y.Rates {
		measured = append(measured, f.Mean())
	}
	return append([]*graph.Node{r.columns(loss, r.learn(loss), measured)}, mid...)
}

// learns reports whether the program is one that trains.
func (r *tracer[S]) learns() bool { return r.p.kind == training || r.p.kind == accumulating }

// learn uses the gradient of the loss as the program is to, and returns its norm.
func (r *tracer[S]) learn(loss *graph.Node) (norm *graph.Node) {
	switch r.p.kind {
	case training:
		return r.update(loss)
	case accumulating:
		return r.accumulate(loss)
	}
	return loss.Like(0)
}

// columns returns what a program measures as one Float64 vector: loss, norm of the gradient, metrics
// and rates.
func (r *tracer[S]) columns(loss, norm *graph.Node, measured []*graph.Node) *graph.Node {
	columns := append([]*graph.Node{loss, norm}, measured...)
	for i, c := range columns {
		columns[i] = c.Cast(graph.Float64).Reshape()
	}
	r.p.names.Layers = r.names
	return graph.Stack(0, columns...)
}

// late returns x without its first n steps.
func late(x *graph.Node, n int) *graph.Node { return x.Slice(graph.Range{From: n, To: x.Dim(0)}) }

// forward runs the network over time. mid is the state after p.advance steps, if that is positive.
func (r *tracer[S]) forward() (y run, mid []*graph.Node) {
	if r.t.Steps == 0 && r.x.Rank() < 2 {
		return run{Out: r.timeless()}, nil
	}
	if r.over != nil {
		return r.whole(), nil
	}
	s := r.start()
	steps := r.x.Dim(0)
	if r.t.Steps > 0 {
		return r.loop(&s, 0, r.t.Steps), nil
	}
	if r.p.advance == 0 {
		return r.loop(&s, 0, steps), nil
	}
	y = r.loop(&s, 0, r.p.advance)
	for _, n := range nodesIn(&s) {
		mid = append(mid, *n)
	}
	if r.p.advance < steps {
		rest := r.loop(&s, r.p.advance, steps)
		y.Out = graph.Concat(0, y.Out, rest.Out)
		for i := range y.Rates {
			y.Rates[i] = graph.Concat(0, y.Rates[i], rest.Rates[i])
		}
	}
	return y, mid
}

// timeless records that the input has no axes of time and samples, and returns an invalid node.
func (r *tracer[S]) timeless() *graph.Node {
	return r.g.Fail(fmt.Errorf("the input is %v: %w: want sequences [T B ...], or Steps above 0 for [B ...]",
		r.x.Type(), graph.ErrShape))
}

// start returns the initial state.
func (r *tracer[S]) start() S {
	var s S
	if r.t.Init != nil {
		s = r.t.Init(r.g, r.x.Dim(r.t.batchAxis()))
	}
	if !r.p.first {
		at := nodesIn(&s)
		if len(at) != len(r.state) {
			r.g.Fail(fmt.Errorf("handing on the state: %w: it has %d nodes at first and %d after a chunk",
				graph.ErrShape, len(at), len(r.state)))
			return s
		}
		for i, n := range at {
			*n = r.state[i]
		}
	}
	return s
}

// loop takes the steps [from, to) and moves s on.
func (r *tracer[S]) loop(s *S, from, to int) run {
	o := graph.LoopOptions{Truncate: r.t.Truncate, Segment: r.t.Segment}
	var y run
	if r.t.Steps > 0 {
		clock := r.g.Const(graph.Float32, 0, to-from) // nothing reads it: it tells the number of steps
		y, *s = graph.Loop(clock, *s, func(_ *graph.Node, s S) (run, S) { return r.body(r.x, s) }, o)
		return y
	}
	x := r.x
	if from > 0 || to < x.Dim(0) {
		x = x.Slice(graph.Range{From: from, To: to})
	}
	y, *s = graph.Loop(x, *s, r.body, o)
	return y
}

// body is one step, with the means of what is marked in it.
func (r *tracer[S]) body(x *graph.Node, s S) (run, S) {
	before := len(r.g.Marks())
	y, next := r.step(x, s)
	out := run{Out: y}
	if r.t.Rates && r.p.kind != predicting {
		r.names, out.Rates = rates(r.g.Marks()[before:], r.g.Top())
	}
	return out, next
}

// loss returns the loss of the outputs.
func (r *tracer[S]) loss(out *graph.Node) *graph.Node {
	if r.target.Valid() && r.target.DType() == graph.Int32 {
		r.p.classes = out.Dim(-1)
	}
	loss := r.t.Loss(out, r.target)
	if loss == nil {
		return r.g.Fail(fmt.Errorf("the loss: %w: it is nil", graph.ErrValue))
	}
	if loss.Valid() && (loss.Shape().Size() != 1 || !loss.DType().IsFloat()) {
		return r.g.Fail(fmt.Errorf("the loss: %w: it is %v, want a float scalar", graph.ErrShape, loss.Type()))
	}
	return loss
}

// update adds the optimizer's update and returns the norm of the gradient.
func (r *tracer[S]) update(loss *graph.Node) *graph.Node {
	params, grads, norm := r.gradient(loss)
	r.t.Optimizer.Update(r.g, params, clipped(grads, norm, r.t.ClipNorm))
	return norm
}

// gradient returns the gradients of the trained parameters, and their norm, which the run checks.
func (r *tracer[S]) gradient(loss *graph.Node) (params, grads []*graph.Node, norm *graph.Node) {
	if params = r.g.Trained(); len(params) == 0 {
		return nil, nil, r.g.Fail(fmt.Errorf("field Net: %w: it places no parameters to train", graph.ErrValue))
	}
	if r.backward != nil {
		grads = r.backward(params)
	} else {
		grads = autodiff.Grad(loss, params...)
	}
	return params, grads, globalNorm(r.g, params, grads)
}

// globalNorm returns the norm sqrt(sum of the squares of all elements), a Float64 scalar. The run
// checks it, and before it each parameter's part, whose name tells more.
func globalNorm(g *graph.Graph, params, grads []*graph.Node) *graph.Node {
	sum := g.Const(graph.Float64, 0)
	for i, d := range grads {
		part := d.Square().Sum().Cast(graph.Float64)
		g.Check("the squared norm of the gradient of "+params[i].ParamName(), part)
		sum = sum.Add(part)
	}
	norm := sum.Sqrt()
	g.Check("the norm of the gradient", norm)
	return norm
}

// clipped returns the gradients, scaled so that their norm is at most c (Pascanu, Mikolov, Bengio,
// "On the difficulty of training recurrent neural networks", 2013, algorithm 1, arXiv:1211.5063).
func clipped(grads []*graph.Node, norm *graph.Node, c float64) []*graph.Node {
	if c <= 0 {
		return grads
	}
	limit := norm.Like(c)
	scale := limit.Div(norm.Max(limit))
	out := make([]*graph.Node, len(grads))
	for i, d := range grads {
		out[i] = d.Mul(scale.Cast(d.DType()))
	}
	return out
}
