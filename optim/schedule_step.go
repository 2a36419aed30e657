package optim

import "github.com/spikegraph/spikegraph/graph"

// StepLR multiplies the rate by Gamma every StepSize epochs:
//
//	η(e) = LR · Gamma^⌊e/StepSize⌋
type StepLR struct {
	LR       float64
	StepSize int     // epochs, at least 1
	Gamma    float64 // in [0, 1]; usually 0.1
}

// Validate implements Schedule.
func (s StepLR) Validate() error {
	return settings("StepLR", atLeast("LR", s.LR, 0), positive("StepSize", s.StepSize), fraction("Gamma", s.Gamma))
}

// Rate implements Schedule.
func (s StepLR) Rate(t Time) *graph.Node {
	steps := t.Epoch.Div(scalar(t, float64(s.StepSize))).Floor()
	return scalar(t, s.Gamma).Pow(steps).Scale(s.LR)
}

// MultiStepLR multiplies the rate by Gamma at each of some epochs:
//
//	η(e) = LR · Gamma^#{m in Milestones : m <= e}
type MultiStepLR struct {
	LR         float64
	Milestones []int   // epochs, increasing
	Gamma      float64 // in [0, 1]; usually 0.1
}

// Validate implements Schedule.
func (s MultiStepLR) Validate() error {
	return settings("MultiStepLR", atLeast("LR", s.LR, 0), increasing("Milestones", s.Milestones), fraction("Gamma", s.Gamma))
}

// Rate implements Schedule.
func (s MultiStepLR) Rate(t Time) *graph.Node {
	passed := t.Epoch.Like(0)
	for _, m := range s.Milestones {
		passed = passed.Add(t.Epoch.Ge(scalar(t, float64(m))).Cast(graph.Float64))
	}
	return scalar(t, s.Gamma).Pow(passed).Scale(s.LR)
}

// PiecewiseConstant holds one rate between the updates of two boundaries. In update i, counted
// from 0,
//
//	η(i) = Values[#{b in Boundaries : i > b}]
type PiecewiseConstant struct {
	Boundaries []int     // updates, increasing
	Values     []float64 // one more than boundaries
}

// Validate implements Schedule.
func (s PiecewiseConstant) Validate() error {
	faults := []error{increasing("Boundaries", s.Boundaries)}
	if len(s.Values) != len(s.Boundaries)+1 {
		faults = append(faults, refused("Values", s.Values, "one more than Boundaries"))
	}
	for _, v := range s.Values {
		faults = append(faults, atLeast("Values", v, 0))
	}
	return settings("PiecewiseConstant", faults...)
}

// Rate implements Schedule.
func (s PiecewiseConstant) Rate(t Time) *graph.Node {
	rate := t.Update.Like(s.Values[0])
	for i, b := range s.Boundaries {
		rate = t.Update.Gt(scalar(t, float64(b))).Select(scalar(t, s.Values[i+1]), rate)
	}
	return rate
}

// scalar returns a constant in the type of t.
func scalar(t Time, v float64) *graph.Node { return t.Update.Graph().Const(graph.Float64, v) }
