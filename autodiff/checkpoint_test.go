package autodiff_test

import (
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/autodiff/gradtest"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// chain applies blocks of depth layers to x, each block a checkpoint if check.
func chain(g *graph.Graph, x, w node, blocks, depth int, check bool) node {
	for range blocks {
		block := func() node {
			for range depth {
				x = x.MatMul(w).Tanh()
			}
			return x
		}
		if check {
			x = autodiff.Checkpoint(g, block)
		} else {
			x = block()
		}
	}
	return x
}

func TestCheckpointChangesNoNumber(t *testing.T) {
	t.Parallel()
	g := graph.New()
	x, w := ramp(g, 4, 3), ramp(g, 3, 3)
	var outs []node
	for _, check := range []bool{false, true} {
		y := chain(g, x, w, 3, 2, check)
		gs := autodiff.Grad(y.Square().Sum(), x, w)
		outs = append(outs, y, gs[0], gs[1], autodiff.Grad(gs[1].Sin().Sum(), w)[0])
	}
	v := values(t, g, outs...)
	for i := range 4 {
		assert.InDeltaSlice(t, v[i], v[4+i], 1e-12, "result %d", i)
	}
}

// Loops, choices, gradients and random numbers within a checkpoint, checkpoints within loops and
// within each other.
func TestCheckpointOfAnything(t *testing.T) {
	t.Parallel()
	in := []gradtest.Input{{Shape: []int{4, 3}, Lo: 0.3, Hi: 1.2}, {Shape: []int{3}, Lo: 0.3, Hi: 1.2}}
	step := func(x, v node) (node, node) { v = v.Mul(x).Add(x).Tanh(); return v.Square(), v }
	for name, build := range map[string]func(g *graph.Graph, in []node) node{
		"loop": func(g *graph.Graph, in []node) node {
			w := in[1].Exp()
			return autodiff.Checkpoint(g, func() node {
				ys, last := graph.Loop(in[0], in[1], func(x, v node) (node, node) { return step(x.Mul(w), v) })
				return join(ys, last)
			})
		},
		"in a loop": func(g *graph.Graph, in []node) node {
			ys, last := graph.Loop(in[0], in[1], func(x, v node) (node, node) {
				v = autodiff.Checkpoint(g, func() node { y, v := step(x, v); return y.Mul(v).Mul(in[1]) })
				return v, v
			})
			return join(ys, last)
		},
		"in an unrolled loop": func(g *graph.Graph, in []node) node {
			ys, last := graph.Loop(in[0], vu{in[1], in[1]}, func(x node, s vu) (node, vu) {
				v := autodiff.Checkpoint(g, func() node { return s.V.Mul(s.U).Mul(x).Tanh() })
				return v, vu{v, s.U.Sin()}
			}, graph.LoopOptions{Unroll: true})
			return join(ys, last.V)
		},
		"in a checkpoint": func(g *graph.Graph, in []node) node {
			return autodiff.Checkpoint(g, func() node {
				a := autodiff.Checkpoint(g, func() node { return in[0].Mul(in[1]).Sin() })
				return a.Exp().Mul(a)
			})
		},
		"choice": func(g *graph.Graph, in []node) node {
			return autodiff.Checkpoint(g, func() node {
				return graph.Cond(in[1].Sum().Lt(in[1].Sum().Like(100)), func() node { return in[0].Mul(in[1]) }, func() node { return in[0] })
			})
		},
		"random numbers": func(g *graph.Graph, in []node) node {
			return autodiff.Checkpoint(g, func() node {
				return in[0].Mul(g.Normal(graph.Float64, 4, 3)).Mul(in[0].Like(0.5).Bernoulli().Cast(graph.Float64)).Tanh().Mul(in[1])
			})
		},
		"gradient of what was before": func(g *graph.Graph, in []node) node {
			ys, _ := graph.Loop(in[0], in[1], step)
			return autodiff.Checkpoint(g, func() node { return join(autodiff.Grad(ys.Sum(), in...)...).Sin() })
		},
		"nothing new": func(g *graph.Graph, in []node) node {
			y := in[0].Mul(in[1])
			return autodiff.Checkpoint(g, func() node { return y })
		},
		"parameter placed inside": func(g *graph.Graph, in []node) node {
			return autodiff.Checkpoint(g, func() node {
				return in[0].Mul(in[1]).Mul(g.Param("w", graph.Var{DType: graph.Float64, Shape: []int{3}}).Shift(1)).Tanh()
			})
		},
	} {
		gradtest.Check(t, gradtest.Case{Name: name, Inputs: in, Build: build, SecondOrder: true, Directions: 1})
	}
}

// memory returns what a run of the gradient of loss by wrt takes.
func memory(t *testing.T, g *graph.Graph, loss node, wrt ...node) int {
	t.Helper()
	p, err := g.Compile(autodiff.Grad(loss, wrt...)...)
	require.NoError(t, err)
	return p.Memory()
}

func TestCheckpointSavesMemory(t *testing.T) {
	t.Parallel()
	bytes := map[bool]int{}
	for _, check := range []bool{false, true} {
		g := graph.New()
		x, w := g.Input("x", graph.Float32, 512, 32), g.Input("w", graph.Float32, 32, 32)
		bytes[check] = memory(t, g, chain(g, x, w, 10, 10, check).Sum(), w)
	}
	assert.Less(t, bytes[true], bytes[false]/3, "of 100 layers, 10 + 10 are kept: %v", bytes)
}

// With segments of k steps T/k + k states are kept instead of T.
func TestSegmentsSaveMemory(t *testing.T) {
	t.Parallel()
	bytes := func(steps, segment int) int {
		g := graph.New()
		w, v := g.Input("w", graph.Float32, 100, 100), g.Input("v", graph.Float32, 100, 100)
		_, last := graph.Loop([]node{}, v, func(_ []node, v node) (struct{}, node) {
			return struct{}{}, v.MatMul(w).Tanh().Add(v)
		}, graph.LoopOptions{Steps: steps, Segment: segment})
		return memory(t, g, last.Sum(), w)
	}
	state := 4 * 100 * 100
	assert.Greater(t, bytes(400, 0), 400*state)
	assert.Less(t, bytes(400, 20), 3*40*state, "√T + √T states, a few values of each step")
	assert.Less(t, bytes(1600, 40), 5*bytes(400, 20)/2, "four times the steps, twice the memory")
}
