package datasets

import (
	"math"
	"math/rand/v2"
)

// The numbers of SpikeTask.
const (
	spikeTaskClasses  = 20
	spikeTaskChannels = 700
	spikeTaskWidth    = 40.0   // of the bump, channels
	spikeTaskFloor    = 0.005  // spike probability far from the bump
	spikeTaskPeak     = 0.1047 // added at its centre: mean density 2 %
)

// SpikeTask returns n samples of a synthetic task in the format of spoken digits in a model cochlea
// (700 channels, 20 classes), of the given number of steps: a bump of activity that sweeps over a
// ring of channels. Class c starts at channel 35 c and moves by 1 + c mod 5 channels a step,
// upwards if c is even, downwards if it is odd:
//
//	centre(t) = 35 c ± (1 + c mod 5) t   (mod 700)
//	p(spike)  = 0.005 + 0.1047 exp(-d² / (2 40²)),   d the distance on the ring from the centre
//
// independently for every channel and step; 2 % of them are spikes. Sample i is of class i mod 20,
// and depends on seed, i and t alone: fewer samples or steps are a part of more. For a training and
// a test set take two seeds. It returns ErrOption for n or steps below 1.
func SpikeTask(n, steps int, seed uint64) (*Spikes, error) {
	s, err := NewSpikes(n, steps, spikeTaskChannels, spikeTaskClasses)
	if err != nil {
		return nil, err
	}
	p := spikeTaskProbabilities()
	for i := range n {
		c := i % spikeTaskClasses
		s.Labels[i] = int32(c)
		rng := newRand(seed, forSpikeTask, uint64(i))
		for t := range steps {
			sweep(s, i, t, spikeTaskCentre(c, t), &p, rng)
		}
	}
	return s, nil
}

// sweep draws step t of sample i around a centre.
func sweep(s *Spikes, i, t, centre int, p *[spikeTaskChannels]float64, rng *rand.Rand) {
	for ch := range spikeTaskChannels {
		if rng.Float64() < p[(ch-centre+spikeTaskChannels)%spikeTaskChannels] {
			s.Set(i, t, ch)
		}
	}
}

// spikeTaskCentre returns the channel at which the bump of class c is at step t, in [0, 700).
func spikeTaskCentre(c, t int) int {
	v := 1 + c%5
	if c%2 == 1 {
		v = -v
	}
	const n = spikeTaskChannels
	return ((35*c+v*(t%n))%n + n) % n
}

// spikeTaskProbabilities returns the spike probability of the channel k places above the centre.
func spikeTaskProbabilities() (p [spikeTaskChannels]float64) {
	for k := range p {
		d := float64(min(k, spikeTaskChannels-k))
		p[k] = spikeTaskFloor + spikeTaskPeak*math.Exp(-d*d/(2*spikeTaskWidth*spikeTaskWidth))
	}
	return p
}
