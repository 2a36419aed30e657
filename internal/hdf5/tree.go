package hdf5

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/internal/ndarray"
)

// What a caller can tell apart with errors.Is.
var (
	ErrFormat    = errors.New("hdf5: not a file this package can read")
	ErrTruncated = errors.New("hdf5: the file ends before what it describes")
	ErrChecksum  = errors.New("hdf5: the file is damaged")
	ErrMissing   = fmt.Errorf("%w: the file has no member", ErrFormat)
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

// Group is a folder of named members, in the order of their names.
type Group struct{ Members []Member }

// Member is an array or a group and its name; one of the two is nil.
type Member struct {
	Name  string
	Array *Array
	Group *Group
}

// Array is a data set of numbers, booleans or strings.
type Array = ndarray.Array

// Member returns the member of that name, nil if there is none.
func (g *Group) Member(name string) *Member {
	i := slices.IndexFunc(g.Members, func(m Member) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return &g.Members[i]
}
