package probe

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"gorgonia.org/tensor"
)

// pick is what a watch chose: sequences [T B N].
type pick struct {
	name             string
	every            int
	samples, neurons []int
	shape            []int // of the layer
}

// of returns the watched part of what is seen in a step, [B N]. What is not there, or out of range,
// is a fault of the graph.
func (w Watch) of(g *graph.Graph, seen []value, batch int) (*graph.Node, pick) {
	i := slices.IndexFunc(seen, func(v value) bool { return v.name == w.Name })
	if i < 0 {
		names := make([]string, len(seen))
		for k, v := range seen {
			names[k] = v.name
		}
		return g.Fail(fmt.Errorf("Watch %q: %w: there is no such name, but %q", w.Name, graph.ErrValue, names)), pick{}
	}
	x := seen[i].node
	if !x.DType().IsFloat() {
		x = x.Cast(graph.Float32)
	}
	x = x.StopGradient()
	p := pick{name: w.Name, every: max(w.Every, 1), shape: slices.Clone([]int(x.Shape()))}
	rows := 1
	if len(p.shape) > 0 && p.shape[0] == batch {
		rows, p.shape = batch, p.shape[1:]
	}
	size := graph.Shape(p.shape).Size()
	x = x.Reshape(rows, size)
	x, p.samples = choose(g, x, 0, w, "Samples", w.Samples)
	x, p.neurons = choose(g, x, 1, w, "Neurons", w.Neurons)
	return x, p
}

// choose returns the chosen elements of an axis, all if none are given, and their numbers.
func choose(g *graph.Graph, x *graph.Node, axis int, w Watch, field string, chosen []int) (*graph.Node, []int) {
	n := x.Dim(axis)
	if len(chosen) == 0 {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return x, all
	}
	at := make([]float64, len(chosen))
	for i, c := range chosen {
		if c < 0 || c >= n {
			return g.Fail(fmt.Errorf("Watch %q: %s: %w: %d, want 0 to %d", w.Name, field, graph.ErrValue, c, n-1)), nil
		}
		at[i] = float64(c)
	}
	return x.Gather(axis, g.Values(graph.Int32, at, len(at))), slices.Clone(chosen)
}

// trace returns the sampled steps of the sequences ys [T B N], of which the first is step from.
func (p pick) trace(ys *tensor.Dense, from int) *Trace {
	t := &Trace{Name: p.name, Samples: p.samples, Neurons: p.neurons, Shape: p.shape}
	row := len(p.samples) * len(p.neurons)
	first := (p.every - from%p.every) % p.every
	for i := first; i < ys.Shape()[0]; i += p.every {
		t.Steps = append(t.Steps, from+i)
	}
	switch x := ys.Data().(type) {
	case []float32:
		t.f32 = sampled(x, row, first, p.every, len(t.Steps))
	case []float64:
		t.f64 = sampled(x, row, first, p.every, len(t.Steps))
	}
	return t
}

// sampled copies n rows: first, first + every, ….
func sampled[T any](x []T, row, first, every, n int) []T {
	y := make([]T, 0, n*row)
	for i := range n {
		at := (first + i*every) * row
		y = append(y, x[at:at+row]...)
	}
	return y
}
