package optim_test

import (
	"math"
	"testing"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/optim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// with returns o changed by f.
func with[T any](o T, f func(*T)) T {
	f(&o)
	return o
}

func TestSettingsAreRefused(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	one := optim.Constant(1)
	tests := []struct {
		want string // begins the message, after the place
		opt  optim.Optimizer
	}{
		{"SGD.LR = <nil>", optim.SGD{}},
		{"SGD.LR: Constant = -1", optim.NewSGD(-1)},
		{"SGD.LR: Constant = NaN", optim.NewSGD(nan)},
		{"SGD.LR: Constant = +Inf", optim.NewSGD(inf)},
		{"SGD.WeightDecay = 1.5", with(optim.NewSGD(1), func(o *optim.SGD) { o.WeightDecay = 1.5 })},
		{"Momentum.Momentum = 1", with(optim.NewMomentum(1), func(o *optim.Momentum) { o.Momentum = 1 })},
		{"Momentum.WeightDecay = -1", with(optim.NewMomentum(1), func(o *optim.Momentum) { o.WeightDecay = -1 })},
		{"Nesterov.Momentum = NaN", with(optim.NewNesterov(1), func(o *optim.Nesterov) { o.Momentum = nan })},
		{"Nesterov.WeightDecay = NaN", with(optim.NewNesterov(1), func(o *optim.Nesterov) { o.WeightDecay = nan })},
		{"Adagrad.Eps = -1", with(optim.NewAdagrad(1), func(o *optim.Adagrad) { o.Eps = -1 })},
		{"Adagrad.WeightDecay = 2", with(optim.NewAdagrad(1), func(o *optim.Adagrad) { o.WeightDecay = 2 })},
		{"Adadelta.Eps = 0", with(optim.NewAdadelta(), func(o *optim.Adadelta) { o.Eps = 0 })},
		{"Adadelta.Rho = 1", with(optim.NewAdadelta(), func(o *optim.Adadelta) { o.Rho = 1 })},
		{"Adadelta.WeightDecay = 2", with(optim.NewAdadelta(), func(o *optim.Adadelta) { o.WeightDecay = 2 })},
		{"RMSProp.Rho = -0.1", with(optim.NewRMSProp(1), func(o *optim.RMSProp) { o.Rho = -0.1 })},
		{"RMSProp.Eps = +Inf", with(optim.NewRMSProp(1), func(o *optim.RMSProp) { o.Eps = inf })},
		{"RMSProp.WeightDecay = 2", with(optim.NewRMSProp(1), func(o *optim.RMSProp) { o.WeightDecay = 2 })},
		{"Adam.Beta1 = 1", with(optim.NewAdam(1), func(o *optim.Adam) { o.Beta1 = 1 })},
		{"Adam.Beta2 = -1", with(optim.NewAdam(1), func(o *optim.Adam) { o.Beta2 = -1 })},
		{"Adam.Eps = -1", with(optim.NewAdam(1), func(o *optim.Adam) { o.Eps = -1 })},
		{"Adam.WeightDecay = 2", with(optim.NewAdam(1), func(o *optim.Adam) { o.WeightDecay = 2 })},
		{"AdamW.Beta1 = 1", with(optim.NewAdamW(1), func(o *optim.AdamW) { o.Beta1 = 1 })},
		{"AdamW.Beta2 = 1", with(optim.NewAdamW(1), func(o *optim.AdamW) { o.Beta2 = 1 })},
		{"AdamW.Eps = NaN", with(optim.NewAdamW(1), func(o *optim.AdamW) { o.Eps = nan })},
		{"AdamW.WeightDecay = -1", with(optim.NewAdamW(1), func(o *optim.AdamW) { o.WeightDecay = -1 })},
		{"RAdam.Beta1 = 1", with(optim.NewRAdam(1), func(o *optim.RAdam) { o.Beta1 = 1 })},
		{"RAdam.Beta2 = 1", with(optim.NewRAdam(1), func(o *optim.RAdam) { o.Beta2 = 1 })},
		{"RAdam.Eps = -1", with(optim.NewRAdam(1), func(o *optim.RAdam) { o.Eps = -1 })},
		{"RAdam.Threshold = 3", with(optim.NewRAdam(1), func(o *optim.RAdam) { o.Threshold = 3 })},
		{"RAdam.WeightDecay = 2", with(optim.NewRAdam(1), func(o *optim.RAdam) { o.WeightDecay = 2 })},
		{"Lion.Beta1 = 1", with(optim.NewLion(1), func(o *optim.Lion) { o.Beta1 = 1 })},
		{"Lion.Beta2 = 1", with(optim.NewLion(1), func(o *optim.Lion) { o.Beta2 = 1 })},
		{"Lion.WeightDecay = -1", with(optim.NewLion(1), func(o *optim.Lion) { o.WeightDecay = -1 })},
		{"LARS.Momentum = 1", with(optim.NewLARS(1), func(o *optim.LARS) { o.Momentum = 1 })},
		{"LARS.WeightDecay = -1", with(optim.NewLARS(1), func(o *optim.LARS) { o.WeightDecay = -1 })},
		{"LARS.Trust = 0", with(optim.NewLARS(1), func(o *optim.LARS) { o.Trust = 0 })},
		{"LARS.Eps = -1", with(optim.NewLARS(1), func(o *optim.LARS) { o.Eps = -1 })},
		{"Adan.Betas[2] = 0", with(optim.NewAdan(1), func(o *optim.Adan) { o.Betas[2] = 0 })},
		{"Adan.Betas[0] = 1", with(optim.NewAdan(1), func(o *optim.Adan) { o.Betas[0] = 1 })},
		{"Adan.Eps = -1", with(optim.NewAdan(1), func(o *optim.Adan) { o.Eps = -1 })},
		{"Adan.WeightDecay = -1", with(optim.NewAdan(1), func(o *optim.Adan) { o.WeightDecay = -1 })},
		{"SM3.Beta = 1", with(optim.NewSM3(1), func(o *optim.SM3) { o.Beta = 1 })},
		{"SM3.Momentum = 1", with(optim.NewSM3(1), func(o *optim.SM3) { o.Momentum = 1 })},
		{"SM3.Eps = -1", with(optim.NewSM3(1), func(o *optim.SM3) { o.Eps = -1 })},
		{"SM3.WeightDecay = 2", with(optim.NewSM3(1), func(o *optim.SM3) { o.WeightDecay = 2 })},

		{"Chain.Rule = <nil>", optim.Chain{}},
		{"Chain.Every = -1", optim.Chain{Rule: optim.NewSGD(1), Every: -1}},
		{"Chain.Transforms[0] = <nil>", optim.Chain{Rule: optim.NewSGD(1), Transforms: []optim.Transform{nil}}},
		{"Chain.Groups[0].Match = <nil>", optim.Chain{Rule: optim.NewSGD(1), Groups: []optim.Group{{}}}},
		{"Chain.Groups[0].Rule: SGD.LR = <nil>", optim.Chain{Rule: optim.NewSGD(1),
			Groups: []optim.Group{{Match: optim.Prefix("w"), Rule: optim.SGD{}}}}},
		{"ClipByGlobalNorm.Max = 0", transformed(optim.ClipByGlobalNorm{})},
		{"ClipByNorm.Max = NaN", transformed(optim.ClipByNorm{Max: nan})},
		{"ClipByValue.Min = 1", transformed(optim.ClipByValue{Min: 1, Max: -1})},
		{"ClipByValue.Min = NaN", transformed(optim.ClipByValue{Min: nan, Max: 1})},
		{"L2.Decay = -1", transformed(optim.L2{Decay: -1})},
		{"L1.Decay = -1", transformed(optim.L1{Decay: -1})},

		{"SGD.LR: StepLR.StepSize = 0", scheduled(optim.StepLR{LR: 1})},
		{"SGD.LR: StepLR.LR = -1", scheduled(optim.StepLR{LR: -1, StepSize: 1})},
		{"SGD.LR: StepLR.Gamma = 2", scheduled(optim.StepLR{LR: 1, StepSize: 1, Gamma: 2})},
		{"SGD.LR: MultiStepLR.Milestones = [2 1]", scheduled(optim.MultiStepLR{Milestones: []int{2, 1}})},
		{"SGD.LR: MultiStepLR.Milestones = [-1]", scheduled(optim.MultiStepLR{Milestones: []int{-1}})},
		{"SGD.LR: MultiStepLR.Gamma = -1", scheduled(optim.MultiStepLR{Gamma: -1})},
		{"SGD.LR: PiecewiseConstant.Values = []", scheduled(optim.PiecewiseConstant{})},
		{"SGD.LR: PiecewiseConstant.Values = -1", scheduled(optim.PiecewiseConstant{Values: []float64{-1}})},
		{"SGD.LR: PiecewiseConstant.Boundaries = [1 1]", scheduled(optim.PiecewiseConstant{Boundaries: []int{1, 1}, Values: []float64{1, 1, 1}})},
		{"SGD.LR: ExponentialLR.Gamma = 1.1", scheduled(optim.ExponentialLR{Gamma: 1.1})},
		{"SGD.LR: ExponentialDecay.Steps = 0", scheduled(optim.ExponentialDecay{Decay: 1})},
		{"SGD.LR: ExponentialDecay.Decay = 0", scheduled(optim.ExponentialDecay{Steps: 1})},
		{"SGD.LR: InverseTimeDecay.Steps = -1", scheduled(optim.InverseTimeDecay{Steps: -1})},
		{"SGD.LR: InverseTimeDecay.Decay = -1", scheduled(optim.InverseTimeDecay{Steps: 1, Decay: -1})},
		{"SGD.LR: PolynomialDecay.Power = 0", scheduled(optim.PolynomialDecay{Steps: 1})},
		{"SGD.LR: PolynomialDecay.Final = -1", scheduled(optim.PolynomialDecay{Steps: 1, Final: -1, Power: 1})},
		{"SGD.LR: CosineAnnealingLR.TMax = 0", scheduled(optim.CosineAnnealingLR{})},
		{"SGD.LR: CosineAnnealingLR.Min = -1", scheduled(optim.CosineAnnealingLR{TMax: 1, Min: -1})},
		{"SGD.LR: CosineAnnealingWarmRestarts.PerEpoch = 0", scheduled(optim.CosineAnnealingWarmRestarts{T0: 1})},
		{"SGD.LR: CosineAnnealingWarmRestarts.T0 = 0", scheduled(optim.CosineAnnealingWarmRestarts{PerEpoch: 1})},
		{"SGD.LR: CosineAnnealingWarmRestarts.TMult = -1", scheduled(optim.CosineAnnealingWarmRestarts{PerEpoch: 1, T0: 1, TMult: -1})},
		{"SGD.LR: Warmup.Steps = 0", scheduled(optim.Warmup{Then: one})},
		{"SGD.LR: Warmup.From = 2", scheduled(optim.Warmup{Steps: 1, From: 2, Then: one})},
		{"SGD.LR: Warmup.Then = <nil>", scheduled(optim.Warmup{Steps: 1})},
		{"SGD.LR: Sequence.Starts = []", scheduled(optim.Sequence{Of: []optim.Schedule{one, one}})},
		{"SGD.LR: Sequence.Of[1]: Constant = -2", scheduled(optim.Sequence{Of: []optim.Schedule{one, optim.Constant(-2)}, Starts: []int{1}})},
		{"SGD.LR: EpochsOf.Updates = 0", scheduled(optim.EpochsOf{Of: one})},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			err := fault(test.opt)
			require.ErrorIs(t, err, graph.ErrValue)
			assert.ErrorContains(t, err, "optim: "+test.want+": ")
			assert.ErrorContains(t, err, "helper_test.go:")
		})
	}
}

func transformed(tr optim.Transform) optim.Optimizer {
	return optim.Chain{Rule: optim.NewSGD(1), Transforms: []optim.Transform{tr}}
}

func scheduled(s optim.Schedule) optim.Optimizer { return optim.SGD{LR: s} }

// TestDefaultsAreAccepted: what constructors return is valid, and every fault of one rule is told.
func TestDefaultsAreAccepted(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		assert.NoError(t, fault(r.make(0.1, 10)), r.name)
	}
	err := fault(optim.Adam{LR: optim.Constant(1), Beta1: 2, Beta2: 3})
	assert.ErrorContains(t, err, "Adam.Beta1 = 2")
	assert.ErrorContains(t, err, "Adam.Beta2 = 3")
}
