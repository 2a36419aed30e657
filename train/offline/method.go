package offline

import (
	"fmt"

	"gorgonia.org/tensor"
)

// A Method is a way to fit weights. Methods are plain structs, whose fields say the rest.
type Method interface {
	// New returns a Fitter without samples, or an error for settings out of their domain.
	New(o Options) (Fitter, error)
}

// A Fitter takes samples and fits weights to them. One goroutine at a time.
type Fitter interface {
	// Add takes in samples x [... p], y [... q]. weights, one for each sample, >= 0, say how often a
	// sample counts; nil is once. Nothing is taken in where there is an error, and nothing kept of
	// the slices.
	Add(x, y *tensor.Dense, weights []float64) error
	// Fit returns the weights for all samples so far. More may be added after.
	Fit() (*Model, error)
	// Snapshot returns a copy of what was taken in.
	Snapshot() Snapshot
	// Rollback takes over what Snapshot returned, of a Fitter made alike.
	Rollback(Snapshot) error
}

// Options apply to every Method.
type Options struct {
	Bias     bool // whether a column of ones stands before the features: row 0 of W is the bias
	FreeBias bool // whether the bias is not penalised
	Workers  int  // goroutines that share the work; 0 is 1
}

func (o Options) validate() error {
	if err := refuse(o.Workers >= 0, "Workers", o.Workers, "at least 0"); err != nil {
		return err
	}
	return refuse(o.Bias || !o.FreeBias, "FreeBias", o.FreeBias, "false without Bias")
}

// Fit fits weights to the samples x [... p], y [... q].
func Fit(m Method, x, y *tensor.Dense, o Options) (*Model, error) {
	return FitWeighted(m, x, y, nil, o)
}

// FitWeighted is Fit with a weight, >= 0, for each sample.
func FitWeighted(m Method, x, y *tensor.Dense, weights []float64, o Options) (*Model, error) {
	if m == nil {
		return nil, refuse(false, "the method", nil, "a Method")
	}
	f, err := m.New(o)
	if err != nil {
		return nil, err
	}
	if err := f.Add(x, y, weights); err != nil {
		return nil, err
	}
	if s, ok := f.(*squares); ok { // what is at hand need not be squared where that loses too much
		s.sums.flush()
		s.design = func() ([]float64, []float64, error) { return s.sums.design(x, y, weights) }
	}
	return f.Fit()
}

// A Func is a Method of the user's own: targets y [n q] and inputs x [n p], float64 and row by row,
// the column of ones included, to weights [p q].
type Func func(n, p, q int, x, y []float64) (w []float64, err error)

// New returns a Fitter that keeps all samples. It refuses weights of samples.
func (f Func) New(o Options) (Fitter, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if f == nil {
		return nil, refuse(false, "the method", nil, "a function")
	}
	return &custom{f: f, s: samples{plan: plan{o: o}}}, nil
}

type custom struct {
	f Func
	s samples
}

func (c *custom) Add(x, y *tensor.Dense, weights []float64) error {
	if weights != nil {
		return refuse(false, "weights", "given", "nil with a Func")
	}
	return c.s.add(x, y, nil)
}

func (c *custom) Fit() (*Model, error) {
	if c.s.n == 0 {
		return nil, fmt.Errorf("offline: %w", ErrEmpty)
	}
	w, err := c.f(c.s.n, c.s.p, c.s.q, c.s.x, c.s.y)
	if err != nil {
		return nil, fmt.Errorf("offline: %w", err)
	}
	if len(w) != c.s.p*c.s.q {
		return nil, fmt.Errorf("offline: %w: the function gave %d weights, expected [%d %d]", ErrShape, len(w), c.s.p, c.s.q)
	}
	if err := (matrix{rows: c.s.p, cols: c.s.q, double: w}).finite("weights that the function gave"); err != nil {
		return nil, err
	}
	return c.s.model(w), nil
}
