package layers

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// CSR says which neurons are connected, row by row (compressed sparse rows): those after neuron i
// are Post[Start[i]:Start[i+1]]. Connections are numbered as Post is; a pair that is named twice
// has two connections, whose weights add.
type CSR struct {
	Out   int     // neurons after
	Start []int32 // [In+1], ascending from 0 to the number of connections
	Post  []int32 // [connections], each in [0, Out)
}

// CSRFromPairs returns the connections pre[k] to post[k] of in and out neurons, ordered by row and
// otherwise as they came, and the order: connection k of the result was order[k].
func CSRFromPairs(in, out int, pre, post []int32) (m CSR, order []int, err error) {
	if len(pre) != len(post) {
		err = fmt.Errorf("%w: %d neurons before, %d after", graph.ErrShape, len(pre), len(post))
		return CSR{}, nil, fmt.Errorf("layers: CSRFromPairs: %w", err)
	}
	if in < 1 || out < 1 {
		err = fmt.Errorf("%w: %d to %d neurons, want at least 1", graph.ErrShape, in, out)
		return CSR{}, nil, fmt.Errorf("layers: CSRFromPairs: %w", err)
	}
	m = CSR{Out: out, Start: make([]int32, in+1), Post: make([]int32, len(pre))}
	for k, i := range pre {
		if i < 0 || int(i) >= in {
			err = fmt.Errorf("%w: pre[%d] = %d is outside [0, %d)", graph.ErrValue, k, i, in)
			return CSR{}, nil, fmt.Errorf("layers: CSRFromPairs: %w", err)
		}
		m.Start[i+1]++
	}
	for i := range in {
		m.Start[i+1] += m.Start[i]
	}
	order = make([]int, len(pre))
	next := slices.Clone(m.Start)
	for k, i := range pre {
		order[next[i]], m.Post[next[i]] = k, post[k]
		next[i]++
	}
	if err := m.Check(); err != nil {
		return CSR{}, nil, fmt.Errorf("layers: CSRFromPairs: %w", err)
	}
	return m, order, nil
}

// In returns the number of neurons before.
func (m CSR) In() int { return len(m.Start) - 1 }

// Len returns the number of connections.
func (m CSR) Len() int { return len(m.Post) }

// Check returns an error if m is not a matrix: it wraps graph.ErrShape or graph.ErrValue.
func (m CSR) Check() error {
	n := len(m.Start)
	if m.Out < 1 || n < 2 {
		return fmt.Errorf("%w: %d to %d neurons, want at least 1", graph.ErrShape, n-1, m.Out)
	}
	if m.Start[0] != 0 || int(m.Start[n-1]) != len(m.Post) || !slices.IsSorted(m.Start) {
		return fmt.Errorf("%w: Start does not ascend from 0 to %d", graph.ErrValue, len(m.Post))
	}
	for k, j := range m.Post {
		if j < 0 || int(j) >= m.Out {
			return fmt.Errorf("%w: Post[%d] = %d is outside [0, %d)", graph.ErrValue, k, j, m.Out)
		}
	}
	return nil
}

// Pre returns the neuron before each connection.
func (m CSR) Pre() []int32 {
	pre := make([]int32, len(m.Post))
	for i := range m.In() {
		for k := m.Start[i]; k < m.Start[i+1]; k++ {
			pre[k] = int32(i)
		}
	}
	return pre
}

// Dense returns the matrix [In Out] of the weights w, one for each connection or one for all, row
// by row.
func (m CSR) Dense(w []float64) []float64 {
	x := make([]float64, m.In()*m.Out)
	for k, i := range m.Pre() {
		at := k
		if len(w) == 1 {
			at = 0
		}
		x[int(i)*m.Out+int(m.Post[k])] += w[at]
	}
	return x
}
