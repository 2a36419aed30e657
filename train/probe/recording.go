package probe

import "gorgonia.org/tensor"

// Recording is what the watches of a run saw, in their order.
type Recording struct{ Traces []*Trace }

// Trace returns the first trace of that name, nil if there is none.
func (r *Recording) Trace(name string) *Trace {
	for _, t := range r.Traces {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// append returns r with the later part added; r may be nil.
func (r *Recording) append(part *Recording) *Recording {
	if r == nil {
		return part
	}
	for i, t := range part.Traces {
		to := r.Traces[i]
		to.Steps = append(to.Steps, t.Steps...)
		to.f32, to.f64 = append(to.f32, t.f32...), append(to.f64, t.f64...)
	}
	return r
}

// Trace is what one watch saw: values [T B N] at T steps, of B samples and N neurons.
type Trace struct {
	Name    string
	Steps   []int // time steps from 0, one for each row
	Samples []int // of the batch; only 0 where the value is one for all samples
	Neurons []int // in the order of the layer's flattened axes
	Shape   []int // of the layer: [N], or [H W C]

	f32 []float32 // the values, if they are of this type
	f64 []float64
}

// Values returns the values as a tensor [T B N], Float32 or Float64, sharing memory.
func (t *Trace) Values() *tensor.Dense {
	shape := tensor.WithShape(len(t.Steps), len(t.Samples), len(t.Neurons))
	if t.f64 != nil {
		return tensor.New(shape, tensor.WithBacking(t.f64))
	}
	return tensor.New(shape, tensor.WithBacking(t.f32))
}

// At returns a value by positions in Steps, Samples and Neurons.
func (t *Trace) At(step, sample, neuron int) float64 {
	i := (step*len(t.Samples)+sample)*len(t.Neurons) + neuron
	if t.f64 != nil {
		return t.f64[i]
	}
	return float64(t.f32[i])
}

// Series returns the values [T] of one neuron, by positions in Samples and Neurons.
func (t *Trace) Series(sample, neuron int) []float64 {
	x := make([]float64, len(t.Steps))
	for i := range x {
		x[i] = t.At(i, sample, neuron)
	}
	return x
}

// Rates returns the mean over steps and samples of each neuron [N]: of spikes, those for each step.
func (t *Trace) Rates() []float64 {
	rates := make([]float64, len(t.Neurons))
	n := float64(len(t.Steps) * len(t.Samples))
	for i := range t.Steps {
		for b := range t.Samples {
			for k := range rates {
				rates[k] += t.At(i, b, k) / n
			}
		}
	}
	return rates
}

// Binary reports whether all values are 0 or 1, as those of spikes are.
func (t *Trace) Binary() bool {
	for _, v := range t.f32 {
		if v != 0 && v != 1 {
			return false
		}
	}
	for _, v := range t.f64 {
		if v != 0 && v != 1 {
			return false
		}
	}
	return true
}
