package report

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bins are counts in intervals [Edges[i], Edges[i+1]), the last of them closed.
type bins struct {
	edges  []float64
	counts []float64
	n      int // values counted
}

// maxBins bounds the number of intervals that is chosen for the data.
const maxBins = 40

// binned counts the finite values in n intervals of equal width; 0: about the root of their number.
// Without finite values there are no intervals.
func binned(values []float64, n int) bins {
	lo, hi, count := math.Inf(1), math.Inf(-1), 0
	for _, v := range values {
		if finite(v) {
			lo, hi, count = min(lo, v), max(hi, v), count+1
		}
	}
	if count == 0 {
		return bins{}
	}
	if n <= 0 {
		n = min(max(int(math.Sqrt(float64(count))), 5), maxBins)
	}
	if !(hi-lo > 1e-12*max(math.Abs(lo), math.Abs(hi))) || !finite(hi-lo) {
		d := max(math.Abs(lo), 1) / 100
		lo, hi, n = lo-d, hi+d, 1
	}
	b := bins{edges: make([]float64, n+1), counts: make([]float64, n), n: count}
	for i := range b.edges {
		b.edges[i] = lo + (hi-lo)*float64(i)/float64(n)
	}
	for _, v := range values {
		if finite(v) {
			b.counts[max(0, min(int(float64(n)*((v-lo)/(hi-lo))), n-1))]++
		}
	}
	return b
}

// Histogram draws how many values lie in each of n intervals of equal width, from the least to the
// greatest; n = 0: about the root of their number. Values that are not finite are left out.
func Histogram(a Axes, values []float64, n int) Panel {
	a.WholeY = true
	p := newPanel(a)
	b := binned(values, n)
	if b.n == 0 {
		p.nothing()
		return p
	}
	h := &plotter.Histogram{FillColor: colour(0), LineStyle: draw.LineStyle{Color: grid, Width: vg.Points(0.5)}}
	top := 0.0
	for i, c := range b.counts {
		h.Bins = append(h.Bins, plotter.HistogramBin{Min: b.edges[i], Max: b.edges[i+1], Weight: c})
		top = max(top, c)
	}
	p.Plot.Add(h)
	air := 0.02 * (b.edges[len(b.edges)-1] - b.edges[0])
	setRange(&p.Plot.X, b.edges[0]-air, b.edges[len(b.edges)-1]+air, a.XRange)
	setRange(&p.Plot.Y, 0, 1.05*top, a.YRange)
	return p
}

// Weights draws a histogram of each trained parameter of a store that has more than one element.
func Weights(s *graph.Store) Figure {
	f := Figure{Caption: "Weights"}
	for _, p := range s.Params() {
		if !p.Trained {
			continue
		}
		if v := valuesOf(p); len(v) > 1 {
			f.Panels = append(f.Panels, Histogram(Axes{Title: p.Name, X: "value", Y: "weights"}, v, 0))
		}
	}
	return f
}

// valuesOf returns the numbers of a parameter.
func valuesOf(p *graph.Param) []float64 {
	switch x := p.Value.Data().(type) {
	case []float32:
		v := make([]float64, len(x))
		for i := range x {
			v[i] = float64(x[i])
		}
		return v
	case []float64:
		return x
	}
	return nil
}
