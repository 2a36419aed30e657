package main

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/spikegraph/spikegraph/datasets"
)

// longest are the steps that are kept of a recording: more than 80 steps hold of one that is sped up.
const longest = 130

// load returns the recordings to learn from and those of the speakers held back.
func load(c config) (known, held []datasets.SpokenDigit, err error) {
	if c.dir == "" {
		return nil, nil, errors.New("spokendigits: -dir is not given: the archive of the Free Spoken Digit Dataset, doi:10.5281/zenodo.1342401")
	}
	all, err := datasets.SpokenDigits(c.dir)
	if err != nil {
		return nil, nil, err
	}
	if c.omit != "" {
		if all, _, err = datasets.SplitSpeakers(all, strings.Split(c.omit, ",")...); err != nil {
			return nil, nil, err
		}
	}
	return datasets.SplitSpeakers(all, strings.Split(c.held, ",")...)
}

// hear returns the levels of recordings in each channel of a cochlea, dB: samples [longest 64], with
// silence behind.
func hear(part []datasets.SpokenDigit) (*datasets.Samples, error) {
	cochlea := datasets.NewCochlea()
	cochlea.Channels = channels
	size := longest * channels
	s := &datasets.Samples{
		X: slices.Repeat([]float32{silence}, len(part)*size), Shape: []int{longest, channels},
		Labels: make([]int32, len(part)), Classes: 10,
	}
	faults := make([]error, len(part))
	var work sync.WaitGroup
	for w := range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for i := w; i < len(part); i += runtime.GOMAXPROCS(0) {
				var levels [][]float32
				levels, faults[i] = cochlea.Levels(part[i].Audio, dt)
				for t, row := range levels[:min(len(levels), longest)] {
					copy(s.X[i*size+t*channels:], row)
				}
				s.Labels[i] = part[i].Digit
			}
		})
	}
	work.Wait()
	return s, errors.Join(faults...)
}
