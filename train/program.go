package train

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// kind is what a program is for.
type kind uint8

const (
	training     kind = iota // forward, backward, update
	accumulating             // forward, backward, sums of gradients
	evaluating               // forward, loss and metrics
	predicting               // forward
)

// variant tells programs for the same shapes apart.
type variant struct {
	kind    kind
	first   bool // the state is not handed on from a chunk before
	advance int  // the state after so many steps is handed on; 0: it is not
	skip    int  // outputs of so many first steps do not count
}

// program is a compiled step for one type of batch.
type program struct {
	variant
	types   []graph.Type // of input, target if there is one, state if handed on
	prog    *graph.Program
	names   names
	classes int // of labels; 0: the target is none

	in, out []*tensor.Dense // used by Fit alone
}

// names are the columns of what a program measures.
type names struct{ Metrics, Layers []string }

// The first columns of what is measured. Metrics and rates follow.
const (
	lossColumn = iota
	normColumn
	metricColumn
)

// maxPrograms bounds the cache: one more drops the oldest.
const maxPrograms = 64

// program returns the program for tensors of these types, compiled if there is none yet.
func (t *BPTT[S]) program(v variant, x, y *tensor.Dense, state []*tensor.Dense) (*program, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.programs {
		if p.variant == v && p.takes(x, y, state) {
			return p, nil
		}
	}
	p := &program{variant: v, types: typesOf(x, y, state)}
	if err := t.compile(p, y != nil); err != nil {
		return nil, err
	}
	if len(t.programs) == maxPrograms {
		t.programs = slices.Delete(t.programs, 0, 1)
	}
	t.programs = append(t.programs, p)
	return p, nil
}

// compile makes p's program.
func (t *BPTT[S]) compile(p *program, target bool) error {
	f := graph.NewFunc(t.Store, t.Options, func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		r := &tracer[S]{t: t, g: g, p: p, x: in[0], state: in[1:]}
		if target {
			r.target, r.state = in[1], in[2:]
		}
		return r.build()
	})
	var err error
	if p.prog, err = f.Program(p.types...); err != nil {
		return err
	}
	if err := checkParameters(t.Store); err != nil {
		return err
	}
	if p.kind == training || p.kind == accumulating {
		p.out = append(p.out, newTensor(p.prog.Outputs()[0]))
	}
	return nil
}

// takes reports whether the tensors are of the program's types. It does not allocate.
func (p *program) takes(x, y *tensor.Dense, state []*tensor.Dense) bool {
	types := p.types
	if !isType(x, types[0]) || len(types) != typeCount(y, state) {
		return false
	}
	types = types[1:]
	if y != nil {
		if !isType(y, types[0]) {
			return false
		}
		types = types[1:]
	}
	for i, s := range state {
		if !isType(s, types[i]) {
			return false
		}
	}
	return true
}

func typeCount(y *tensor.Dense, state []*tensor.Dense) int {
	if y != nil {
		return 2 + len(state)
	}
	return 1 + len(state)
}

func isType(x *tensor.Dense, t graph.Type) bool {
	return x.Dtype() == t.DType.Tensor() && slices.Equal([]int(x.Shape()), t.Shape)
}

func typeOf(x *tensor.Dense) graph.Type {
	return graph.Type{DType: graph.DTypeOf(x), Shape: slices.Clone([]int(x.Shape()))}
}

func typesOf(x, y *tensor.Dense, state []*tensor.Dense) []graph.Type {
	types := []graph.Type{typeOf(x)}
	if y != nil {
		types = append(types, typeOf(y))
	}
	for _, s := range state {
		types = append(types, typeOf(s))
	}
	return types
}

func newTensor(t graph.Type) *tensor.Dense {
	return tensor.New(tensor.Of(t.DType.Tensor()), tensor.WithShape(t.Shape...))
}

// train runs the program. With next it hands on the state there.
func (p *program) train(x, y *tensor.Dense, state, next []*tensor.Dense) error {
	p.in = append(p.in[:0], x)
	if y != nil {
		p.in = append(p.in, y)
	}
	p.in = append(p.in, state...)
	p.out = append(p.out[:1], next...)
	if err := p.prog.RunInto(p.out, p.in...); err != nil {
		return p.located(err, p.in)
	}
	return nil
}

// stats returns what the last run of train measured.
func (p *program) stats() []float64 { return p.out[0].Float64s() }

// located adds to the error of a value that is not finite where it came about first.
func (p *program) located(err error, in []*tensor.Dense) error {
	if !errors.Is(err, graph.ErrNonFinite) {
		return err
	}
	if at := p.prog.Locate(in...); at != nil {
		return fmt.Errorf("%w; the first such value: %w", err, at)
	}
	return err
}

// checkLabels returns an error for the first label that names no class of the output and is not to be
// ignored.
func (p *program) checkLabels(y *tensor.Dense, ignore []int) error {
	if p.classes == 0 || y == nil {
		return nil
	}
	for i, c := range y.Int32s() {
		if (c < 0 || int(c) >= p.classes) && !slices.Contains(ignore, int(c)) {
			return fmt.Errorf("%w: label %d at %v of the target, expected 0 to %d (the output has %d classes)",
				datasets.ErrLabel, c, indices(i, y.Shape()), p.classes-1, p.classes)
		}
	}
	return nil
}
