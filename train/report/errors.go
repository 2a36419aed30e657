package report

import (
	"errors"
	"fmt"
)

// ErrValue is wrapped by errors of what cannot be shown: a history without epochs, a size that is not
// positive, a file name of an unknown kind.
var ErrValue = errors.New("cannot be shown")

func refuse(what string, args ...any) error {
	return fmt.Errorf("report: %w: %s", ErrValue, fmt.Sprintf(what, args...))
}
