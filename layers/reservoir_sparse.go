package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Product says how the product r·W of a reservoir is computed.
type Product uint8

// The ways to compute r·W. In float32 and with AVX-512 the list wins by far: for N = 1000 and one row
// of r its product takes 9 µs at 10 % of the elements and 2 µs at 5 to a neuron, where one with all
// elements, which do not fit in a core's cache, takes over 130. Elsewhere the list is read element by
// element and wins up to about 13 %. Of many rows each reads the list anew.
const (
	ProductAuto   Product = iota // a list up to Density 0.1, else in full
	ProductDense                 // in full, zeros too
	ProductSparse                // a list of what is not 0
)

// sparseDensity is the density up to which ProductAuto takes a list.
const sparseDensity = 0.1

// recurrence is the product with recurrent weights.
type recurrence interface {
	carry(r *graph.Node) *graph.Node // r·W, [... N] of r [... N]
}

// recurrence places W.
func (l placer) recurrence(p Reservoir, f field) recurrence {
	how := thinning{density: p.Density, radius: p.SpectralRadius}
	if p.Product == ProductSparse || p.Product == ProductAuto && p.Density <= sparseDensity {
		return l.fanIn(p.W, f, how)
	}
	return full{l.thin(p.W, f, how)}
}

// full is a matrix [N N].
type full struct{ W *graph.Node }

func (m full) carry(r *graph.Node) *graph.Node { return product(r, m.W, nil) }

// fanIn lists for each neuron the connections that it gets, K of them; those with few have some
// that come from nowhere, which is numbered like a neuron after the last.
type fanIn struct {
	pre *graph.Node // neuron before, Int32 [N K]
	W   *graph.Node // weights [N K]
}

// fanIn places the lists of a square matrix: the same numbers as thin draws.
func (l placer) fanIn(p Param, f field, how thinning) fanIn {
	t, _ := f.tune(p)
	if t.shared {
		return fanIn{W: l.fail(f.name, fmt.Errorf("%w: Shared weights cannot be listed", graph.ErrValue))}
	}
	return l.lists(t, f, func() (CSR, []float64, error) { return l.draw(f, thinned{t.of, how}) })
}

// lists places what draw returns, unless the store has it.
func (l placer) lists(t Tuned, f field, draw func() (CSR, []float64, error)) fanIn {
	name, n := l.name+"."+f.name+"Pre", f.shape[1]
	var pre, w []float64
	k := 0
	if have := l.g.Store().Get(name); have != nil {
		k = have.Value.Shape()[1]
	} else {
		m, v, err := draw()
		if err != nil {
			return fanIn{W: l.fail(f.name, err)}
		}
		pre, w, k = m.fanIn(v)
	}
	f.shape = []int{n, k}
	t.of = lazily(func() ([]float64, error) { return w, nil })
	return fanIn{
		pre: l.g.Param(name, graph.Var{DType: graph.Int32, Shape: f.shape, Init: Values(pre), Fixed: true}),
		W:   l.node(t, f),
	}
}

// fanIn returns the connections by the neuron after them, [Out k] of neurons before, In standing
// for none, and of weights.
func (m CSR) fanIn(w []float64) (pre, weights []float64, k int) {
	count := make([]int, m.Out)
	for _, j := range m.Post {
		count[j]++
		k = max(k, count[j])
	}
	k = max(k, 1)
	pre, weights = make([]float64, m.Out*k), make([]float64, m.Out*k)
	for i := range pre {
		pre[i] = float64(m.In())
	}
	clear(count)
	for c, i := range m.Pre() {
		j := m.Post[c]
		at := int(j)*k + count[j]
		pre[at], weights[at] = float64(i), w[c]
		count[j]++
	}
	return pre, weights, k
}

// carry returns y_j = Σ_k w_jk x_pre(j,k); nowhere is 0, and so is the gradient of its weights.
func (m fanIn) carry(x *graph.Node) *graph.Node {
	if !m.W.Valid() || !m.pre.Valid() {
		return invalid(m.W, m.pre)
	}
	return x.FanIn(m.pre, m.W)
}
