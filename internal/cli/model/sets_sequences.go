package model

import (
	"context"

	"github.com/spikegraph/spikegraph/datasets"
)

// synthetic are the settings of the task of sweeping bumps.
type synthetic struct {
	Samples, TestSamples int
	Steps                int
	Seed                 uint64
}

// padded are the settings of sequences of different lengths.
type padded struct{ Steps int }

func sweeps(_ context.Context, p any, _ opener) (Parts, error) {
	s := p.(synthetic)
	train, err := datasets.SpikeTask(s.Samples, s.Steps, s.Seed)
	if err != nil {
		return Parts{}, err
	}
	test, err := datasets.SpikeTask(s.TestSamples, s.Steps, s.Seed+1)
	if err != nil {
		return Parts{}, err
	}
	return Parts{Train: train, Test: test}, nil
}

func vowels(_ context.Context, p any, o opener) (Parts, error) {
	train, test, err := datasets.JapaneseVowels()
	if o.Dir != "" {
		train, test, err = datasets.JapaneseVowelsIn(o.Dir)
	}
	if err != nil {
		return Parts{}, err
	}
	steps := p.(padded).Steps
	first, _, err := train.Padded(steps)
	if err != nil {
		return Parts{}, err
	}
	second, _, err := test.Padded(steps)
	if err != nil {
		return Parts{}, err
	}
	return Parts{Train: first, Test: second}, nil
}
