package datasets

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Layout is the order of the axes in which a batch of B samples comes.
type Layout int

// Layouts of samples [S0 S1 ...] with F = S0 S1 ... elements.
const (
	Flat      Layout = iota // [B F]
	Kept                    // [B S0 S1 ...]
	TimeFirst               // [S0 B S1 ...]: for sequences, S0 being time
)

// String returns the name of the layout.
func (l Layout) String() string {
	if l < Flat || l > TimeFirst {
		return fmt.Sprintf("Layout(%d)", int(l))
	}
	return [...]string{"Flat", "Kept", "TimeFirst"}[l]
}

// placer puts samples of steps*width elements into a batch of shape [B ...], or of shape
// [steps B ...] if timeFirst.
type placer struct {
	timeFirst    bool
	steps, width int   // a sample is steps runs of width neighbouring elements; 1 run unless timeFirst
	rest         []int // shape behind the axis of samples
}

// placer returns how samples of a shape are put into a batch; ErrOption for an unknown layout,
// ErrShape for TimeFirst of samples without axes.
func (l Layout) placer(sample []int) (placer, error) {
	switch {
	case l == Flat:
		return placer{steps: 1, width: volume(sample), rest: []int{volume(sample)}}, nil
	case l == Kept:
		return placer{steps: 1, width: volume(sample), rest: sample}, nil
	case l == TimeFirst && len(sample) > 0:
		return placer{timeFirst: true, steps: sample[0], width: volume(sample[1:]), rest: sample[1:]}, nil
	case l == TimeFirst:
		return placer{}, fail(ErrShape, "samples without an axis of time, expected [T ...] for TimeFirst")
	}
	return placer{}, fail(ErrOption, "%v", l)
}

// gather returns the samples index of src as one tensor.
func (p placer) gather(src Source, index []int) *tensor.Dense {
	batch, size := len(index), p.steps*p.width
	x := make([]float32, batch*size)
	shape := append([]int{batch}, p.rest...)
	if !p.timeFirst {
		for b, i := range index {
			src.Read(x[b*size:(b+1)*size], i)
		}
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
	}
	sample := make([]float32, size)
	for b, i := range index {
		src.Read(sample, i)
		for t := range p.steps {
			copy(x[(t*batch+b)*p.width:], sample[t*p.width:(t+1)*p.width])
		}
	}
	return tensor.New(tensor.WithShape(append([]int{p.steps}, shape...)...), tensor.WithBacking(x))
}
