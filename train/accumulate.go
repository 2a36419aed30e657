package train

import (
	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// Names of what is accumulated, in the store.
const (
	accumulated = "train.sum."
	sampleCount = "train.samples"
)

// accumulate adds the gradient, times the number of samples, to the sums, instead of an update:
//
//	sum += B g,  n += B
//
// Only updates move the random clock, so it is moved here too: every batch draws its own numbers.
// It returns the norm of the batch's gradient.
func (r *tracer[S]) accumulate(loss *graph.Node) *graph.Node {
	params, grads, norm := r.gradient(loss)
	samples := float64(r.x.Dim(r.t.batchAxis()))
	for i, p := range params {
		sum := sumOf(r.g, p)
		r.g.Update(sum, sum.Add(grads[i].Scale(samples)))
	}
	n := countOf(r.g)
	r.g.Update(n, n.Shift(samples))
	r.g.Update(r.g.Clock(), r.g.Clock().Shift(1))
	return norm
}

// sumOf returns the sum of gradients of p, a parameter of g.
func sumOf(g *graph.Graph, p *graph.Node) *graph.Node {
	if !p.Valid() {
		return p
	}
	return g.Param(accumulated+p.ParamName(), graph.Var{DType: p.DType(), Shape: p.Shape(), Fixed: true})
}

// countOf returns the number of samples in the sums.
func countOf(g *graph.Graph) *graph.Node {
	return g.Param(sampleCount, graph.Var{DType: graph.Float64, Shape: []int{}, Fixed: true})
}

// flush updates the parameters by the mean of the accumulated gradients, and empties the sums.
func (t *BPTT[S]) flush() error { return t.flushing.RunInto(t.norm) }

// prepareFlush builds the program of flush, which places the optimizer's slots. A program that
// accumulates has been built before.
func (t *BPTT[S]) prepareFlush() error {
	if t.Accumulate <= 1 || t.flushing != nil {
		return nil
	}
	f := graph.NewFunc(t.Store, t.Options, func(g *graph.Graph, _ []*graph.Node) []*graph.Node {
		return []*graph.Node{t.applySums(g)}
	})
	prog, err := f.Program()
	if err != nil {
		return err
	}
	t.flushing, t.norm = prog, []*tensor.Dense{newTensor(prog.Outputs()[0])}
	return nil
}

// applySums adds the update to g and returns the norm of the mean gradient.
func (t *BPTT[S]) applySums(g *graph.Graph) *graph.Node {
	n := countOf(g)
	var params, grads []*graph.Node
	for _, p := range t.Store.Params() {
		sum := t.Store.Get(accumulated + p.Name)
		if !p.Trained || sum == nil {
			continue
		}
		v := graph.Var{DType: graph.DTypeOf(p.Value), Shape: p.Value.Shape()}
		node := g.Param(p.Name, v)
		s := sumOf(g, node)
		params = append(params, node)
		grads = append(grads, s.Div(n.Cast(s.DType())))
		g.Update(s, s.Like(0))
	}
	g.Update(n, n.Like(0))
	norm := globalNorm(g, params, grads)
	t.Optimizer.Update(g, params, clipped(grads, norm, t.ClipNorm))
	return norm
}
