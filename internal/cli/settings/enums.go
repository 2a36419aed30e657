package settings

import (
	"reflect"
	"slices"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/layers"
	"github.com/spikegraph/spikegraph/losses"
)

// enums are the names of constants, each at the place of its number.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[layers.Input](): {layers.Scaled: "scaled", layers.Unscaled: "unscaled"},
	reflect.TypeFor[layers.Integration](): {
		layers.ExponentialEuler: "exponential_euler", layers.Euler: "euler", layers.RungeKutta4: "runge_kutta4",
	},
	reflect.TypeFor[layers.Reset](): {layers.Soft: "soft", layers.Hard: "hard", layers.NoReset: "no_reset"},
	reflect.TypeFor[layers.Timing](): {
		layers.AtSpike: "at_spike", layers.BeforeInput: "before_input", layers.AfterInput: "after_input",
		layers.Refunded: "refunded",
	},
	reflect.TypeFor[layers.Interpolation](): {
		layers.LinearDelay: "linear_delay", layers.GaussianDelay: "gaussian_delay",
	},
	reflect.TypeFor[layers.Product](): {
		layers.ProductAuto: "product_auto", layers.ProductDense: "product_dense", layers.ProductSparse: "product_sparse",
	},
	reflect.TypeFor[layers.Fan](): {
		layers.FanIn: "fan_in", layers.FanOut: "fan_out", layers.FanAvg: "fan_avg",
	},
	reflect.TypeFor[layers.Law](): {
		layers.TruncatedLaw: "truncated_law", layers.NormalLaw: "normal_law", layers.UniformLaw: "uniform_law",
	},
	reflect.TypeFor[layers.Transform](): {
		layers.Raw: "raw", layers.Sigmoid: "sigmoid", layers.Softplus: "softplus",
		layers.Exp: "exp", layers.Unit: "unit",
	},
	reflect.TypeFor[datasets.Layout](): {
		datasets.Flat: "flat", datasets.Kept: "kept", datasets.TimeFirst: "time_first",
	},
	reflect.TypeFor[datasets.LatencyCurve](): {datasets.Linear: "linear", datasets.Logarithmic: "logarithmic"},
	reflect.TypeFor[datasets.CochleaCode]():  {datasets.LeakyCode: "leaky_code", datasets.DeltaCode: "delta_code"},
	reflect.TypeFor[losses.Reduction]():      {losses.Mean: "mean", losses.Sum: "sum"},
	reflect.TypeFor[losses.Divisor](): {
		losses.OverWeights: "over_weights", losses.OverSamples: "over_samples",
	},
}

// present returns the names without gaps.
func present(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "" })
}

// setEnum sets a constant by its name.
func setEnum(t *config.Table, key string, v reflect.Value, names []string) {
	i := slices.Index(names, t.OneOf(key, "", present(names)...))
	if i < 0 {
		return
	}
	if v.CanInt() {
		v.SetInt(int64(i))
	} else {
		v.SetUint(uint64(i))
	}
}
