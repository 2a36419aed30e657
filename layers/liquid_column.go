package layers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
)

// column is what chance decides of a liquid.
type column struct {
	inhibitory []float64 // 1 or 0
	m          CSR
	w          []float64 // nA, below 0 where the neuron before is inhibitory
}

// draw draws the column that belongs to the store's seed and the layer's name.
func (p Liquid) draw(l placer) (c column) {
	g := graph.NewIn(graph.NewStore(l.g.Store().Seed()))
	g.Param(l.name+".W", graph.Var{Shape: []int{1}, Init: watch(func(r *rand.Rand) { c = p.column(r) })})
	return c
}

// column draws inhibitory neurons, connections and weights.
func (p Liquid) column(r *rand.Rand) column {
	n := p.Shape[0] * p.Shape[1] * p.Shape[2]
	c := column{inhibitory: make([]float64, n), m: CSR{Out: n, Start: make([]int32, 1, n+1)}}
	for _, i := range r.Perm(n)[:int(math.Round(p.Inhibitory*float64(n)))] {
		c.inhibitory[i] = 1
	}
	for i := range n {
		from := c.inhibitory[i] == 1
		sign := 1.
		if from {
			sign = -1
		}
		for j := range n {
			to := c.inhibitory[j] == 1
			d := p.distance(i, j) / p.Lambda
			if i == j || r.Float64() >= p.Connect.of(from, to)*math.Exp(-d*d) {
				continue
			}
			c.m.Post = append(c.m.Post, int32(j))
			c.w = append(c.w, sign*p.Weight.of(from, to)*r.ExpFloat64())
		}
		c.m.Start = append(c.m.Start, int32(len(c.m.Post)))
	}
	return c
}

// distance returns how far neurons i and j are from each other on the grid.
func (p Liquid) distance(i, j int) float64 {
	sum := 0.
	for axis := 2; axis >= 0; axis-- {
		n := p.Shape[axis]
		d := float64(i%n - j%n)
		sum += d * d
		i, j = i/n, j/n
	}
	return math.Sqrt(sum)
}

// refuse reports every number that is out of its domain; it returns nil if there is none.
func (p Liquid) refuse(l placer, n int, dt float64) (bad *graph.Node) {
	if p.Inputs < 1 || min(p.Shape[0], p.Shape[1], p.Shape[2]) < 1 {
		bad = l.fail("Inputs, Shape", fmt.Errorf("%w: %d inputs to %v neurons, want at least 1",
			graph.ErrShape, p.Inputs, p.Shape))
	}
	if len(p.Neuron.Shape) > 0 || p.Neuron.N != 0 && p.Neuron.N != n {
		bad = l.fail("Neuron", fmt.Errorf("%w: N %d, Shape %v; the liquid's Shape %v says it",
			graph.ErrShape, p.Neuron.N, p.Neuron.Shape, p.Shape))
	}
	pairs := func(name string, q LiquidPairs, d domain) {
		if err := d.check([]float64{q.EE, q.EI, q.IE, q.II}); err != nil {
			bad = l.fail(name, err)
		}
	}
	pairs("Connect", p.Connect, unit)
	pairs("Weight", p.Weight, notNegative)
	for _, f := range []struct {
		name string
		v    float64
		domain
	}{
		{"Inhibitory", p.Inhibitory, unit}, {"Lambda", p.Lambda, positive}, {"InDensity", p.InDensity, share},
		{"TauE", p.TauE, positive}, {"TauI", p.TauI, positive}, {"dt", dt, positive},
	} {
		if !f.has(f.v) {
			bad = l.fail(f.name, fmt.Errorf("%w: %v, want %s", graph.ErrValue, f.v, f.want))
		}
	}
	return bad
}
