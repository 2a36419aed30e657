package graph_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/opsamples"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

func matrix(rows, cols int, x ...float64) *tensor.Dense {
	return opsamples.Tensor(graph.Float64, []int{rows, cols}, x)
}

// Derivatives of Solve and Cholesky of first and second order, of vectors, matrices and batches.
func TestLinalgGradients(t *testing.T) {
	t.Parallel()
	solve := func(_ *graph.Graph, xs []*graph.Node) *graph.Node {
		return xs[0].Add(xs[0].Like(4).Diagonal().DiagonalMatrix()).Solve(xs[1])
	}
	cholesky := func(_ *graph.Graph, xs []*graph.Node) *graph.Node {
		return xs[0].Add(xs[0].Like(5).Diagonal().DiagonalMatrix()).Cholesky()
	}
	logDet := func(g *graph.Graph, xs []*graph.Node) *graph.Node {
		return cholesky(g, xs).Diagonal().Log().Sum(-1).Scale(2)
	}
	in := func(shape ...int) gradtest.Input { return gradtest.Input{Shape: shape} }
	for _, c := range []gradtest.Case{
		{Name: "Solve", Inputs: []gradtest.Input{in(3, 3), in(3, 2)}, Build: solve},
		{Name: "Solve a vector", Inputs: []gradtest.Input{in(3, 3), in(3)}, Build: solve},
		{Name: "Solve batches", Inputs: []gradtest.Input{in(2, 1, 3, 3), in(4, 3, 2)}, Build: solve},
		{Name: "Cholesky", Inputs: []gradtest.Input{in(4, 4)}, Build: cholesky},
		{Name: "Cholesky batches", Inputs: []gradtest.Input{in(2, 3, 3)}, Build: cholesky},
		{Name: "SymmetricRoot", Inputs: []gradtest.Input{in(4, 4)}, Build: func(_ *graph.Graph, xs []*graph.Node) *graph.Node {
			return xs[0].Add(xs[0].Like(5).Diagonal().DiagonalMatrix()).SymmetricRoot()
		}},
		{Name: "log determinant", Inputs: []gradtest.Input{in(3, 3)}, Build: logDet},
	} {
		c.SecondOrder = true
		gradtest.Check(t, c)
	}
}

// Solutions solve, and factors multiply to what they are of, for larger matrices too.
func TestLinalgResiduals(t *testing.T) {
	t.Parallel()
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		tol := map[graph.DType]float64{graph.Float32: 2e-5, graph.Float64: 1e-12}[d]
		for _, n := range []int{1, 2, 17, 130} {
			g := graph.New()
			a, b := g.Input("a", d, n, n), g.Input("b", d, n, 3)
			spd := a.MatMul(a.Transpose()).Scale(1 / float64(n)).Add(a.Like(1).Diagonal().DiagonalMatrix())
			l := spd.Cholesky()
			in := []*tensor.Dense{ramp(d, n, n), ramp(d, n, 3)}
			got := values(t, g, in, spd.MatMul(spd.Solve(b)), b, l.MatMul(l.Transpose()), spd, l.Triu(1))
			requireClose(t, got[1], got[0], tol, "A·X and B, n = %d, %v", n, d)
			requireClose(t, got[3], got[2], tol, "L·Lᵀ and A, n = %d, %v", n, d)
			requireClose(t, make([]float64, n*n), got[4], 0, "above the diagonal of L")
			r := spd.SymmetricRoot()
			x := r.Lyapunov(a)
			got = values(t, g, in, r.MatMul(r), spd, r.MatMul(x).Add(x.MatMul(r)), a.Add(a.Transpose()).Scale(0.5))
			requireClose(t, got[1], got[0], tol, "R·R and A, n = %d, %v", n, d)
			requireClose(t, got[3], got[2], 10*tol, "R·X + X·R and C, n = %d, %v", n, d)
		}
	}
}

// Only the symmetric part counts.
func TestCholeskyOfWhatIsNotSymmetric(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a := g.Input("a", graph.Float64, 2, 2)
	got := values(t, g, []*tensor.Dense{matrix(2, 2, 4, 3, 1, 5)}, a.Cholesky())
	assert.Equal(t, []float64{2, 0, 1, 2}, got[0])
}

// A semidefinite matrix has a root, whose gradient leaves out what has none.
func TestSymmetricRootOfSingularMatrices(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a := g.Input("a", graph.Float64, 3, 3)
	root := a.SymmetricRoot()
	grad := root.Lyapunov(a.Like(1))
	got := values(t, g, []*tensor.Dense{matrix(3, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0)}, root, grad)
	requireClose(t, []float64{2, 0, 0, 0, 0, 0, 0, 0, 0}, got[0], 1e-15, "root")
	requireClose(t, []float64{0.25, 0.5, 0.5, 0.5, 0, 0, 0.5, 0, 0}, got[1], 1e-15, "gradient")
	got = values(t, g, []*tensor.Dense{matrix(3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1)}, root.MatMul(root))
	requireClose(t, []float64{1, 1, 1, 1, 1, 1, 1, 1, 1}, got[0], 1e-14, "of rank 1")
}

// Matrices that cannot be solved or factored are errors of the run, with op, layer and condition.
func TestLinalgErrors(t *testing.T) {
	t.Parallel()
	end := func(f func(x *graph.Node) *graph.Node) func(a *tensor.Dense) error {
		return func(a *tensor.Dense) error {
			g := graph.New()
			defer g.Scope("ridge")()
			x := g.Input("a", graph.DTypeOf(a), a.Shape()...)
			_, err := compile(t, g, f(x)).Run(a)
			return err
		}
	}
	solve := end(func(x *graph.Node) *graph.Node { return x.Solve(x) })
	chol := end((*graph.Node).Cholesky)
	root := end((*graph.Node).SymmetricRoot)
	both := opsamples.Tensor(graph.Float32, []int{2, 2, 2}, []float64{1, 0, 0, 1, 1, 2, 2, 4})
	for _, c := range []struct {
		err  error
		says string
	}{
		{solve(matrix(2, 2, 1, 2, 2, 4)), "graph: Run: ridge: Solve: value out of its domain: the matrix is singular: its condition number is +Inf"},
		{solve(matrix(2, 2, 1, 1, 1, 1+1e-16)), "the matrix is singular: its condition number is"},
		{solve(matrix(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9+1e-15)), "the matrix is singular: its condition number is"},
		{solve(both), "ridge: Solve: matrix 1 of 2: value out of its domain: the matrix is singular"},
		{solve(matrix(2, 2, 0, 0, 0, 0)), "the matrix is singular: its condition number is +Inf"},
		{solve(matrix(2, 2, 1, math.NaN(), 0, 1)), "the matrix has elements that are not finite"},
		{chol(matrix(2, 2, 1, 2, 2, 1)), "graph: Run: ridge: Cholesky: value out of its domain: the matrix is not positive definite: its condition number is 3"},
		{chol(matrix(2, 2, -1, 0, 0, 1)), "the matrix is not positive definite: its condition number is 1"},
		{chol(matrix(2, 2, 0, 0, 0, 0)), "the matrix is not positive definite: its condition number is +Inf"},
		{chol(matrix(2, 2, math.Inf(1), 0, 0, 1)), "the matrix has elements that are not finite"},
		{root(matrix(2, 2, 1, 2, 2, 1)), "graph: Run: ridge: SymmetricRoot: value out of its domain: the matrix is not positive semidefinite: its least eigenvalue is -1, its largest 3"},
		{root(matrix(2, 2, 1, math.NaN(), 0, 1)), "SymmetricRoot: value out of its domain: the matrix has elements that are not finite"},
		{chol(both), "Cholesky: matrix 1 of 2: value out of its domain: the matrix is not positive definite"},
	} {
		require.ErrorIs(t, c.err, graph.ErrValue)
		assert.ErrorContains(t, c.err, c.says)
	}
	assert.NoError(t, solve(matrix(2, 2, 1, 0, 0, 1e-12)), "badly conditioned is not singular")
}

// A program goes on after a matrix it could not solve, and one of its batches does not disturb another.
func TestSolveAfterAnError(t *testing.T) {
	t.Parallel()
	g := graph.New()
	a := g.Input("a", graph.Float64, 2, 2)
	p := compile(t, g, a.Solve(g.Values(graph.Float64, []float64{2, 4}, 2)))
	_, err := p.Run(matrix(2, 2, 0, 0, 0, 0))
	require.Error(t, err)
	assert.Equal(t, []float64{1, 1}, run(t, p, matrix(2, 2, 2, 0, 0, 4))[0])
}
