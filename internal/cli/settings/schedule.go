package settings

import (
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/optim"
)

// Schedules are the learning rates over time.
var Schedules = []Kind{
	{"step_lr", optim.StepLR{Gamma: 0.1}},
	{"multi_step_lr", optim.MultiStepLR{Gamma: 0.1}},
	{"exponential_lr", optim.ExponentialLR{}},
	{"exponential_decay", optim.ExponentialDecay{}},
	{"inverse_time_decay", optim.InverseTimeDecay{}},
	{"polynomial_decay", optim.PolynomialDecay{Power: 1}},
	{"piecewise_constant", optim.PiecewiseConstant{}},
	{"cosine_annealing_lr", optim.CosineAnnealingLR{}},
	{"cosine_annealing_warm_restarts", optim.CosineAnnealingWarmRestarts{}},
	{"warmup", optim.Warmup{}},
	{"sequence", optim.Sequence{}},
	{"epochs_of", optim.EpochsOf{}},
}

// schedule reads a rate, or a schedule with its settings.
func schedule(t *config.Table, key string) (optim.Schedule, bool) {
	switch t.Is(key) {
	case "number":
		return checked(t, key, optim.Constant(t.Float(key, 0)))
	case "table":
		if s, ok := Make[optim.Schedule](t, key, "type", Schedules); ok {
			return checked(t, key, s)
		}
		return nil, false
	}
	t.Wrong(key, `a number, or a table such as { type = "step_lr", lr = 1e-3, step_size = 10 }`)
	return nil, false
}

// schedules reads a list of tables of schedules.
func schedules(t *config.Table, key string) ([]optim.Schedule, bool) {
	var list []optim.Schedule
	for _, inner := range t.Tables(key) {
		for _, k := range Schedules {
			if same(k.Name, inner.String("type", "")) {
				list = append(list, Of(inner, k).(optim.Schedule))
			}
		}
		if !inner.Has("type") || inner.OneOf("type", "", Names(Schedules)...) == "" {
			return nil, false
		}
	}
	return list, true
}

// checked records what a schedule says is wrong with it.
func checked(t *config.Table, key string, s optim.Schedule) (optim.Schedule, bool) {
	if err := s.Validate(); err != nil {
		t.Fault(key, "%v", err)
		return nil, false
	}
	return s, true
}
