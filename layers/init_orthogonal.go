package layers

import (
	"fmt"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/graph"
	"gonum.org/v1/gonum/mat"
)

// Identity is Scale on the diagonal of a matrix and 0 elsewhere.
type Identity struct{ Scale float64 }

// Init returns the matrix; a shape of other than two axes is an error.
func (d Identity) Init(shape []int, _ *rand.Rand) ([]float64, error) {
	if len(shape) != 2 {
		return nil, fmt.Errorf("%w: Identity of shape %v, want a matrix", graph.ErrShape, shape)
	}
	x := make([]float64, size(shape))
	for i := range min(shape[0], shape[1]) {
		x[i*shape[1]+i] = d.Scale
	}
	return x, nil
}

// Orthogonal draws Scale times an orthogonal matrix, evenly among all of them: with axis Axis as
// the rows and all others as the columns, the shorter of rows and columns are orthonormal (Saxe,
// McClelland, Ganguli 2014, arXiv:1312.6120). NewOrthogonal returns the usual one.
type Orthogonal struct {
	Scale float64 // > 0
	Axis  int     // counted from the end if negative
}

// NewOrthogonal returns the initializer of scale 1 along the last axis.
func NewOrthogonal() Orthogonal { return Orthogonal{Scale: 1, Axis: -1} }

// Init draws the weights from r; a shape of fewer than two axes is an error.
func (o Orthogonal) Init(shape []int, r *rand.Rand) ([]float64, error) {
	at, ok := axis(o.Axis, len(shape))
	if !ok || len(shape) < 2 {
		return nil, fmt.Errorf("%w: axis %d of weights %v, want one of at least two", graph.ErrShape, o.Axis, shape)
	}
	if !positive.has(o.Scale) {
		return nil, fmt.Errorf("%w: %+v, want Scale > 0", graph.ErrValue, o)
	}
	n := size(shape)
	if n == 0 {
		return nil, nil
	}
	rows := shape[at]
	cols := n / rows
	q := orthonormal(max(rows, cols), min(rows, cols), r)
	inner := size(shape[at+1:]) // elements behind one index of the axis
	x := make([]float64, n)
	for i := range x {
		row := i / inner % rows
		col := i/(inner*rows)*inner + i%inner
		if rows < cols {
			row, col = col, row
		}
		x[i] = o.Scale * q.At(row, col)
	}
	return x, nil
}

// orthonormal draws a matrix [rows cols], rows >= cols, of orthonormal columns: the factor Q of a
// normal matrix, with signs that make the diagonal of R positive. Without these the draw is not
// even (Mezzadri 2007, Notices of the AMS 54, 592).
func orthonormal(rows, cols int, r *rand.Rand) *mat.Dense {
	a := mat.NewDense(rows, cols, draw([]int{rows, cols}, r.NormFloat64))
	var qr mat.QR
	qr.Factorize(a)
	var q, tri mat.Dense
	qr.QTo(&q)
	qr.RTo(&tri)
	for j := range cols {
		if tri.At(j, j) < 0 {
			for i := range rows {
				q.Set(i, j, -q.At(i, j))
			}
		}
	}
	return &q
}

// DeltaOrthogonal draws kernels [k... in out], out >= in, that are zero except in the middle, at
// (k-1)/2 along each axis, where they are an Orthogonal matrix (Xiao, Bahri, Sohl-Dickstein,
// Schoenholz, Pennington 2018, arXiv:1806.05393). NewDeltaOrthogonal returns the usual one.
type DeltaOrthogonal struct {
	Scale float64 // > 0
	Axis  int     // of the matrix, counted from the end if negative
}

// NewDeltaOrthogonal returns the initializer of scale 1 along the last axis.
func NewDeltaOrthogonal() DeltaOrthogonal { return DeltaOrthogonal{Scale: 1, Axis: -1} }

// Init draws the kernel from r; a shape of other than 3, 4 or 5 axes is an error.
func (d DeltaOrthogonal) Init(shape []int, r *rand.Rand) ([]float64, error) {
	k := len(shape) - 2
	if k < 1 || k > 3 || shape[k+1] < shape[k] {
		return nil, fmt.Errorf("%w: DeltaOrthogonal of shape %v, want [k... in out] of 3 to 5 axes with out >= in", graph.ErrShape, shape)
	}
	middle, err := Orthogonal(d).Init(shape[k:], r)
	if err != nil {
		return nil, err
	}
	x := make([]float64, size(shape))
	at := 0
	for _, n := range shape[:k] {
		at = at*n + (n-1)/2
	}
	if len(x) > 0 {
		copy(x[at*len(middle):], middle)
	}
	return x, nil
}

// Clip holds what another initializer draws to [Lo, Hi]; infinities stand for no bound.
type Clip struct {
	Of     Param
	Lo, Hi float64 // Lo <= Hi
}

// Init draws from r.
func (c Clip) Init(shape []int, r *rand.Rand) ([]float64, error) {
	if c.Of == nil || !(c.Lo <= c.Hi) {
		return nil, fmt.Errorf("%w: Clip of %v to [%v, %v]", graph.ErrValue, c.Of, c.Lo, c.Hi)
	}
	x, err := c.Of.Init(shape, r)
	for i := range x {
		x[i] = min(max(x[i], c.Lo), c.Hi)
	}
	return x, err
}
