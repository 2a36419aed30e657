package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// windowAxes are windows along one axis of few elements.
var windowAxes = []Window{
	{In: 5, Out: 5, Size: 1, Stride: 1}, {In: 5, Out: 2, Size: 2, Stride: 2}, {In: 4, Out: 5, Size: 3, Stride: 1, Low: 2},
	{In: 3, Out: 4, Size: 2, Stride: 2, Low: 3}, {In: 6, Out: 1, Size: 6, Stride: 1},
}

// meet calls f with the places of each result of a window and of each element it sees.
func meet(axes []Window, f func(y, x int)) {
	var walk func(axes []Window, y, x int)
	walk = func(axes []Window, y, x int) {
		if len(axes) == 0 {
			f(y, x)
			return
		}
		a := axes[0]
		for o := range a.Out {
			for i := o*a.Stride - a.Low; i < o*a.Stride-a.Low+a.Size; i++ {
				if i >= 0 && i < a.In {
					walk(axes[1:], y*a.Out+o, x*a.In+i)
				}
			}
		}
	}
	walk(axes, 0, 0)
}

func TestWindowSums(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, a := range windowAxes {
		for _, b := range windowAxes {
			axes := []Window{{In: 2, Out: 2, Size: 1, Stride: 1}, a, b, {In: 15, Out: 15, Size: 1, Stride: 1}}
			w := NewWindows(axes)
			x, y := make([]float64, 2*a.In*b.In*15), make([]float64, 2*a.Out*b.Out*15)
			for i := range x {
				x[i] = r.Float64()
			}
			want := make([]float64, len(y))
			meet(axes, func(iy, ix int) { want[iy] += x[ix] })
			WindowSum(w, y, x, 0, w.Items())
			near(t, "sum", want, y, 1e-14)
			back := make([]float64, len(x))
			meet(axes, func(iy, ix int) { back[ix] += want[iy] })
			WindowSpread(w, x, y, 0, w.Items())
			near(t, "spread", back, x, 1e-14)
		}
	}
}

// What is found, picked, is the extreme; placed, it is the transposed of picking.
func TestWindowExtremes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for _, a := range windowAxes {
		for _, lanes := range []int{1, 20} {
			axes := []Window{{In: 3, Out: 3, Size: 1, Stride: 1}, a, {In: 4, Out: 2, Size: 2, Stride: 2}, {In: lanes, Out: lanes, Size: 1, Stride: 1}}
			w := NewWindows(axes)
			x, y := make([]float32, 3*a.In*4*lanes), make([]float32, 3*a.Out*2*lanes)
			for i := range x {
				x[i] = float32(r.IntN(5)) // with equals
			}
			idx, picked := make([]int32, len(y)), make([]float32, len(y))
			for _, smallest := range []bool{false, true} {
				WindowExtreme(w, y, x, smallest, 0, w.Items())
				meet(axes, func(iy, ix int) {
					if x[ix] != y[iy] {
						assert.Equal(t, smallest, x[ix] > y[iy])
					}
				})
				WindowFind(w, idx, x, y, 0, w.Items())
				WindowPick(w, picked, x, idx, 0, w.Items())
				for i := range y {
					if idx[i] >= 0 {
						assert.Equal(t, y[i], picked[i])
					} else {
						assert.Zero(t, picked[i])
					}
				}
				item := len(x) / w.Items()
				first := map[int]int{}
				meet(axes, func(iy, ix int) {
					if _, ok := first[iy]; !ok && x[ix] == y[iy] {
						first[iy] = ix % item
					}
				})
				for i, at := range idx {
					if want, ok := first[i]; ok {
						assert.Equal(t, want, int(at))
					} else {
						assert.Equal(t, -1, int(at))
					}
				}
				placed := spoiled[float32](len(x))
				WindowPlace(w, placed, picked, idx, 0, w.Items())
				want := make([]float64, len(x))
				for i, at := range idx {
					if at >= 0 {
						want[i/(len(y)/w.Items())*item+int(at)] += float64(picked[i])
					}
				}
				near(t, "placed", want, placed, 1e-6)
			}
		}
	}
}

func BenchmarkWindows(b *testing.B) {
	for _, s := range []struct{ size, channels int }{{24, 12}, {8, 64}} {
		axes := []Window{{In: 128, Out: 128, Size: 1, Stride: 1}, {In: s.size, Out: s.size / 2, Size: 2, Stride: 2}, {In: s.size, Out: s.size / 2, Size: 2, Stride: 2}, {In: s.channels, Out: s.channels, Size: 1, Stride: 1}}
		w := NewWindows(axes)
		n := 128 * s.size * s.size * s.channels
		x, y, idx := make([]float32, n), make([]float32, n/4), make([]int32, n/4)
		for i := range x {
			x[i] = float32(i * 7919 % 1009)
		}
		for name, f := range map[string]func(){
			"Extreme": func() { WindowExtreme(w, y, x, false, 0, w.Items()) },
			"Find":    func() { WindowFind(w, idx, x, y, 0, w.Items()) },
			"Place":   func() { WindowPlace(w, x, y, idx, 0, w.Items()) },
		} {
			b.Run(fmt.Sprintf("%s/%dx%dx%d", name, s.size, s.size, s.channels), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
			})
		}
	}
}
