package datasets

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// SantaFeLaser reads the laser of the Santa Fe competition from a file: the intensity of a far
// infrared laser in a chaotic state, whole numbers from 0 to 255, one a line (data set A and its
// continuation: 10,093 numbers, of which the first 1,000 are A itself). It returns [T 1], as the
// file has it; Rescaled brings it to another range.
//
// Source: Hübner, Abraham, Weiss, Phys. Rev. A 40, 1989, doi:10.1103/PhysRevA.40.6354; Weigend and
// Gershenfeld, "Time series prediction", 1994. Errors: fs.ErrNotExist, those of ReadSeries, ErrRange
// for a number that is not whole or outside 0 to 255.
func SantaFeLaser(name string) (*Series, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, named("Santa Fe laser", err)
	}
	defer f.Close()
	s, err := readLaser(f)
	return s, named("Santa Fe laser in "+name, err)
}

func readLaser(r io.Reader) (*Series, error) {
	s, err := readSeries(r, 1)
	if err != nil {
		return nil, err
	}
	for t, v := range s.Values {
		if v != float64(uint8(v)) {
			return nil, fail(ErrRange, "step %d is %v, expected a whole number from 0 to 255", t, v)
		}
	}
	return s, nil
}

// ReadSeries reads a text of numbers to the end of r: a step a line, with the given number of
// channels, >= 1, apart by blanks or commas; empty lines are passed over. It returns [T C]. Errors:
// ErrFormat, with the line, for anything else, ErrNotFinite, ErrEmpty, ErrOption; the error of r.
func ReadSeries(r io.Reader, channels int) (*Series, error) {
	s, err := readSeries(r, channels)
	return s, named("series", err)
}

func readSeries(r io.Reader, channels int) (*Series, error) {
	if channels < 1 {
		return nil, fail(ErrOption, "%d channels, expected at least 1", channels)
	}
	s := &Series{Channels: channels}
	for n, lines := 1, bufio.NewScanner(r); ; n++ {
		if !lines.Scan() {
			if err := lines.Err(); err != nil {
				return nil, lineError(n, err)
			}
			break
		}
		fields := strings.FieldsFunc(lines.Text(), func(c rune) bool { return strings.ContainsRune(" \t\r,", c) })
		if len(fields) == 0 {
			continue
		}
		if err := s.addLine(fields); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if len(s.Values) == 0 {
		return nil, fail(ErrEmpty, "no numbers")
	}
	return s, nil
}

// lineError gives a line that is too long for a text its kind among ours.
func lineError(n int, err error) error {
	if err == bufio.ErrTooLong {
		return fail(ErrFormat, "line %d: %v", n, err)
	}
	return packingError(err)
}

// addLine adds the numbers of one step.
func (s *Series) addLine(fields []string) error {
	if len(fields) != s.Channels {
		return fail(ErrFormat, "%d numbers, expected %d", len(fields), s.Channels)
	}
	for _, f := range fields {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return fail(ErrFormat, "%q, expected a number", f)
		}
		if v-v != 0 {
			return fail(ErrNotFinite, "%q", f)
		}
		s.Values = append(s.Values, v)
	}
	return nil
}
