package layers

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// PoolLast are the settings of a pool over the last 1, 2 or 3 axes beside that of the channels. Any
// number of axes stand in front, and are left as they are. One number stands for every axis that is
// pooled.
type PoolLast struct {
	Kernel       []int   // extents of the window, >= 1
	Stride       []int   // distance between neighbouring windows, >= 1; of a MaxPool Kernel, of an AvgPool 1
	Padding      Padding // cells around the input that count as absent; Valid
	CountPadding bool    // whether they count as zeros instead, in an AvgPool
	Channel      *int    // axis of the channels, from the end if negative; the last
	NoChannel    bool    // whether no axis is the channels'
}

// MaxPool1d gives the largest element of windows over one axis: [B Y C] of [B X C].
type MaxPool1d PoolLast

// MaxPool2d gives the largest element of windows over two axes: [B Y1 Y2 C] of [B X1 X2 C].
type MaxPool2d PoolLast

// MaxPool3d gives the largest element of windows over three axes.
type MaxPool3d PoolLast

// AvgPool1d gives the mean of windows over one axis: [B Y C] of [B X C].
// Padding is no part of it unless CountPadding is set.
type AvgPool1d PoolLast

// AvgPool2d gives the mean of windows over two axes: [B Y1 Y2 C] of [B X1 X2 C]. Padding is no part of it
// unless CountPadding is set.
type AvgPool2d PoolLast

// AvgPool3d gives the mean of windows over three axes, of which padding is no part unless CountPadding is
// set.
type AvgPool3d PoolLast

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p MaxPool1d) Place(g *graph.Graph, name string) PoolCell { return PoolLast(p).max(g, name, 1) }

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p MaxPool2d) Place(g *graph.Graph, name string) PoolCell { return PoolLast(p).max(g, name, 2) }

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p MaxPool3d) Place(g *graph.Graph, name string) PoolCell { return PoolLast(p).max(g, name, 3) }

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AvgPool1d) Place(g *graph.Graph, name string) PoolCell { return PoolLast(p).avg(g, name, 1) }

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AvgPool2d) Place(g *graph.Graph, name string) PoolCell { return PoolLast(p).avg(g, name, 2) }

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AvgPool3d) Place(g *graph.Graph, name string) PoolCell { return PoolLast(p).avg(g, name, 3) }

func (p PoolLast) max(g *graph.Graph, name string, n int) PoolCell {
	if len(p.Stride) == 0 {
		p.Stride = p.Kernel
	}
	return p.place(g, name, n, extreme((*graph.Node).MaxPool))
}

func (p PoolLast) avg(g *graph.Graph, name string, n int) PoolCell {
	return p.place(g, name, n, mean(p.CountPadding))
}

func (p PoolLast) place(g *graph.Graph, name string, n int, reduce reduction) PoolCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, graph.Invalid)
	c := PoolCell{site: site{g: g, name: name}}
	c.fault = l.positive([]axisList{{"Kernel", p.Kernel, nil}})
	kernel, err := perAxis(p.Kernel, n, 1)
	if err != nil && c.fault == nil {
		c.fault = l.fail("Kernel", err)
	}
	stride, err := perAxis(p.Stride, n, 1)
	if err != nil && c.fault == nil {
		c.fault = l.fail("Stride", err)
	}
	if f := reduce.counts(l, p.CountPadding); f != nil {
		c.fault = f
	}
	where := lastAxes{n, p.Channel, p.NoChannel}
	if f := where.check(l); f != nil {
		c.fault = f
	}
	c.pool = func(x *graph.Node) (*graph.Node, error) {
		axes, err := where.of(x)
		if err != nil {
			return nil, err
		}
		o := graph.PoolOptions{Window: slices.Repeat([]int{1}, x.Rank()), Stride: slices.Repeat([]int{1}, x.Rank())}
		for i, a := range axes {
			o.Window[a], o.Stride[a] = kernel[i], stride[i]
		}
		if err := padAxes(&o, x, orValid(p.Padding), axes); err != nil {
			return nil, err
		}
		return reduce.apply(x, o)
	}
	return c
}

// lastAxes are the last n axes beside that of the channels.
type lastAxes struct {
	n         int
	channel   *int
	noChannel bool
}

func (l lastAxes) check(p placer) *graph.Node {
	if l.channel != nil && l.noChannel {
		return p.fail("Channel", fmt.Errorf("%w: an axis is given, and NoChannel", graph.ErrValue))
	}
	return nil
}

// of returns the axes of x.
func (l lastAxes) of(x *graph.Node) ([]int, error) {
	axes := allAxes(x.Rank())
	if !l.noChannel {
		at := -1
		if l.channel != nil {
			at = *l.channel
		}
		c, ok := axis(at, x.Rank())
		if !ok {
			return nil, noChannels(at, x)
		}
		axes = slices.Delete(axes, c, c+1)
	}
	if len(axes) < l.n {
		return nil, fmt.Errorf("%w: the input is %v, want %d axes beside the channels", graph.ErrShape, x.Type(), l.n)
	}
	return axes[len(axes)-l.n:], nil
}
