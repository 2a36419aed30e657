package nir

import (
	"maps"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// kind is a type of nodes.
type kind struct {
	params   []string // what a node must have
	optional []string // what it may have
	memory   bool     // whether it carries state, or fires: what it gives back to itself takes a step
	// build returns the part of a node, and the shape of what it gives, for the builder's input shape.
	build func(b *builder) (out []int, p part)
}

// part is a node that has been checked.
type part struct {
	place func(g *graph.Graph, name string) stepFunc
	bound []binding // its parameters that the store keeps
}

// kinds are the types of NIR 1.0.
var kinds = map[string]kind{
	inputType:   {params: []string{"shape"}, build: pass},
	outputType:  {params: []string{"shape"}, build: pass},
	"Affine":    {params: []string{"weight", "bias"}, build: dense},
	"Linear":    {params: []string{"weight"}, build: dense},
	"Scale":     {params: []string{"scale"}, build: scale},
	"Conv1d":    {params: convParams, optional: []string{"input_shape"}, build: conv},
	"Conv2d":    {params: convParams, optional: []string{"input_shape"}, build: conv},
	"SumPool2d": {params: poolParams, build: pool},
	"AvgPool2d": {params: poolParams, build: pool},
	"Flatten":   {params: []string{"start_dim", "end_dim"}, optional: []string{"input_type"}, build: flatten},
	"Delay":     {params: []string{"delay"}, memory: true, build: delay},
	"Threshold": {params: []string{"threshold"}, memory: true, build: threshold},
	"LI":        {params: []string{"tau", "r", "v_leak"}, memory: true, build: leaky},
	"I":         {params: []string{"r"}, memory: true, build: leaky},
	"CubaLI":    {params: []string{"tau_syn", "tau_mem", "r", "v_leak"}, optional: []string{"w_in"}, memory: true, build: leaky},
	"LIF":       {params: []string{"tau", "r", "v_leak", "v_threshold"}, optional: []string{"v_reset"}, memory: true, build: firing},
	"IF":        {params: []string{"r", "v_threshold"}, optional: []string{"v_reset"}, memory: true, build: firing},
	"CubaLIF": {params: []string{"tau_syn", "tau_mem", "r", "v_leak", "v_threshold"}, optional: []string{"w_in", "v_reset"},
		memory: true, build: firing},
}

var (
	convParams = []string{"weight", "stride", "padding", "dilation", "groups", "bias"}
	poolParams = []string{"kernel_size", "stride", "padding"}
)

func kindNames() []string { return slices.Sorted(maps.Keys(kinds)) }

// build checks the unit, whose input shape is known, and builds its part.
func (u *unit) build(o Options) error {
	b := &builder{node: u.node, name: u.name, in: u.shape, o: o}
	k := u.kind
	for _, name := range k.params {
		if _, ok := u.node.Params[name]; !ok {
			b.fail("it has no %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.node.Params)) {
		if !slices.Contains(k.params, name) && !slices.Contains(k.optional, name) {
			b.fail("%s is no parameter of %s", name, u.node.Type)
		}
	}
	if b.err != nil {
		return b.err
	}
	u.out, u.part = k.build(b)
	u.part.bound = b.bound
	if n, ok := ndarray.Size(u.out); b.err == nil && (!ok || n > mostElements) {
		b.fail("it gives %v, more than %d numbers", u.out, mostElements)
	}
	return b.err
}

// mostElements bounds what a node gives for each sample: shapes are a claim of the file.
const mostElements = 1 << 28
