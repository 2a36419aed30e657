package layers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lifOptions is one combination of the options of a LIF neuron.
type lifOptions struct {
	reset  layers.Reset
	timing layers.Timing
	input  layers.Input
	detach bool
	tauRef float64 // ms
	v0     layers.Param
	synTau float64 // of a synaptic current before the neuron, ms; 0: none
}

// The constants of the neurons, in ms and mV.
const (
	optDt, optRest, optReset, optTh, optR, optTau = 0.5, -0.1, -0.3, 1.0, 3.0, 3.0
)

// Every combination of options spikes as the equations do when they are written as plain code.
func TestLIFOptionsTogether(t *testing.T) {
	t.Parallel()
	for _, o := range allLIFOptions() {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			x := make([]float64, 60)
			r := rand.New(rand.NewPCG(1, uint64(o.timing)))
			for i := range x {
				x[i] = 3*r.Float64() - 1.5 + 2*math.Sin(float64(i)/4) // rises and falls
			}
			z, v := o.traced(t, x)
			wantZ, wantV := o.simulated(x)
			require.Equal(t, wantZ, z)
			assert.InDeltaSlice(t, wantV, v, 1e-9)
			assert.Contains(t, z, 1.0)
			if o.reset != layers.NoReset || o.tauRef == 0 { // without a reset, the potential is held where it fires
				assert.Contains(t, z, 0.0)
			}
		})
	}
}

func allLIFOptions() (all []lifOptions) {
	for _, reset := range []layers.Reset{layers.Soft, layers.Hard, layers.NoReset} {
		for _, timing := range []layers.Timing{layers.AtSpike, layers.BeforeInput, layers.AfterInput, layers.Refunded} {
			for i := range 16 { // the other options by twos
				o := lifOptions{reset: reset, timing: timing, detach: i&1 != 0, input: layers.Input(i >> 1 & 1)}
				if i&4 != 0 {
					o.tauRef, o.v0 = 1.5, layers.Const(0.4)
				}
				if i&8 != 0 {
					o.synTau, o.v0 = 2, layers.Train(layers.Const(0.4))
				}
				all = append(all, o)
			}
		}
	}
	return all
}

// traced returns the spikes of one neuron and its potential after each step, by the layer.
func (o lifOptions) traced(t *testing.T, x []float64) (z, v []float64) {
	g := graph.New()
	cell := layers.LIF{N: 1, VRest: layers.Const(optRest), V0: o.v0, VReset: layers.Const(optReset), VTh: layers.Const(optTh),
		R: layers.Const(optR), Tau: layers.Const(optTau), TauRef: layers.Const(o.tauRef), Input: o.input,
		Reset: o.reset, Timing: o.timing, Detach: o.detach, DType: f64}.In(g, "lif", optDt)
	synapse := layers.LeakyIntegrator{N: 1, Tau: layers.Const(max(o.synTau, 1)), Input: layers.Unscaled, DType: f64}.In(g, "synapse", optDt)
	type state struct {
		Neuron  layers.LIFState
		Current layers.LeakyIntegratorState
	}
	type result struct{ Z, V *graph.Node }
	y, _ := graph.Loop(g.Values(f64, x, len(x), 1), state{}, func(x *graph.Node, s state) (y result, next state) {
		if o.synTau > 0 {
			x, s.Current = synapse.Step(x, s.Current)
		}
		y.Z, s.Neuron = cell.Step(x, s.Neuron)
		y.V = s.Neuron.V
		return y, s
	})
	return values(t, y.Z), values(t, y.V)
}

// simulated returns the same by the equations.
func (o lifOptions) simulated(x []float64) (zs, vs []float64) {
	v, current, held, decay := optRest, 0.0, 0.0, math.Exp(-optDt/optTau)
	if o.v0 != nil {
		v = 0.4
	}
	for _, in := range x {
		if o.synTau > 0 {
			current = current*math.Exp(-optDt/o.synTau) + in
			in = current
		}
		late := step(v - optTh)
		if o.timing == layers.BeforeInput {
			v = o.after(v, late)
		}
		gain := optR
		if o.input == layers.Scaled {
			gain *= 1 - decay
		}
		u := optRest + (v-optRest)*decay + gain*in
		if held > 0 {
			u = v
		}
		if o.timing == layers.AfterInput || o.timing == layers.Refunded {
			u = o.after(u, late)
		}
		z := step(u - optTh)
		held = max(z*o.tauRef/optDt, held-1)
		switch v = u; o.timing {
		case layers.AtSpike:
			v = o.after(u, z)
		case layers.Refunded:
			v = o.after(u, z-late)
		}
		zs, vs = append(zs, z), append(vs, v)
	}
	return zs, vs
}

// after is the potential v after z spikes, -1 to give one back.
func (o lifOptions) after(v, z float64) float64 {
	switch o.reset {
	case layers.Soft:
		return v - (optTh-optReset)*z
	case layers.Hard:
		return v*(1-z) + optReset*z
	}
	return v
}

func step(x float64) float64 {
	if x >= 0 {
		return 1
	}
	return 0
}
