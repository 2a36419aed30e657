package main

import (
	"context"
	"iter"
	"math"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/train"
)

// How recordings vary.
const (
	stretch = 0.3  // ln of the largest factor of time
	widen   = 0.15 // ln of the largest factor between channels
	shift   = 7.0  // channels
	loss    = 0.3  // largest share of spikes that are lost in the lowest or the highest channel
	noise   = 0.01 // largest share of spikes that are none
	gap     = 10   // channels, and steps, of the largest gap in a recording
)

// heard are spikes as they are heard in one epoch: varied at random.
type heard struct {
	*datasets.Spikes
	seed  uint64
	epoch int
}

// varied returns batches of recordings that vary from epoch to epoch.
func varied(s *datasets.Spikes, opt datasets.BatchOptions) train.Data {
	data := train.FromSource(s, opt)
	data.Epoch = func(ctx context.Context, epoch int) iter.Seq2[datasets.Batch, error] {
		o := opt
		o.Epoch = epoch
		return datasets.Batches(ctx, heard{s, opt.Seed, epoch}, o)
	}
	return data
}

// Read writes sample i to dst [T C], as it is heard in this epoch: at its own pace, with its
// channels moved and spread, without some of its spikes, and deaf for some channels and some steps.
func (h heard) Read(dst []float32, i int) {
	rng := rand.New(rand.NewPCG(h.seed, uint64(h.epoch)<<32|uint64(i)))
	within := func(a float64) float64 { return a * (2*rng.Float64() - 1) }
	pace, noisy := math.Exp(within(stretch)), noise*rng.Float64()
	lost := [2]float64{loss * rng.Float64(), loss * rng.Float64()}
	places := h.places(math.Exp(within(widen)), within(shift))
	deaf, low := rng.IntN(gap), rng.IntN(h.Channels)
	late, from := rng.IntN(gap), rng.IntN(h.Steps)
	clear(dst)
	for t := range h.Steps {
		at := int(float64(t) * pace)
		if at >= h.Steps {
			return
		}
		if t >= from && t < from+late {
			continue
		}
		for c, k := range places {
			if k < 0 || k >= h.Channels || c >= low && c < low+deaf {
				continue
			}
			silent := 1 - noisy
			if h.At(i, at, k) {
				silent = lost[0] + (lost[1]-lost[0])*float64(c)/float64(h.Channels)
			}
			if rng.Float64() >= silent {
				dst[t*h.Channels+c] = 1
			}
		}
	}
}

// places returns where each channel hears.
func (h heard) places(factor, move float64) []int {
	at, middle := make([]int, h.Channels), float64(h.Channels-1)/2
	for c := range at {
		at[c] = int(math.Round((float64(c)-middle)*factor + middle + move))
	}
	return at
}
