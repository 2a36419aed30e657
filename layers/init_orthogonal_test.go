package layers_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestIdentity(t *testing.T) {
	t.Parallel()
	x, err := layers.Identity{Scale: 3}.Init([]int{2, 3}, nil)
	require.NoError(t, err)
	assert.Equal(t, []float64{3, 0, 0, 0, 3, 0}, x)
}

// rowsAlong returns the weights as a matrix whose rows are those along an axis.
func rowsAlong(x []float64, shape []int, axis int) *mat.Dense {
	inner := 1
	for _, n := range shape[axis+1:] {
		inner *= n
	}
	rows := shape[axis]
	m := mat.NewDense(rows, len(x)/rows, nil)
	for i, v := range x {
		m.Set(i/inner%rows, i/(inner*rows)*inner+i%inner, v)
	}
	return m
}

// requireOrthonormal requires m·mᵀ, or mᵀ·m where m has more rows than columns, to be s² times one.
func requireOrthonormal(t *testing.T, m *mat.Dense, s float64) {
	t.Helper()
	var p mat.Dense
	if r, c := m.Dims(); r <= c {
		p.Mul(m, m.T())
	} else {
		p.Mul(m.T(), m)
	}
	n, _ := p.Dims()
	for i := range n {
		for j := range n {
			want := 0.
			if i == j {
				want = s * s
			}
			require.InDelta(t, want, p.At(i, j), 1e-12)
		}
	}
}

func TestOrthogonal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		shape []int
		at    int // its axis from the front
		p     layers.Orthogonal
	}{
		"square":      {[]int{5, 5}, 1, layers.NewOrthogonal()},
		"wide":        {[]int{3, 7}, 1, layers.NewOrthogonal()},
		"tall":        {[]int{7, 3}, 1, layers.NewOrthogonal()},
		"kernel":      {[]int{2, 3, 4, 5}, 3, layers.NewOrthogonal()},
		"middle axis": {[]int{2, 3, 4}, 1, layers.Orthogonal{Scale: 2, Axis: 1}},
		"first axis":  {[]int{6, 2, 2}, 0, layers.Orthogonal{Scale: 0.5, Axis: -3}},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := c.p.Init(c.shape, rng())
			require.NoError(t, err)
			requireOrthonormal(t, rowsAlong(x, c.shape, c.at), c.p.Scale)
		})
	}
}

// Evenly drawn rotations have no preferred sign: of 1 by 1 matrices half are -1, and the mean of
// every element is 0. Without the signs of R, the first element would nearly always be negative.
func TestOrthogonalIsEven(t *testing.T) {
	t.Parallel()
	r := rng()
	var sum, first float64
	for range 400 {
		x, err := layers.NewOrthogonal().Init([]int{1, 1}, r)
		require.NoError(t, err)
		require.InDelta(t, 1, x[0]*x[0], 1e-15)
		sum += x[0]
		x, err = layers.NewOrthogonal().Init([]int{4, 4}, r)
		require.NoError(t, err)
		first += x[0]
	}
	assert.InDelta(t, 0, sum/400, 0.2)
	assert.InDelta(t, 0, first/400, 0.1)
}

func TestDeltaOrthogonal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		shape  []int
		middle int // index of the centre among the spatial positions
	}{
		{[]int{3, 2, 4}, 1},
		{[]int{4, 5, 3, 3}, 1*5 + 2},
		{[]int{1, 2, 3, 2, 5}, 0*6 + 0*3 + 1},
	} {
		x, err := layers.NewDeltaOrthogonal().Init(c.shape, rng())
		require.NoError(t, err)
		in, out := c.shape[len(c.shape)-2], c.shape[len(c.shape)-1]
		for i := 0; i < len(x); i += in * out {
			if i/(in*out) == c.middle {
				requireOrthonormal(t, mat.NewDense(in, out, x[i:i+in*out]), 1)
			} else {
				require.Equal(t, make([]float64, in*out), x[i:i+in*out])
			}
		}
	}
}
