package layers

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Padding says how many cells stand before and after an input along the axes that a kernel or a
// window passes over: Same or Valid, a number on both sides (Around), or a pair (Pads); of a ConvTranspose
// also Undo.
type Padding interface {
	// pads returns the cells before and after each axis.
	pads(axes []passage) (low, high []int, err error)
	// given returns for how many axes the padding has numbers of its own; 0 if for any.
	given() int
}

// passage is how a kernel or a window passes over one axis.
type passage struct{ in, size, stride, dilation int }

// PadRule is a Padding that depends on the extents.
type PadRule uint8

// The rules.
const (
	// Same pads so that the result has ⌈in/stride⌉ cells, the smaller half in front.
	Same PadRule = iota + 1
	// Valid does not pad.
	Valid
)

func (r PadRule) String() string {
	switch r {
	case Same:
		return "Same"
	case Valid:
		return "Valid"
	}
	return fmt.Sprintf("PadRule(%d)", uint8(r))
}

func (r PadRule) given() int { return 0 }

func (r PadRule) pads(axes []passage) (low, high []int, err error) {
	if r != Same && r != Valid {
		return nil, nil, fmt.Errorf("%w: there is no %v", graph.ErrValue, r)
	}
	low, high = make([]int, len(axes)), make([]int, len(axes))
	for i, a := range axes {
		if r == Same {
			out := (a.in + a.stride - 1) / a.stride
			total := max((out-1)*a.stride+(a.size-1)*a.dilation+1-a.in, 0)
			low[i], high[i] = total/2, total-total/2
		}
	}
	return low, high, nil
}

// Around is a Padding by as many cells before as after: one number for every axis, or one for each.
type Around []int

func (p Around) given() int { return len(p) }

func (p Around) pads(axes []passage) (low, high []int, err error) {
	pairs := make(Pads, len(p))
	for i, n := range p {
		pairs[i] = [2]int{n, n}
	}
	return pairs.pads(axes)
}

// Pads is a Padding by pairs of cells before and after: one pair for every axis, or one for each.
type Pads [][2]int

func (p Pads) given() int { return len(p) }

func (p Pads) pads(axes []passage) (low, high []int, err error) {
	if len(p) != 1 && len(p) != len(axes) {
		return nil, nil, fmt.Errorf("%w: %d paddings for %d axes", graph.ErrShape, len(p), len(axes))
	}
	for i := range axes {
		pair := p[min(i, len(p)-1)]
		if pair[0] < 0 || pair[1] < 0 {
			return nil, nil, fmt.Errorf("%w: %v, want at least 0", graph.ErrValue, pair)
		}
		low, high = append(low, pair[0]), append(high, pair[1])
	}
	return low, high, nil
}

// perAxis returns one number for each of n axes of a list that has one for every axis or one for
// each, all of def if it is empty; none may be below 1.
func perAxis(list []int, n, def int) ([]int, error) {
	if len(list) == 0 {
		list = []int{def}
	}
	if len(list) != 1 && len(list) != n {
		return nil, fmt.Errorf("%w: %d numbers for %d axes", graph.ErrShape, len(list), n)
	}
	all := make([]int, n)
	for i := range all {
		if all[i] = list[min(i, len(list)-1)]; all[i] < 1 {
			return nil, fmt.Errorf("%w: %d, want at least 1", graph.ErrValue, all[i])
		}
	}
	return all, nil
}

// ofField says which setting of a layer err is about.
func ofField(name string, err error) error { return fmt.Errorf("%s: %w", name, err) }
