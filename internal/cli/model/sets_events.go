package model

import (
	"context"
	"errors"

	"github.com/spikegraph/spikegraph/datasets"
)

// binned are the settings of recordings of events.
type binned struct {
	Steps  int // T
	Window int // µs of a step
	Count  int // in place of Window: events of a step
	Frames bool
}

// events opens a set of recordings of two parts.
func events(
	open func(dir string) (train, test *datasets.EventSet, err error),
) func(context.Context, any, opener) (Parts, error) {
	return func(_ context.Context, p any, o opener) (Parts, error) {
		train, test, err := open(o.Dir)
		if err != nil {
			return Parts{}, err
		}
		return p.(binned).parts(train, nil, test)
	}
}

func commands(_ context.Context, p any, o opener) (Parts, error) {
	train, valid, test, err := datasets.SSC(o.Dir)
	if err != nil {
		return Parts{}, err
	}
	return p.(binned).parts(train, valid, test)
}

// parts reads recordings as steps.
func (b binned) parts(train, valid, test *datasets.EventSet) (p Parts, err error) {
	for _, part := range []struct {
		set *datasets.EventSet
		to  *datasets.Source
	}{{train, &p.Train}, {valid, &p.Valid}, {test, &p.Test}} {
		if part.set == nil {
			continue
		}
		if *part.to, err = b.source(part.set); err != nil {
			return Parts{}, err
		}
	}
	return p, nil
}

// source reads a set and closes its files.
func (b binned) source(set *datasets.EventSet) (src datasets.Source, err error) {
	defer func() { err = errors.Join(err, set.Close()) }()
	bins := datasets.Bins{Window: int64(b.Window), Count: b.Count, Frames: b.Steps}
	if b.Count > 0 {
		bins.Window = 0
	}
	if b.Frames {
		frames, _, err := set.Frames(bins)
		return frames, err
	}
	spikes, _, err := set.Spikes(bins)
	return spikes, err
}
