package layers

import (
	"fmt"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
)

// thinning says what becomes of a drawn matrix.
type thinning struct {
	density  float64 // share of the elements that are kept
	radius   float64 // spectral radius that they are scaled to; 0 leaves them
	balanced bool    // whether those of a column are moved to sum 0
}

// thinned draws a matrix of which few elements are not 0.
type thinned struct {
	of Param
	thinning
}

// Init returns the matrix row by row.
func (t thinned) Init(shape []int, r *rand.Rand) ([]float64, error) {
	m, w, err := t.draw(shape, r)
	if err != nil {
		return nil, err
	}
	return m.Dense(w), nil
}

// draw returns the elements that are kept and are not 0. Of independent numbers no others are drawn.
func (t thinned) draw(shape []int, r *rand.Rand) (m CSR, w []float64, err error) {
	full, err := t.full(shape, r)
	if err != nil {
		return m, nil, err
	}
	m = CSR{Out: shape[1], Start: make([]int32, 1, shape[0]+1)}
	for i := range shape[0] {
		for j := range shape[1] {
			at := i*shape[1] + j
			if kept := t.density >= 1 || r.Float64() < t.density; !kept || full != nil && full[at] == 0 {
				continue
			}
			m.Post = append(m.Post, int32(j))
			if full != nil {
				w = append(w, full[at])
			}
		}
		m.Start = append(m.Start, int32(len(m.Post)))
	}
	if full == nil && len(m.Post) > 0 {
		if w, err = t.of.Init([]int{len(m.Post)}, r); err != nil {
			return m, nil, err
		}
	}
	if t.balanced {
		m.balance(w)
	}
	return m, w, t.scale(m, w)
}

// balance moves the weights to each neuron by one number, so that their sum is 0.
func (m CSR) balance(w []float64) {
	sum, n := make([]float64, m.Out), make([]float64, m.Out)
	for k, j := range m.Post {
		sum[j] += w[k]
		n[j]++
	}
	for k, j := range m.Post {
		w[k] -= sum[j] / n[j]
	}
}

// full returns the matrix before it is thinned out, nil where its elements are independent.
func (t thinned) full(shape []int, r *rand.Rand) ([]float64, error) {
	if independent(t.of) {
		return nil, nil
	}
	x, err := t.of.Init(shape, r)
	if err == nil && len(x) != size(shape) {
		err = fmt.Errorf("%w: %T gave %d values for shape %v", graph.ErrShape, t.of, len(x), shape)
	}
	return x, err
}

// independent reports whether the elements that p draws do not depend on their places.
func independent(p Param) bool {
	switch p.(type) {
	case Const, Uniform, Normal, LogNormal, TruncatedNormal, Gamma, Exponential:
		return true
	}
	return false
}

// scale gives w the spectral radius: W ← W·ρ/max|λ(W)|.
func (t thinning) scale(m CSR, w []float64) error {
	if t.radius == 0 {
		return nil
	}
	have, err := m.SpectralRadius(w)
	if err != nil {
		return err
	}
	if !(have > 0) {
		return fmt.Errorf("%w: all eigenvalues are 0, and no factor makes the spectral radius %v", graph.ErrValue, t.radius)
	}
	for i := range w {
		w[i] *= t.radius / have
	}
	return nil
}

// thin places a fixed matrix of few elements; under Train, those that are 0 at first stay so.
func (l placer) thin(p Param, f field, how thinning) *graph.Node {
	t, _ := f.tune(p)
	if how.density == 1 && how.radius == 0 && !how.balanced {
		f.weight = true // of its full shape
		return l.node(t, f)
	}
	if t.shared {
		return l.fail(f.name, fmt.Errorf("%w: Shared weights cannot be thinned out or scaled", graph.ErrValue))
	}
	of := t.of
	t.of = thinned{of, how}
	w := l.node(t, f)
	if t.fixed || how.density == 1 {
		return w
	}
	present := lazily(func() ([]float64, error) {
		m, _, err := l.draw(f, thinned{of, thinning{density: how.density}})
		return m.Dense([]float64{1}), err
	})
	return w.Mul(l.g.Param(l.name+"."+f.name+"Mask",
		graph.Var{DType: l.dtype, Shape: f.shape, Init: present, Fixed: true}))
}

// draw draws what the store draws, or drew, for the field.
func (l placer) draw(f field, t thinned) (m CSR, w []float64, err error) {
	g := graph.NewIn(graph.NewStore(l.g.Store().Seed()))
	g.Param(l.name+"."+f.name, graph.Var{Shape: []int{1}, Init: watch(func(r *rand.Rand) {
		m, w, err = t.draw(f.shape, r)
	})})
	return m, w, err
}

// watch is shown the generator of a parameter.
type watch func(*rand.Rand)

// Init returns zeros.
func (f watch) Init(shape []int, r *rand.Rand) ([]float64, error) {
	f(r)
	return make([]float64, size(shape)), nil
}

// lazily are values that are computed only where the store has none yet.
type lazily func() ([]float64, error)

// Init returns the values.
func (f lazily) Init([]int, *rand.Rand) ([]float64, error) { return f() }
