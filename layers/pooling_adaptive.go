package layers

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// AdaptivePool are the settings of a pool to a given number of cells, over the last 1, 2 or 3 axes
// beside that of the channels. Of n cells, the first n mod t of t blocks have ⌊n/t⌋+1 and the others
// ⌊n/t⌋; blocks do not overlap, which differs from other libraries.
type AdaptivePool struct {
	Target    []int // cells after, >= 1 and not more than before; one number stands for every axis
	Channel   *int  // axis of the channels, from the end if negative; the last
	NoChannel bool  // whether no axis is the channels'
}

// AdaptiveAvgPool1d gives the means of blocks along one axis: [B T C] of [B X C].
type AdaptiveAvgPool1d AdaptivePool

// AdaptiveAvgPool2d gives the means of blocks along two axes: [B T1 T2 C] of [B X1 X2 C].
type AdaptiveAvgPool2d AdaptivePool

// AdaptiveAvgPool3d gives the means of blocks along three axes.
type AdaptiveAvgPool3d AdaptivePool

// AdaptiveMaxPool1d gives the largest elements of blocks along one axis: [B T C] of [B X C].
type AdaptiveMaxPool1d AdaptivePool

// AdaptiveMaxPool2d gives the largest elements of blocks along two axes: [B T1 T2 C] of [B X1 X2 C].
type AdaptiveMaxPool2d AdaptivePool

// AdaptiveMaxPool3d gives the largest elements of blocks along three axes.
type AdaptiveMaxPool3d AdaptivePool

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AdaptiveAvgPool1d) Place(g *graph.Graph, name string) PoolCell {
	return AdaptivePool(p).place(g, name, 1, mean(false))
}

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AdaptiveAvgPool2d) Place(g *graph.Graph, name string) PoolCell {
	return AdaptivePool(p).place(g, name, 2, mean(false))
}

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AdaptiveAvgPool3d) Place(g *graph.Graph, name string) PoolCell {
	return AdaptivePool(p).place(g, name, 3, mean(false))
}

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AdaptiveMaxPool1d) Place(g *graph.Graph, name string) PoolCell {
	return AdaptivePool(p).place(g, name, 1, extreme((*graph.Node).MaxPool))
}

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AdaptiveMaxPool2d) Place(g *graph.Graph, name string) PoolCell {
	return AdaptivePool(p).place(g, name, 2, extreme((*graph.Node).MaxPool))
}

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AdaptiveMaxPool3d) Place(g *graph.Graph, name string) PoolCell {
	return AdaptivePool(p).place(g, name, 3, extreme((*graph.Node).MaxPool))
}

func (p AdaptivePool) place(g *graph.Graph, name string, n int, reduce reduction) PoolCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, graph.Invalid)
	c := PoolCell{site: site{g: g, name: name}}
	c.fault = l.positive([]axisList{{"Target", p.Target, nil}})
	target, err := perAxis(p.Target, n, 1)
	if err != nil && c.fault == nil {
		c.fault = l.fail("Target", err)
	}
	where := lastAxes{n, p.Channel, p.NoChannel}
	if f := where.check(l); f != nil {
		c.fault = f
	}
	c.pool = func(x *graph.Node) (*graph.Node, error) {
		axes, err := where.of(x)
		for i, a := range axes {
			if x.Dim(a) < target[i] {
				return nil, ofField("Target", fmt.Errorf("%w: %d cells of axis %d of %v", graph.ErrShape, target[i], a, x.Type()))
			}
		}
		for i, a := range axes {
			if x = adapt(x, a, target[i], reduce); !x.Valid() {
				break
			}
		}
		return x, err
	}
	return c
}

// adapt reduces an axis to t cells: the first blocks, one cell longer, apart from the others.
func adapt(x *graph.Node, axis, t int, reduce reduction) *graph.Node {
	n := x.Dim(axis)
	more, size := n%t, n/t
	if more == 0 {
		return blocks(x, axis, size, reduce)
	}
	at := more * (size + 1)
	first := blocks(x.Narrow(axis, 0, at), axis, size+1, reduce)
	if !first.Valid() { // told already
		return first
	}
	return graph.Concat(axis, first, blocks(x.Narrow(axis, at, n-at), axis, size, reduce))
}

// blocks reduces an axis block by block.
func blocks(x *graph.Node, axis, size int, reduce reduction) *graph.Node {
	window := slices.Repeat([]int{1}, x.Rank())
	window[axis] = size
	return reduce.of(x, graph.PoolOptions{Window: window, Stride: window})
}
