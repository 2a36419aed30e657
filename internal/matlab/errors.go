package matlab

import (
	"errors"
	"fmt"
)

// What a caller can tell apart with errors.Is.
var (
	ErrFormat    = errors.New("matlab: not a MAT-file this package can read or write")
	ErrTruncated = errors.New("matlab: the file ends before what it describes")
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}
