package offline

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/linalg"
	"gorgonia.org/tensor"
)

// chunk is the number of samples whose squares are summed at once: each time, all sums are read and written.
// Samples wait until there are so many, so that sums do not depend on how they came.
const chunk = 384

// Moments are the sums X'X, X'Y and Y'Y over weighted samples, in float64. Their memory does not
// grow with the number of samples. Make them with NewMoments; one goroutine at a time.
type Moments struct {
	plan
	n  int       // samples
	w  float64   // sum of their weights
	g  []float64 // X'X [p p], upper triangle
	c  []float64 // X'Y [p q]
	yy []float64 // Y'Y, its diagonal [q]

	x, y    []float64 // samples that wait, times the roots of their weights: [chunk p], [chunk q]
	waiting int
	scratch []float64
	s       *linalg.Solver[float64]
}

// NewMoments returns sums over no samples.
func NewMoments(o Options) (*Moments, error) { return newMoments(plan{o: o}) }

func newMoments(pl plan) (*Moments, error) {
	if err := pl.o.validate(); err != nil {
		return nil, err
	}
	return &Moments{plan: pl, s: linalg.NewSolver[float64](pl.o.Workers)}, nil
}

// Samples returns the number of samples.
func (m *Moments) Samples() int { return m.n }

// Add takes in samples: see Fitter.
func (m *Moments) Add(x, y *tensor.Dense, weights []float64) error {
	in, out, err := m.pair(x, y, weights)
	if err != nil {
		return err
	}
	m.reserve()
	for i := 0; i < in.rows; {
		if x, y := m.asTheyLie(in, out, i, weights); x != nil {
			m.sum(chunk, x, y)
			m.n, m.w, i = m.n+chunk, m.w+chunk, i+chunk
			continue
		}
		m.put(in, out, i, weights)
		i++
	}
	return nil
}

// asTheyLie returns the features and targets of a chunk of samples from i on, where they can be summed
// without a copy: nothing waits, and the features are the inputs. nil where they cannot.
func (m *Moments) asTheyLie(in, out matrix, i int, weights []float64) (x, y []float64) {
	if m.waiting > 0 || weights != nil || in.double == nil || out.double == nil || in.cols != m.p || in.rows-i < chunk {
		return nil, nil
	}
	return in.double[i*m.p : (i+chunk)*m.p], out.double[i*m.q : (i+chunk)*m.q]
}

// put takes in one sample.
func (m *Moments) put(in, out matrix, i int, weights []float64) {
	at := m.waiting
	m.sample(m.x[at*m.p:(at+1)*m.p], m.y[at*m.q:(at+1)*m.q], in, out, i, weights, m.scratch)
	m.n++
	if weights == nil {
		m.w++
	} else {
		m.w += weights[i]
	}
	if m.waiting++; m.waiting == chunk {
		m.flush()
	}
}

// reserve makes the memory, once the sizes are known.
func (m *Moments) reserve() {
	if m.g != nil {
		return
	}
	m.g, m.c, m.yy = make([]float64, m.p*m.p), make([]float64, m.p*m.q), make([]float64, m.q)
	m.x, m.y, m.scratch = make([]float64, chunk*m.p), make([]float64, chunk*m.q), make([]float64, m.in)
}

// flush adds what waits to the sums.
func (m *Moments) flush() {
	if m.waiting > 0 {
		m.sum(m.waiting, m.x, m.y)
		m.waiting = 0
	}
}

// sum adds k samples to the sums.
func (m *Moments) sum(k int, x, y []float64) {
	m.s.Syrk(m.p, k, x, m.p, 1, m.g, m.p)
	m.s.Gemm(true, false, m.p, m.q, k, x, m.p, y, m.q, 1, m.c, m.q)
	for i, e := range y[:k*m.q] {
		m.yy[i%m.q] += e * e
	}
}

// total returns the sums with what waits, which goes on waiting; where nothing does, the memory of both is one,
// and is not to be changed. It refuses sums that have left the range of the numbers.
func (m *Moments) total() (*Moments, error) {
	if m.n == 0 {
		return nil, fmt.Errorf("offline: %w", ErrEmpty)
	}
	t := *m
	if t.waiting > 0 {
		t.g, t.c, t.yy = linalg.Clone(m.g), linalg.Clone(m.c), linalg.Clone(m.yy)
		t.flush()
	}
	if !finiteSum(t.g) || !finiteSum(t.c) || !finiteSum(t.yy) {
		if most := max(largest(t.g), largest(t.c), largest(t.yy)); !(most <= math.MaxFloat64) {
			return nil, fmt.Errorf("offline: %w: sums of squares of up to %v, expected finite numbers; scale the samples", ErrValue, most)
		}
	}
	return &t, nil
}

// weighed refuses samples that all weigh nothing.
func (m *Moments) weighed() error { return weighed(m.n, m.w) }

// weighed refuses n samples whose weights have the sum 0.
func weighed(n int, sum float64) error {
	if sum > 0 {
		return nil
	}
	return fmt.Errorf("offline: %w: all %d weigh 0", ErrEmpty, n)
}

// Merge adds the sums of other, of the same options and sizes, to m. The order in which sums are
// merged decides their last bits.
func (m *Moments) Merge(other *Moments) error {
	if other == nil {
		return refuse(false, "what is merged", nil, "Moments")
	}
	if other.n == 0 {
		return nil // nothing to add
	}
	t, err := other.total()
	if err != nil {
		return err
	}
	if m.in == 0 {
		m.in, m.p, m.q = t.in, t.p, t.q
	}
	a, b := m.plan, t.plan
	a.o.Workers, b.o.Workers = 0, 0
	if a != b {
		return fmt.Errorf("offline: %w: sums of %d inputs and %d targets with %+v, merged with %d, %d and %+v",
			ErrShape, m.in, m.q, m.o, t.in, t.q, t.o)
	}
	m.reserve()
	addTo(m.g, t.g)
	addTo(m.c, t.c)
	addTo(m.yy, t.yy)
	m.n += t.n
	m.w += t.w
	return nil
}

func addTo(dst, x []float64) {
	for i, e := range x {
		dst[i] += e
	}
}

// squaredError returns the sum of w·|x·W - y|² over all samples, nothing of which waits:
// Y'Y - 2·W'X'Y + W'X'X·W for each target.
func (m *Moments) squaredError(w []float64) float64 {
	xw := m.applied(w)
	sum := 0.0
	for k := range m.q {
		e := m.yy[k]
		for i := range m.p {
			e += w[i*m.q+k] * (xw[i*m.q+k] - 2*m.c[i*m.q+k])
		}
		sum += max(e, 0)
	}
	return sum
}

// applied returns X'X·W [p q].
func (m *Moments) applied(w []float64) []float64 {
	y := make([]float64, m.p*m.q)
	for i := range m.p {
		for j := i; j < m.p; j++ {
			g := m.g[i*m.p+j]
			for k := range m.q {
				y[i*m.q+k] += g * w[j*m.q+k]
				if j > i {
					y[j*m.q+k] += g * w[i*m.q+k]
				}
			}
		}
	}
	return y
}
