package model

import (
	"context"

	"github.com/spikegraph/spikegraph/datasets"
)

// images returns the parts of a set of images.
func images(train, test *datasets.Images, err error) (Parts, error) {
	if err != nil {
		return Parts{}, err
	}
	return Parts{Train: train, Test: test}, nil
}

// published opens a set that can be downloaded.
func published(
	open func(context.Context, datasets.OpenOptions) (train, test *datasets.Images, err error),
) func(context.Context, any, opener) (Parts, error) {
	return func(ctx context.Context, _ any, o opener) (Parts, error) {
		return images(open(ctx, datasets.OpenOptions{Dir: o.Dir, Cache: o.Cache, Bar: o.Bar, Mirrors: o.mirrors}))
	}
}
