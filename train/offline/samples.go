package offline

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gorgonia.org/tensor"
)

// matrix is a tensor [... cols] seen as rows; one of the slices is set.
type matrix struct {
	rows, cols int
	single     []float32
	double     []float64
}

// row copies row i to dst.
func (m matrix) row(i int, dst []float64) {
	if m.double != nil {
		copy(dst, m.double[i*m.cols:(i+1)*m.cols])
		return
	}
	for j, e := range m.single[i*m.cols : (i+1)*m.cols] {
		dst[j] = float64(e)
	}
}

// read returns the rows of x, checked.
func (pl *plan) read(what string, x *tensor.Dense) (matrix, error) {
	if x == nil {
		return matrix{}, fmt.Errorf("offline: %w: the %s are nil", ErrShape, what)
	}
	s := x.Shape()
	if len(s) < 2 || s[len(s)-1] == 0 {
		return matrix{}, fmt.Errorf("offline: %w: the %s are %v, expected [... columns]", ErrShape, what, []int(s))
	}
	if s.TotalSize() == 0 {
		return matrix{}, fmt.Errorf("offline: %w: the %s are %v", ErrEmpty, what, []int(s))
	}
	if x.RequiresIterator() || !x.DataOrder().IsRowMajor() {
		return matrix{}, fmt.Errorf("offline: %w: the %s are a view; clone them", ErrValue, what)
	}
	m := matrix{cols: s[len(s)-1]}
	switch x.Dtype() {
	case tensor.Float32:
		m.single = x.Float32s()
		m.rows = len(m.single) / m.cols
	case tensor.Float64:
		m.double = x.Float64s()
		m.rows = len(m.double) / m.cols
	default:
		return matrix{}, fmt.Errorf("offline: %w: the %s are of %v, expected float32 or float64", ErrValue, what, x.Dtype())
	}
	return m, m.finite(what)
}

// finite returns an error for the first number that is NaN or infinite.
func (m matrix) finite(what string) error {
	if finiteSum(m.single) && finiteSum(m.double) {
		return nil
	}
	for i, e := range m.single {
		if e-e != 0 {
			return fmt.Errorf("offline: %w: row %d of the %s has %v", ErrValue, i/m.cols, what, e)
		}
	}
	for i, e := range m.double {
		if e-e != 0 {
			return fmt.Errorf("offline: %w: row %d of the %s has %v", ErrValue, i/m.cols, what, e)
		}
	}
	return nil
}

// finiteSum reports whether the sum of x is finite, which it is of finite numbers alone.
func finiteSum[T linalg.Float](x []T) bool {
	var a, b, c, d T // four, as an addition waits for the one before
	for ; len(x) >= 4; x = x[4:] {
		a, b, c, d = a+x[0], b+x[1], c+x[2], d+x[3]
	}
	for _, e := range x {
		a += e
	}
	sum := a + b + c + d
	return sum-sum == 0
}

// pair reads samples, checks that they fit each other and those before, and takes their sizes for
// the plan's if there were none.
func (pl *plan) pair(x, y *tensor.Dense, weights []float64) (in, out matrix, err error) {
	if in, err = pl.inputs(x); err != nil {
		return in, out, err
	}
	if out, err = pl.read("targets", y); err != nil {
		return in, out, err
	}
	lx, ly := x.Shape()[:x.Dims()-1], y.Shape()[:y.Dims()-1]
	if !lx.Eq(ly) {
		return in, out, fmt.Errorf("offline: %w: inputs are %v, targets %v", ErrShape, []int(x.Shape()), []int(y.Shape()))
	}
	if weights != nil && len(weights) != in.rows {
		return in, out, fmt.Errorf("offline: %w: %d weights for %d samples", ErrShape, len(weights), in.rows)
	}
	for i, w := range weights {
		if !notNegative(w) {
			return in, out, fmt.Errorf("offline: %w: the weight of sample %d is %v, expected at least 0", ErrValue, i, w)
		}
	}
	if pl.in == 0 {
		pl.in, pl.p, pl.q = in.cols, pl.features(in.cols), out.cols
	}
	if out.cols != pl.q {
		return in, out, fmt.Errorf("offline: %w: %d targets, expected %d", ErrShape, out.cols, pl.q)
	}
	return in, out, pl.fits(in.cols)
}

// model returns a Model of weights w.
func (pl *plan) model(w []float64) *Model {
	return &Model{W: tensor.New(tensor.WithShape(pl.p, pl.q), tensor.WithBacking(w)), plan: *pl}
}

// design returns the rows of features and of targets, each times the root of its weight.
func (pl *plan) design(x, y *tensor.Dense, weights []float64) (a, b []float64, err error) {
	in, out, err := pl.pair(x, y, weights)
	if err != nil {
		return nil, nil, err
	}
	a, b = make([]float64, in.rows*pl.p), make([]float64, in.rows*pl.q)
	scratch := make([]float64, in.cols)
	for i := range in.rows {
		pl.sample(a[i*pl.p:(i+1)*pl.p], b[i*pl.q:(i+1)*pl.q], in, out, i, weights, scratch)
	}
	return a, b, nil
}

// sample writes the features and targets of sample i, times the root of its weight.
func (pl *plan) sample(a, b []float64, in, out matrix, i int, weights, scratch []float64) {
	pl.expand(a, in, i, scratch)
	out.row(i, b)
	if weights == nil {
		return
	}
	root := math.Sqrt(weights[i])
	for j := range a {
		a[j] *= root
	}
	for j := range b {
		b[j] *= root
	}
}

// samples keeps all samples, for methods that look at them more than once.
type samples struct {
	plan
	n    int
	x, y []float64 // features [n p], targets [n q]
	w    []float64 // weights [n]
}

func (s *samples) add(x, y *tensor.Dense, weights []float64) error {
	a, b, err := s.design(x, y, nil)
	if err != nil {
		return err
	}
	if _, _, err := s.pair(x, y, weights); err != nil {
		return err
	}
	n := len(b) / s.q
	s.x, s.y, s.n = linalg.Append(s.x, a), linalg.Append(s.y, b), s.n+n
	if weights != nil {
		s.w = append(s.w, weights...)
		return nil
	}
	for range n {
		s.w = append(s.w, 1)
	}
	return nil
}
