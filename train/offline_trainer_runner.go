package train

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/linalg"
	"gorgonia.org/tensor"
)

// Runner runs a network and hands its state on from call to call: what Offline and Online have in
// common. Fields are set before the first call of a method and not changed after; one method runs at
// a time.
type Runner[S any] struct {
	// Net places the layers in g and returns the step, as BPTT.Net does; training is true while
	// readouts are fitted. It is called once for each program.
	Net func(g *graph.Graph, training bool) Step[S]
	// Init returns the state that a batch of that size begins with; nil: the zero S.
	Init func(g *graph.Graph, batch int) S
	// Readouts are the names under which the layers to fit, each a layers.Dense, were placed. The
	// step applies each once. Their biases, if they have any, must not be fixed numbers. Without
	// names they are all layers of the step whose weights are trained, not fixed, sorted by name.
	Readouts []string
	// Feedback returns the place in the state of what is fed back, [B out]. While teachers are
	// forced, the target of the first readout stands there after each step, instead of what the
	// step put there. nil: nothing is forced.
	Feedback func(s *S) **graph.Node
	// Next returns the next input of Generate for an input and its output; nil: the output.
	Next func(x, y *graph.Node) *graph.Node
	// Monitors are scopes of which Marks gives what is marked in them (graph.Node.Mark).
	Monitors []string
	Reset    bool // whether every sequence begins at rest, else where the last ended
	Washout  int  // first steps of every sequence of a fit that are run and not learned
	Chunk    int  // steps that run as one program: a bound on memory; 0 is 1000

	Store   *graph.Store // where the parameters live; a new one of Seed if nil
	Seed    uint64       // of the new store
	Model   string       // describes the network in checkpoints; another description is refused
	Options graph.Options

	mu       sync.Mutex
	programs map[variantKey]*readerProgram
	state    []*tensor.Dense // after the last step, without the nodes that are nil; nil: at rest
	present  []bool          // which nodes of the state are not nil
	names    []string        // of the readouts, once they are known
	bias     []bool          // which of them have biases
	input    *tensor.Dense   // the next input of Generate, [B ...]
	batch    int             // of the state
	fed      graph.Type      // inputs [B ...] of the last sequence
	marks    map[string]*tensor.Dense
	in       []*tensor.Dense // of a run in place
}

// Predict returns the outputs [T B ...] for the sequence x [T B ...].
func (r *Runner[S]) Predict(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	y, err := r.predict(ctx, x)
	if err != nil {
		return nil, fmt.Errorf("train: Predict: %w", err)
	}
	return y, nil
}

func (r *Runner[S]) predict(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	err := r.ready()
	if err == nil {
		err = checkInputs(x)
	}
	if err == nil {
		err = r.begin(x)
	}
	if err != nil {
		return nil, err
	}
	var out *tensor.Dense
	err = r.walk(ctx, variantKey{}, x, nil, func(from int, c chunkResult) error {
		out = place(out, x.Shape()[0], from, c.out)
		return nil
	})
	return out, err
}

// Generate runs the closed loop for so many steps: the output of each is the input of the next. The
// first input is that which follows on the last call; without one it is an error. The outputs are
// [steps B ...].
func (r *Runner[S]) Generate(ctx context.Context, steps int) (*tensor.Dense, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	y, err := r.generate(ctx, steps)
	if err != nil {
		return nil, fmt.Errorf("train: Generate: %w", err)
	}
	return y, nil
}

func (r *Runner[S]) generate(ctx context.Context, steps int) (*tensor.Dense, error) {
	err := errors.Join(r.ready(), refuse(steps > 0, "steps", steps, "at least 1"))
	if err == nil && r.input == nil {
		err = fmt.Errorf("%w: there is no output to go on from; call Predict or Fit first", datasets.ErrEmpty)
	}
	if err == nil && r.fed.Shape != nil && !typeOf(r.input).Equal(r.fed) {
		err = fmt.Errorf("%w: the inputs were %v, the output that is to be the next is %v; field Next makes the one of the other",
			datasets.ErrShape, r.fed, typeOf(r.input))
	}
	if err != nil {
		return nil, err
	}
	var out *tensor.Dense
	clear(r.marks)
	for from := 0; from < steps; from += r.chunk() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := r.run(variantKey{closed: min(r.chunk(), steps-from)}, r.input, nil)
		if err != nil {
			return nil, err
		}
		out = place(out, steps, from, c.out)
		r.keepMarks(steps, from, c)
	}
	return out, nil
}

// ResetState puts the network at rest.
func (r *Runner[S]) ResetState() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest()
}

func (r *Runner[S]) rest() { r.state, r.input, r.batch = nil, nil, 0 }

// Marks returns what was marked under Monitors in the last call, or its last sequence: [T ...] by
// scope. The second mark of a scope is named scope#1, and so on.
func (r *Runner[S]) Marks() map[string]*tensor.Dense {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string]*tensor.Dense{}
	for name, x := range r.marks {
		all[name] = x
	}
	return all
}

// ready checks the settings and makes what is missing.
func (r *Runner[S]) ready() error {
	if r.Store == nil {
		r.Store = graph.NewStore(r.Seed)
	}
	if r.programs == nil {
		r.programs, r.marks = map[variantKey]*readerProgram{}, map[string]*tensor.Dense{}
	}
	if len(r.Readouts) > 0 {
		r.names = r.Readouts
	}
	once := true
	for i, name := range r.Readouts {
		once = once && !slices.Contains(r.Readouts[:i], name)
	}
	return errors.Join(
		refuse(r.Net != nil, "Net", nil, "a function"),
		refuse(r.Washout >= 0, "Washout", r.Washout, "at least 0"),
		refuse(r.Chunk >= 0, "Chunk", r.Chunk, "at least 0"),
		refuse(once, "Readouts", r.Readouts, "every name once"),
	)
}

// begin prepares for the sequence x.
func (r *Runner[S]) begin(x *tensor.Dense) error {
	batch := x.Shape()[1]
	r.fed = graph.Type{DType: graph.DTypeOf(x), Shape: slices.Clone([]int(x.Shape()[1:]))}
	clear(r.marks)
	if r.Reset {
		r.rest()
	}
	if r.state != nil && r.batch != batch {
		return fmt.Errorf("%w: a batch of %d, the state is of %d; call ResetState, or set Reset", datasets.ErrShape, batch, r.batch)
	}
	r.batch = batch
	return nil
}

func (r *Runner[S]) chunk() int {
	if r.Chunk == 0 {
		return 1000
	}
	return r.Chunk
}

// walk runs the sequence x chunk by chunk and calls f with what came of each.
func (r *Runner[S]) walk(ctx context.Context, k variantKey, x, teacher *tensor.Dense, f func(from int, c chunkResult) error) error {
	steps := x.Shape()[0]
	for from := 0; from < steps; from += r.chunk() {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+r.chunk(), steps)
		part := teacher
		if teacher != nil {
			part = rows(teacher, from, to)
		}
		c, err := r.run(k, rows(x, from, to), part)
		if err != nil {
			return err
		}
		r.keepMarks(steps, from, c)
		if err := f(from, c); err != nil {
			return err
		}
	}
	return nil
}

// keepMarks keeps what was marked in a chunk.
func (r *Runner[S]) keepMarks(steps, from int, c chunkResult) {
	for i, name := range c.names {
		r.marks[name] = place(r.marks[name], steps, from, c.marks[i])
	}
}

// place copies a part to its place along the first axis, of that extent, of dst, which is made if nil.
func place(dst *tensor.Dense, steps, from int, part *tensor.Dense) *tensor.Dense {
	if from == 0 && part.Shape()[0] == steps {
		return part
	}
	if dst == nil {
		dst = newTensor(graph.Type{DType: graph.DTypeOf(part), Shape: append([]int{steps}, part.Shape()[1:]...)})
	}
	copyTensor(rows(dst, from, from+part.Shape()[0]), part)
	return dst
}

// copyTensor copies the elements of src to dst, of the same type.
func copyTensor(dst, src *tensor.Dense) {
	switch graph.DTypeOf(src) {
	case graph.Float32:
		linalg.Copy(dst.Float32s(), src.Float32s())
	case graph.Float64:
		linalg.Copy(dst.Float64s(), src.Float64s())
	case graph.Int32:
		linalg.Copy(dst.Int32s(), src.Int32s())
	default:
		linalg.Copy(dst.Bools(), src.Bools())
	}
}

// copyOf returns a copy of x.
func copyOf(x *tensor.Dense) *tensor.Dense {
	y := newTensor(typeOf(x))
	copyTensor(y, x)
	return y
}

// variantKey tells the programs of a Runner apart.
type variantKey struct {
	first   bool // begins at rest
	collect bool // gives inputs and outputs of the readouts
	teach   bool // takes what is to be fed back
	alone   bool // runs in one goroutine
	closed  int  // steps of a closed loop; 0: it is open
}

// readerProgram is the function of one variant.
type readerProgram struct {
	f     *graph.Func
	names []string // of marks

	sets  [2][]*tensor.Dense // results of runs in place, used in turn
	turn  int
	batch int // of the sets
}

// into returns tensors for the results, other than those of the last time.
func (p *readerProgram) into(batch int, in []*tensor.Dense) ([]*tensor.Dense, error) {
	if p.batch != batch {
		p.batch = batch
		var types []graph.Type
		for _, x := range in {
			types = append(types, typeOf(x))
		}
		prog, err := p.f.Program(types...)
		if err != nil {
			return nil, err
		}
		for i := range p.sets {
			p.sets[i] = nil
			for _, t := range prog.Outputs() {
				p.sets[i] = append(p.sets[i], newTensor(t))
			}
		}
	}
	p.turn = 1 - p.turn
	return p.sets[p.turn], nil
}

// chunkResult is what came of some steps.
type chunkResult struct {
	out   *tensor.Dense   // [T B ...]
	reads []*tensor.Dense // inputs and outputs of each readout, in turn: [T rows ...]
	names []string
	marks []*tensor.Dense // [T ...]
}

// run runs one chunk and hands the state on.
func (r *Runner[S]) run(k variantKey, x, teacher *tensor.Dense) (chunkResult, error) {
	k.first = r.state == nil
	p := r.variant(k)
	in := []*tensor.Dense{x}
	if k.teach {
		in = append(in, teacher)
	}
	out, err := p.f.Call(append(in, r.state...)...)
	if err != nil {
		return chunkResult{}, err
	}
	return r.take(k, p, out), nil
}

// runInPlace is run for one step of a sequence whose results are used before the step after next.
func (r *Runner[S]) runInPlace(k variantKey, x, teacher *tensor.Dense) (chunkResult, error) {
	k.first = r.state == nil
	p := r.variant(k)
	r.in = append(r.in[:0], x)
	if k.teach {
		r.in = append(r.in, teacher)
	}
	r.in = append(r.in, r.state...)
	out, err := p.into(r.batch, r.in)
	if err == nil {
		err = p.f.CallInto(out, r.in...)
	}
	if err != nil {
		return chunkResult{}, err
	}
	return r.take(k, p, out), nil
}

// take sorts the results of a program and keeps the state.
func (r *Runner[S]) take(k variantKey, p *readerProgram, out []*tensor.Dense) chunkResult {
	c := chunkResult{out: out[0], names: p.names}
	r.input, out = out[1], out[2:]
	if k.collect {
		c.reads, out = out[:2*len(r.names)], out[2*len(r.names):]
	}
	c.marks, r.state = out[:len(p.names)], out[len(p.names):]
	if r.state == nil {
		r.state = []*tensor.Dense{}
	}
	return c
}

// variant returns the function of a variant.
func (r *Runner[S]) variant(k variantKey) *readerProgram {
	if p := r.programs[k]; p != nil {
		return p
	}
	p, options := &readerProgram{}, r.Options
	if k.alone {
		options.Workers = 1
	}
	p.f = graph.NewFunc(r.Store, options, func(g *graph.Graph, in []*graph.Node) []*graph.Node {
		t := &readerTrace[S]{r: r, k: k, p: p, g: g}
		return t.build(in)
	})
	r.programs[k] = p
	return p
}
