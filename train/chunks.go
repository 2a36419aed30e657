package train

import (
	"fmt"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// Chunks is truncated back-propagation through time, BPTT(h; h') of Williams and Peng ("An efficient
// gradient-based algorithm for on-line training of recurrent network trajectories", Neural
// Computation 2, 1990, doi:10.1162/neco.1990.2.4.490): an update after every h' = Stride steps of a
// sequence [T B ...], for the loss of these steps, whose errors are propagated back through at most
// the last h = K steps. The state before them is handed on from the chunk before as a constant. With
// Stride = K chunks do not overlap, but for a last one with fewer new steps, which reaches back; with
// K >= T it is full BPTT.
//
// Memory is that of K steps. What is reported of a batch is the mean over its chunks, weighted with
// their new steps. graph.StepIndex counts within a chunk, not within the sequence. What moves at every
// step, as the averages of norms do, moves again in the steps that a chunk reaches back over.
type Chunks struct {
	K      int // steps that errors are propagated through; 0: the whole sequence, one update
	Stride int // new steps of a chunk, at most K; K if 0
	// Whole says that targets are of whole sequences, such as labels [B], and are given to every
	// chunk. Else they are [T B ...] and cut as the inputs are.
	Whole bool
}

func (c Chunks) stride() int {
	if c.Stride == 0 {
		return c.K
	}
	return c.Stride
}

func (c Chunks) validate(steps, accumulate int) error {
	switch {
	case c.K < 0 || c.Stride < 0 || c.Stride > c.K:
		return refuse(false, "Chunks", fmt.Sprintf("{K: %d, Stride: %d}", c.K, c.Stride), "0 <= Stride <= K")
	case c.K > 0 && steps > 0:
		return refuse(false, "Chunks.K", c.K, "0 with Steps: chunks are of sequences")
	case c.K > 0 && accumulate > 1:
		return refuse(false, "Chunks.K", c.K, "0 with Accumulate: every chunk is an update")
	}
	return nil
}

// target returns the part of a batch's target that belongs to a window.
func (c Chunks) target(y *tensor.Dense, w window) *tensor.Dense {
	if y == nil || c.Whole {
		return y
	}
	return rows(y, w.count, w.to)
}

// window is a chunk with the steps before it that errors reach: steps [from, to), of which those
// from count on are new. The next window begins advance steps later; 0 if there is none.
type window struct{ from, count, to, advance int }

// windows cuts a sequence of so many steps.
func windows(steps, k, stride int) []window {
	var ws []window
	for n := 0; n < steps; n += stride {
		to := min(n+stride, steps)
		w := window{from: max(0, to-k), count: n, to: to}
		if last := len(ws) - 1; last >= 0 {
			ws[last].advance = w.from - ws[last].from
		}
		ws = append(ws, w)
	}
	return ws
}

func (w window) variant(first bool) variant {
	return variant{kind: training, first: first, advance: w.advance, skip: w.count - w.from}
}

// stepChunks trains on the chunks of a batch.
func (t *BPTT[S]) stepChunks(b datasets.Batch, m *measure) (updates int, err error) {
	if err := checkSequence(b); err != nil {
		return 0, err
	}
	steps := b.X.Shape()[0]
	if y := b.Y; y != nil && !t.Chunks.Whole && (y.Dims() == 0 || y.Shape()[0] != steps) {
		return 0, fmt.Errorf("%w: the target is %v for inputs %v, expected one for each step, or Chunks.Whole",
			datasets.ErrShape, []int(y.Shape()), []int(b.X.Shape()))
	}
	var state []*tensor.Dense
	for i, w := range windows(steps, t.Chunks.K, t.Chunks.stride()) {
		x, y := rows(b.X, w.from, w.to), t.Chunks.target(b.Y, w)
		p, err := t.program(w.variant(state == nil), x, y, state)
		if err == nil {
			err = p.checkLabels(y, t.Ignore)
		}
		var next []*tensor.Dense
		if err == nil {
			if w.advance > 0 {
				next = t.buffer(i%2, p.prog.Outputs()[1:])
			}
			err = p.train(x, y, state, next)
		}
		if err != nil {
			return i, fmt.Errorf("steps %d to %d: %w", w.from, w.to-1, err)
		}
		m.add(p.stats(), float64(w.to-w.count))
		if w.advance > 0 {
			state = next
		}
	}
	return len(windows(steps, t.Chunks.K, t.Chunks.stride())), nil
}

// buffer returns tensors for a state that is handed on: one of two sets, so that a program does not
// write what it reads.
func (t *BPTT[S]) buffer(i int, types []graph.Type) []*tensor.Dense {
	old := t.buffers[i]
	same := len(old) == len(types)
	for k := 0; same && k < len(types); k++ {
		same = isType(old[k], types[k])
	}
	if !same {
		t.buffers[i] = make([]*tensor.Dense, len(types))
		for k, typ := range types {
			t.buffers[i][k] = newTensor(typ)
		}
	}
	return t.buffers[i]
}

// rows returns the part [from, to) of x along its first axis: the same memory.
func rows(x *tensor.Dense, from, to int) *tensor.Dense {
	shape := append([]int{to - from}, x.Shape()[1:]...)
	if shape[0] == x.Shape()[0] {
		return x
	}
	width := 1
	for _, d := range shape[1:] {
		width *= d
	}
	from, to = from*width, to*width
	var part any
	switch graph.DTypeOf(x) {
	case graph.Float32:
		part = x.Float32s()[from:to]
	case graph.Float64:
		part = x.Float64s()[from:to]
	case graph.Int32:
		part = x.Int32s()[from:to]
	default:
		part = x.Bools()[from:to]
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(part))
}
