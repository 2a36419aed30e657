package main

import (
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"path/filepath"

	"github.com/spikegraph/spikegraph/datasets"
)

// spikes returns what the cochlea makes of the recordings: of all speakers but those held back, and
// of these, with the positions of each one's recordings.
func spikes(c config) (voices, unknown *datasets.Spikes, by map[string][]int, err error) {
	if c.dir == "" {
		return nil, nil, nil, errors.New("spokendigits: -dir is not given: the archive of the Free Spoken Digit Dataset, doi:10.5281/zenodo.1342401")
	}
	all, err := datasets.SpokenDigits(c.dir)
	if err != nil {
		return nil, nil, nil, err
	}
	known, others, err := datasets.SplitSpeakers(all, speakers(c.held)...)
	if err != nil {
		return nil, nil, nil, err
	}
	by = map[string][]int{}
	for i, d := range others {
		by[d.Speaker] = append(by[d.Speaker], i)
	}
	if voices, err = hear(known, c); err != nil {
		return nil, nil, nil, err
	}
	unknown, err = hear(others, c)
	return voices, unknown, by, err
}

// ear returns the cochlea. Its neurons forget slowly and the sound is compressed much, so that a
// channel fires now and then where it is faint, and seldom more than once in a step where it is loud.
func ear() datasets.Cochlea {
	c := datasets.NewCochlea()
	c.Channels, c.Threshold, c.Tau, c.Power = channels, 3, 40, 0.4
	return c
}

// hear returns the spikes of recordings, from the cache if they are there.
func hear(part []datasets.SpokenDigit, c config) (*datasets.Spikes, error) {
	cochlea := ear()
	bins := datasets.Bins{Window: dt * 1000, Frames: c.steps}
	build := func() (*datasets.Spikes, error) {
		events, err := datasets.HearDigits(part, cochlea)
		if err != nil {
			return nil, err
		}
		s, _, err := events.Spikes(bins)
		return s, err
	}
	if c.cache == "" {
		return build()
	}
	key := fmt.Sprintf("spoken digits %08x, %+v, %+v", checksum(part), cochlea, bins)
	name := fmt.Sprintf("spokendigits-%08x.spikes", crc32.ChecksumIEEE([]byte(key)))
	return datasets.CachedSpikes(filepath.Join(c.cache, name), key, build)
}

// checksum returns a number of recordings that changes with any of them.
func checksum(part []datasets.SpokenDigit) uint32 {
	h := crc32.NewIEEE()
	var b []byte
	for _, d := range part {
		b = fmt.Appendf(b[:0], "%d %s %d %d", d.Digit, d.Speaker, d.Take, d.Rate)
		for _, s := range d.Samples {
			v := math.Float32bits(s)
			b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
		}
		h.Write(b)
	}
	return h.Sum32()
}
