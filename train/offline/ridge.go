package offline

import "gorgonia.org/tensor"

// Linear is ordinary least squares: it minimises |X·W - Y|², by the least W where there are many.
type Linear struct {
	Degree int // of polynomial features, see PolynomialFeatures; 0 is 1, the inputs themselves
}

// New returns a Fitter whose memory does not grow with the samples.
func (l Linear) New(o Options) (Fitter, error) { return Ridge{Degree: l.Degree}.New(o) }

// Ridge minimises |X·W - Y|² + Alpha·|W|²: see Moments.Solve.
type Ridge struct {
	Alpha  float64 // penalty, >= 0; 0 is Linear. NewRidge gives the usual one
	Degree int     // of polynomial features, see PolynomialFeatures; 0 is 1, the inputs themselves
}

// NewRidge returns the usual ridge regression of readouts: Alpha is 1e-7.
func NewRidge() Ridge { return Ridge{Alpha: 1e-7} }

// New returns a Fitter whose memory does not grow with the samples.
func (r Ridge) New(o Options) (Fitter, error) {
	if err := refuse(notNegative(r.Alpha), "Alpha", r.Alpha, "a finite number, at least 0"); err != nil {
		return nil, err
	}
	return newSquares(plan{o: o, degree: r.Degree}, func(s *squares, m *Moments) (*Model, error) {
		return m.solve(r.Alpha, s.design)
	})
}

// squares is a Fitter that needs no more than the sums.
type squares struct {
	sums   *Moments
	solve  func(s *squares, m *Moments) (*Model, error)
	design func() (x, y []float64, err error) // the samples, where they are at hand
}

func newSquares(pl plan, solve func(*squares, *Moments) (*Model, error)) (*squares, error) {
	if err := refuse(pl.degree >= 0, "Degree", pl.degree, "at least 0"); err != nil {
		return nil, err
	}
	m, err := newMoments(pl)
	if err != nil {
		return nil, err
	}
	return &squares{sums: m, solve: solve}, nil
}

func (s *squares) Add(x, y *tensor.Dense, weights []float64) error {
	s.design = nil
	return s.sums.Add(x, y, weights)
}

func (s *squares) Fit() (*Model, error) {
	t, err := s.sums.total()
	if err != nil {
		return nil, err
	}
	return s.solve(s, t)
}

// Moments returns the sums so far.
func (s *squares) Moments() *Moments { return s.sums }
