package graph

import (
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/internal/kernel"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// rootOp takes the symmetric root of the symmetric part of matrices in the last two axes.
type rootOp struct{}

func (rootOp) String() string                { return "SymmetricRoot" }
func (rootOp) Infer(in []Type) (Type, error) { return choleskyOp{}.Infer(in) }
func (rootOp) attrs() Attrs                  { return Attrs{Name: "SymmetricRoot"} }

// Grad: with R·R = A, R·dR + dR·R = dA, and the map from dA to dR is its own adjoint.
func (rootOp) Grad(r, gr *Node) []*Node { return []*Node{r.Lyapunov(gr)} }

func (rootOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return rootKernel[float64](n)
	}
	return rootKernel[float32](n)
}

// lyapunovOp solves R·X + X·R = C for the symmetric parts of R and C.
type lyapunovOp struct{}

func (lyapunovOp) String() string { return "Lyapunov" }
func (lyapunovOp) attrs() Attrs   { return Attrs{Name: "Lyapunov"} }

func (lyapunovOp) Infer(in []Type) (Type, error) {
	if !in[0].Equal(in[1]) {
		return Type{}, fmt.Errorf("%w: %v and %v, want the same", ErrShape, in[0], in[1])
	}
	return choleskyOp{}.Infer(in)
}

// Grad: R·dX + dX·R = dC - dR·X - X·dR, and the map from the right side to dX is its own adjoint: gC solves
// the equation for gX, and gR = -(gC·X + X·gC).
func (lyapunovOp) Grad(x, gx *Node) []*Node {
	gc := x.in[0].Lyapunov(gx)
	p := matMul(gc, x, false, false)
	return []*Node{p.Add(p.swapLast()).Neg(), gc}
}

func (lyapunovOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return lyapunovKernel[float64](n)
	}
	return lyapunovKernel[float32](n)
}

// eigen is the memory in which a symmetric matrix is decomposed as V·diag(w)·Vᵀ.
type eigen struct {
	n          int
	v, t, u    blas64.General // V, and two products
	w, work    []float64
	resolution float64 // of what the elements are rounded to
}

func newEigen(n int, d DType) *eigen {
	square := func() blas64.General {
		return blas64.General{Rows: n, Cols: n, Stride: max(1, n), Data: make([]float64, n*n)}
	}
	e := &eigen{n: n, v: square(), t: square(), u: square(), w: make([]float64, n), work: make([]float64, eigenWork(n)), resolution: 0x1p-52}
	if d == Float32 {
		e.resolution = 0x1p-23
	}
	return e
}

// eigenWork is what the decomposition takes beside the matrix.
func eigenWork(n int) int { return max(1, 34*n) }

// decompose takes in the symmetric part of a matrix.
func decompose[T float32 | float64](e *eigen, a []T) error {
	symmetrize(e.v.Data, a, e.n)
	for _, x := range e.v.Data {
		if x-x != 0 {
			return fmt.Errorf("%w: the matrix has elements that are not finite", ErrValue)
		}
	}
	s := blas64.Symmetric{N: e.n, Stride: e.v.Stride, Data: e.v.Data, Uplo: blas.Lower}
	if !lapack64.Syev(lapack.EVCompute, s, e.w, e.work, len(e.work)) {
		return fmt.Errorf("%w: the eigenvalues of the matrix were not found", ErrValue)
	}
	return nil
}

// rounding is what the eigenvalues may be off by.
func (e *eigen) rounding() float64 {
	return float64(e.n) * e.resolution * max(math.Abs(e.w[0]), math.Abs(e.w[e.n-1]))
}

// root leaves V·diag(√w)·Vᵀ in u.
func (e *eigen) root() error {
	if least := e.w[0]; least < -e.rounding() {
		return fmt.Errorf("%w: the matrix is not positive semidefinite: its least eigenvalue is %.3g, its largest %.3g", ErrValue, least, e.w[e.n-1])
	}
	for i := range e.n {
		for j, w := range e.w {
			e.t.Data[i*e.n+j] = e.v.Data[i*e.n+j] * math.Sqrt(math.Sqrt(max(0, w)))
		}
	}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, e.t, e.t, 0, e.u)
	return nil
}

// lyapunov leaves the solution for the right side that is in u there.
func (e *eigen) lyapunov() {
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, e.v, e.u, 0, e.t)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, e.t, e.v, 0, e.u)
	least := e.rounding()
	for i, wi := range e.w {
		for j, wj := range e.w {
			if s := wi + wj; math.Abs(s) > least {
				e.u.Data[i*e.n+j] /= s
			} else {
				e.u.Data[i*e.n+j] = 0
			}
		}
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, e.v, e.u, 0, e.t)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, e.t, e.v, 0, e.u)
}

// eigenKernel decomposes each matrix of the first input, and writes what then leaves u.
func eigenKernel[T float32 | float64](x *Node, then func(e *eigen, c *call, at int) error) evalFunc {
	rank := len(x.typ.Shape)
	n, batch := x.typ.Shape[rank-1], x.typ.Shape[:rank-2].Size()
	e := newEigen(n, x.typ.DType)
	return func(c *call) error {
		if n == 0 {
			return nil
		}
		a, out := kernel.View[T](c.in[0]), kernel.View[T](c.out[0])
		for i := range batch {
			at := i * n * n
			err := decompose(e, a[at:at+n*n])
			if err == nil {
				err = then(e, c, at)
			}
			if err != nil {
				return ofBatch(err, i, batch)
			}
			convertTo(out[at:at+n*n], e.u.Data)
		}
		return nil
	}
}

func rootKernel[T float32 | float64](x *Node) evalFunc {
	return eigenKernel[T](x, func(e *eigen, _ *call, _ int) error { return e.root() })
}

func lyapunovKernel[T float32 | float64](x *Node) evalFunc {
	return eigenKernel[T](x, func(e *eigen, c *call, at int) error {
		symmetrize(e.u.Data, kernel.View[T](c.in[1])[at:at+e.n*e.n], e.n)
		e.lyapunov()
		return nil
	})
}

// SymmetricRoot returns the symmetric positive semidefinite R with R·R = x, for symmetric positive
// semidefinite matrices x [... n n]; of matrices that are not symmetric it takes the symmetric part. It
// computes in float64, by eigenvalues (Higham, "Functions of Matrices", 2008, section 6.1). Those that are negative
// by rounding count as 0; a matrix with others is an error when the program runs, which names them. The
// gradient is that of Lyapunov.
func (x *Node) SymmetricRoot() *Node { return apply(rootOp{}, x) }

// Lyapunov returns the symmetric X with r·X + X·r = c, for symmetric r and c of one shape [... n n], of which
// it takes the symmetric parts. It computes in float64, by eigenvalues of r. Where two of them add up to zero to working
// precision, X has nothing along the pair of their vectors, which makes it the least of the solutions if there are any.
func (r *Node) Lyapunov(c *Node) *Node { return apply(lyapunovOp{}, r, c) }
