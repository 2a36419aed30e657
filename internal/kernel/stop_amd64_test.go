package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// long are calls of milliseconds each, whose work is done by assembly or by the runtime.
func long() map[string]func() {
	const n = 1 << 23
	x, y, z := make([]float32, n), make([]float32, n), make([]float32, n)
	truths, words, at, rows := make([]bool, 8*n), make([]uint64, n/8), make([]int32, n), make([]int32, 1<<13)
	Fill(x, 1)
	Fill(truths, true)
	listed := Lists{Start: []int32{0, n / 8}, Index: make([]uint32, n/8)}
	windows := NewWindows([]Window{{In: 4, Out: 1, Size: 4, Stride: 1}, {In: n / 4, Out: n / 4, Size: 1, Stride: 1}})
	var ws Workspace
	pool := NewPool(1)
	sparse := everyThousandth(x)
	return map[string]func(){
		"Copy":          func() { Copy(y, z) },
		"Clear":         func() { Clear(y) },
		"GatherRows":    func() { GatherRows(Of(y), Of(z), rows, len(rows), 1<<10, 4) },
		"PutSlot":       func() { Slots{1 << 13, 1, 1 << 10}.PutSlot(Of(y), Of(z), rows, 4) },
		"Triangle":      func() { Triangle(y, z, 1, 2, n/2, 5, true) },
		"Transpose":     func() { Transpose(1<<11, 1<<12, z, 1<<12, y, 1<<11) },
		"Transpose/16":  func() { Transpose(n/16, 16, z, 16, y, n/16) },
		"PackBits":      func() { PackBits(words, x) },
		"PackBools":     func() { PackBools(words, n/8, truths, 1, 8*n) },
		"CountTrue":     func() { CountTrue(truths) },
		"FromBools":     func() { FromBools(y, truths[:n]) },
		"Max":           func() { Max(y[:n/4], z, 1, 4, n/4) },
		"WindowExtreme": func() { WindowExtreme(windows, y, z, false, 0, 1) },
		"WindowFind":    func() { WindowFind(windows, at, z, y, 0, 1) },
		"RowGemm":       func() { RowGemm(pool, 1<<10, 1<<13, x[:1<<13], z, 1<<10, false, y[:1<<10]) },
		"Gemm":          func() { Gemm(&ws, false, false, 8, 1<<10, 1<<13, x, 1<<13, z, 1<<10, 0, y, 1<<10) },
		"EventGemm":     func() { EventGemm(&ws, 8, 1<<10, 1<<13, x, 1<<13, z, 1<<10, 0, y, 1<<10) },
		"few ones":      func() { EventGemm(&ws, 1<<10, 1<<10, 1<<13, sparse, 1<<13, z, 1<<10, 0, y, 1<<10) },
		"ListGemm":      func() { ListGemm(listed, nil, 64, 1, z, 64, y, 64) },
		"ListDots":      func() { ListDots(listed, 0, 1, 64, 1, z, 64, x, 64, y) },
	}
}

// everyThousandth returns a matrix as large as x, of which every 1,024th element is 1.
func everyThousandth(x []float32) []float32 {
	sparse := make([]float32, len(x))
	for i := 0; i < len(x); i += 1 << 10 {
		sparse[i] = 1
	}
	return sparse
}

const (
	stopsWithin = 2                      // that a call must allow, and another before them: its work begins behind a few functions
	pause       = 150 * time.Microsecond // between two stops
	calls       = 150                    // that are tried
)

// stopped reports whether a call of f can be stopped again and again.
func stopped(f func()) bool {
	var begun, ended, enough atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range calls {
			begun.Add(1)
			f()
			ended.Add(1)
			if enough.Load() > 0 {
				return
			}
		}
	}()
	call, times := int64(0), 0
	var m runtime.MemStats
	for ended.Load() < calls && enough.Load() == 0 {
		for began := time.Now(); time.Since(began) < pause; { // f goes on after it was stopped
		}
		before := begun.Load()
		runtime.ReadMemStats(&m) // stops the world
		if within := before > 0 && begun.Load() == before && ended.Load() == before-1; !within || call != before {
			call, times = before, 0
			continue
		}
		if times++; times >= stopsWithin {
			enough.Store(1)
		}
	}
	<-done
	return enough.Load() > 0
}

// TestStops holds that a collection of garbage need not wait for a whole call. Signals, which stop goroutines too if they meet Go code, are switched
// off in the process that is asked, as whether they do is luck.
func TestStops(t *testing.T) {
	const ask = "SPIKEGRAPH_TEST_STOPS"
	if os.Getenv(ask) != "" {
		runtime.GOMAXPROCS(2)
		for name, f := range long() {
			assert.True(t, stopped(f), name)
		}
		return
	}
	t.Parallel()
	if supported() == portable {
		t.Skip("no assembly; Go code is stopped by signals")
	}
	for l := avx2; l <= supported(); l++ {
		c := exec.Command(os.Args[0], "-test.run=^TestStops$")
		c.Env = append(os.Environ(), ask+"=1", "GODEBUG=asyncpreemptoff=1", "SPIKEGRAPH_KERNEL="+l.String())
		text, err := c.CombinedOutput()
		require.NoError(t, err, "%v:\n%s", l, text)
	}
}

// most records the largest of some numbers.
type most int

func (m *most) see(n int) { *m = max(*m, most(n)) }

// TestWorkOfACall holds that no call of assembly does more than a tenth of a millisecond's work, counted: elements that it goes through.
func TestWorkOfACall(t *testing.T) {
	t.Parallel()
	const n = 1 << 20
	x, y := make([]float32, n), make([]float32, n)
	var m most
	check := func(what string, bound int) {
		t.Helper()
		assert.LessOrEqual(t, int(m), bound, what)
		assert.Positive(t, m, fmt.Sprint(what, " was called"))
		m = 0
	}
	loopCode[float32](func(n int, _, _, _, _ *float32, _, _ float32) { m.see(n) }).loop()(y, x, x, x, 0, 0)
	check("loop", elementsAtOnce)

	from, to := boolLoops(16, func(n int, _ *float32, _ *uint8) { m.see(16 * n) }, func(n int, _ *uint8, _ *float32) { m.see(16 * n) })
	bytes := make([]uint8, n)
	from(y, bytes)
	check("from Bools", elementsAtOnce)
	to(bytes, x)
	check("to Bools", elementsAtOnce)

	tiles := tilesAVX512F32
	tiles.transpose = func(squares int, _ *float32, _ int, _ *float32, _ int) { m.see(64 * squares) }
	tiles.transposed(8, n/8, x, n/8, y, 8)
	check("transpose", elementsAtOnce)

	blocks := tilesOf[float32]()
	counted := *blocks
	counted.tile = func(m0, n0, k int, _ []float32, _, _ int, _ []float32, _ int, _ []float32, _ int, _ bool) {
		m.see(m0 * n0 * k)
	}
	var ws Workspace
	counted.gemm(&ws, operand(x, n/64, false), operand(x, 64, false), 64, 64, n/64, 0, y, 64)
	check("tile", blocks.mr*blocks.nr*kBlock)

	codes := codesAVX512F32
	codes.strips = []stripCode[float32]{{16, func(n int, _ *uint32, _, _ *float32, _ int, _ *float32, _ int, _ bool) { m.see(256 * n) }, nil}}
	codes.addRows(make([]uint32, n/256), nil, x, 256, y[:256], false)
	check("rows", 256*listedAtOnce)
	codes.words = func(rows int, _ *uint64, _ *float32, _ int, _ *float32, _, _ int, _ bool) { m.see(rows) }
	codes.addWords(make([]uint64, n/128), x, 128, y, 128, 128, false)
	check("words", 256)
}

// TestCutWork holds that work is the same where it is cut: of whole numbers, whose sums are exact, every level makes the same.
func TestCutWork(t *testing.T) {
	t.Parallel()
	const k, n = 3*listedAtOnce + 5, 300
	x, weights, rows := make([]float32, 1<<19), make([]float32, k), make([]uint32, k)
	for i := range x {
		x[i] = float32(i%7 - 3)
	}
	for i := range rows {
		weights[i], rows[i] = float32(i%5-2), uint32(i*3%k)
	}
	truths := make([]bool, 1<<17+5)
	for i := range truths {
		truths[i] = i%3 == 0
	}
	pool := NewPool(1)
	at := func(l isa) [][]float32 {
		sum := append([]float32(nil), x[:n]...)
		codesAt[float32](l).addRows(rows, nil, x, n, sum, true)
		weighted := make([]float32, n)
		codesAt[float32](l).addRows(rows, weights, x, n, weighted, false)
		dots := make([]float32, k)
		dotsAt(l, rows, x[:256], x, n, dots)
		row := make([]float32, n)
		rowGemmAt(l, pool, n, k, x[:k], x, n, false, row)
		turned := make([]float32, 20*4000)
		tiles32[l].transpose(20, 4000, x, 4000, turned, 20)
		sums := make([]float32, 3*elementsAtOnce+5)
		loops32[l].ops[OpAdd](sums, x[1:], x[2:], x, 0, 0)
		places := make([]int32, elementsAtOnce)
		findWindow(l, places, []int32{2, 0, 1}, x, x[elementsAtOnce:])
		counted := []float32{float32(countTrueAt(l, truths))}
		for _, p := range places {
			counted = append(counted, float32(p))
		}
		from, bits := make([]float32, len(truths)), make([]uint64, len(truths)/wordBits+1)
		loops32[l].bools.row(from, bytesOf(truths))
		packBoolsAt(l, bits, len(bits), truths, 1, len(truths))
		ExpandBits(from[:len(from)-1], bits)
		to := make([]uint8, len(sums))
		loops32[l].toBools(to, sums)
		counted = append(counted, float32(countTrueAt(l, unsafe.Slice((*bool)(unsafe.Pointer(&to[0])), len(to)))))
		return [][]float32{sum, weighted, dots, row, turned, sums, counted, from}
	}
	want := at(portable)
	for l := avx2; l <= active; l++ {
		for i, got := range at(l) {
			assert.Equal(t, want[i], got, "%v: %d", l, i)
		}
	}
}
