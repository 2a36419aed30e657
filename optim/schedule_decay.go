package optim

import (
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// ExponentialLR multiplies the rate by Gamma every epoch:
//
//	η(e) = LR · Gamma^e
type ExponentialLR struct {
	LR    float64
	Gamma float64 // in [0, 1]
}

// Validate implements Schedule.
func (s ExponentialLR) Validate() error {
	return settings("ExponentialLR", atLeast("LR", s.LR, 0), fraction("Gamma", s.Gamma))
}

// Rate implements Schedule.
func (s ExponentialLR) Rate(t Time) *graph.Node {
	return scalar(t, s.Gamma).Pow(t.Epoch).Scale(s.LR)
}

// ExponentialDecay multiplies the rate by Decay in the course of Steps updates, a little at each:
//
//	η(i) = LR · Decay^(i/Steps)
type ExponentialDecay struct {
	LR    float64
	Steps int     // at least 1
	Decay float64 // factor by which the rate changes in Steps updates, above 0
}

// Validate implements Schedule.
func (s ExponentialDecay) Validate() error {
	return settings("ExponentialDecay", atLeast("LR", s.LR, 0), positive("Steps", s.Steps), above("Decay", s.Decay, 0))
}

// Rate implements Schedule.
func (s ExponentialDecay) Rate(t Time) *graph.Node {
	return scalar(t, s.Decay).Pow(t.Update.Div(scalar(t, float64(s.Steps)))).Scale(s.LR)
}

// InverseTimeDecay lowers the rate as one over time:
//
//	η(i) = LR / (1 + Decay·i/Steps),  with Staircase LR / (1 + Decay·⌊i/Steps⌋)
type InverseTimeDecay struct {
	LR        float64
	Steps     int     // updates, at least 1
	Decay     float64 // at least 0
	Staircase bool    // falls every Steps updates, not at each
}

// Validate implements Schedule.
func (s InverseTimeDecay) Validate() error {
	return settings("InverseTimeDecay", atLeast("LR", s.LR, 0), positive("Steps", s.Steps), atLeast("Decay", s.Decay, 0))
}

// Rate implements Schedule.
func (s InverseTimeDecay) Rate(t Time) *graph.Node {
	x := t.Update.Div(scalar(t, float64(s.Steps)))
	if s.Staircase {
		x = x.Floor()
	}
	return scalar(t, s.LR).Div(x.Scale(s.Decay).Shift(1))
}

// PolynomialDecay takes the rate from LR to Final in Steps updates, and leaves it there:
//
//	η(i) = Final + (LR-Final)·(1-min(i,Steps)/Steps)^Power
type PolynomialDecay struct {
	LR    float64
	Steps int     // updates, at least 1
	Final float64 // at least 0
	Power float64 // above 0; 1 is a straight line
}

// Validate implements Schedule.
func (s PolynomialDecay) Validate() error {
	return settings("PolynomialDecay", atLeast("LR", s.LR, 0), positive("Steps", s.Steps),
		atLeast("Final", s.Final, 0), above("Power", s.Power, 0))
}

// Rate implements Schedule.
func (s PolynomialDecay) Rate(t Time) *graph.Node {
	n := scalar(t, float64(s.Steps))
	left := t.Update.Min(n).Div(n).Neg().Shift(1)
	if s.Power != 1 {
		left = left.Pow(scalar(t, s.Power))
	}
	return left.Scale(s.LR - s.Final).Shift(s.Final)
}

// CosineAnnealingLR takes the rate from LR to Min in TMax epochs along half a cosine, and back in
// the next TMax, and so on (Loshchilov, Hutter 2017, SGDR, eq. 5 without restarts,
// doi:10.48550/arXiv.1608.03983):
//
//	η(e) = Min + (LR-Min)·(1+cos(π·e/TMax))/2
type CosineAnnealingLR struct {
	LR   float64
	TMax int     // epochs, at least 1
	Min  float64 // at least 0
}

// Validate implements Schedule.
func (s CosineAnnealingLR) Validate() error {
	return settings("CosineAnnealingLR", atLeast("LR", s.LR, 0), positive("TMax", s.TMax), atLeast("Min", s.Min, 0))
}

// Rate implements Schedule.
func (s CosineAnnealingLR) Rate(t Time) *graph.Node {
	return halfCosine(t.Epoch.Div(scalar(t, float64(s.TMax))), s.LR, s.Min)
}

// halfCosine returns min + (lr-min)·(1+cos(π·x))/2.
func halfCosine(x *graph.Node, lr, min float64) *graph.Node {
	return x.Scale(math.Pi).Cos().Shift(1).Scale((lr - min) / 2).Shift(min)
}
