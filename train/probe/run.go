package probe

import (
	"context"
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// part tells the programs of one run apart.
type part struct {
	first bool // the state is not handed on
	steps int
}

// unit is the program of a part: its results are the sequences of the watches, then the state.
type unit struct {
	prog   *graph.Program
	names  []string // of all that can be watched
	picks  []pick   // in the order of the watches
	leaves []int    // which nodes of the state come out
}

// run is a run over one input, which has come to step at.
type run[S any] struct {
	*Probe[S]
	x     *tensor.Dense
	at    int
	state []*tensor.Dense
	hand  []int // which nodes of the state these are
	units map[part]*unit
}

// steps returns the number of time steps of the whole run.
func (r *run[S]) steps() int {
	if r.Trainer.Steps > 0 {
		return r.Trainer.Steps
	}
	return r.x.Shape()[0]
}

// next runs the next part.
func (r *run[S]) next(ctx context.Context, whole bool) (*Recording, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := part{first: r.at == 0, steps: r.steps() - r.at}
	if r.Chunk > 0 {
		k.steps = min(k.steps, r.Chunk)
	}
	x := r.input(k)
	u := r.units[k]
	if u == nil {
		var err error
		if u, err = r.compile(k, r.state); err != nil {
			return nil, err
		}
		r.units[k] = u
	}
	if k.first {
		if err := r.fits(u, whole); err != nil {
			return nil, err
		}
	}
	out, err := u.prog.Run(append([]*tensor.Dense{x}, r.state...)...)
	if err != nil {
		return nil, err
	}
	rec := &Recording{}
	for i, p := range u.picks {
		rec.Traces = append(rec.Traces, p.trace(out[i], r.at))
	}
	r.state, r.hand, r.at = out[len(u.picks):], u.leaves, r.at+k.steps
	return rec, nil
}

// input returns the input of a part: its rows, sharing memory, or all of it where it has no time.
func (r *run[S]) input(k part) *tensor.Dense {
	if r.Trainer.Steps > 0 || k.steps == r.x.Shape()[0] {
		return r.x
	}
	shape := append([]int{k.steps}, r.x.Shape()[1:]...)
	size := r.x.Shape()[1:].TotalSize()
	from, to := r.at*size, (r.at+k.steps)*size
	var rows any
	switch x := r.x.Data().(type) {
	case []float32:
		rows = x[from:to]
	case []float64:
		rows = x[from:to]
	case []int32:
		rows = x[from:to]
	case []bool:
		rows = x[from:to]
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(rows))
}

// fits refuses what is larger than the limit: the sequences of a part, and, for the whole run, what
// is recorded in all.
func (r *run[S]) fits(u *unit, whole bool) error {
	sequences, recorded := 0, 0
	for i, p := range u.picks {
		t := u.prog.Outputs()[i]
		bytes := t.DType.Size() * len(p.samples) * len(p.neurons)
		sequences += bytes * t.Shape[0]
		recorded += bytes * ((r.steps() + p.every - 1) / p.every)
	}
	if limit := r.limit(); sequences > limit {
		return fmt.Errorf("%w: a part of the run takes %d bytes, Limit is %d: watch less, or set Chunk", graph.ErrValue, sequences, limit)
	} else if whole && recorded > limit {
		return fmt.Errorf("%w: the recording takes %d bytes, Limit is %d: watch less, or use Stream", graph.ErrValue, recorded, limit)
	}
	return nil
}

// compile makes the program of a part.
func (r *run[S]) compile(k part, state []*tensor.Dense) (*unit, error) {
	u := &unit{}
	types := []graph.Type{typeOf(r.input(k))}
	for _, s := range state {
		types = append(types, typeOf(s))
	}
	f := graph.NewFunc(r.Trainer.Store, r.Trainer.Options, func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		return r.trace(g, u, k, in[0], in[1:])
	})
	prog, err := f.Program(types...)
	u.prog = prog
	return u, err
}

// trace builds the part's graph.
func (r *run[S]) trace(g *graph.Graph, u *unit, k part, x *graph.Node, state []*graph.Node) []*graph.Node {
	t := r.Trainer
	step := t.Net(g, false)
	if step == nil {
		return []*graph.Node{g.Fail(fmt.Errorf("field Net: %w: the step is nil", graph.ErrValue))}
	}
	batch := x.Dim(r.batchAxis())
	s := r.start(g, batch, state)
	body := func(x *graph.Node, s S) ([]*graph.Node, S) {
		before := len(g.Marks())
		y, next := step(x, s)
		seen := values(g.Marks()[before:], g.Top(), leavesOf(&next), y)
		return r.chosen(g, u, seen, batch), next
	}
	var ys []*graph.Node
	if t.Steps > 0 {
		clock := g.Const(graph.Float32, 0, k.steps) // nothing reads it: it tells the number of steps
		ys, s = graph.Loop(clock, s, func(_ *graph.Node, s S) ([]*graph.Node, S) { return body(x, s) })
	} else {
		ys, s = graph.Loop(x, s, body)
	}
	for i, l := range leavesOf(&s) {
		if *l.node != nil {
			u.leaves, ys = append(u.leaves, i), append(ys, *l.node)
		}
	}
	return ys
}

// start returns the state that a part begins with: the initial one, or what was handed on.
func (r *run[S]) start(g *graph.Graph, batch int, state []*graph.Node) S {
	var s S
	if init := r.Trainer.Init; init != nil {
		s = init(g, batch)
	}
	at := leavesOf(&s)
	for i, n := range state {
		*at[r.hand[i]].node = n
	}
	return s
}

// batchAxis returns the axis of samples of the input.
func (r *run[S]) batchAxis() int {
	if r.Trainer.Steps > 0 {
		return 0
	}
	return 1
}

// chosen picks the watches of what is seen in a step, and notes in u what they are.
func (r *run[S]) chosen(g *graph.Graph, u *unit, seen []value, batch int) []*graph.Node {
	u.names, u.picks = nil, nil
	for _, v := range seen {
		u.names = append(u.names, v.name)
	}
	watches := r.Watch
	if watches == nil {
		for _, name := range u.names {
			watches = append(watches, Watch{Name: name})
		}
	}
	var out []*graph.Node
	for _, w := range watches {
		x, p := w.of(g, seen, batch)
		u.picks, out = append(u.picks, p), append(out, x)
	}
	return out
}

func typeOf(x *tensor.Dense) graph.Type {
	return graph.Type{DType: graph.DTypeOf(x), Shape: append(graph.Shape{}, x.Shape()...)}
}
