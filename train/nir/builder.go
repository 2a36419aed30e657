package nir

import (
	"errors"
	"math"
	"slices"

	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/layers"
)

// builder reads the parameters of one node. What is amiss is gathered.
type builder struct {
	node  *Node
	name  string
	in    []int // shape of what comes in
	o     Options
	bound []binding
	err   error
}

// binding says where the store keeps a parameter, and how its numbers there come from those in the file.
type binding struct {
	param string // of the node
	field string // of the store, behind the node's name
	to    func(float64) float64
	from  func(float64) float64
	perm  []int // axis i of the store's tensor is axis perm[i] of the file's; nil: as they are
	shape []int // of the file's array, once it has an element for each of the store's
}

func (b *builder) fail(format string, args ...any) {
	b.err = errors.Join(b.err, unsupported(b.name, format, args...))
}

// numbers returns the parameter's numbers, which must be finite, and their shape.
func (b *builder) numbers(param string) (v []float64, shape []int) {
	a := b.node.Params[param]
	v = a.Floats()
	if n, ok := ndarray.Size(a.Shape); v == nil || !ok || n != len(v) || n == 0 {
		b.fail("%s is of shape %v, and %T", param, a.Shape, a.Data)
		return nil, a.Shape
	}
	if slices.ContainsFunc(v, func(x float64) bool { return x-x != 0 }) {
		b.fail("%s is not finite", param)
	}
	return v, a.Shape
}

// axes returns a parameter of n whole numbers, at least least; one number stands for all.
func (b *builder) axes(param string, n, least int) []int {
	list, ok := b.node.Params[param].ints()
	if len(list) == 1 {
		list = slices.Repeat(list, n)
	}
	if !ok || len(list) != n || n > 0 && slices.Min(list) < least {
		b.fail("%s is %v, want %d whole numbers of at least %d", param, b.node.Params[param].Data, n, least)
		return slices.Repeat([]int{max(least, 1)}, n)
	}
	return list
}

// one returns a parameter of one whole number.
func (b *builder) one(param string) int {
	list, ok := b.node.Params[param].ints()
	if !ok || len(list) != 1 {
		b.fail("%s is %v, want one whole number", param, b.node.Params[param].Data)
		return 0
	}
	return list[0]
}

// wants fails unless the input has that many axes.
func (b *builder) wants(rank int) bool {
	if len(b.in) != rank {
		b.fail("its input is of shape %v, want %d axes", b.in, rank)
	}
	return len(b.in) == rank
}

// weight returns a trained parameter with its axes permuted for the store.
func (b *builder) weight(param, field string, perm ...int) layers.Param {
	v, shape := b.numbers(param)
	b.bound = append(b.bound, binding{param: param, field: field, to: same, from: same, perm: perm, shape: shape})
	if perm != nil && v != nil {
		v = permute(v, shape, perm)
	}
	return layers.Values(v)
}

func same(v float64) float64 { return v }

// permute returns v [shape...], row by row, with axis i of the result axis perm[i] of v.
func permute(v []float64, shape, perm []int) []float64 {
	out := make([]float64, len(v))
	for i, from := range ndarray.Places(shape, perm) {
		out[i] = v[from]
	}
	return out
}

// fits returns the numbers of a parameter that has one for each element of the input, or one for all.
func (b *builder) fits(param string) []float64 {
	v, shape := b.numbers(param)
	if len(v) != 1 && !slices.Equal(shape, b.in) {
		b.fail("%s is of shape %v, its input %v", param, shape, b.in)
	}
	return v
}

// literal returns numbers as a layer takes them, one if they are all the same.
func literal(v []float64) layers.Param {
	if len(v) > 0 && !slices.ContainsFunc(v, func(x float64) bool { return x != v[0] }) {
		return layers.Const(v[0])
	}
	return layers.Values(v)
}

// constants are the constants of neurons, and what they may be.
var constants = map[string]struct {
	positive bool
	absent   float64 // what is meant where the file has none; NaN: it must have one
}{
	"tau": {true, math.NaN()}, "tau_mem": {true, math.NaN()}, "tau_syn": {true, math.NaN()},
	"r": {false, math.NaN()}, "v_leak": {false, math.NaN()}, "v_threshold": {false, math.NaN()},
	"v_reset": {false, 0}, "w_in": {false, 1},
}

// constant returns a constant of neurons as the store or the program keeps it: to of what the file has.
func (b *builder) constant(param, field string, to, from func(float64) float64) layers.Param {
	rule := constants[param]
	v := []float64{rule.absent}
	if _, ok := b.node.Params[param]; ok {
		v = b.fits(param)
	}
	out := make([]float64, len(v))
	for i, x := range v {
		if rule.positive && x <= 0 {
			b.fail("%s is %v, want > 0", param, x)
			break
		}
		out[i] = to(x)
	}
	if slices.Contains(b.o.Train, param) {
		b.bound = append(b.bound, binding{param: param, field: field, to: to, from: from, shape: b.in})
		return layers.Train(literal(out))
	}
	return literal(out)
}
