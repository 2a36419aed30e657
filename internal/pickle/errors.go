package pickle

import (
	"errors"
	"fmt"
)

// What a caller can tell apart with errors.Is.
var (
	ErrFormat    = errors.New("pickle: not a pickle of arrays alone")
	ErrTruncated = errors.New("pickle: the file ends before what it describes")
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

func truncated(want uint64, have int) error {
	return fmt.Errorf("%w: it promises %d bytes more, and has %d", ErrTruncated, want, have)
}
