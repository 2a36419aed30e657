package offline

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"
)

// RidgeChoice is Ridge with the penalty, of some, for which samples that were held out are predicted
// best: each alone, or in folds. Model.Scores are the mean squared errors, Model.Alpha is the choice;
// of equals the greater.
type RidgeChoice struct {
	Alphas []float64 // penalties to choose from, >= 0
	Degree int       // of polynomial features, see PolynomialFeatures; 0 is 1, the inputs themselves

	// Folds, if not 0, is the number of parts of which each is predicted from the others, >= 2; the
	// memory does not grow with the samples. With 0 every sample is predicted from all others, in
	// closed form: its error is e/(1-h), with h = weight·x'(X'X + alpha·I)⁻¹·x (Allen 1974,
	// doi:10.1080/00401706.1974.10489157), and the samples are kept.
	Folds int
	// Block is the number of samples that go to one fold before the next has its turn; 0 is 1. In a
	// sequence neighbours resemble each other: choose more than they do for.
	Block int
}

// New returns a Fitter.
func (r RidgeChoice) New(o Options) (Fitter, error) {
	for _, err := range []error{
		checkAlphas(r.Alphas),
		o.validate(),
		refuse(r.Degree >= 0, "Degree", r.Degree, "at least 0"),
		refuse(r.Folds == 0 || r.Folds >= 2, "Folds", r.Folds, "0, or at least 2"),
		refuse(r.Block >= 0, "Block", r.Block, "at least 0"),
	} {
		if err != nil {
			return nil, err
		}
	}
	pl := plan{o: o, degree: r.Degree}
	if r.Folds == 0 {
		m, err := newMoments(pl)
		return &leaveOneOut{r: r, sums: m, s: samples{plan: pl}}, err
	}
	f := &folds{r: r, block: max(r.Block, 1)}
	for range r.Folds {
		m, err := newMoments(pl)
		if err != nil {
			return nil, err
		}
		f.parts = append(f.parts, m)
	}
	return f, nil
}

// best returns the index of the penalty with the least score.
func (r RidgeChoice) best(scores []float64) (at int) {
	for i, s := range scores {
		if s < scores[at] || s == scores[at] && r.Alphas[i] > r.Alphas[at] {
			at = i
		}
	}
	return at
}

// model returns the solution for the best penalty.
func (r RidgeChoice) model(m *Moments, scores []float64) (*Model, error) {
	best, err := m.solve(r.Alphas[r.best(scores)], nil)
	if err == nil {
		best.Scores = scores
	}
	return best, err
}

// folds keeps the sums of each part.
type folds struct {
	r     RidgeChoice
	parts []*Moments
	block int
	n     int
}

func (f *folds) Add(x, y *tensor.Dense, weights []float64) error {
	var in, out matrix
	var err error
	for _, m := range f.parts {
		if in, out, err = m.pair(x, y, weights); err != nil {
			return err
		}
		m.reserve()
	}
	for i := range in.rows {
		f.parts[f.n/f.block%len(f.parts)].put(in, out, i, weights)
		f.n++
	}
	return nil
}

func (f *folds) Fit() (*Model, error) {
	if f.n <= f.block*(len(f.parts)-1) {
		return nil, fmt.Errorf("offline: %w: %d samples in blocks of %d leave some of %d folds without any",
			ErrEmpty, f.n, f.block, len(f.parts))
	}
	scores := make([]float64, len(f.r.Alphas))
	all, err := f.without(-1)
	if err != nil {
		return nil, err
	}
	for i, part := range f.parts {
		held, err := part.total()
		if err != nil {
			return nil, err
		}
		rest, err := f.without(i)
		if err != nil {
			return nil, err
		}
		s, err := rest.spectrum(rest.o.FreeBias)
		if err != nil {
			return nil, err
		}
		for j, a := range f.r.Alphas {
			scores[j] += held.squaredError(s.weights(a)) / (all.w * float64(all.q))
		}
	}
	return f.r.model(all, scores)
}

// without returns the sums of all parts but one.
func (f *folds) without(part int) (*Moments, error) {
	m, err := newMoments(f.parts[0].plan)
	if err != nil {
		return nil, err
	}
	for i, p := range f.parts {
		if i != part {
			if err := m.Merge(p); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// leaveOneOut keeps the samples beside the sums.
type leaveOneOut struct {
	r    RidgeChoice
	sums *Moments
	s    samples
}

func (l *leaveOneOut) Add(x, y *tensor.Dense, weights []float64) error {
	if err := l.s.add(x, y, weights); err != nil {
		return err
	}
	return l.sums.Add(x, y, weights)
}

func (l *leaveOneOut) Fit() (*Model, error) {
	t, err := l.sums.total()
	if err != nil {
		return nil, err
	}
	s, err := t.spectrum(t.o.FreeBias)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(l.r.Alphas))
	for j, a := range l.r.Alphas {
		scores[j] = l.score(t, s, a)
	}
	return l.r.model(t, scores)
}

// score returns the mean squared error of every sample predicted from the others.
func (l *leaveOneOut) score(t *Moments, s *spectrum, alpha float64) float64 {
	d, w := s.inverse(alpha), s.weights(alpha)
	sum, row := 0.0, make([]float64, t.p)
	var q mat.VecDense
	for i := range l.s.n {
		copy(row, l.s.x[i*t.p:(i+1)*t.p])
		h := 0.0
		features := row
		if s.free { // the mean takes its part of every sample
			h = l.s.w[i] / t.g[0]
			features = row[1:]
			for j := range features {
				features[j] -= t.g[j+1] / t.g[0]
			}
		}
		if len(features) > 0 {
			q.MulVec(s.v.T(), mat.NewVecDense(len(features), features))
		}
		for j, e := range d {
			h += l.s.w[i] * e * q.AtVec(j) * q.AtVec(j)
		}
		x := l.s.x[i*t.p : (i+1)*t.p]
		for k := range t.q {
			e := l.s.y[i*t.q+k]
			for j, v := range x {
				e -= v * w[j*t.q+k]
			}
			e /= 1 - h
			sum += l.s.w[i] * e * e
		}
	}
	return sum / (t.w * float64(t.q))
}
