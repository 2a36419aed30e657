package datasets

import (
	"errors"
	"fmt"
)

// What a caller may want to tell apart with errors.Is. Every error of this package begins with
// "datasets:" and says what came and what was expected; where it is one of these kinds it wraps it.
// A missing file wraps fs.ErrNotExist, a stopped context its own error.
var (
	ErrFormat    = errors.New("wrong format")         // the bytes are not what the file should hold
	ErrTruncated = errors.New("truncated")            // the data end before the header's promise
	ErrChecksum  = errors.New("wrong checksum")       // the content is not the published one
	ErrNetwork   = errors.New("download failed")      // no server, a refusal, an interrupted transfer
	ErrEmpty     = errors.New("no samples")           // an empty set, or a selection without members
	ErrShape     = errors.New("shapes do not match")  // counts, shapes or types disagree
	ErrLabel     = errors.New("label out of range")   // a label outside [0, classes)
	ErrNotFinite = errors.New("not a finite number")  // NaN or infinity among samples or targets
	ErrRange     = errors.New("value out of range")   // a value outside the interval of an encoder
	ErrOption    = errors.New("option out of domain") // a setting that makes no sense
)

// fail returns an error of a kind, without the package's name: exported functions put that before
// it.
func fail(kind error, format string, args ...any) error {
	return fmt.Errorf("%w: %s", kind, fmt.Sprintf(format, args...))
}

// named puts the package's name, and what was being done, before an error; nil stays nil.
func named(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("datasets: %s: %w", what, err)
}
