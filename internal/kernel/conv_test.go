package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// convShapes are odd in every respect: strides, paddings, dilations, groups, blocks that do not fill.
var convShapes = map[string]ConvShape{
	"one cell":       shaped(ConvShape{Batch: 1, In: 1, Out: 1, X: [3]int{1, 1, 1}, W: [3]int{1, 1, 1}}, [3]int{}),
	"a line":         shaped(ConvShape{Batch: 3, In: 2, Out: 5, X: [3]int{1, 1, 19}, W: [3]int{1, 1, 4}}, [3]int{0, 0, 3}),
	"plane":          shaped(ConvShape{Batch: 5, In: 3, Out: 50, X: [3]int{1, 9, 11}, W: [3]int{1, 3, 5}}, [3]int{0, 2, 2}),
	"strides":        shaped(ConvShape{Batch: 2, In: 16, Out: 7, X: [3]int{1, 10, 13}, W: [3]int{1, 3, 2}, Stride: [3]int{1, 3, 2}}, [3]int{0, 1, 1}),
	"x dilated":      shaped(ConvShape{Batch: 2, In: 3, Out: 4, X: [3]int{1, 5, 4}, W: [3]int{1, 3, 3}, XDilation: [3]int{1, 3, 2}}, [3]int{0, 4, 2}),
	"w dilated":      shaped(ConvShape{Batch: 2, In: 17, Out: 4, X: [3]int{1, 9, 8}, W: [3]int{1, 3, 2}, WDilation: [3]int{1, 2, 5}}, [3]int{0, 2, 2}),
	"all at once":    shaped(ConvShape{Batch: 3, In: 6, Out: 9, Groups: 3, X: [3]int{4, 5, 6}, W: [3]int{2, 3, 2}, Stride: [3]int{2, 3, 1}, XDilation: [3]int{2, 1, 3}, WDilation: [3]int{3, 1, 2}}, [3]int{2, 3, 4}),
	"depthwise":      shaped(ConvShape{Batch: 2, In: 5, Out: 10, Groups: 5, X: [3]int{1, 7, 6}, W: [3]int{1, 3, 3}}, [3]int{0, 1, 1}),
	"padding alone":  shaped(ConvShape{Batch: 2, In: 2, Out: 3, X: [3]int{1, 2, 2}, W: [3]int{1, 2, 2}}, [3]int{0, 5, 5}),
	"volume":         shaped(ConvShape{Batch: 2, In: 4, Out: 6, X: [3]int{5, 4, 6}, W: [3]int{3, 2, 3}}, [3]int{1, 0, 1}),
	"several chunks": shaped(ConvShape{Batch: 10, In: 12, Out: 64, X: [3]int{1, 12, 12}, W: [3]int{1, 5, 5}}, [3]int{}),
	"many taps":      shaped(ConvShape{Batch: 1, In: 70, Out: 130, X: [3]int{1, 6, 30}, W: [3]int{1, 5, 5}}, [3]int{0, 2, 2}),
	"no images":      shaped(ConvShape{Batch: 0, In: 2, Out: 3, X: [3]int{1, 4, 4}, W: [3]int{1, 2, 2}}, [3]int{}),
	"no channels":    shaped(ConvShape{Batch: 2, In: 0, Out: 3, X: [3]int{1, 4, 4}, W: [3]int{1, 2, 2}}, [3]int{}),
}

// shaped fills in what is left out, and the extents of y for the same padding before and after.
func shaped(s ConvShape, pad [3]int) ConvShape {
	s.Groups = max(s.Groups, 1)
	s.Low = pad
	for a := range 3 {
		s.Stride[a], s.XDilation[a], s.WDilation[a] = max(s.Stride[a], 1), max(s.XDilation[a], 1), max(s.WDilation[a], 1)
		room := (s.X[a]-1)*s.XDilation[a] + 1 + 2*pad[a] - (s.W[a]-1)*s.WDilation[a] - 1
		s.Y[a] = room/s.Stride[a] + 1
	}
	return s
}

// meet calls f with the positions in y, x and w that the sum of products takes together.
func (s ConvShape) meet(f func(y, x, w int)) {
	in, out := s.In/s.Groups, s.Out/s.Groups
	for b := range s.Batch {
		for o := range s.Y[0] * s.Y[1] * s.Y[2] {
			for t := range s.W[0] * s.W[1] * s.W[2] {
				x, ok := b, true
				for a, ps := 0, [2][3]int{split(o, s.Y), split(t, s.W)}; a < 3; a++ {
					i := ps[0][a]*s.Stride[a] - s.Low[a] + ps[1][a]*s.WDilation[a]
					ok = ok && i >= 0 && i%s.XDilation[a] == 0 && i/s.XDilation[a] < s.X[a]
					x = x*s.X[a] + i/s.XDilation[a]
				}
				for j := range s.Out {
					for c := range in {
						if ok {
							f((b*s.Y[0]*s.Y[1]*s.Y[2]+o)*s.Out+j, x*s.In+j/out*in+c, (t*in+c)*s.Out+j)
						}
					}
				}
			}
		}
	}
}

// Rows of a convolution have the bits that they have in the whole.
func TestConvRows(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(21, 22))
	for name, s := range convShapes {
		for _, density := range []float64{1, 0.1} {
			x64, w64, _ := s.operands(r, density)
			x, w := as[float32](x64), as[float32](w64)
			c, pool := NewConv[float32](s), NewPool(2)
			c.Sparse = density < 1
			rows := s.Batch * prod3(s.Y)
			want, got := spoiled[float32](rows*s.Out), spoiled[float32](rows*s.Out)
			c.Forward(pool, want, x, w)
			c.Start(pool, x, w)
			for lo, hi := 0, 0; lo < rows; lo = hi {
				hi = min(lo+1+r.IntN(300), rows)
				c.Rows(r.IntN(2), lo, hi, got[lo*s.Out:hi*s.Out])
			}
			pool.Close()
			requireSameBits(t, want, got, name)
		}
	}
}

// split returns the position of element i of an array.
func split(i int, shape [3]int) [3]int {
	return [3]int{i / shape[2] / shape[1], i / shape[2] % shape[1], i % shape[2]}
}

func prod3(x [3]int) int { return x[0] * x[1] * x[2] }

// operands returns x, w and gy of random numbers; a share of those of x is 0 and the others 1 if it is
// below 1.
func (s ConvShape) operands(r *rand.Rand, density float64) (x, w, gy []float64) {
	x = make([]float64, s.Batch*prod3(s.X)*s.In)
	w = make([]float64, prod3(s.W)*s.In/s.Groups*s.Out)
	gy = make([]float64, s.Batch*prod3(s.Y)*s.Out)
	for _, v := range [][]float64{x, w, gy} {
		for i := range v {
			v[i] = r.Float64() - 0.5
		}
	}
	for i := range x {
		if density < 1 {
			x[i] = 0
			if r.Float64() < density {
				x[i] = 1
			}
		}
	}
	return x, w, gy
}

func as[T Float](x []float64) []T {
	y := make([]T, len(x))
	for i := range x {
		y[i] = T(x[i])
	}
	return y
}

// spoiled returns n elements that must be written before they are read.
func spoiled[T Float](n int) []T {
	x := make([]T, n)
	fill(x, T(math.NaN()))
	return x
}

func TestConv(t *testing.T) {
	t.Parallel()
	for name, s := range convShapes {
		for _, density := range []float64{1, 0.1, 0.9} {
			t.Run(fmt.Sprintf("%s/%v", name, density), func(t *testing.T) {
				testConv[float64](t, s, density, 1e-12)
				testConv[float32](t, s, density, 1e-4)
			})
		}
	}
}

func testConv[T Float](t *testing.T, s ConvShape, density float64, tol float64) {
	t.Helper()
	x, w, gy := s.operands(rand.New(rand.NewPCG(3, 4)), density)
	wantY, wantX, wantW := make([]float64, len(gy)), make([]float64, len(x)), make([]float64, len(w))
	s.meet(func(iy, ix, iw int) {
		wantY[iy] += x[ix] * w[iw]
		wantX[ix] += gy[iy] * w[iw]
		wantW[iw] += gy[iy] * x[ix]
	})
	pool := NewPool(1)
	c := NewConv[T](s)
	c.Sparse = density < 1
	for range 2 { // the second call meets what the first left
		y, gx, gw := spoiled[T](len(gy)), spoiled[T](len(x)), spoiled[T](len(w))
		c.Forward(pool, y, as[T](x), as[T](w))
		near(t, "y", wantY, y, tol)
		c.Input(pool, gx, as[T](gy), as[T](w))
		near(t, "gx", wantX, gx, tol)
		c.Kernel(pool, gw, as[T](x), as[T](gy))
		near(t, "gw", wantW, gw, tol)
	}
}

// FuzzConv compares convolutions of any shape, and their derivatives, with their definition, at the level in
// use; of the parts that they are made of, other fuzz targets compare the levels.
func FuzzConv(f *testing.F) {
	f.Add(uint64(1), uint8(30))
	f.Fuzz(func(t *testing.T, seed uint64, density uint8) {
		r := rand.New(rand.NewPCG(seed, 11))
		upTo := func(n int) int { return 1 + r.IntN(n) }
		groups := upTo(3)
		s, pad := ConvShape{Batch: upTo(3), Groups: groups, In: groups * upTo(9), Out: groups * upTo(30)}, [3]int{}
		for a := range 3 {
			s.X[a], s.Stride[a], s.XDilation[a], s.WDilation[a], pad[a] = upTo(7), upTo(3), upTo(2), upTo(3), r.IntN(3)
			room := (s.X[a]-1)*s.XDilation[a] + 2*pad[a]
			s.W[a] = upTo(min(4, room/s.WDilation[a]+1))
		}
		testConv[float64](t, shaped(s, pad), float64(density)/255, 1e-12)
		testConv[float32](t, shaped(s, pad), float64(density)/255, 1e-4)
	})
}

func near[T Float](t *testing.T, what string, want []float64, got []T, tol float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i := range want {
		if d := math.Abs(want[i] - float64(got[i])); !(d <= tol*(1+math.Abs(want[i]))) {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

// The bits do not depend on the number of workers.
func TestConvWorkers(t *testing.T) {
	t.Parallel()
	for name, s := range convShapes {
		for _, density := range []float64{1, 0.1} {
			x, w, gy := s.operands(rand.New(rand.NewPCG(5, 6)), density)
			var want [3][]float32
			for _, workers := range []int{1, 2, 3, 5} {
				pool := NewPool(workers)
				c := NewConv[float32](s)
				c.Sparse = density < 1
				got := [3][]float32{spoiled[float32](len(gy)), spoiled[float32](len(x)), spoiled[float32](len(w))}
				c.Forward(pool, got[0], as[float32](x), as[float32](w))
				c.Input(pool, got[1], as[float32](gy), as[float32](w))
				c.Kernel(pool, got[2], as[float32](x), as[float32](gy))
				pool.Close()
				if workers == 1 {
					want = got
				}
				assert.Equal(t, want, got, "%s, %d workers", name, workers)
			}
		}
	}
}

func TestConvAllocatesNothing(t *testing.T) {
	s := convShapes["several chunks"]
	for _, density := range []float64{1, 0.1} {
		x64, w64, gy64 := s.operands(rand.New(rand.NewPCG(5, 6)), density)
		x, w, gy := as[float32](x64), as[float32](w64), as[float32](gy64)
		y, gx, gw := spoiled[float32](len(gy)), spoiled[float32](len(x)), spoiled[float32](len(w))
		pool := NewPool(2)
		defer pool.Close()
		c := NewConv[float32](s)
		c.Sparse = density < 1
		all := func() {
			c.Forward(pool, y, x, w)
			c.Input(pool, gx, gy, w)
			c.Kernel(pool, gw, x, gy)
		}
		for range 20 { // until each worker has had its largest part
			all()
		}
		assert.Zero(t, testing.AllocsPerRun(5, all))
	}
}

// An x that is marked as sparse and is not binary after all is multiplied like any other.
func TestConvOfNumbersMarkedSparse(t *testing.T) {
	t.Parallel()
	s := convShapes["plane"]
	x, w, gy := s.operands(rand.New(rand.NewPCG(7, 8)), 0.1)
	x[17] = 0.25
	pool := NewPool(1)
	plain, marked := NewConv[float64](s), NewConv[float64](s)
	marked.Sparse = true
	want, got := spoiled[float64](len(gy)), spoiled[float64](len(gy))
	plain.Forward(pool, want, x, w)
	marked.Forward(pool, got, x, w)
	assert.Equal(t, want, got)
}

func TestOrBits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	src := []uint64{r.Uint64(), r.Uint64(), r.Uint64(), 0}
	for range 1000 {
		n := r.IntN(130)
		s, d := r.IntN(192-n+1), r.IntN(192-n+1)
		dst := []uint64{r.Uint64(), r.Uint64(), r.Uint64()}
		want := [3]uint64(dst)
		for i := range n {
			want[(d+i)/64] |= src[(s+i)/64] >> ((s + i) % 64) & 1 << ((d + i) % 64)
		}
		orBits(dst, d, src, s, n)
		require.Equal(t, want, [3]uint64(dst), "%d bits from %d to %d", n, s, d)
	}
}

// The convolutions of the network 12C5 - pool - 64C5 - pool on images of 28x28, 128 of them.
var convBench = map[string]ConvShape{
	"28x28x1,5x5,12":  shaped(ConvShape{Batch: 128, In: 1, Out: 12, X: [3]int{1, 28, 28}, W: [3]int{1, 5, 5}}, [3]int{}),
	"12x12x12,5x5,64": shaped(ConvShape{Batch: 128, In: 12, Out: 64, X: [3]int{1, 12, 12}, W: [3]int{1, 5, 5}}, [3]int{}),
	"16x16x64,3x3,64": shaped(ConvShape{Batch: 32, In: 64, Out: 64, X: [3]int{1, 16, 16}, W: [3]int{1, 3, 3}}, [3]int{0, 1, 1}),
}

func BenchmarkConv(b *testing.B) {
	for name, s := range convBench {
		for _, density := range []float64{1, 0.1} {
			x64, w64, gy64 := s.operands(rand.New(rand.NewPCG(5, 6)), density)
			x, w, gy := as[float32](x64), as[float32](w64), as[float32](gy64)
			y, gx, gw := spoiled[float32](len(gy)), spoiled[float32](len(x)), spoiled[float32](len(w))
			pool := NewPool(1)
			c := NewConv[float32](s)
			c.Sparse = density < 1
			for what, f := range map[string]func(){
				"Forward": func() { c.Forward(pool, y, x, w) },
				"Input":   func() { c.Input(pool, gx, gy, w) },
				"Kernel":  func() { c.Kernel(pool, gw, x, gy) },
			} {
				if density < 1 && what == "Input" {
					continue
				}
				b.Run(fmt.Sprintf("%s/%s/density %v", what, name, density), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						f()
					}
					b.ReportMetric(c.flops()*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
				})
			}
		}
	}
}
