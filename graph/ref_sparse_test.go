package graph_test

import (
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/internal/opsamples"
)

// sparseRef is the reference of a product with the matrix of opsamples.SparsePlaces.
func sparseRef(trans bool) func(variant string, in []arr) arr {
	return func(variant string, in []arr) arr {
		x, cols := in[0], 4
		if trans {
			cols = 5
		}
		shape := append(slices.Clone(x.shape[:len(x.shape)-1]), cols)
		return tab(shape, func(i []int) float64 {
			y, last := 0.0, len(i)-1
			for k, at := range opsamples.SparsePlaces {
				from, to := at[0], at[1]
				if trans {
					from, to = to, from
				}
				if to != i[last] {
					continue
				}
				v := x.at(set(i, last, from)...)
				if variant == "spikes" {
					v = fired(v)
				}
				if len(in) > 1 {
					v *= in[1].v[k]
				}
				y += v
			}
			return y
		})
	}
}

func fired(v float64) float64 {
	if v >= 0 {
		return 1
	}
	return 0
}

// sampledRef is the reference of a sampled product.
func sampledRef(variant string, in []arr) arr {
	return tab([]int{len(opsamples.SparsePlaces)}, func(i []int) float64 {
		at, sum := opsamples.SparsePlaces[i[0]], 0.0
		for r := range len(in[0].v) / 5 {
			v := in[0].v[5*r+at[0]]
			if variant == "spikes" {
				v = fired(v)
			}
			sum += v * in[1].v[4*r+at[1]]
		}
		return sum
	})
}

// jitRef is the reference of a product with a matrix of opsamples.JITMatrices, from its elements.
func jitRef(trans bool) func(variant string, in []arr) arr {
	return func(variant string, in []arr) arr {
		name, _, spikes := strings.Cut(variant, " of ")
		m := opsamples.JITMatrices[name]
		start, col, w, err := m.Elements()
		if err != nil {
			panic(err)
		}
		full := make([]float64, m.Rows*m.Cols)
		for i := range m.Rows {
			for k := start[i]; k < start[i+1]; k++ {
				v := 1.0
				if w != nil {
					v = w[k]
				}
				full[i*m.Cols+int(col[k])] += v
			}
		}
		x := in[0]
		shape := slices.Clone(x.shape)
		last := len(shape) - 1
		from := shape[last]
		shape[last] = m.Rows + m.Cols - from
		return tab(shape, func(i []int) float64 {
			y := 0.0
			for j := range from {
				at := j*m.Cols + i[last]
				if trans {
					at = i[last]*m.Cols + j
				}
				v := x.at(set(i, last, j)...)
				if spikes {
					v = fired(v)
				}
				y += v * full[at]
			}
			return y
		})
	}
}

// fanInRef is the reference of a sum by lists.
func fanInRef(_ string, in []arr) arr {
	x, pre, w := in[0], in[1], in[2]
	last := len(x.shape) - 1
	return tab(append(slices.Clone(x.shape[:last]), pre.shape[0]), func(i []int) float64 {
		sum := 0.0
		for k := range pre.shape[1] {
			if from := int(pre.at(i[last], k)); from < x.shape[last] {
				sum += w.at(i[last], k) * x.at(set(i, last, from)...)
			}
		}
		return sum
	})
}
