package graph_test

import (
	"math"
	"slices"
)

// arr is a tensor of the naive reference: float64 elements, row by row.
type arr struct {
	shape []int
	v     []float64
}

// at returns an element; i is aligned at the last axis and axes of extent 1 repeat, as in
// broadcasting.
func (a arr) at(i ...int) float64 {
	off, place := len(i)-len(a.shape), 0
	for k, d := range a.shape {
		p := i[off+k]
		if d == 1 {
			p = 0
		}
		place = place*d + p
	}
	return a.v[place]
}

// dim returns the extent of axis i, from the end if negative.
func (a arr) dim(i int) int {
	if i < 0 {
		i += len(a.shape)
	}
	return a.shape[i]
}

// tab makes an array by a formula for each place. The index must not be kept.
func tab(shape []int, f func(i []int) float64) arr {
	n := 1
	for _, d := range shape {
		n *= d
	}
	a := arr{slices.Clone(shape), make([]float64, n)}
	i := make([]int, len(shape))
	for k := range a.v {
		a.v[k] = f(i)
		for j := len(i) - 1; j >= 0; j-- {
			if i[j]++; i[j] < shape[j] {
				break
			}
			i[j] = 0
		}
	}
	return a
}

// set returns a copy of i with v at position at.
func set(i []int, at, v int) []int {
	c := slices.Clone(i)
	c[at] = v
	return c
}

// joint returns the shape that arrays take together.
func joint(as ...arr) []int {
	var s []int
	for _, a := range as {
		for len(s) < len(a.shape) {
			s = slices.Insert(s, 0, 1)
		}
		for k, d := range a.shape {
			if j := len(s) - len(a.shape) + k; s[j] == 1 {
				s[j] = d
			}
		}
	}
	return s
}

// reduceRef folds the elements over axes, in order.
func reduceRef(a arr, axes []int, f func(xs []float64) float64) arr {
	drop := make([]bool, len(a.shape))
	for _, x := range axes {
		drop[(x+len(a.shape))%len(a.shape)] = true
	}
	var kept, gone []int
	for k, d := range a.shape {
		if drop[k] || len(axes) == 0 {
			drop[k] = true
			gone = append(gone, d)
		} else {
			kept = append(kept, d)
		}
	}
	return tab(kept, func(i []int) float64 {
		var xs []float64
		tab(gone, func(j []int) float64 {
			var full []int
			ki, kj := 0, 0
			for k := range a.shape {
				if drop[k] {
					full = append(full, j[kj])
					kj++
				} else {
					full = append(full, i[ki])
					ki++
				}
			}
			xs = append(xs, a.at(full...))
			return 0
		})
		return f(xs)
	})
}

// lines applies f to every line along an axis.
func lines(a arr, axis int, f func(line []float64) []float64) arr {
	axis = (axis + len(a.shape)) % len(a.shape)
	return tab(a.shape, func(i []int) float64 {
		line := make([]float64, a.shape[axis])
		for k := range line {
			line[k] = a.at(set(i, axis, k)...)
		}
		return f(line)[i[axis]]
	})
}

func sum(xs []float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x
	}
	return s
}

func prod(xs []float64) float64 {
	p := 1.0
	for _, x := range xs {
		p *= x
	}
	return p
}

func mean(xs []float64) float64 { return sum(xs) / float64(len(xs)) }

func variance(xs []float64) float64 {
	m, s := mean(xs), 0.0
	for _, x := range xs {
		s += (x - m) * (x - m)
	}
	return s / float64(len(xs))
}

func logSumExp(xs []float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += math.Exp(x)
	}
	return math.Log(s)
}

// matMulRef multiplies over the last axis of a and the last but one of b, batches broadcast.
func matMulRef(a, b arr) arr {
	if len(a.shape) == 1 && len(b.shape) == 1 {
		return tab(nil, func([]int) float64 {
			s := 0.0
			for k := range a.v {
				s += a.v[k] * b.v[k]
			}
			return s
		})
	}
	if len(a.shape) == 1 {
		y := matMulRef(arr{[]int{1, a.shape[0]}, a.v}, b)
		return arr{slices.Delete(y.shape, len(y.shape)-2, len(y.shape)-1), y.v}
	}
	if len(b.shape) == 1 {
		y := matMulRef(a, arr{[]int{b.shape[0], 1}, b.v})
		return arr{y.shape[:len(y.shape)-1], y.v}
	}
	batch := joint(arr{shape: a.shape[:len(a.shape)-2]}, arr{shape: b.shape[:len(b.shape)-2]})
	r := len(batch)
	return tab(append(batch, a.dim(-2), b.dim(-1)), func(i []int) float64 {
		s := 0.0
		for k := range a.dim(-1) {
			s += a.at(append(slices.Clone(i[:r]), i[r], k)...) * b.at(append(slices.Clone(i[:r]), k, i[r+1])...)
		}
		return s
	})
}
