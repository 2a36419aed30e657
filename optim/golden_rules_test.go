package optim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/require"
)

// goldenRules are the optimizers by the names that cases begin with, each with the settings that it
// reads from the case, and its rate.
var goldenRules = map[string]func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule){
	"sgd": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewSGD(0)
		o.LR = goldenSchedule(t, c, map[string]any{"weight_decay": &o.WeightDecay})
		return o, o.LR
	},
	"momentum": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewMomentum(0)
		o.LR = goldenSchedule(t, c, map[string]any{"momentum": &o.Momentum, "weight_decay": &o.WeightDecay})
		return o, o.LR
	},
	"momentum_nesterov": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewNesterov(0)
		o.LR = goldenSchedule(t, c, map[string]any{"momentum": &o.Momentum, "weight_decay": &o.WeightDecay})
		return o, o.LR
	},
	"adagrad": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewAdagrad(0)
		o.LR = goldenSchedule(t, c, map[string]any{"epsilon": &o.Eps, "weight_decay": &o.WeightDecay})
		return o, o.LR
	},
	"adadelta": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) { // takes a rate, and does not use it
		o := optim.NewAdadelta()
		unused := goldenSchedule(t, c, map[string]any{"epsilon": &o.Eps, "rho": &o.Rho, "weight_decay": &o.WeightDecay})
		return o, unused
	},
	"rmsprop": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewRMSProp(0)
		o.LR = goldenSchedule(t, c, map[string]any{"epsilon": &o.Eps, "rho": &o.Rho, "weight_decay": &o.WeightDecay})
		return o, o.LR
	},
	"adam": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := goldenAdam(t, c)
		return o, o.LR
	},
	"adam_torch": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := goldenAdam(t, c)
		o.EpsCorrected = true
		return o, o.LR
	},
	"adamw": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := goldenAdamW(t, c)
		return o, o.LR
	},
	"adamw_torch": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := goldenAdamW(t, c)
		o.EpsCorrected = true
		return o, o.LR
	},
	"lars": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewLARS(0)
		o.LR = goldenSchedule(t, c, map[string]any{"momentum": &o.Momentum, "weight_decay": &o.WeightDecay, "tc": &o.Trust, "eps": &o.Eps})
		return o, o.LR
	},
	"adan": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewAdan(0)
		if _, ok := c.Params["lr"]; !ok {
			c.Params["lr"] = json.RawMessage("1e-3") // the one optimizer that has a rate by default
		}
		o.LR = goldenSchedule(t, c, map[string]any{"betas": &o.Betas, "eps": &o.Eps, "weight_decay": &o.WeightDecay, "no_prox": &o.NoProx})
		return o, o.LR
	},
	"sm3": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewSM3(0)
		o.LR = goldenSchedule(t, c, map[string]any{"beta": &o.Beta, "momentum": &o.Momentum, "eps": &o.Eps, "weight_decay": &o.WeightDecay})
		return o, o.LR
	},
	"lion": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewLion(0)
		o.LR = goldenSchedule(t, c, map[string]any{"beta1": &o.Beta1, "beta2": &o.Beta2, "weight_decay": &o.WeightDecay})
		return o, o.LR
	},
	"radam": func(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
		o := optim.NewRAdam(0)
		o.LR = goldenSchedule(t, c, map[string]any{"beta1": &o.Beta1, "beta2": &o.Beta2, "eps": &o.Eps,
			"threshold": &o.Threshold, "weight_decay": &o.WeightDecay})
		return o, o.LR
	},
}

func goldenAdam(t *testing.T, c goldenCase) optim.Adam {
	o := optim.NewAdam(0)
	o.LR = goldenSchedule(t, c, map[string]any{"beta1": &o.Beta1, "beta2": &o.Beta2, "eps": &o.Eps, "weight_decay": &o.WeightDecay})
	return o
}

func goldenAdamW(t *testing.T, c goldenCase) optim.AdamW {
	o := optim.NewAdamW(0)
	o.LR = goldenSchedule(t, c, map[string]any{"beta1": &o.Beta1, "beta2": &o.Beta2, "eps": &o.Eps,
		"weight_decay": &o.WeightDecay, "amsgrad": &o.AMSGrad})
	return o
}

// goldenRule returns the optimizer that a case is named after, the longest name that fits, and its rate.
func goldenRule(t *testing.T, c goldenCase) (optim.Optimizer, optim.Schedule) {
	t.Helper()
	best := ""
	for name := range goldenRules {
		if len(name) > len(best) && (c.Name == name || strings.HasPrefix(c.Name, name+"_")) {
			best = name
		}
	}
	require.NotEmpty(t, best, "unknown optimizer %q", c.Name)
	return goldenRules[best](t, c)
}
