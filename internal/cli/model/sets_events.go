package model

import (
	"context"
	"errors"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// binned are the settings of recordings of events.
type binned struct {
	Steps  int // T
	Window int // µs of a step
	Count  int // in place of Window: events of a step
	Frames bool
}

// openEvents opens the parts of a set of recordings; valid is nil where the set has none.
type openEvents func(context.Context, datasets.OpenOptions) (train, valid, test *datasets.EventSet, err error)

// twoParts opens a set without a part to validate on.
func twoParts(open func(context.Context, datasets.OpenOptions) (train, test *datasets.EventSet, err error)) openEvents {
	return func(ctx context.Context, o datasets.OpenOptions) (train, valid, test *datasets.EventSet, err error) {
		train, test, err = open(ctx, o)
		return train, nil, test, err
	}
}

// eventsSet is a set of recordings that can be downloaded.
func eventsSet(name, what, files string, p binned, open openEvents) SetKind {
	return SetKind{
		Kind: settings.Kind{Name: name, Settings: p}, What: what, Files: files, Fetched: true, layout: datasets.TimeFirst,
		open: func(ctx context.Context, p any, o opener) (Parts, error) {
			train, valid, test, err := open(ctx, o.options())
			if err != nil {
				return Parts{}, err
			}
			return p.(binned).parts(train, valid, test)
		},
		fetch: func(ctx context.Context, o opener) (Parts, error) {
			train, valid, test, err := open(ctx, o.options())
			if err != nil {
				return Parts{}, err
			}
			for _, set := range []*datasets.EventSet{train, valid, test} {
				if set != nil {
					err = errors.Join(err, set.Close())
				}
			}
			return Parts{}, err
		},
	}
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
