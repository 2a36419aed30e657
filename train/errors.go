package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/datasets"
)

// Errors that a caller can act on. Data that do not fit wrap datasets.ErrEmpty, ErrShape, ErrLabel
// or ErrNotFinite, a loss or gradient that is not finite graph.ErrNonFinite, a checkpoint that
// cannot be used one of the errors of train/checkpoint, a stop by the context its error.
var (
	// ErrSettings says that a field of a trainer or of FitOptions is out of its domain.
	ErrSettings = errors.New("setting out of its domain")
	// ErrStop is returned by a hook to end Fit without an error.
	ErrStop = errors.New("training stopped by a hook")
)

// refuse returns an error for a field unless ok.
func refuse(ok bool, field string, have any, want string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%w: %s is %v, expected %s", ErrSettings, field, have, want)
}

// empty returns the error for data that have no batch.
func empty(what string) error {
	return fmt.Errorf("%w: %s has no batches", datasets.ErrEmpty, what)
}

// finite reports whether x is neither NaN nor infinite.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
