package kernel

import "unsafe"

// A tileCode is the assembly for one shape of tile; strides are in bytes, and lanes is the number of
// elements in the last vector, for shapes at the edge.
type tileCode[T Float] func(k int, a *T, rs, cs int, b *T, bs int, c *T, ldc, lanes int, add bool)

// A panelCode is the assembly for a whole tile with contiguous columns of A. It asks for a line of C after
// every panelSteps products, and sums up no fewer than it takes to ask for all of them.
type panelCode[T Float] func(k int, a *T, cs int, b *T, bs int, c *T, ldc int, add bool)

// panelSteps is the number of rows of B that a panelCode takes in a round.
const panelSteps = 4

// vectorTiles is the assembly for tiles of an instruction set.
type vectorTiles[T Float] struct {
	mr, nr, lanes int
	whole         tileCode[T]
	panel         panelCode[T]
	edge          []edgeTiles[T] // tallest first, the last of one row
	copyWhole     copyCode[T]    // of nr columns
	copyEdge      []copyCode[T]  // of 1, 2, … vectors
	transpose     transposeCode[T]
	turn          turnCode[T]
}

// edgeTiles are tiles of some rows and 1, 2, … vectors.
type edgeTiles[T Float] struct {
	rows int
	code []tileCode[T]
}

// A copyCode copies rows of some vectors, the last of lanes elements.
type copyCode[T Float] func(rows int, src *T, lds int, dst *T, ldd, lanes int)

// A transposeCode transposes squares of 32 bytes by as many rows that lie side by side.
type transposeCode[T Float] func(squares int, src *T, lds int, dst *T, ldd int)

// A turnCode turns squares of 32 bytes by as many rows that lie side by side, of which it writes or adds the
// first lanes columns.
type turnCode[T Float] func(squares int, src *T, lds int, dst *T, ldd, lanes int, add bool)

var tilesAVX512F32 = vectorTiles[float32]{
	8, 48, 16, gemm8x3F32AVX512, gemmPanel8x3F32AVX512, []edgeTiles[float32]{
		{8, []tileCode[float32]{gemmEdge8x1F32AVX512, gemmEdge8x2F32AVX512, gemmEdge8x3F32AVX512}},
		{4, []tileCode[float32]{gemmEdge4x1F32AVX512, gemmEdge4x2F32AVX512, gemmEdge4x3F32AVX512}},
		{2, []tileCode[float32]{gemmEdge2x1F32AVX512, gemmEdge2x2F32AVX512, gemmEdge2x3F32AVX512}},
		{1, []tileCode[float32]{gemmEdge1x1F32AVX512, gemmEdge1x2F32AVX512, gemmEdge1x3F32AVX512}},
	},
	copyRows3F32AVX512,
	[]copyCode[float32]{copyEdgeRows1F32AVX512, copyEdgeRows2F32AVX512, copyEdgeRows3F32AVX512},
	transposeF32AVX2,
	turnF32AVX2,
}

var tilesAVX512F64 = vectorTiles[float64]{
	8, 24, 8, gemm8x3F64AVX512, gemmPanel8x3F64AVX512, []edgeTiles[float64]{
		{8, []tileCode[float64]{gemmEdge8x1F64AVX512, gemmEdge8x2F64AVX512, gemmEdge8x3F64AVX512}},
		{4, []tileCode[float64]{gemmEdge4x1F64AVX512, gemmEdge4x2F64AVX512, gemmEdge4x3F64AVX512}},
		{2, []tileCode[float64]{gemmEdge2x1F64AVX512, gemmEdge2x2F64AVX512, gemmEdge2x3F64AVX512}},
		{1, []tileCode[float64]{gemmEdge1x1F64AVX512, gemmEdge1x2F64AVX512, gemmEdge1x3F64AVX512}},
	},
	copyRows3F64AVX512,
	[]copyCode[float64]{copyEdgeRows1F64AVX512, copyEdgeRows2F64AVX512, copyEdgeRows3F64AVX512},
	transposeF64AVX2,
	turnF64AVX2,
}

var tilesAVX2F32 = vectorTiles[float32]{
	6, 16, 8, gemm6x2F32AVX2, gemmPanel6x2F32AVX2, []edgeTiles[float32]{
		{4, []tileCode[float32]{gemmEdge4x1F32AVX2, gemmEdge4x2F32AVX2}},
		{2, []tileCode[float32]{gemmEdge2x1F32AVX2, gemmEdge2x2F32AVX2}},
		{1, []tileCode[float32]{gemmEdge1x1F32AVX2, gemmEdge1x2F32AVX2}},
	},
	copyRows2F32AVX2,
	[]copyCode[float32]{copyEdgeRows1F32AVX2, copyEdgeRows2F32AVX2},
	transposeF32AVX2,
	turnF32AVX2,
}

var tilesAVX2F64 = vectorTiles[float64]{
	6, 8, 4, gemm6x2F64AVX2, gemmPanel6x2F64AVX2, []edgeTiles[float64]{
		{4, []tileCode[float64]{gemmEdge4x1F64AVX2, gemmEdge4x2F64AVX2}},
		{2, []tileCode[float64]{gemmEdge2x1F64AVX2, gemmEdge2x2F64AVX2}},
		{1, []tileCode[float64]{gemmEdge1x1F64AVX2, gemmEdge1x2F64AVX2}},
	},
	copyRows2F64AVX2,
	[]copyCode[float64]{copyEdgeRows1F64AVX2, copyEdgeRows2F64AVX2},
	transposeF64AVX2,
	turnF64AVX2,
}

func (v *vectorTiles[T]) tiles() *tiles[T] {
	return &tiles[T]{
		mr: v.mr, nr: v.nr, tile: v.tile, copyRows: v.copyRows, transpose: v.transposed, turn: v.turned,
	}
}

// tile is the tileFunc of the instruction set.
func (v *vectorTiles[T]) tile(m, n, k int, a []T, rs, cs int, b []T, bs int, c []T, ldc int, add bool) {
	_, _, _ = a[(m-1)*rs+(k-1)*cs], b[(k-1)*bs+n-1], c[(m-1)*ldc+n-1]
	size := int(unsafe.Sizeof(a[0]))
	if m == v.mr && n == v.nr {
		if lines := v.mr * v.nr / v.lanes; rs == 1 && k >= lines*panelSteps {
			v.panel(k, &a[0], cs*size, &b[0], bs*size, &c[0], ldc*size, add)
			return
		}
		v.whole(k, &a[0], rs*size, cs*size, &b[0], bs*size, &c[0], ldc*size, 0, add)
		return
	}
	vectors := (n - 1) / v.lanes // but the last
	lanes := n - vectors*v.lanes
	i := 0
	for _, e := range v.edge {
		for ; m-i >= e.rows; i += e.rows {
			e.code[vectors](k, &a[i*rs], rs*size, cs*size, &b[0], bs*size, &c[i*ldc], ldc*size, lanes, add)
		}
	}
}

// copyRows is the copyRows of tiles.
func (v *vectorTiles[T]) copyRows(rows, cols int, src []T, lds int, dst []T, ldd int) {
	vectors := (cols - 1) / v.lanes // but the last
	_, _ = src[(rows-1)*lds+cols-1], dst[(rows-1)*ldd+cols-1]
	size := int(unsafe.Sizeof(src[0]))
	if cols == v.nr {
		v.copyWhole(rows, &src[0], lds*size, &dst[0], ldd*size, 0)
		return
	}
	v.copyEdge[vectors](rows, &src[0], lds*size, &dst[0], ldd*size, cols-vectors*v.lanes)
}

// transposed transposes whole squares by assembly and what is left by Go.
func (v *vectorTiles[T]) transposed(rows, cols int, src []T, lds int, dst []T, ldd int) {
	const squaresAtOnce = 256 // between two points at which the goroutine can be stopped
	size := int(unsafe.Sizeof(src[0]))
	side := 32 / size
	squares := cols / side
	whole, i, done := squares*side, 0, 0
	for ; squares > 0 && i+side <= rows; i += side {
		_, _ = src[(i+side-1)*lds+whole-1], dst[(whole-1)*ldd+i+side-1]
		for s := 0; s < squares; s += squaresAtOnce {
			n := min(squaresAtOnce, squares-s)
			v.transpose(n, &src[i*lds+s*side], lds*size, &dst[s*side*ldd+i], ldd*size)
			if done += n; done >= squaresAtOnce {
				stopPoint()
				done = 0
			}
		}
	}
	if whole < cols && i > 0 {
		transposeGo(i, cols-whole, src[whole:], lds, dst[whole*ldd:], ldd)
	}
	if i < rows {
		transposeGo(rows-i, cols, src[i*lds:], lds, dst[i:], ldd)
	}
}

// turned is the turn of tiles: whole squares by assembly, and what is left by Go.
func (v *vectorTiles[T]) turned(rows, cols int, src []T, lds int, dst []T, ldd int, add bool) {
	size := int(unsafe.Sizeof(src[0]))
	side := 32 / size
	squares := cols / side
	_, _ = src[(roundUp(rows, side)-1)*lds+cols-1], dst[(cols-1)*ldd+rows-1]
	for i := 0; squares > 0 && i < rows; i += side {
		v.turn(squares, &src[i*lds], lds*size, &dst[i], ldd*size, min(side, rows-i), add)
	}
	for j := squares * side; j < cols; j++ {
		row := dst[j*ldd:][:rows]
		for i := range row {
			x := src[i*lds+j]
			if add {
				x += row[i]
			}
			row[i] = x
		}
	}
}
