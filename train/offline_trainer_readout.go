package train

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/linalg"
	"github.com/spikegraph/spikegraph/train/offline"
	"gorgonia.org/tensor"
)

// Sequence is one trial: inputs and what the readouts are to make of them.
type Sequence struct {
	X *tensor.Dense // inputs [T B ...]
	// Y is the target [T B out] of the readout, where there is one. Targets are those of several, by
	// their names.
	Y       *tensor.Dense
	Targets map[string]*tensor.Dense
	Weights []float64 // how often each of the T·B samples counts, >= 0; nil: once. Of Offline alone
}

// Trials returns the sequences, one after the other; their lengths may differ.
func Trials(s ...Sequence) iter.Seq2[Sequence, error] {
	return func(yield func(Sequence, error) bool) {
		for _, one := range s {
			if !yield(one, nil) {
				return
			}
		}
	}
}

// check returns what is wrong with a sequence for these readouts, which have one target each.
func (s Sequence) check(readouts []string) error {
	if err := checkInputs(s.X); err != nil {
		return err
	}
	if s.Y != nil && (len(readouts) > 1 || len(s.Targets) > 0) {
		return fmt.Errorf("%w: Y is for a single readout without Targets, there are %q", datasets.ErrShape, readouts)
	}
	for name := range s.Targets {
		if !slices.Contains(readouts, name) {
			return fmt.Errorf("%w: a target for %q, the readouts are %q", datasets.ErrShape, name, readouts)
		}
	}
	for _, name := range readouts {
		y := s.target(name)
		if err := checkTensor("target of "+name, y); err != nil {
			return err
		}
		if d := y.Dims(); d < 3 || y.Shape()[0] != s.X.Shape()[0] || !graph.DTypeOf(y).IsFloat() {
			return fmt.Errorf("%w: the target of %s is %v of %v for inputs %v, expected floats [%d B out]",
				datasets.ErrShape, name, []int(y.Shape()), y.Dtype(), []int(s.X.Shape()), s.X.Shape()[0])
		}
	}
	return nil
}

// checkInputs refuses inputs that are no sequence.
func checkInputs(x *tensor.Dense) error {
	if err := checkTensor("input", x); err != nil {
		return err
	}
	if x.Dims() < 2 || x.Shape()[0] == 0 {
		return fmt.Errorf("%w: the input is %v, expected sequences [T B ...], T above 0", datasets.ErrShape, []int(x.Shape()))
	}
	return nil
}

// target returns the target of a readout.
func (s Sequence) target(readout string) *tensor.Dense {
	if s.Y != nil {
		return s.Y
	}
	return s.Targets[readout]
}

// layer is the parameters of a readout in the store.
type layer struct {
	w, b    *graph.Param // [in out]; [out] or nil
	in, out int
}

// layerOf returns the readout of that name, once its network was placed.
func layerOf(s *graph.Store, name string, bias bool) layer {
	l := layer{w: s.Get(name + ".W")}
	if bias {
		l.b = s.Get(name + ".B")
	}
	l.in, l.out = l.w.Value.Shape()[0], l.w.Value.Shape()[1]
	return l
}

// width returns the number of rows of weights, the bias included.
func (l layer) width() int {
	if l.b != nil {
		return l.in + 1
	}
	return l.in
}

// set writes weights [in out], with a row of biases before them if there are biases.
func (l layer) set(w []float64) { l.change(w, false) }

// add adds to the weights.
func (l layer) add(w []float64) { l.change(w, true) }

func (l layer) change(w []float64, add bool) {
	if l.b != nil {
		change(l.b, w[:l.out], add)
		w = w[l.out:]
	}
	change(l.w, w, add)
}

// change replaces the elements of a parameter, or adds to them.
func change(p *graph.Param, w []float64, add bool) {
	defer p.Wrote()
	if x := p.Value; graph.DTypeOf(x) == graph.Float32 {
		write(x.Float32s(), w, add)
	} else {
		write(x.Float64s(), w, add)
	}
}

func write[T float32 | float64](x []T, w []float64, add bool) {
	w = w[:len(x)]
	for i, e := range x {
		if add {
			x[i] = T(float64(e) + w[i])
		} else {
			x[i] = T(w[i])
		}
	}
}

// numbers appends the elements of x, a tensor of floats, to dst.
func numbers(dst []float64, x *tensor.Dense) []float64 {
	if graph.DTypeOf(x) == graph.Float64 {
		return linalg.Append(dst, x.Float64s())
	}
	return widened(dst, x.Float32s())
}

// widened appends numbers of float32 to dst.
func widened(dst []float64, x []float32) []float64 {
	n := len(dst)
	dst = slices.Grow(dst, len(x))[:n+len(x)]
	to := dst[n:]
	for i, e := range x {
		to[i] = float64(e)
	}
	return dst
}

// checkTarget refuses a target [T ... out] that does not fit outputs y [T rows out].
func checkTarget(y, target *tensor.Dense) error {
	if have, want := target.Shape(), y.Shape(); have.TotalSize() != want.TotalSize() || have[len(have)-1] != want[2] {
		return fmt.Errorf("%w: the target is %v, the readout gives %v", datasets.ErrShape, []int(have), []int(want))
	}
	return nil
}

// shapedAs returns the target [T ... out] in the shape [T rows out] of the outputs y.
func shapedAs(y, target *tensor.Dense) (*tensor.Dense, error) {
	if err := checkTarget(y, target); err != nil {
		return nil, err
	}
	var back any
	if graph.DTypeOf(target) == graph.Float32 {
		back = target.Float32s()
	} else {
		back = target.Float64s()
	}
	return tensor.New(tensor.WithShape(y.Shape()...), tensor.WithBacking(back)), nil
}

// weights returns those of some steps, nil if there are none.
func (s Sequence) weights(from, to, rows int) ([]float64, error) {
	if s.Weights == nil {
		return nil, nil
	}
	if n := s.X.Shape()[0] * rows; len(s.Weights) != n {
		return nil, fmt.Errorf("%w: %d weights for %d samples", datasets.ErrShape, len(s.Weights), n)
	}
	part := s.Weights[from*rows : to*rows]
	for i, w := range part {
		if !(w >= 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("%w: the weight of sample %d is %v, expected a finite number, at least 0", offline.ErrValue, from*rows+i, w)
		}
	}
	return part, nil
}
