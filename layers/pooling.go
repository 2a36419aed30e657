package layers

import (
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
)

// Pool are the settings of a pool over windows of any axes. Of a list with one number, the number
// stands for every axis but those of the batch and of the channels, which are left as they are. A
// list with a number for each axis is used as it stands; one that is shorter leaves out the batch,
// or the batch and, if Channel is given, the channels.
type Pool struct {
	Kernel       []int   // extents of the window, >= 1
	Stride       []int   // distance between neighbouring windows, >= 1; 1
	Padding      Padding // cells around the input that count as absent; Valid
	CountPadding bool    // whether they count as zeros instead, in an AvgPool
	Channel      *int    // axis of the channels, from the end if negative; none
	NoBatch      bool    // whether the first axis is not the batch
}

// MaxPool gives the largest element of each window, -Inf if that sees nothing but padding.
type MaxPool Pool

// MinPool gives the smallest element of each window, +Inf if that sees nothing but padding.
type MinPool Pool

// AvgPool gives the mean of each window, of which padding is no part unless CountPadding is set; a
// window that sees nothing but padding is a fault.
type AvgPool Pool

// PoolCell is a pool placed in a graph; it has no parameters.
type PoolCell struct {
	site
	// pool checks the input x, and reduces it.
	pool func(x *graph.Node) (*graph.Node, error)
}

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p MaxPool) Place(g *graph.Graph, name string) PoolCell {
	return Pool(p).place(g, name, extreme((*graph.Node).MaxPool))
}

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p MinPool) Place(g *graph.Graph, name string) PoolCell {
	return Pool(p).place(g, name, extreme((*graph.Node).MinPool))
}

// Place puts the layer in g. Faults, each named by layer and field, are recorded on g.
func (p AvgPool) Place(g *graph.Graph, name string) PoolCell {
	return Pool(p).place(g, name, mean(p.CountPadding))
}

// Apply returns x with each window reduced to one element. An axis of extent d has ⌊(d-k)/s⌋+1
// windows if padding is Valid, ⌈d/s⌉ if it is Same.
func (c PoolCell) Apply(x *graph.Node) *graph.Node {
	defer c.g.Scope(c.name)()
	if x = c.arrive(x); !x.Valid() {
		return x
	}
	y, err := c.pool(x)
	if err != nil {
		return c.g.Fail(err)
	}
	return y
}

// reduction is what becomes of a window.
type reduction struct {
	of      func(x *graph.Node, o graph.PoolOptions) *graph.Node
	mean    bool
	padding bool // whether padding is part of it
}

// apply reduces the windows over x.
func (r reduction) apply(x *graph.Node, o graph.PoolOptions) (*graph.Node, error) {
	if r.mean && !r.padding {
		if err := blind(x, o); err != nil {
			return nil, err
		}
	}
	return r.of(x, o), nil
}

// extreme is the reduction to the largest or smallest element.
func extreme(of func(x *graph.Node, o graph.PoolOptions) *graph.Node) reduction {
	return reduction{of: of}
}

// mean is the reduction to the mean, of the elements alone or also of the padding, as zeros.
func mean(padding bool) reduction {
	if !padding {
		return reduction{of: (*graph.Node).AvgPool, mean: true}
	}
	return reduction{mean: true, padding: true, of: func(x *graph.Node, o graph.PoolOptions) *graph.Node {
		return x.SumPool(o).Scale(1 / float64(size(o.Window)))
	}}
}

// counts returns the fault of a setting that is not for r, nil if there is none.
func (r reduction) counts(l placer, padding bool) *graph.Node {
	if padding && !r.mean {
		return l.fail("CountPadding", fmt.Errorf("%w: it is for averages", graph.ErrValue))
	}
	return nil
}

func (p Pool) place(g *graph.Graph, name string, reduce reduction) PoolCell {
	defer g.Scope(name)()
	l := newPlacer(g, name, graph.Invalid)
	c := PoolCell{site: site{g: g, name: name}}
	c.fault = l.positive([]axisList{{"Kernel", p.Kernel, nil}, {"Stride", p.Stride, nil}})
	if f := reduce.counts(l, p.CountPadding); f != nil {
		c.fault = f
	}
	c.pool = func(x *graph.Node) (*graph.Node, error) {
		o, err := p.options(x)
		if err != nil {
			return nil, err
		}
		return reduce.apply(x, o)
	}
	return c
}

// positive checks fields whose numbers are at least 1; the first must be there.
func (l placer) positive(lists []axisList) (fault *graph.Node) {
	if len(lists[0].list) == 0 {
		fault = l.fail(lists[0].name, fmt.Errorf("%w: it is missing", graph.ErrValue))
	}
	for _, f := range lists {
		if len(f.list) > 0 && slices.Min(f.list) < 1 {
			fault = l.fail(f.name, fmt.Errorf("%w: %v, want at least 1", graph.ErrValue, f.list))
		}
	}
	return fault
}

// options returns the windows for the input x.
func (p Pool) options(x *graph.Node) (o graph.PoolOptions, err error) {
	axes, err := p.axes(x)
	if err != nil {
		return o, err
	}
	if o.Window, err = p.expand("Kernel", p.Kernel, x.Rank(), axes); err != nil {
		return o, err
	}
	if o.Stride, err = p.expand("Stride", orOne(p.Stride), x.Rank(), axes); err != nil {
		return o, err
	}
	pad := orValid(p.Padding)
	if n := pad.given(); n == 0 || n == x.Rank() { // of every axis
		axes = allAxes(x.Rank())
	} else {
		axes = p.meant(n, x.Rank(), axes)
	}
	err = padAxes(&o, x, pad, axes)
	return o, err
}

// axes returns the axes that are neither the batch nor the channels.
func (p Pool) axes(x *graph.Node) ([]int, error) {
	axes := allAxes(x.Rank())
	if p.Channel != nil {
		c, ok := axis(*p.Channel, x.Rank())
		if !ok {
			return nil, noChannels(*p.Channel, x)
		}
		axes = slices.Delete(axes, c, c+1)
	}
	if !p.NoBatch && len(axes) > 0 && axes[0] == 0 {
		axes = axes[1:]
	}
	return axes, nil
}

// expand returns one number for each axis of an input.
func (p Pool) expand(name string, list []int, rank int, axes []int) ([]int, error) {
	if len(list) == rank {
		return list, nil
	}
	axes = p.meant(len(list), rank, axes)
	all := slices.Repeat([]int{1}, rank)
	if len(list) != 1 && len(list) != len(axes) {
		return nil, ofField(name, fmt.Errorf("%w: %d numbers for %d axes, of which %d are neither batch nor channels", graph.ErrShape, len(list), rank, len(axes)))
	}
	for i, a := range axes {
		all[a] = list[min(i, len(list)-1)]
	}
	return all, nil
}

// meant returns the axes that a list of n numbers is of: all but the batch if there are so many, else those
// that are neither batch nor channels.
func (p Pool) meant(n, rank int, axes []int) []int {
	if n > 1 && n == rank-1 && !p.NoBatch {
		return allAxes(rank)[1:]
	}
	return axes
}

// padAxes adds to o the padding of some axes of x; o has windows and strides for all.
func padAxes(o *graph.PoolOptions, x *graph.Node, pad Padding, axes []int) error {
	ps := make([]passage, len(axes))
	for i, a := range axes {
		ps[i] = passage{x.Dim(a), o.Window[a], o.Stride[a], 1}
	}
	low, high, err := pad.pads(ps)
	if err != nil {
		return ofField("Padding", err)
	}
	o.PadLow, o.PadHigh = make([]int, x.Rank()), make([]int, x.Rank())
	for i, a := range axes {
		o.PadLow[a], o.PadHigh[a] = low[i], high[i]
	}
	return nil
}

// blind returns an error if there is a window that sees nothing but padding, and so has no mean.
func blind(x *graph.Node, o graph.PoolOptions) error {
	for a, k := range o.Window {
		room := x.Dim(a) + o.PadLow[a] + o.PadHigh[a] - k
		last := room - room%o.Stride[a] - o.PadLow[a] // where the last window begins
		if room >= 0 && (o.PadLow[a] >= k || last >= x.Dim(a)) {
			return ofField("Padding", fmt.Errorf("%w: %d cells before and %d after axis %d of %v, of which windows of %d see nothing else",
				graph.ErrValue, o.PadLow[a], o.PadHigh[a], a, x.Type(), k))
		}
	}
	return nil
}

// allAxes returns 0, 1, … n-1.
func allAxes(n int) []int {
	axes := make([]int, n)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

func orOne(list []int) []int {
	if len(list) == 0 {
		return []int{1}
	}
	return list
}

func orValid(p Padding) Padding {
	if p == nil {
		return Valid
	}
	return p
}

func noChannels(axis int, x *graph.Node) error {
	return ofField("Channel", fmt.Errorf("%w: the input %v has no axis %d", graph.ErrShape, x.Type(), axis))
}
