package graph

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/spikegraph/spikegraph/internal/kernel"
)

// packBitsOp stores as bits which elements of Bools or floats are not 0: along the last axis, 64 to two
// Int32, what is left over in two of its own.
type packBitsOp struct{}

// expandBitsOp is its reverse, for so many columns.
type expandBitsOp struct{ cols int }

func (packBitsOp) String() string     { return "PackBits" }
func (o expandBitsOp) String() string { return fmt.Sprintf("ExpandBits[%d]", o.cols) }

// packedCols is the number of Int32 that hold so many bits.
func packedCols(cols int) int { return 2 * ((cols + wordBits - 1) / wordBits) }

// packedType returns the type in which rows of so many bits are stored, all axes but the last being
// those of s.
func packedType(s Shape, cols int) Type {
	s = slices.Clone(s)
	if len(s) > 0 {
		s[len(s)-1] = packedCols(cols)
	}
	return Type{Int32, s}
}

func (packBitsOp) Infer(in []Type) (Type, error) {
	s := in[0].Shape
	if in[0].DType != Bool && !in[0].DType.IsFloat() || len(s) == 0 {
		return Type{}, fmt.Errorf("%w: want Bools or floats with an axis, not %v", ErrDType, in[0])
	}
	return packedType(s, s[len(s)-1]), nil
}

func (o expandBitsOp) Infer(in []Type) (Type, error) {
	if len(in[0].Shape) == 0 || !in[0].Equal(packedType(in[0].Shape, o.cols)) {
		return Type{}, fmt.Errorf("%w: %v do not hold %d bits a row", ErrShape, in[0], o.cols)
	}
	s := slices.Clone(in[0].Shape)
	s[len(s)-1] = o.cols
	return Type{Bool, s}, nil
}

func (packBitsOp) Grad(_, _ *Node) []*Node   { panic("graph: bits are not differentiated") }
func (expandBitsOp) Grad(_, _ *Node) []*Node { panic("graph: bits are not differentiated") }
func (packBitsOp) attrs() Attrs              { return Attrs{Name: "PackBits"} }
func (o expandBitsOp) attrs() Attrs          { return Attrs{Name: "ExpandBits", Index: o.cols} }

func (packBitsOp) kernel(n *Node) evalFunc {
	t := n.in[0].typ
	p := &bitPacking{of: t.DType, cols: t.Shape.last()}
	p.rows = t.Shape.Size() / max(1, p.cols)
	return func(c *call) error {
		p.dst, p.x = wordsOf(c.out[0]), c.in[0]
		p.parts = min(c.pool.Workers(), 1+p.rows*p.cols/packGrain)
		c.pool.Do(p.parts, p)
		return nil
	}
}

// bitPacking is the task of packing rows.
type bitPacking struct {
	of         DType
	rows, cols int
	parts      int
	dst        []uint64
	x          kernel.Buf
}

// packGrain is the number of elements from which another worker is woken.
const packGrain = 1 << 18

// Part packs the i-th share of the rows.
func (p *bitPacking) Part(_, i int) {
	lo, hi := i*p.rows/p.parts, (i+1)*p.rows/p.parts
	words := wordsOfCols(p.cols)
	dst, from, to := p.dst[lo*words:hi*words], lo*p.cols, hi*p.cols
	switch p.of {
	case Bool:
		kernel.PackBools(dst, words, p.x.Bool()[from:to], hi-lo, p.cols)
	case Float32:
		kernel.PackBitRows(dst, p.x.F32()[from:to], hi-lo, p.cols)
	default:
		kernel.PackBitRows(dst, p.x.F64()[from:to], hi-lo, p.cols)
	}
}

func (o expandBitsOp) kernel(n *Node) evalFunc {
	words := packedCols(o.cols) / 2
	return func(c *call) error {
		from, to := wordsOf(c.in[0]), c.out[0].Bool()
		for len(to) > 0 {
			expandBools(to[:o.cols], from)
			from, to = from[words:], to[o.cols:]
		}
		return nil
	}
}

// wordsOf sees pairs of Int32 as words of bits. The memory begins at a multiple of eight bytes.
func wordsOf(b kernel.Buf) []uint64 { return unsafe.Slice((*uint64)(b.P), b.N/2) }

// expandBools writes a Bool for each bit.
func expandBools(dst []bool, src []uint64) {
	const ones, places = 0x0101010101010101, 0x8040201008040201
	i := 0
	for ; i+8 <= len(dst); i += 8 {
		// Each byte keeps the bit of its place; 0x7f more reaches the top where there is one.
		b := src[i/wordBits] >> (i % wordBits) & 0xff
		*(*uint64)(unsafe.Pointer(&dst[i])) = (b*ones&places + 0x7f*ones) >> 7 & ones
	}
	for ; i < len(dst); i++ {
		dst[i] = src[i/wordBits]>>(i%wordBits)&1 == 1
	}
}
