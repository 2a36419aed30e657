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

// solveOp solves A X = B, or Aᵀ X = B, for matrices in the last two axes.
type solveOp struct{ trans bool }

func (o solveOp) String() string {
	if o.trans {
		return "Solve[aᵀ]"
	}
	return "Solve"
}

func (o solveOp) Infer(in []Type) (Type, error) {
	a, b := in[0], in[1]
	if a.DType != b.DType || !a.DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: %v and %v, want the same float type; Cast one of them", ErrDType, a.DType, b.DType)
	}
	ra, rb := len(a.Shape), len(b.Shape)
	if ra < 2 || a.Shape[ra-1] != a.Shape[ra-2] {
		return Type{}, fmt.Errorf("%w: want a square matrix on the left", ErrShape)
	}
	if rb < 2 || b.Shape[rb-2] != a.Shape[ra-1] {
		return Type{}, fmt.Errorf("%w: want %d rows on the right", ErrShape, a.Shape[ra-1])
	}
	s, err := broadcast(a.Shape[:ra-2], b.Shape[:rb-2])
	return Type{a.DType, append(s, b.Shape[rb-2:]...)}, err
}

// Grad: with A X = B, dX = A⁻¹(dB - dA X), so gB = A⁻ᵀ gX and gA = -gB Xᵀ; for Aᵀ X = B the same
// with A and its gradient transposed.
func (o solveOp) Grad(x, gx *Node) []*Node {
	a, b := x.in[0], x.in[1]
	gb := apply(solveOp{!o.trans}, a, gx)
	ga := matMul(gb, x, false, true)
	if o.trans {
		ga = matMul(x, gb, false, true)
	}
	return []*Node{ga.Neg().sumTo(a.typ.Shape), gb.sumTo(b.typ.Shape)}
}

func (o solveOp) attrs() Attrs { return Attrs{Name: "Solve", TransA: o.trans} }

func (o solveOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return solveKernel[float64](n, o)
	}
	return solveKernel[float32](n, o)
}

func solveKernel[T float32 | float64](x *Node, o solveOp) evalFunc {
	as, bs, rank := x.in[0].typ.Shape, x.in[1].typ.Shape, len(x.typ.Shape)
	rows, cols := x.typ.Shape[rank-2], x.typ.Shape[rank-1]
	batch := x.typ.Shape[:rank-2]
	offA, offB := batchOffsets(as, batch), batchOffsets(bs, batch)
	sys := newSystem(rows, cols)
	side := blas.NoTrans
	if o.trans {
		side = blas.Trans
	}
	return func(c *call) error {
		if rows*cols == 0 {
			return nil
		}
		a, b, out := kernel.View[T](c.in[0]), kernel.View[T](c.in[1]), kernel.View[T](c.out[0])
		for i := range offA {
			convertTo(sys.a.Data, a[offA[i]:])
			if err := sys.factor(); err != nil {
				return ofBatch(err, i, len(offA))
			}
			convertTo(sys.b.Data, b[offB[i]:])
			lapack64.Getrs(side, sys.a, sys.b, sys.pivots)
			convertTo(out[i*rows*cols:(i+1)*rows*cols], sys.b.Data)
		}
		return nil
	}
}

// convertTo fills dst with the first numbers of src.
func convertTo[D, S float32 | float64](dst []D, src []S) {
	for i := range dst {
		dst[i] = D(src[i])
	}
}

// ofBatch says which of several matrices err is about.
func ofBatch(err error, i, n int) error {
	if n == 1 {
		return err
	}
	return fmt.Errorf("matrix %d of %d: %w", i, n, err)
}

// system is the memory in which one linear system is solved.
type system struct {
	a, b          blas64.General
	pivots, iwork []int
	work          []float64
}

func newSystem(n, cols int) *system {
	general := func(r, c int) blas64.General {
		return blas64.General{Rows: r, Cols: c, Stride: max(c, 1), Data: make([]float64, r*c)}
	}
	return &system{general(n, n), general(n, cols), make([]int, n), make([]int, n), make([]float64, 4*n)}
}

// worstCondition is the condition number from which not one digit of a solution is right.
const worstCondition = 1 / 0x1p-52

// factor replaces a by its LU factors; the error gives its condition number in the 1-norm.
func (s *system) factor() error {
	cond, err := s.condition()
	if err == nil && !(cond < worstCondition) {
		err = fmt.Errorf("%w: the matrix is singular: its condition number is %.3g", ErrValue, cond)
	}
	return err
}

// norm returns the 1-norm of a; one that is not finite is an error.
func (s *system) norm() (float64, error) {
	norm := lapack64.Lange(lapack.MaxColumnSum, s.a, s.work)
	if norm-norm != 0 {
		return 0, fmt.Errorf("%w: the matrix has elements that are not finite", ErrValue)
	}
	return norm, nil
}

// condition replaces a by its LU factors and returns its condition number in the 1-norm.
func (s *system) condition() (float64, error) {
	norm, err := s.norm()
	if err != nil {
		return 0, err
	}
	if !lapack64.Getrf(s.a, s.pivots) {
		return math.Inf(1), nil
	}
	return 1 / lapack64.Gecon(lapack.MaxColumnSum, s.a, norm, s.work, s.iwork), nil
}

// Solve returns x with a·x = b, for a [n n] and b [n m], or b [n] which gives x [n]. Axes in front
// are batches and broadcast; a b with batches has its columns as a last axis. It computes in
// float64 by LU factors. A matrix that is singular to working precision is an error when the
// program runs, which gives its condition number.
func (a *Node) Solve(b *Node) *Node {
	if a.Valid() && b.Valid() && len(b.typ.Shape) == 1 {
		return squeezeAxis(apply(solveOp{}, a, b.Unsqueeze(1)), -1)
	}
	return apply(solveOp{}, a, b)
}
