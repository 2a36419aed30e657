package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// held returns the bytes that a workspace has taken.
func (ws *Workspace) held() int {
	e := &ws.events32
	return 4*(cap(ws.f32.packA)+cap(ws.f32.packB)+cap(e.block)+cap(e.index)+cap(e.weights)) +
		8*(cap(e.words)+cap(e.line)+cap(e.ends))
}

// enough fails unless planned covers what is held, and is little more than it: what is taken is rounded to
// sizes of the allocator, and begins at a cache line.
func enough(t *testing.T, held, planned int, what string) {
	t.Helper()
	const line = 64
	assert.LessOrEqual(t, held, planned, what)
	assert.LessOrEqual(t, planned, held+held/8+2*line, what)
}

// What products are said to take is what they take: no less ever, and for some data no more.
func TestRoomIsTaken(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(31, 32))
	for i := range 30 {
		m, n, k := 1+r.IntN(200), 1+r.IntN(1200), 1+r.IntN(300)
		if i%5 == 0 {
			m = 600 + r.IntN(1000) // divided by rows
		}
		a, b, c := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
		for _, trans := range [][2]bool{{}, {true, false}, {false, true}, {true, true}} {
			lda, ldb := k, n
			if trans[0] {
				lda = m
			}
			if trans[1] {
				ldb = k
			}
			what := fmt.Sprint(trans, m, n, k)
			var ws, packed Workspace
			Gemm(&ws, trans[0], trans[1], m, n, k, a, lda, b, ldb, 0, c, n)
			enough(t, ws.held(), GemmRoom[float32](trans[0], trans[1], m, n, k).Bytes(), what)
			p := PackB(nil, trans[1], k, n, b, ldb)
			enough(t, 4*cap(p.panels), PackedBytes[float32](k, n), what)
			GemmPacked(&packed, trans[0], m, a, lda, p, 0, c, n)
			enough(t, packed.held(), GemmPackedRoom[float32](trans[0], m, n, k).Bytes(), what)
			pool := NewPool(3)
			pool.Close() // the caller does all parts
			GemmParallel(pool, trans[0], trans[1], m, n, k, a, lda, b, ldb, 0, c, n)
			most := 0
			for i := range pool.lent {
				most = max(most, pool.lent[i].held())
			}
			kept, lent := GemmParallelRoom[float32](3, trans[0], trans[1], m, n, k)
			enough(t, most, lent.Bytes(), what)
			enough(t, 4*cap(pool.factor32.panels), kept, what)
		}
	}
}

// The same of products that add rows: by words where the ones are many, by lists where they are few.
func TestEventRoomIsTaken(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(33, 34))
	for range 10 {
		m, n, k := 1+r.IntN(1200), 1+r.IntN(60), 1+r.IntN(3000)
		b, c := make([]float32, k*n), make([]float32, m*n)
		for _, trans := range []bool{false, true} {
			var ws Workspace
			for _, density := range []float64{0.02, 0.5} {
				rows, cols := m, k
				if trans {
					rows, cols = k, m
				}
				ld := roundUp(cols, wordBits) / wordBits
				bits := make([]uint64, rows*ld)
				for i := range bits {
					for bit := range wordBits {
						if r.Float64() < density {
							bits[i] |= 1 << bit
						}
					}
				}
				if trans {
					EventGemmBitsTN(&ws, m, n, k, bits, ld, b, n, 0, c, n)
				} else {
					EventGemmBits(&ws, m, n, k, bits, ld, b, n, 0, c, n)
				}
			}
			enough(t, ws.held(), EventRoom[float32](trans, m, n, k).Bytes(), fmt.Sprint(trans, m, n, k))
		}
	}
}

// held returns the bytes that a convolution of numbers keeps.
func (c *Conv[T]) held() (n int) {
	for i := range c.scratch {
		n += 4 * cap(c.scratch[i])
	}
	for _, p := range c.packed {
		n += 4 * cap(p.panels)
	}
	for _, r := range c.rows {
		n += 8 * cap(r)
	}
	return n + 4*cap(c.partial) + 8*cap(c.bits)
}

// And of convolutions and their derivatives, dense and sparse.
func TestConvRoomIsTaken(t *testing.T) {
	t.Parallel()
	for name, s := range convBench {
		s.Batch = 3
		x64, w64, gy64 := s.operands(rand.New(rand.NewPCG(5, 6)), 0.1)
		x, w, gy := as[float32](x64), as[float32](w64), as[float32](gy64)
		y, gx, gw := spoiled[float32](len(gy)), spoiled[float32](len(x)), spoiled[float32](len(w))
		for _, sparse := range []bool{false, true} {
			check := func(what string, run func(c *Conv[float32], p *Pool), room func(c *Conv[float32]) (int, Room)) {
				c, pool := NewConv[float32](s), NewPool(2)
				defer pool.Close()
				c.Sparse = sparse
				for range 6 {
					run(c, pool)
				}
				if sparse && what != "input" { // and once of numbers
					x[0] = 0.5
					run(c, pool)
					x[0] = 0
				}
				own, lent := room(c)
				what = fmt.Sprint(name, " ", what, sparse)
				enough(t, c.held(), own, what)
				for i := range pool.lent {
					require.LessOrEqual(t, pool.lent[i].held(), lent.Bytes(), what)
				}
			}
			check("forward", func(c *Conv[float32], p *Pool) { c.Forward(p, y, x, w) }, func(c *Conv[float32]) (int, Room) { return c.ForwardRoom(2) })
			check("input", func(c *Conv[float32], p *Pool) { c.Input(p, gx, gy, w) }, func(c *Conv[float32]) (int, Room) { return c.InputRoom(2) })
			check("kernel", func(c *Conv[float32], p *Pool) { c.Kernel(p, gw, x, gy) }, func(c *Conv[float32]) (int, Room) { return c.KernelRoom(2) })
		}
	}
}
