package probe

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"gorgonia.org/tensor"
)

// GradNorms returns the L2 norm of the gradient of the trainer's loss for a batch, of each trained
// parameter by its name. Nothing is updated, no random clock moves, and nothing is clipped; Truncate
// is obeyed, Chunks are not: the batch is one sequence. Errors are those of the network.
func GradNorms[S any](t *train.BPTT[S], b datasets.Batch) ([]train.Value, error) {
	if t == nil || t.Loss == nil {
		return nil, fmt.Errorf("probe: GradNorms: %w: the Trainer needs a Loss", graph.ErrValue)
	}
	p := &Probe[S]{Trainer: t}
	if err := p.validate(b.X); err != nil {
		return nil, fmt.Errorf("probe: GradNorms: %w", err)
	}
	in, types := []*tensor.Dense{b.X}, []graph.Type{typeOf(b.X)}
	if b.Y != nil {
		in, types = append(in, b.Y), append(types, typeOf(b.Y))
	}
	var names []string
	f := graph.NewFunc(t.Store, t.Options, func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		var norms []*graph.Node
		names, norms = gradNorms(t, g, in)
		return norms
	})
	prog, err := f.Program(types...)
	if err != nil {
		return nil, fmt.Errorf("probe: GradNorms: %w", err)
	}
	out, err := prog.Run(in...)
	if err != nil {
		return nil, fmt.Errorf("probe: GradNorms: %w", err)
	}
	norms := make([]train.Value, len(names))
	for i, name := range names {
		norms[i] = train.Value{Name: name, Value: out[i].Float64s()[0]}
	}
	return norms, nil
}

// gradNorms builds the forward pass, the loss and the norms of its gradients.
func gradNorms[S any](t *train.BPTT[S], g *graph.Graph, in []*graph.Node) (names []string, norms []*graph.Node) {
	x, target := in[0], (*graph.Node)(nil)
	if len(in) > 1 {
		target = in[1]
	}
	step := t.Net(g, true)
	if step == nil {
		g.Fail(errors.New("field Net: the step is nil"))
		return nil, nil
	}
	var s S
	o := graph.LoopOptions{Truncate: t.Truncate, Segment: t.Segment}
	var out *graph.Node
	if t.Steps > 0 {
		if t.Init != nil {
			s = t.Init(g, x.Dim(0))
		}
		clock := g.Const(graph.Float32, 0, t.Steps)
		out, _ = graph.Loop(clock, s, func(_ *graph.Node, s S) (*graph.Node, S) { return step(x, s) }, o)
	} else {
		if t.Init != nil {
			s = t.Init(g, x.Dim(1))
		}
		out, _ = graph.Loop(x, s, step, o)
	}
	params := g.Trained()
	for i, d := range autodiff.Grad(t.Loss(out, target), params...) {
		names = append(names, params[i].ParamName())
		norms = append(norms, d.Square().Sum().Cast(graph.Float64).Sqrt().Reshape(1))
	}
	return names, norms
}

// ByLayer joins the norms of the parameters of each layer, sqrt(Σ norm²), in the order of their
// first parameters. The layer of "fc1.W" is "fc1": the name up to its last dot.
func ByLayer(norms []train.Value) []train.Value {
	var layers []train.Value
	at := map[string]int{}
	for _, n := range norms {
		layer := n.Name
		if i := strings.LastIndexByte(layer, '.'); i >= 0 {
			layer = layer[:i]
		}
		i, ok := at[layer]
		if !ok {
			i, at[layer] = len(layers), len(layers)
			layers = append(layers, train.Value{Name: layer})
		}
		layers[i].Value = math.Hypot(layers[i].Value, n.Value)
	}
	return layers
}
