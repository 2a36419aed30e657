package graph

import (
	"fmt"

	"github.com/spikegraph/spikegraph/internal/kernel"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// choleskyOp factors the symmetric part of matrices in the last two axes.
type choleskyOp struct{}

func (choleskyOp) String() string { return "Cholesky" }

func (choleskyOp) Infer(in []Type) (Type, error) {
	s := in[0].Shape
	if !in[0].DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: want floats; Cast first", ErrDType)
	}
	if len(s) < 2 || s[len(s)-1] != s[len(s)-2] {
		return Type{}, fmt.Errorf("%w: want a square matrix", ErrShape)
	}
	return in[0], nil
}

// Grad: gA = ½ L⁻ᵀ (P + Pᵀ) L⁻¹ with P = Φ(Lᵀ gL), where Φ keeps the lower triangle and halves
// the diagonal: I. Murray, Differentiation of the Cholesky decomposition, arXiv:1602.07527 (2016),
// section 3. It is symmetric, as the op reads the symmetric part of its input.
func (choleskyOp) Grad(l, gl *Node) []*Node {
	p := matMul(l, gl.Tril(0), true, false)
	s := p.Tril(-1).Add(p.Tril(0).swapLast()) // P + Pᵀ
	z := apply(solveOp{true}, l, s)
	return []*Node{apply(solveOp{true}, l, z.swapLast()).Scale(0.5)}
}

func (choleskyOp) attrs() Attrs { return Attrs{Name: "Cholesky"} }

// swapLast transposes the last two axes.
func (x *Node) swapLast() *Node {
	if !x.Valid() {
		return x
	}
	r := len(x.typ.Shape)
	perm := upTo(r)
	perm[r-2], perm[r-1] = r-1, r-2
	return x.Transpose(perm...)
}

func (choleskyOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return choleskyKernel[float64](n)
	}
	return choleskyKernel[float32](n)
}

func choleskyKernel[T float32 | float64](l *Node) evalFunc {
	rank := len(l.typ.Shape)
	n, batch := l.typ.Shape[rank-1], l.typ.Shape[:rank-2].Size()
	sys := newSystem(n, 0)
	return func(c *call) error {
		a, out := kernel.View[T](c.in[0]), kernel.View[T](c.out[0])
		for i := range batch {
			if err := cholesky(sys, out[i*n*n:(i+1)*n*n], a[i*n*n:(i+1)*n*n]); err != nil {
				return ofBatch(err, i, batch)
			}
		}
		return nil
	}
}

// cholesky writes the lower factor of the symmetric part of a to out, zeros above.
func cholesky[T float32 | float64](sys *system, out, a []T) error {
	n, s := sys.a.Rows, sys.a.Data
	if n == 0 {
		return nil
	}
	symmetrize(s, a, n)
	if _, err := sys.norm(); err != nil {
		return err
	}
	_, ok := lapack64.Potrf(blas64.Symmetric{N: n, Stride: n, Data: s, Uplo: blas.Lower})
	if !ok {
		symmetrize(s, a, n)
		cond, err := sys.condition()
		if err == nil {
			err = fmt.Errorf("%w: the matrix is not positive definite: its condition number is %.3g", ErrValue, cond)
		}
		return err
	}
	for i := range n {
		for j := range n {
			out[i*n+j] = 0
			if j <= i {
				out[i*n+j] = T(s[i*n+j])
			}
		}
	}
	return nil
}

// symmetrize sets s to (a + aᵀ)/2.
func symmetrize[T float32 | float64](s []float64, a []T, n int) {
	for i := range n {
		for j := range n {
			s[i*n+j] = (float64(a[i*n+j]) + float64(a[j*n+i])) / 2
		}
	}
}

// Cholesky returns the lower triangular L with L·Lᵀ = x and a positive diagonal, for symmetric
// positive definite matrices x [... n n]; of matrices that are not symmetric it takes the
// symmetric part (x + xᵀ)/2. It computes in float64. A matrix that is not positive definite is an
// error when the program runs, which gives its condition number.
func (x *Node) Cholesky() *Node { return apply(choleskyOp{}, x) }
