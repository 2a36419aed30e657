package graph

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// matMulOp multiplies matrices in the last two axes; axes in front are batches, broadcast.
type matMulOp struct {
	ta, tb bool // which factor is transposed
	spikes bool // whether a is binary: set by the compiler
	bits   int  // columns of a where it is stored as bits, else 0
}

func (o matMulOp) String() string {
	s := "MatMul" + map[[2]bool]string{{true, false}: "[aᵀ]", {false, true}: "[bᵀ]", {true, true}: "[aᵀ bᵀ]"}[[2]bool{o.ta, o.tb}]
	if o.spikes {
		s = "Spike" + s
	}
	if o.bits > 0 {
		s += " of bits"
	}
	return s
}

// sizes returns rows, columns and the inner extent of the product.
func (o matMulOp) sizes(a, b Shape) (m, n, k, kb int) {
	m, k = a[len(a)-2], a[len(a)-1]
	if o.bits > 0 {
		k = o.bits
	}
	if o.ta {
		m, k = k, m
	}
	kb, n = b[len(b)-2], b[len(b)-1]
	if o.tb {
		kb, n = n, kb
	}
	return m, n, k, kb
}

func (o matMulOp) Infer(in []Type) (Type, error) {
	a, b := in[0], in[1]
	if o.bits > 0 {
		if !a.Equal(packedType(a.Shape, o.bits)) {
			return Type{}, fmt.Errorf("%w: %v do not hold %d bits a row", ErrShape, a, o.bits)
		}
		a.DType = Bool
	}
	if o.spikes && a.DType == Bool && b.DType.IsFloat() {
		a.DType = b.DType
	}
	if a.DType != b.DType || !a.DType.IsFloat() {
		return Type{}, fmt.Errorf("%w: %v and %v, want the same float type; Cast one of them", ErrDType, a.DType, b.DType)
	}
	if len(a.Shape) < 2 || len(b.Shape) < 2 {
		return Type{}, fmt.Errorf("%w: want matrices", ErrShape)
	}
	m, n, k, kb := o.sizes(a.Shape, b.Shape)
	if k != kb {
		return Type{}, fmt.Errorf("%w: the inner extents are %d and %d", ErrShape, k, kb)
	}
	s, err := broadcast(a.Shape[:len(a.Shape)-2], b.Shape[:len(b.Shape)-2])
	return Type{a.DType, append(s, m, n)}, err
}

func (o matMulOp) Grad(n, gy *Node) []*Node {
	a, b := n.in[0], n.in[1]
	var ga, gb *Node
	switch {
	case !o.ta && !o.tb:
		ga, gb = matMul(gy, b, false, true), matMul(a, gy, true, false)
	case !o.ta && o.tb:
		ga, gb = matMul(gy, b, false, false), matMul(gy, a, true, false)
	case o.ta && !o.tb:
		ga, gb = matMul(b, gy, false, true), matMul(a, gy, false, false)
	default:
		ga, gb = matMul(b, gy, true, true), matMul(gy, a, true, true)
	}
	return []*Node{ga.sumTo(a.typ.Shape), gb.sumTo(b.typ.Shape)}
}

func (o matMulOp) attrs() Attrs { return Attrs{Name: "MatMul", TransA: o.ta, TransB: o.tb} }

func (o matMulOp) kernel(n *Node) evalFunc {
	if n.typ.DType == Float64 {
		return gemmKernel[float64](n, o, n.in[0], n.in[1])
	}
	return gemmKernel[float32](n, o, n.in[0], n.in[1])
}

// gemmKernel computes the product of a and b.
func gemmKernel[T float32 | float64](n *Node, o matMulOp, a, b *Node) evalFunc {
	if o.spikes {
		return spikeKernel[T](o, a, b)
	}
	as, bs := a.typ.Shape, b.typ.Shape
	m, cols, k, _ := o.sizes(as, bs)
	lda, ldb := as[len(as)-1], bs[len(bs)-1]
	batch := n.typ.Shape[:len(n.typ.Shape)-2]
	if b.keptPacked(n) {
		return packedKernel[T](o, m, cols, k, lda, ldb)
	}
	offA, offB := batchOffsets(as, batch), batchOffsets(bs, batch)
	if o.isRow(as) {
		return func(c *call) error {
			x, y, z := kernel.View[T](c.in[0]), kernel.View[T](c.in[1]), kernel.View[T](c.out[0])
			for i := range offA {
				kernel.RowGemm(c.pool, cols, k, x[offA[i]:], y[offB[i]:], ldb, false, z[i*cols:])
			}
			return nil
		}
	}
	return func(c *call) error {
		x, y, z := kernel.View[T](c.in[0]), kernel.View[T](c.in[1]), kernel.View[T](c.out[0])
		for i := range offA {
			kernel.GemmParallel(c.pool, o.ta, o.tb, m, cols, k, x[offA[i]:], lda, y[offB[i]:], ldb, 0, z[i*m*cols:], cols)
		}
		return nil
	}
}

// isRow reports whether a product whose left factor is of shape a is one of a row and a matrix.
func (o matMulOp) isRow(a Shape) bool {
	m, _, _, _ := o.sizes(a, a)
	return m == 1 && !o.tb && !o.spikes
}

// packRows is the number of rows from which it pays to keep a factor packed.
const packRows = 8

// capturedByLoop reports whether x is a value from outside of the loop whose body it is in: it stays
// what it is from step to step.
func (x *Node) capturedByLoop() bool {
	a, ok := x.op.(argOp)
	return ok && a.role == roleCapture && x.g.loop
}

// keptPacked reports whether x, the right factor of the product n, is packed once for all steps of a loop.
func (x *Node) keptPacked(n *Node) bool {
	return x.capturedByLoop() && len(x.typ.Shape) == 2 && len(n.typ.Shape) == 2 && n.typ.Shape[0] >= packRows
}

// packedKernel is for a right factor that stays the same in all steps of a loop: it is brought into
// the form that the product works on once, when the loop begins.
func packedKernel[T float32 | float64](o matMulOp, m, n, k, lda, ldb int) evalFunc {
	kept := newKeptFactor[T](o, n, k, ldb)
	return func(c *call) error {
		x, z := kernel.View[T](c.in[0]), kernel.View[T](c.out[0])
		kernel.GemmPackedParallel(c.pool, o.ta, m, x, lda, kept.of(c), 0, z, n)
		return nil
	}
}

// keptFactor is the right factor of a product, packed for as long as a loop runs.
type keptFactor[T float32 | float64] struct {
	o         matMulOp
	n, k, ldb int
	packed    *kernel.Packed[T]
	run       int
}

func newKeptFactor[T float32 | float64](o matMulOp, n, k, ldb int) *keptFactor[T] {
	return &keptFactor[T]{o: o, n: n, k: k, ldb: ldb, run: -1}
}

// of returns the factor of the call.
func (f *keptFactor[T]) of(c *call) *kernel.Packed[T] {
	if f.run != c.env.loops {
		f.run = c.env.loops
		f.packed = kernel.PackB(f.packed, f.o.tb, f.k, f.n, kernel.View[T](c.in[1]), f.ldb)
	}
	return f.packed
}

// batchOffsets returns where in a value of shape s the matrix of each batch begins.
func batchOffsets(s, batch Shape) []int {
	st := broadcastStrides(s, append(slices.Clone(batch), s[len(s)-2:]...))
	offs := make([]int, batch.Size())
	at := make([]int, len(batch))
	for i := range offs {
		for j, p := range at {
			offs[i] += p * st[j]
		}
		for j := len(at) - 1; j >= 0; j-- {
			if at[j]++; at[j] < batch[j] {
				break
			}
			at[j] = 0
		}
	}
	return offs
}

func matMul(a, b *Node, ta, tb bool) *Node { return apply(matMulOp{ta: ta, tb: tb}, a, b) }

// MatMul returns the matrix product over the last axis of a and the last but one of b. Axes in
// front are batches and broadcast; a vector counts as a row on the left and a column on the right,
// and its axis disappears.
func (a *Node) MatMul(b *Node) *Node {
	if !a.Valid() || !b.Valid() {
		return matMul(a, b, false, false)
	}
	switch ra, rb := len(a.typ.Shape), len(b.typ.Shape); {
	case ra == 1 && rb == 1:
		return a.Unsqueeze(0).MatMul(b.Unsqueeze(1)).Reshape()
	case ra == 1 && rb > 1:
		return squeezeAxis(a.Unsqueeze(0).MatMul(b), -2)
	case rb == 1 && ra > 1:
		return squeezeAxis(a.MatMul(b.Unsqueeze(1)), -1)
	case rb == 2 && ra > 2: // one product over all rows
		s := slices.Clone(a.typ.Shape)
		y := matMul(a.Flatten(0, -2), b, false, false)
		if !y.Valid() {
			return y
		}
		s[ra-1] = y.typ.Shape[1]
		return y.Reshape(s...)
	}
	return matMul(a, b, false, false)
}

func squeezeAxis(x *Node, axis int) *Node {
	if !x.Valid() {
		return x
	}
	return x.Squeeze(axis)
}
