package optim

import (
	"fmt"

	"github.com/spikegraph/spikegraph/graph"
)

// Warmup raises the rate in a straight line during its first updates, then goes on with Then, whose
// updates are counted from there (Goyal et al. 2017, section 2.2, doi:10.48550/arXiv.1706.02677):
//
//	η(i) = f·Then(max(i-Steps, 0)),  f = min(1, From + (1-From)·i/Steps)
type Warmup struct {
	Steps int     // updates, at least 1
	From  float64 // first factor, in [0, 1]; with 0 the first update moves nothing
	Then  Schedule
}

// Validate implements Schedule.
func (s Warmup) Validate() error {
	return settings("Warmup", positive("Steps", s.Steps), fraction("From", s.From), scheduled("Then", s.Then))
}

// Rate implements Schedule.
func (s Warmup) Rate(t Time) *graph.Node {
	f := t.Update.Scale((1 - s.From) / float64(s.Steps)).Shift(s.From).Min(scalar(t, 1))
	after := t.Update.Shift(-float64(s.Steps)).Max(scalar(t, 0))
	return f.Mul(s.Then.Rate(Time{Update: after, Epoch: t.Epoch}))
}

// Sequence has one schedule after another: Of[k] is in force from update Starts[k-1] on, and
// counts updates from there. Epochs are counted from the beginning by all.
type Sequence struct {
	Of     []Schedule
	Starts []int // updates, increasing; one less than Of
}

// Validate implements Schedule.
func (s Sequence) Validate() error {
	faults := []error{increasing("Starts", s.Starts)}
	if len(s.Of) != len(s.Starts)+1 {
		faults = append(faults, refused("Starts", s.Starts, fmt.Sprintf("one less than the %d schedules", len(s.Of))))
	}
	for i, of := range s.Of {
		faults = append(faults, scheduled(fmt.Sprintf("Of[%d]", i), of))
	}
	return settings("Sequence", faults...)
}

// Rate implements Schedule.
func (s Sequence) Rate(t Time) *graph.Node {
	rate := s.Of[0].Rate(t)
	for i, from := range s.Starts {
		own := t.Update.Shift(-float64(from)).Max(scalar(t, 0)) // a schedule never sees times before 0
		rate = t.Update.Ge(scalar(t, float64(from))).
			Select(s.Of[i+1].Rate(Time{Update: own, Epoch: t.Epoch}), rate)
	}
	return rate
}

// EpochsOf lets a schedule by epoch go by updates: an epoch is Updates of them, whatever the
// trainer's counter says. With Updates = 1, StepLR, for one, counts updates.
type EpochsOf struct {
	Updates int // at least 1
	Of      Schedule
}

// Validate implements Schedule.
func (s EpochsOf) Validate() error {
	return settings("EpochsOf", positive("Updates", s.Updates), scheduled("Of", s.Of))
}

// Rate implements Schedule.
func (s EpochsOf) Rate(t Time) *graph.Node {
	return s.Of.Rate(Time{Update: t.Update, Epoch: t.Update.Div(scalar(t, float64(s.Updates))).Floor()})
}
