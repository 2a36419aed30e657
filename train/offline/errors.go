package offline

import (
	"errors"
	"fmt"
)

// Errors that a caller can act on.
var (
	// ErrShape says that tensors do not fit each other.
	ErrShape = errors.New("shapes do not match")
	// ErrValue says that a setting or a number in the data is out of its domain.
	ErrValue = errors.New("value out of its domain")
	// ErrEmpty says that there are no samples.
	ErrEmpty = errors.New("no samples")
)

// refuse returns an error for a setting unless ok.
func refuse(ok bool, name string, have any, want string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("offline: %w: %s is %v, expected %s", ErrValue, name, have, want)
}

// notNegative reports whether x is a finite number, at least 0.
func notNegative(x float64) bool { return x >= 0 && x-x == 0 }
