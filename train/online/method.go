package online

import (
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// Errors that a caller can act on.
var (
	// ErrShape says that tensors do not fit each other.
	ErrShape = errors.New("shapes do not match")
	// ErrValue says that a setting or a number in the data is out of its domain.
	ErrValue = errors.New("value out of its domain")
	// ErrDiverged, which is an ErrValue, says that weights would not be finite any more.
	ErrDiverged = fmt.Errorf("learning diverges: %w", ErrValue)
)

// A Method is a rule of learning. Methods are plain structs, whose fields say the rest.
type Method interface {
	// New returns a Learner of weights [in out], or an error for settings out of their domain.
	New(in, out int) (Learner, error)
}

// A Learner is the state of a rule.
type Learner interface {
	// Learn adds to w [in out] what b samples x [b in] teach, of which the outputs before had the
	// errors e [b out]. Where there is an error, w is as it was. A Learner of one's own that writes
	// to parameters of the network besides, while train.Online runs it, must say so by the Wrote of
	// each (graph.Param): programs do not look for themselves then (graph.Store.Hold).
	Learn(b int, x, e, w []float64) error
	// Snapshot returns a copy of the state.
	Snapshot() Snapshot
	// Rollback takes over a state that Snapshot returned, of a Learner made alike.
	Rollback(Snapshot) error
}

// Snapshot is a state, by names; it can be kept in a checkpoint.
type Snapshot map[string]*tensor.Dense

// refuse returns an error for a setting unless ok.
func refuse(ok bool, name string, have any, want string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("online: %w: %s is %v, expected %s", ErrValue, name, have, want)
}

func positive(x float64) bool { return x > 0 && x-x == 0 }

// largest returns the greatest magnitude in x, NaN if there is one.
func largest(x []float64) float64 {
	m := uint64(0) // bits of magnitudes are in their order, NaN the last, and are compared without a branch
	for _, e := range x {
		m = max(m, math.Float64bits(e)&^(1<<63))
	}
	return math.Float64frombits(m)
}

// checkStep refuses to move the weights w, by as much as step each, out of the finite numbers.
func checkStep(w []float64, step float64) error {
	if m := largest(w); !(m+step <= math.MaxFloat64) {
		return fmt.Errorf("online: %w: weights of up to %.3g would move by up to %.3g, expected finite numbers; they are as before",
			ErrDiverged, m, step)
	}
	return nil
}

// checkSizes refuses weights of no extent.
func checkSizes(in, out int) error {
	if in < 1 || out < 1 {
		return fmt.Errorf("online: %w: weights [%d %d], expected at least [1 1]", ErrShape, in, out)
	}
	return nil
}

// checkSamples refuses slices that do not fit.
func checkSamples(b, in, out int, x, e, w []float64) error {
	if b < 0 || len(x) != b*in || len(e) != b*out || len(w) != in*out {
		return fmt.Errorf("online: %w: %d inputs, %d errors, %d weights for %d samples of [%d %d]",
			ErrShape, len(x), len(e), len(w), b, in, out)
	}
	return nil
}
