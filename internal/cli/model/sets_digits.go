package model

import (
	"context"

	"github.com/spikegraph/spikegraph/datasets"
)

// heard are the settings of spoken digits.
type heard struct {
	binned
	datasets.Cochlea
	TestSpeakers []string // who is in the test set
}

// openDigits reads spoken digits and turns them into spikes.
func openDigits(_ context.Context, p any, o opener) (Parts, error) {
	h := p.(heard)
	all, err := datasets.SpokenDigits(o.Dir)
	if err != nil {
		return Parts{}, err
	}
	train, test, err := datasets.SplitSpeakers(all, h.TestSpeakers...)
	if err != nil {
		return Parts{}, err
	}
	first, err := datasets.HearDigits(train, h.Cochlea)
	if err != nil {
		return Parts{}, err
	}
	second, err := datasets.HearDigits(test, h.Cochlea)
	if err != nil {
		return Parts{}, err
	}
	return h.parts(first, nil, second)
}
