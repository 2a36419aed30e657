package online

import "fmt"

// LMS is the method of least mean squares (Widrow, Hoff 1960): W ← W - Alpha·Σ_b x'·e.
type LMS struct {
	Alpha float64 // rate of learning, > 0. NewLMS gives 0.1
}

// NewLMS returns BrainPy's: Alpha 0.1.
func NewLMS() LMS { return LMS{Alpha: 0.1} }

// New returns a Learner without state.
func (l LMS) New(in, out int) (Learner, error) {
	return newGradient(in, out, l.Alpha, func(x []float64) (float64, error) { return l.Alpha, nil })
}

// NLMS is LMS with the rate divided by the square of the input (Nagumo, Noda 1967,
// doi:10.1109/TAC.1967.1098599): W ← W - Alpha·Σ_b x'·e / (Epsilon + |x|²). The samples of a batch
// are taken in at once.
type NLMS struct {
	Alpha   float64 // rate of learning, > 0, below 2 for samples one by one. NewNLMS gives 0.5
	Epsilon float64 // what keeps small inputs from large steps, >= 0
}

// NewNLMS returns Alpha 0.5, Epsilon 1e-8.
func NewNLMS() NLMS { return NLMS{Alpha: 0.5, Epsilon: 1e-8} }

// New returns a Learner without state.
func (l NLMS) New(in, out int) (Learner, error) {
	if err := refuse(l.Epsilon == 0 || positive(l.Epsilon), "Epsilon", l.Epsilon, "a finite number, at least 0"); err != nil {
		return nil, err
	}
	return newGradient(in, out, l.Alpha, func(x []float64) (float64, error) {
		norm := l.Epsilon
		for _, e := range x {
			norm += e * e
		}
		if norm == 0 {
			return 0, nil // a sample of zeros teaches nothing
		}
		if norm-norm != 0 {
			return 0, fmt.Errorf("%w: inputs of up to %.3g, whose squares sum to %v, expected a finite sum; scale the inputs",
				ErrValue, largest(x), norm)
		}
		return l.Alpha / norm, nil
	})
}

// gradient descends along each sample at a rate.
type gradient struct {
	in, out int
	rate    func(x []float64) (float64, error)
	rates   []float64 // of the samples
}

func newGradient(in, out int, alpha float64, rate func(x []float64) (float64, error)) (Learner, error) {
	if err := refuse(positive(alpha), "Alpha", alpha, "a finite number above 0"); err != nil {
		return nil, err
	}
	if err := checkSizes(in, out); err != nil {
		return nil, err
	}
	return &gradient{in: in, out: out, rate: rate}, nil
}

// Learn takes in samples.
func (l *gradient) Learn(b int, x, e, w []float64) error {
	if err := checkSamples(b, l.in, l.out, x, e, w); err != nil {
		return err
	}
	l.rates = l.rates[:0]
	most := 0.0
	for i := range b {
		row := x[i*l.in : (i+1)*l.in]
		rate, err := l.rate(row)
		if err != nil {
			return fmt.Errorf("online: sample %d: %w", i, err)
		}
		l.rates = append(l.rates, rate)
		most += rate * largest(row) * largest(e[i*l.out:(i+1)*l.out])
	}
	if err := checkStep(w, most); err != nil {
		return err
	}
	for i, rate := range l.rates {
		row, errors := x[i*l.in:(i+1)*l.in], e[i*l.out:(i+1)*l.out]
		for j, v := range row {
			step := rate * v
			for k, d := range errors {
				w[j*l.out+k] -= step * d
			}
		}
	}
	return nil
}

// Snapshot returns nothing: there is no state.
func (*gradient) Snapshot() Snapshot { return Snapshot{} }

// Rollback does nothing.
func (*gradient) Rollback(Snapshot) error { return nil }
