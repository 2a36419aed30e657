package model

import (
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/config"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// Encoders make sequences of values.
var Encoders = []settings.Kind{
	{Name: "constant", Settings: datasets.Constant{}},
	{Name: "step_current", Settings: datasets.StepCurrent{Amplitude: 1}},
	{Name: "poisson", Settings: datasets.Poisson{}},
	{Name: "latency", Settings: datasets.Latency{}},
	{Name: "charging", Settings: datasets.Charging{Threshold: 0.01, Tau: 1}},
	{Name: "weighted_phase", Settings: datasets.WeightedPhase{}},
	{Name: "delta", Settings: datasets.Delta{Threshold: 0.1}},
	{Name: "population", Settings: datasets.Population{Gamma: 1.5, Threshold: 0.1}},
}

// readEncoder reads data.encode; nil if there is none.
func readEncoder(data *config.Table) datasets.Encoder {
	if !data.Has("encode") {
		return nil
	}
	e, _ := settings.Make[datasets.Encoder](data, "encode", "type", Encoders)
	return e
}
