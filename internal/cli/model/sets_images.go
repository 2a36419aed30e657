package model

import (
	"context"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/cli/settings"
)

// images returns the parts of a set of images.
func images(train, test *datasets.Images, err error) (Parts, error) {
	if err != nil {
		return Parts{}, err
	}
	return Parts{Train: train, Test: test}, nil
}

// imagesSet is a set of images that can be downloaded.
func imagesSet(name, what string, open func(context.Context, datasets.OpenOptions) (train, test *datasets.Images, err error)) SetKind {
	fetch := func(ctx context.Context, o opener) (Parts, error) { return images(open(ctx, o.options())) }
	return SetKind{
		Kind: settings.Kind{Name: name, Settings: plain{}}, What: what, Files: idxFiles, Fetched: true, fetch: fetch,
		open: func(ctx context.Context, _ any, o opener) (Parts, error) { return fetch(ctx, o) },
	}
}
