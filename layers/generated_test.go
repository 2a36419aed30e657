package layers_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/autodiff"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/internal/kernel"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/require"
)

// neuronsWithCode are the neurons, and surrogatesWithCode the surrogates, whose steps forward and back have
// code of their own: internal/kernel/gen/forms.txt.
var (
	neuronsWithCode = map[string]layers.LIF{
		"Leaky":      {Decay: layers.Const(0.95), Input: layers.Unscaled, Timing: layers.AfterInput, Detach: true},
		"Leaky zero": {Decay: layers.Const(0.95), Input: layers.Unscaled, Timing: layers.BeforeInput, Reset: layers.Hard, Detach: true},
		"LIF soft":   {Tau: layers.Const(10)},
		"LIF hard":   {Tau: layers.Const(10), Reset: layers.Hard, Detach: true},
	}
	surrogatesWithCode = map[string]graph.Surrogate{
		"arctangent": surrogate.Arctan{Alpha: 2}, "fast sigmoid": surrogate.InvSquareGrad{Alpha: 25},
		"sigmoid": surrogate.Sigmoid{Alpha: 4}, "triangle": surrogate.ReluGrad{Alpha: 0.3, Width: 1},
		"rectangle": surrogate.PiecewiseLeakyRelu{W: 1}, "Gaussian": surrogate.NewGaussianGrad(),
	}
)

// TestStepsRunGeneratedCode compiles the training of a hidden layer, fed back to itself or not, with biases or none, and looks
// at how its groups run. Where a pass changes what it makes of a neuron, the table of forms must follow.
func TestStepsRunGeneratedCode(t *testing.T) {
	for name, p := range neuronsWithCode {
		for spike, s := range surrogatesWithCode {
			for i := range 4 {
				recurrent, biased := i%2 == 1, i < 2
				t.Run(fmt.Sprintf("%s/%s/recurrent=%v/biased=%v", name, spike, recurrent, biased), func(t *testing.T) {
					t.Parallel()
					p := p
					p.N, p.VTh, p.VReset, p.Spike = hidden, layers.Const(1), layers.Const(0), s
					steps, open := 0, 0
					for _, line := range strings.Split(explainTraining(t, p, recurrent, biased), "\n") {
						if strings.Contains(line, "Fused[") && strings.Contains(line, fmt.Sprintf(" %d]@", hidden)) {
							if steps++; strings.Contains(line, " Sub Gt]") { // where the triangle is not 0
								steps, open = steps-1, open+1
							}
							require.Equal(t, kernel.Level() != "portable", strings.Contains(line, "] generated"), line)
						}
					}
					require.Equal(t, 2, steps, "a step forward and one back")
					if spike == "triangle" && recurrent {
						require.Equal(t, 1, open)
					}
				})
			}
		}
	}
}

const hidden = 300

// explainTraining returns what Explain says of a step of training with p as the hidden layer.
func explainTraining(t *testing.T, p layers.LIF, recurrent, biased bool) string {
	g := graph.New()
	x := g.Input("x", graph.Float32, 5, 64, 40)
	in := layers.Dense{In: 40, Out: hidden, NoBias: !biased}.Place(g, "in")
	back := layers.Dense{In: hidden, Out: hidden, NoBias: true}.Place(g, "back")
	out := layers.Dense{In: hidden, Out: 40}.Place(g, "out")
	cell := layers.Recur(p.In(g, "hidden", 1), back)
	ys, _ := graph.Loop(x, layers.RecurrentState[layers.LIFState]{},
		func(x *graph.Node, s layers.RecurrentState[layers.LIFState]) (*graph.Node, layers.RecurrentState[layers.LIFState]) {
			var z *graph.Node
			if recurrent {
				z, s = cell.Step(in.Apply(x), s)
			} else {
				z, s.Neuron = cell.Neuron.Step(in.Apply(x), s.Neuron)
			}
			return out.Apply(z), s
		})
	loss := ys.Square().Mean()
	prog, err := g.Compile(append(autodiff.Grad(loss, g.Params()...), loss)...)
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, prog.Explain(&text))
	return text.String()
}
