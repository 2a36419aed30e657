package gradtest

import (
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
)

// strata draws numbers of [0, 1), no two of them close: each from a place of its own.
type strata struct {
	r     *rand.Rand
	order []int
	next  int
}

func newStrata(r *rand.Rand, inputs []Input) *strata {
	n := 0
	for _, in := range inputs {
		n += graph.Shape(in.Shape).Size()
	}
	return &strata{r: r, order: r.Perm(n)}
}

func (s *strata) draw() float64 {
	k := s.order[s.next]
	s.next++
	return (float64(k) + 0.25 + 0.5*s.r.Float64()) / float64(len(s.order))
}

// values returns the values of an input.
func (in Input) values(s *strata) []float64 {
	x := make([]float64, graph.Shape(in.Shape).Size())
	lo, hi := in.bounds()
	for i := range x {
		p := s.draw()
		switch in.DType {
		case graph.Bool:
			x[i] = float64(s.r.IntN(2))
		case graph.Int32:
			x[i] = lo + float64(s.r.IntN(max(int(hi-lo), 1)))
		default:
			x[i] = lo + (hi-lo)*p
		}
	}
	if in.Values != nil {
		return in.Values
	}
	return x
}

func (in Input) bounds() (lo, hi float64) {
	if in.Lo == 0 && in.Hi == 0 {
		return -1, 1
	}
	return in.Lo, in.Hi
}

// direction fills v with numbers whose size is between a half and all of scale: none is so small
// that an error would not be seen.
func direction(r *rand.Rand, v []float64, scale float64) {
	for i := range v {
		v[i] = scale * (0.5 + 0.5*r.Float64())
		if r.IntN(2) == 0 {
			v[i] = -v[i]
		}
	}
}
