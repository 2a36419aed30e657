package model

import (
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
	"github.com/spikegraph/spikegraph/optim"
)

// defaultRate is the learning rate of an optimizer whose file gives none.
const defaultRate = 1e-3

// Optimizers are the rules of updates; lr is 1e-3 where the file gives none.
var Optimizers = []settings.Kind{
	{Name: "adadelta", Settings: optim.NewAdadelta()},
	{Name: "adagrad", Settings: optim.NewAdagrad(defaultRate)},
	{Name: "adam", Settings: optim.NewAdam(defaultRate)},
	{Name: "adamw", Settings: optim.NewAdamW(defaultRate)},
	{Name: "adan", Settings: optim.NewAdan(defaultRate)},
	{Name: "lars", Settings: optim.NewLARS(defaultRate)},
	{Name: "lion", Settings: optim.NewLion(defaultRate)},
	{Name: "momentum", Settings: optim.NewMomentum(defaultRate)},
	{Name: "nesterov", Settings: optim.NewNesterov(defaultRate)},
	{Name: "radam", Settings: optim.NewRAdam(defaultRate)},
	{Name: "rmsprop", Settings: optim.NewRMSProp(defaultRate)},
	{Name: "sgd", Settings: optim.NewSGD(defaultRate)},
	{Name: "sm3", Settings: optim.NewSM3(defaultRate)},
}

// readOptimizer reads [optimizer]; Adam if there is none. frozen are beginnings of names of parameters
// that stay as they are.
func readOptimizer(root *config.Table) optim.Optimizer {
	var rule optim.Rule = optim.NewAdam(defaultRate)
	t := root.Table("optimizer")
	if t == nil {
		return optim.Chain{Rule: rule}
	}
	rule, ok := settings.Make[optim.Rule](root, "optimizer", "type", Optimizers)
	frozen, bound := t.Strings("frozen"), t.Float("clip_value", 0)
	if !ok {
		return nil
	}
	if err := rule.Validate(); err != nil {
		t.Fault("", "%v", err)
	}
	c := optim.Chain{Rule: rule}
	if t.Has("clip_value") {
		clip := optim.ClipByValue{Min: -bound, Max: bound}
		if err := clip.Validate(); err != nil {
			t.Fault("clip_value", "%v", err)
		}
		c.Transforms = append(c.Transforms, clip)
	}
	if len(frozen) > 0 {
		c.Groups = []optim.Group{{Match: optim.Prefix(frozen...), Frozen: true}}
	}
	return c
}
