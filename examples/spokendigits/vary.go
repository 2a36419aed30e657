package main

import (
	"context"
	"iter"
	"math"
	"math/rand/v2"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/train"
)

// What the network hears of a sound: as far below the loudest as this, and no less.
const (
	span    = 45.0 // dB
	silence = -120 // level of what is not there, dB
	start   = 4.0  // steps before a recording begins
)

// How recordings vary, at most.
const (
	stretch = 0.3  // ln of the factor of time
	widen   = 0.08 // ln of the factor between channels
	shift   = 2.5  // channels
	late    = 12.0 // steps before a recording begins
	gap     = 10   // channels, and steps, that are not heard
	colour  = 5.0  // standard deviation of a microphone's gain, dB
	knots   = 5    // places along the cochlea where that gain is drawn
	hush    = -60  // level of the faintest noise, dB below the loudest of the sound
	hiss    = -35  // level of the loudest
)

// heard are recordings as they are heard in one epoch: varied at random.
type heard struct {
	*datasets.Samples
	steps int
	seed  uint64
	epoch int
	vary  bool
}

// SampleShape returns [T 64].
func (h heard) SampleShape() []int { return []int{h.steps, channels} }

// varied returns batches of recordings that vary from epoch to epoch.
func varied(h heard, opt datasets.BatchOptions) train.Data {
	data := train.FromSource(h, opt)
	data.Epoch = func(ctx context.Context, epoch int) iter.Seq2[datasets.Batch, error] {
		h, o := h, opt
		h.epoch, o.Epoch = epoch, epoch
		return datasets.Batches(ctx, h, o)
	}
	return data
}

// way is what happens to a sound on its way to the network.
type way struct {
	pace, late   float64           // factor of time, and steps of silence before the sound
	width, shift float64           // factor of the distances between channels, and channels
	gain         [channels]float64 // what is added to the levels, dB
	noise        float64           // level of the noise, dB below the loudest
	deaf, gap    [2]int            // channels and steps that are not heard
}

// plain returns the way of a sound that is heard as it is. High tones are raised by 6 dB an octave, as
// speech loses with them.
func plain() way {
	w := way{pace: 1, late: start, width: 1, noise: -span}
	cochlea := datasets.NewCochlea()
	cochlea.Channels = channels
	for k, f := range cochlea.Centres() {
		w.gain[k] = 10 * math.Log10(1+math.Pow(f/500, 2))
	}
	return w
}

// draw returns the way of another person's voice, by another microphone, in another room.
func draw(w way, steps int, rng *rand.Rand) way {
	within := func(a float64) float64 { return a * (2*rng.Float64() - 1) }
	w.pace, w.late = math.Exp(within(stretch)), late*rng.Float64()
	w.width, w.shift = math.Exp(within(widen)), within(shift)
	w.noise = max(-span, hush+(hiss-hush)*rng.Float64())
	w.deaf[0], w.gap[0] = rng.IntN(channels), rng.IntN(steps)
	w.deaf[1], w.gap[1] = w.deaf[0]+rng.IntN(gap), w.gap[0]+rng.IntN(gap)
	var knot [knots]float64
	for i := range knot {
		knot[i] = colour * rng.NormFloat64()
	}
	for k := range w.gain {
		at, part := math.Modf(float64(k) * (knots - 1) / channels)
		w.gain[k] += (1-part)*knot[int(at)] + part*knot[int(at)+1]
	}
	return w
}

// Read writes the currents of sample i to dst [T 64], as it is heard in this epoch.
func (h heard) Read(dst []float32, i int) {
	w := plain()
	if h.vary {
		w = draw(w, h.steps, rand.New(rand.NewPCG(h.seed, uint64(h.epoch)<<32|uint64(i))))
	}
	levels := h.X[i*longest*channels : (i+1)*longest*channels]
	loud := w.loudest(levels)
	clear(dst)
	for t := range h.steps {
		from := (float64(t) - w.late) * w.pace
		for c := range channels {
			if t >= w.gap[0] && t < w.gap[1] || c >= w.deaf[0] && c < w.deaf[1] {
				continue
			}
			k := (float64(c)-(channels-1)/2.0)*w.width + (channels-1)/2.0 + w.shift
			level := max(w.level(levels, from, k)-loud, w.noise)
			dst[t*channels+c] = float32(2 * max(level+span, 0) / span)
		}
	}
}

// loudest returns the highest level of all.
func (w way) loudest(levels []float32) float64 {
	loud := math.Inf(-1)
	for i, v := range levels {
		loud = max(loud, float64(v)+w.gain[i%channels])
	}
	return loud
}

// level returns the level between steps and channels.
func (w way) level(levels []float32, t, k float64) float64 {
	if t < 0 || t > longest-2 || k < 0 || k > channels-1 {
		return silence
	}
	t0, c0 := min(int(t), longest-2), min(int(k), channels-2)
	u, v := t-float64(t0), k-float64(c0)
	at := t0*channels + c0
	l := func(i int) float64 { return float64(levels[i]) + w.gain[i%channels] }
	return (1-u)*((1-v)*l(at)+v*l(at+1)) + u*((1-v)*l(at+channels)+v*l(at+channels+1))
}
