package settings_test

import (
	"fmt"
	"testing"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/spikegraph/spikegraph/surrogate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKey(t *testing.T) {
	t.Parallel()
	for field, key := range map[string]string{
		"VTh": "v_th", "N": "n", "LR": "lr", "TauRef": "tau_ref", "H0": "h0", "NoBias": "no_bias", "TMax": "t_max",
		"VReset": "v_reset", "InDensity": "in_density", "Wfb": "wfb", "T0": "t0", "AMSGrad": "ams_grad",
	} {
		assert.Equal(t, key, settings.Key(field), field)
	}
}

// fill reads a text into a struct and returns it, without faults.
func fill[T any](t *testing.T, text string, v T) T {
	t.Helper()
	f := config.Parse("x.toml", text)
	settings.Fill(f.Root, &v)
	require.NoError(t, f.Err())
	return v
}

// A filled struct is the literal that says the same.
func TestFill(t *testing.T) {
	t.Parallel()
	assert.Equal(t, layers.LIF{
		Shape: []int{2, 3}, VTh: layers.Const(1), Tau: layers.Train(layers.Uniform{Lo: 10, Hi: 30}).Shared().Through(layers.Softplus),
		V0: layers.Values{1, 2}, R: layers.Fix(nil), Input: layers.Unscaled, Reset: layers.Hard, Timing: layers.Refunded,
		Detach: true, Spike: surrogate.Arctan{Alpha: 3},
	}, fill(t, `
shape = [2, 3]
VTh = 1
tau = { init = "uniform", lo = 10, hi = 30.0, train = true, shared = true, through = "softplus" }
v0 = [1, 2]
r = { fix = true }
input = "Unscaled"
reset = "hard"
timing = "refunded"
detach = true
spike = { type = "arctan", alpha = 3 }
`, layers.LIF{}))
	assert.Equal(t, layers.ALIF{LIF: layers.LIF{N: 4, Spike: surrogate.NewSigmoid()}, Beta: layers.Const(2)},
		fill(t, "n = 4\nbeta = 2\nspike = \"sigmoid\"\n", layers.ALIF{}))
	minus := -1
	assert.Equal(t, layers.MaxPool2d{Kernel: []int{2}, Padding: layers.Around{1, 2}, Channel: &minus},
		fill(t, "kernel = 2\npadding = [1, 2]\nchannel = -1\n", layers.MaxPool2d{}))
	assert.Equal(t, layers.Conv2d{Padding: layers.Valid, W: layers.KaimingNormal(), B: layers.Orthogonal{Scale: 2, Axis: -1}},
		fill(t, "padding = \"valid\"\nw = \"kaiming_normal\"\nb = { init = \"orthogonal\", scale = 2 }\n", layers.Conv2d{}))
	assert.Equal(t, layers.RNN{Activation: "gelu"}, fill(t, "activation = \"gelu\"\n", layers.RNN{}))
	assert.Equal(t, datasets.Charging{Steps: 3, In: datasets.Interval{Min: -1, Max: 1, Clip: true}},
		fill(t, "steps = 3\nin = { min = -1, max = 1, clip = true }\n", datasets.Charging{}))
	type texts struct {
		Of   []string
		Name string
	}
	assert.Equal(t, texts{[]string{"a", "b"}, "c"}, fill(t, "of = [\"a\", \"b\"]\nname = \"c\"\n", texts{}))
	liquid := layers.NewLiquid(0)
	liquid.Shape, liquid.Connect.EI = [3]int{1, 2, 3}, 0.5
	assert.Equal(t, liquid, fill(t, "shape = [1, 2, 3]\nconnect = { ei = 0.5 }\n", layers.NewLiquid(0)))
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	type holder struct{ LR optim.Schedule }
	assert.Equal(t, holder{optim.Constant(0.5)}, fill(t, "lr = 0.5\n", holder{}))
	assert.Equal(t, holder{optim.Warmup{Steps: 3, Then: optim.StepLR{LR: 1, StepSize: 2, Gamma: 0.1}}},
		fill(t, "lr = { type = \"warmup\", steps = 3, then = { type = \"step_lr\", lr = 1, step_size = 2 } }\n", holder{}))
	assert.Equal(t, holder{optim.Sequence{Of: []optim.Schedule{optim.ExponentialLR{LR: 1, Gamma: 0.5}, optim.StepLR{LR: 1, StepSize: 1, Gamma: 0.1}}, Starts: []int{4}}},
		fill(t, `lr = { type = "sequence", starts = [4], of = [{ type = "exponential_lr", lr = 1, gamma = 0.5 }, { type = "step_lr", lr = 1, step_size = 1 }] }`, holder{}))
}

// Every fault names its key, its value and what was expected.
func TestFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tau = true":                               "tau: true: want a number, a list of numbers",
		"tau = \"kaiming\"":                        "tau: \"kaiming\": want one of uniform, normal",
		"tau = { init = \"no\", x = 1 }":           "tau.init: \"no\": want one of uniform",
		"tau = { init = \"normal\", sd = 1 }":      "tau.sd: there is no such key",
		"tau = { train = true, fix = true }":       "tau: train and fix: want one of them",
		"tau = { value = 1, through = \"exp\" }":   "tau: shared and through belong to what is stored",
		"tau = {}":                                 "tau: the table is empty",
		"tau = { value = 1, train = 1 }":           "tau.train: 1: want true or false",
		"spike = 3":                                "spike: 3: want the name of a surrogate",
		"spike = \"step\"":                         "spike: \"step\": want one of sigmoid",
		"spike = { alpha = 1 }":                    "spike: the key type is missing: want one of sigmoid",
		"spike = { type = \"erf\", alpha = -1 }":   "spike: surrogate:",
		"reset = 1":                                "reset: 1: want a text in quotes",
		"reset = \"gone\"":                         "reset: \"gone\": want one of soft, hard, no_reset",
		"n = 1.5":                                  "n: 1.5: want a whole number",
		"dtype = \"float64\"":                      "dtype: there is no such key",
		"tau = { init = \"normal\", std = \"a\" }": "tau.std: \"a\": want a number",
	} {
		f := config.Parse("x.toml", text)
		settings.Fill(f.Root, &layers.LIF{})
		err := f.Err()
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), "x.toml:1: "+want, text)
	}
}

// What depends on the trainer, and what a file cannot say, are no keys.
func TestFieldsLeaveOut(t *testing.T) {
	t.Parallel()
	for _, f := range append(settings.Fields(layers.Dropout{}), settings.Fields(layers.MaskedLinear{})...) {
		assert.NotContains(t, []string{"training", "func", "dtype"}, f.Key)
	}
}

func Example() {
	f := config.Parse("net.toml", `tau = { init = "uniform", lo = 10, hi = 30 }`)
	lif := layers.LIF{N: 3}
	settings.Fill(f.Root, &lif)
	fmt.Println(lif.Tau, f.Err())
	for _, field := range settings.Fields(layers.Dense{})[:4] {
		fmt.Println(field.Key, "=", field.What)
	}
	// Output:
	// {10 30} <nil>
	// in = whole number
	// out = whole number
	// w = number, list or init
	// b = number, list or init
}
