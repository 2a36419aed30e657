package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
)

// ∂(Ax)/∂x = A, and of y_ij = x_i² z_j by x: 2 x_i z_j δ_ik.
func TestJacobiansByHand(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a, x, z := ramp(g, 2, 3), ramp(g, 3), ramp(g, 2)
	ax := a.MatMul(x.Reshape(3, 1)).Reshape(2)
	outer := x.Square().Reshape(3, 1).Mul(z)
	want := x.Scale(2).DiagonalMatrix().Reshape(3, 1, 3).Mul(z.Reshape(2, 1))
	for _, jacobian := range []func(y, x node) node{autodiff.Jacobian, autodiff.JacobianForward} {
		j, k := jacobian(ax, x), jacobian(outer, x)
		assert.Equal(t, graph.Shape{2, 3}, j.Shape())
		assert.Equal(t, graph.Shape{3, 2, 3}, k.Shape())
		v := values(t, g, j, a, k, want)
		assert.InDeltaSlice(t, v[1], v[0], 1e-12)
		assert.InDeltaSlice(t, v[3], v[2], 1e-12)
	}
}

func TestJacobianShapes(t *testing.T) {
	t.Parallel()
	g := graph.New()
	for _, jacobian := range []func(y, x node) node{autodiff.Jacobian, autodiff.JacobianForward} {
		for _, c := range []struct{ y, x, want []int }{
			{nil, nil, []int{}}, {nil, []int{2}, []int{2}}, {[]int{2, 3}, nil, []int{2, 3}},
			{[]int{2, 3}, []int{4, 1}, []int{2, 3, 4, 1}}, {[]int{0}, []int{2}, []int{0, 2}}, {[]int{2}, []int{3, 0}, []int{2, 3, 0}},
		} {
			x := g.Input("x", graph.Float64, c.x...)
			y := g.Input("y", graph.Float64, c.y...).Mul(x.Sum())
			j := jacobian(y, x)
			assert.Equal(t, graph.Type{DType: graph.Float64, Shape: c.want}, j.Type(), "%v by %v", c.y, c.x)
		}
	}
	assert.NoError(t, g.Err())
}

// Of the loss xᵀAx the Hessian is A + Aᵀ; of Σ x³, which is elementwise, diag 6x.
func TestHessiansByHand(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a, x, m := ramp(g, 3, 3), ramp(g, 3), ramp(g, 2, 2)
	h := autodiff.Hessian(x.Mul(a.MatMul(x.Reshape(3, 1)).Reshape(3)).Sum(), x)
	k := autodiff.Hessian(m.Square().Mul(m).Sum(), m)
	assert.Equal(t, graph.Shape{2, 2, 2, 2}, k.Shape())
	v := values(t, g, h, a.Add(a.Transpose(1, 0)), k, m.Reshape(4).Scale(6).DiagonalMatrix())
	assert.InDeltaSlice(t, v[1], v[0], 1e-12)
	assert.InDeltaSlice(t, v[3], v[2], 1e-12)
}

func TestJVPByHand(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, z, dx, dz := ramp(g, 3), ramp(g, 3).Exp(), ramp(g, 3).Sin(), ramp(g, 3).Cos()
	y, w := x.Mul(z), z.Exp()
	// The same result twice, the same input twice, an input without direction, a result not reached.
	got := autodiff.JVP([]node{y, w, y, dx}, []node{x, z, x, w}, []node{dx, dz, dx, nil})
	want := dx.Mul(z).Scale(2).Add(x.Mul(dz))
	v := values(t, g, got[0], want, got[1], w.Mul(dz), got[2], got[3])
	assert.InDeltaSlice(t, v[1], v[0], 1e-12)
	assert.InDeltaSlice(t, v[3], v[2], 1e-12)
	assert.InDeltaSlice(t, v[1], v[4], 1e-12)
	assert.Equal(t, []float64{0, 0, 0}, v[5])
}

// The third derivative of x⁴ along 1, forward mode thrice.
func TestForwardOverForward(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := ramp(g, 2)
	y := x.Square().Square()
	for range 3 {
		y = autodiff.JVP([]node{y}, []node{x}, []node{x.Like(1)})[0]
	}
	v := values(t, g, y, x.Scale(24))
	assert.InDeltaSlice(t, v[1], v[0], 1e-12)
}

// Inside a loop's step the Jacobian of the step is at hand: of v' = x v it is x.
func TestJacobianInsideALoop(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x := ramp(g, 4, 2)
	ys, _ := graph.Loop(x, ramp(g, 2), func(x, v node) ([]node, node) {
		next := v.Mul(x)
		return []node{autodiff.Jacobian(next, v), autodiff.JacobianForward(next, v), x.DiagonalMatrix()}, next
	})
	v := values(t, g, ys...)
	assert.Equal(t, v[2], v[0])
	assert.Equal(t, v[2], v[1])
}
