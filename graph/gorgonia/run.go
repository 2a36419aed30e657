package gorgonia

import (
	"fmt"
	"sync"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/spikegraph/spikegraph/graph"
)

// An Executable computes nodes of a graph of ours on Gorgonia's machine. It may be called by many
// goroutines, which wait for one another. The parameters are read when a run begins; nothing is
// written, updates that the graph asks for do not happen.
type Executable struct {
	mu     sync.Mutex
	store  *graph.Store
	inputs []*graph.Node
	leaves []leaf
	dt     tensor.Dtype
	outs   []graph.Type
	values []G.Value // where Gorgonia puts the results of a run
	vm     G.VM
}

// Compile lowers outs and prepares Gorgonia's machine. Errors are the faults of the graph, and an
// *Unsupported for each op that cannot be lowered, joined. Loops are unrolled by copies of their
// bodies in the graph of outs, where they change nothing of what it computes.
func Compile(outs ...*graph.Node) (*Executable, error) {
	l, err := begin(G.NewGraph(), nil, outs...)
	if err != nil {
		return nil, err
	}
	ys := make([]*G.Node, len(outs))
	for i, y := range outs {
		ys[i] = l.lower(y)
	}
	return l.executable(outs, ys)
}

// Gradients returns the program of the gradients of the scalar loss, one for each of wrt, by
// Gorgonia's symbolic differentiation of the lowered graph: nothing of autodiff takes part but the
// rules of surrogates and of Custom, which are part of the model. wrt are float inputs, parameters
// or nodes that loss is computed from outside of loops; where nothing flows the gradient is zero.
// Runs do not accumulate, as Gorgonia's bound gradients do.
func Gradients(loss *graph.Node, wrt ...*graph.Node) (*Executable, error) {
	l, err := begin(G.NewGraph(), nil, append([]*graph.Node{loss}, wrt...)...)
	if err != nil {
		return nil, err
	}
	if loss.Rank() != 0 || !loss.DType().IsFloat() {
		return nil, fmt.Errorf("gorgonia: %w: the loss is %v, want a float scalar", graph.ErrShape, loss.Type())
	}
	y := l.lower(loss)
	xs := make([]*G.Node, len(wrt))
	for i, x := range wrt {
		if !x.DType().IsFloat() {
			return nil, fmt.Errorf("gorgonia: %w: a gradient to %v, want floats", graph.ErrDType, x.Type())
		}
		xs[i] = l.lower(x)
	}
	return l.executable(wrt, l.backward(y, xs))
}

// backward returns the nodes of the gradients of y.
func (l *lowering) backward(y *G.Node, xs []*G.Node) []*G.Node {
	gs := make([]*G.Node, len(xs))
	if l.err != nil {
		return gs
	}
	reached := reach(y)
	var wrt G.Nodes
	var at []int
	for i, x := range xs {
		if !reached[x] {
			gs[i] = l.like(x, 0)
			continue
		}
		wrt, at = append(wrt, x), append(at, i)
	}
	if len(wrt) == 0 {
		return gs
	}
	found, err := G.Backpropagate(G.Nodes{y}, G.Nodes{l.like(y, 1)}, wrt)
	if err != nil {
		l.keep(nil, err)
		return gs
	}
	for i, g := range found {
		gs[at[i]] = g
	}
	return gs
}

// reach returns the nodes that y depends on by derivatives: Gorgonia refuses to differentiate with
// respect to any other.
func reach(y *G.Node) map[*G.Node]bool {
	seen := map[*G.Node]bool{y: true}
	for queue := []*G.Node{y}; len(queue) > 0; queue = queue[1:] {
		op, ok := queue[0].Op().(G.SDOp)
		if !ok {
			continue
		}
		it := queue[0].Graph().From(queue[0].ID())
		diff := op.DiffWRT(it.Len())
		for i := 0; it.Next(); i++ {
			if x := it.Node().(*G.Node); i < len(diff) && diff[i] && !seen[x] {
				seen[x] = true
				queue = append(queue, x)
			}
		}
	}
	return seen
}

// executable compiles ys, which are to have the types of outs.
func (l *lowering) executable(outs []*graph.Node, ys []*G.Node) (*Executable, error) {
	e := &Executable{store: outs[0].Graph().Store(), values: make([]G.Value, len(ys))}
	for i, y := range ys {
		e.outs = append(e.outs, outs[i].Type())
		if l.err == nil {
			G.Read(y, &e.values[i])
		}
	}
	if l.err != nil {
		return nil, l.err
	}
	prog, at, err := G.Compile(l.g)
	if err != nil {
		return nil, fmt.Errorf("gorgonia: %w", err)
	}
	e.vm = G.NewTapeMachine(l.g, G.WithPrecompiled(prog, at))
	e.inputs, e.leaves, e.dt = inputs(outs[0].Graph()), l.leaves, l.dt
	return e, nil
}

// inputs returns the arguments of a graph's programs.
func inputs(g *graph.Graph) []*graph.Node {
	var in []*graph.Node
	for _, n := range g.Nodes() {
		if n.Attrs().Name == "Input" {
			in = append(in, n)
		}
	}
	return in
}

// Run computes the results for the inputs, in the order in which the graph declared them. The
// results are new tensors, of the shapes and types that the graph's own program gives.
func (e *Executable) Run(in ...*tensor.Dense) ([]*tensor.Dense, error) {
	if len(in) != len(e.inputs) {
		return nil, fmt.Errorf("gorgonia: %w: %d inputs, want %d", graph.ErrShape, len(in), len(e.inputs))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, n := range e.inputs {
		if err := fits(n, in[i]); err != nil {
			return nil, fmt.Errorf("gorgonia: input %d: %w", i, err)
		}
	}
	if err := e.bind(in); err != nil {
		return nil, err
	}
	defer e.vm.Reset()
	if err := e.vm.RunAll(); err != nil {
		return nil, fmt.Errorf("gorgonia: %w", err)
	}
	out := make([]*tensor.Dense, len(e.outs))
	for i, t := range e.outs {
		out[i] = land(t, e.values[i].(*tensor.Dense))
	}
	return out, nil
}

// bind gives the leaves the values of this run.
func (e *Executable) bind(in []*tensor.Dense) error {
	for _, lf := range e.leaves {
		var t *tensor.Dense
		if name := lf.from.ParamName(); name != "" {
			t = e.store.Get(name).Value
		} else {
			t = in[lf.from.Attrs().Index]
		}
		if err := G.Let(lf.node, lift(e.dt, lf.from.Shape(), t)); err != nil {
			return fmt.Errorf("gorgonia: %w", err)
		}
	}
	return nil
}

// fits reports why t cannot be the value of n.
func fits(n *graph.Node, t *tensor.Dense) error {
	if t == nil {
		return fmt.Errorf("%w: it is nil", graph.ErrValue)
	}
	have := graph.Type{DType: graph.DTypeOf(t), Shape: graph.Shape(t.Shape())}
	if !have.Equal(n.Type()) {
		return fmt.Errorf("%w: it is %v, want %v", graph.ErrShape, have, n.Type())
	}
	if t.RequiresIterator() || !t.DataOrder().IsRowMajor() {
		return fmt.Errorf("%w: it is a view; clone it", graph.ErrValue)
	}
	return nil
}
