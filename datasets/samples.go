package datasets

import "gorgonia.org/tensor"

// Samples are float arrays in memory, with a label each, a target each, or neither. A sample may
// have any shape; sequences are [T ...], time first, and come out as [T B ...] with the layout
// TimeFirst. Not to be changed while batches are drawn.
type Samples struct {
	X           []float32 // [N ...], row-major; finite
	Shape       []int     // of one sample; empty for a single number
	Labels      []int32   // [N], each in [0, Classes); or nil
	Classes     int       // number of classes; ignored without labels
	Y           []float32 // [N ...], row-major; finite; or nil
	TargetShape []int     // of one target; empty for a single number
}

// SamplesOf returns the samples x, float32 [N ...], with the labels or targets y: int32 [N] labels
// in [0, classes), float32 [N ...] targets (classes is ignored), or nil. The tensors are not
// copied. It returns ErrShape if types or counts disagree, or what Check finds.
func SamplesOf(x, y *tensor.Dense, classes int) (*Samples, error) {
	d, err := samplesOf(x, y, classes)
	if err != nil {
		return nil, named("Samples", err)
	}
	return d, nil
}

func samplesOf(x, y *tensor.Dense, classes int) (*Samples, error) {
	values, shape, err := floats(x)
	if err != nil {
		return nil, err
	}
	if len(shape) == 0 {
		return nil, fail(ErrShape, "samples of shape %v, expected [N ...]", shape)
	}
	d := &Samples{X: values, Shape: shape[1:]}
	if err := d.setTargets(y, shape[0], classes); err != nil {
		return nil, err
	}
	return d, d.check()
}

// setTargets takes y as the labels or targets of n samples.
func (d *Samples) setTargets(y *tensor.Dense, n, classes int) error {
	if y == nil {
		return nil
	}
	if y.Dims() == 0 || y.Shape()[0] != n {
		return fail(ErrShape, "labels or targets of shape %v for %d samples", y.Shape(), n)
	}
	if y.Dtype() == tensor.Int32 && y.Dims() == 1 {
		d.Labels, d.Classes = contiguous(y).Int32s(), classes
		return nil
	}
	values, shape, err := floats(y)
	if err != nil {
		return err
	}
	d.Y, d.TargetShape = values, shape[1:]
	return nil
}

// Len returns the number of samples N.
func (d *Samples) Len() int {
	if width := volume(d.Shape); width > 0 {
		return len(d.X) / width
	}
	return 0
}

// SampleShape returns Shape.
func (d *Samples) SampleShape() []int { return d.Shape }

// Read copies sample i to dst.
func (d *Samples) Read(dst []float32, i int) {
	width := volume(d.Shape)
	copy(dst, d.X[i*width:(i+1)*width])
}

// Label returns the class of sample i; ok is false without labels.
func (d *Samples) Label(i int) (class int32, ok bool) {
	if d.Labels == nil {
		return 0, false
	}
	return d.Labels[i], true
}

// Targets returns the labels of the samples index, int32 [B], or their targets, float32 [B ...], or
// nil.
func (d *Samples) Targets(index []int) *tensor.Dense {
	if d.Labels != nil {
		return labelTensor(d.Labels, index)
	}
	if d.Y == nil {
		return nil
	}
	width := volume(d.TargetShape)
	y := make([]float32, len(index)*width)
	for k, i := range index {
		copy(y[k*width:], d.Y[i*width:(i+1)*width])
	}
	shape := append([]int{len(index)}, d.TargetShape...)
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(y))
}

// Check returns ErrShape if counts and shapes disagree, ErrLabel for a label that names no class,
// ErrNotFinite, with sample and element, for NaN and infinity, ErrOption for labels and targets
// together.
func (d *Samples) Check() error { return named("Samples", d.check()) }

func (d *Samples) check() error {
	if err := checkVolume("samples", d.Shape, d.Len(), len(d.X)); err != nil {
		return err
	}
	if d.Labels != nil && d.Y != nil {
		return fail(ErrOption, "labels and targets, expected one of them")
	}
	if d.Labels != nil {
		if len(d.Labels) != d.Len() {
			return fail(ErrShape, "%d samples and %d labels", d.Len(), len(d.Labels))
		}
		if err := checkLabels(d.Labels, d.Classes); err != nil {
			return err
		}
	}
	if d.Y != nil {
		if err := checkVolume("targets", d.TargetShape, d.Len(), len(d.Y)); err != nil {
			return err
		}
		if err := checkFinite("the target", d.Y, volume(d.TargetShape)); err != nil {
			return err
		}
	}
	return checkFinite("the value", d.X, volume(d.Shape))
}
