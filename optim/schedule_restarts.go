package optim

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// CosineAnnealingWarmRestarts takes the rate from LR to Min along half a cosine, starts again, and
// takes TMult times as long each time (Loshchilov, Hutter 2017, SGDR, eq. 5,
// doi:10.48550/arXiv.1608.03983). In update i, with the n-th restart at
// s_n = T0·(1 + TMult + ... + TMult^(n-1)) epochs the last one that is not after i/PerEpoch,
//
//	η(i) = Min + (LR-Min)·(1+cos(π·(i/PerEpoch-s_n)/(T0·TMult^n)))/2
type CosineAnnealingWarmRestarts struct {
	LR       float64
	PerEpoch int     // updates of an epoch, at least 1
	T0       int     // epochs to the first restart, at least 1
	TMult    int     // factor to the next, at least 1; 0 is 1
	Min      float64 // at least 0
}

// Validate implements Schedule.
func (s CosineAnnealingWarmRestarts) Validate() error {
	faults := []error{atLeast("LR", s.LR, 0), positive("PerEpoch", s.PerEpoch), positive("T0", s.T0), atLeast("Min", s.Min, 0)}
	if s.TMult < 0 {
		faults = append(faults, refused("TMult", s.TMult, "at least 1, or 0 for 1"))
	}
	return settings("CosineAnnealingWarmRestarts", faults...)
}

// Rate implements Schedule.
func (s CosineAnnealingWarmRestarts) Rate(t Time) *graph.Node {
	period := float64(s.PerEpoch) * float64(s.T0) // updates
	if s.TMult <= 1 {
		n := scalar(t, period)
		return halfCosine(t.Update.Mod(n).Div(n), s.LR, s.Min)
	}
	// A counter is an Int32, so that a few restarts are all there can be. Comparing with each
	// finds the last without a logarithm, which is off by one where rounding goes the wrong way.
	start, length := t.Update.Like(0), t.Update.Like(period)
	for at := period; at <= math.MaxInt32; {
		period *= float64(s.TMult)
		past := t.Update.Ge(scalar(t, at))
		start, length = past.Select(scalar(t, at), start), past.Select(scalar(t, period), length)
		at += period
	}
	return halfCosine(t.Update.Sub(start).Div(length), s.LR, s.Min)
}
