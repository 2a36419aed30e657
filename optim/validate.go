package optim

import (
	"errors"
	"fmt"
	"math"

	"github.com/spikegraph/spikegraph/graph"
)

// settings joins the faults of the fields of the type name.
func settings(name string, faults ...error) error {
	for i, f := range faults {
		if f != nil {
			faults[i] = fmt.Errorf("%s.%w", name, f)
		}
	}
	return errors.Join(faults...)
}

// refused says that field has a value that makes no sense.
func refused(field string, v any, want string) error {
	return fmt.Errorf("%s = %v: %w: want %s", field, v, graph.ErrValue, want)
}

// atLeast refuses numbers below lo, NaN and infinity.
func atLeast(field string, v, lo float64) error {
	if v >= lo && !math.IsInf(v, 0) {
		return nil
	}
	return refused(field, v, fmt.Sprintf("a finite number of at least %v", lo))
}

// above refuses numbers that are not larger than lo, NaN and infinity.
func above(field string, v, lo float64) error {
	if v > lo && !math.IsInf(v, 0) {
		return nil
	}
	return refused(field, v, fmt.Sprintf("a finite number above %v", lo))
}

// fraction refuses what is outside [0, 1].
func fraction(field string, v float64) error {
	if v >= 0 && v <= 1 {
		return nil
	}
	return refused(field, v, "a number in [0, 1]")
}

// memory refuses what is outside [0, 1): the weight of the past in a running average.
func memory(field string, v float64) error {
	if v >= 0 && v < 1 {
		return nil
	}
	return refused(field, v, "a number in [0, 1)")
}

// positive refuses counts below 1.
func positive(field string, n int) error {
	if n >= 1 {
		return nil
	}
	return refused(field, n, "at least 1")
}

// increasing refuses lists that are not strictly increasing, and negative elements.
func increasing(field string, list []int) error {
	for i, n := range list {
		if n < 0 || i > 0 && n <= list[i-1] {
			return refused(field, list, "numbers of at least 0 in increasing order")
		}
	}
	return nil
}

// scheduled refuses a missing schedule and one whose settings are wrong.
func scheduled(field string, s Schedule) error {
	if s == nil {
		return refused(field, nil, "a Schedule")
	}
	if err := s.Validate(); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}
