package graph_test

import (
	"math"
	"slices"
	"strconv"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
)

// option returns element i of a list that may be left out.
func option(list []int, i, def int) int {
	if len(list) == 0 {
		return def
	}
	return list[i]
}

// convRef is the definition of Conv.
func convRef(variant string, in []arr) arr {
	i, _ := strconv.Atoi(variant)
	return convolve(in[0], in[1], opsamples.Convs[i].O)
}

// convolve sums over all elements of x and w that meet.
func convolve(x, w arr, o graph.ConvOptions) arr {
	n := len(x.shape) - 2
	groups := max(o.Groups, 1)
	shape := []int{x.shape[0]}
	for a := range n {
		room := (x.shape[a+1]-1)*option(o.InputDilation, a, 1) + 1 + option(o.PadLow, a, 0) + option(o.PadHigh, a, 0)
		shape = append(shape, (room-(w.shape[a]-1)*option(o.KernelDilation, a, 1)-1)/option(o.Stride, a, 1)+1)
	}
	in, out := x.dim(-1)/groups, w.dim(-1)/groups
	return tab(append(shape, w.dim(-1)), func(y []int) float64 {
		s := 0.0
		tab(w.shape[:n+1], func(t []int) float64 { // taps and channels
			at := []int{y[0]}
			for a := range n {
				i := y[a+1]*option(o.Stride, a, 1) - option(o.PadLow, a, 0) + t[a]*option(o.KernelDilation, a, 1)
				d := option(o.InputDilation, a, 1)
				if i < 0 || i%d != 0 || i/d >= x.shape[a+1] {
					return 0
				}
				at = append(at, i/d)
			}
			j := y[n+1]
			s += x.at(append(at, j/out*in+t[n])...) * w.at(append(slices.Clone(t), j)...)
			return 0
		})
		return s
	})
}

// poolRef applies f to what each window sees.
func poolRef(f func(seen []float64) float64) func(variant string, in []arr) arr {
	return func(variant string, in []arr) arr {
		i, _ := strconv.Atoi(variant)
		return pool(in[0], opsamples.Pools[i].O, f)
	}
}

func pool(x arr, o graph.PoolOptions, f func(seen []float64) float64) arr {
	var shape, window []int
	for a, d := range x.shape {
		window = append(window, option(o.Window, a, 1))
		shape = append(shape, (d+option(o.PadLow, a, 0)+option(o.PadHigh, a, 0)-window[a])/option(o.Stride, a, 1)+1)
	}
	return tab(shape, func(y []int) float64 {
		var seen []float64
		tab(window, func(t []int) float64 {
			at := slices.Clone(t)
			for a := range at {
				at[a] += y[a]*option(o.Stride, a, 1) - option(o.PadLow, a, 0)
				if at[a] < 0 || at[a] >= x.shape[a] {
					return 0
				}
			}
			seen = append(seen, x.at(at...))
			return 0
		})
		return f(seen)
	})
}

// largest returns the maximum, NaN if any is, -Inf of nothing.
func largest(xs []float64) float64 {
	m := math.Inf(-1)
	for _, x := range xs {
		m = max(m, x)
	}
	return m
}

func smallest(xs []float64) float64 {
	m := math.Inf(1)
	for _, x := range xs {
		m = min(m, x)
	}
	return m
}
