package probe

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"gorgonia.org/tensor"
)

// header are the columns of a CSV file, one row for each value.
var header = []string{"name", "step", "sample", "neuron", "value"}

// WriteCSV writes a header and one line for each value: name, step, sample, neuron, value, with all
// digits.
func (r *Recording) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	err := out.Write(header)
	for _, t := range r.Traces {
		if err == nil {
			err = t.writeRows(out)
		}
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("probe: writing CSV: %w", err)
	}
	return nil
}

// StreamCSV runs the network and writes what WriteCSV would write of the whole recording, part by part: of a
// run with several watches the rows of a part stand together. It takes the memory of one part.
func (p *Probe[S]) StreamCSV(ctx context.Context, x *tensor.Dense, w io.Writer) error {
	out := csv.NewWriter(w)
	err := out.Write(header)
	for r, bad := range p.Stream(ctx, x) {
		if bad != nil {
			return bad
		}
		for _, t := range r.Traces {
			if err == nil {
				err = t.writeRows(out)
			}
		}
		if out.Flush(); err == nil {
			err = out.Error()
		}
		if err != nil {
			break
		}
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("probe: writing CSV: %w", err)
	}
	return nil
}

// SaveCSV writes a file of WriteCSV.
func (r *Recording) SaveCSV(path string) error { return save(path, r.WriteCSV) }

func (t *Trace) writeRows(out *csv.Writer) error {
	bits := 32
	if t.f64 != nil {
		bits = 64
	}
	row := make([]string, len(header))
	row[0] = t.Name
	for i, step := range t.Steps {
		row[1] = strconv.Itoa(step)
		for b, sample := range t.Samples {
			row[2] = strconv.Itoa(sample)
			for n, neuron := range t.Neurons {
				row[3] = strconv.Itoa(neuron)
				row[4] = strconv.FormatFloat(t.At(i, b, n), 'g', -1, bits)
				if err := out.Write(row); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// save writes a file, whole or not at all.
func save(path string, write func(io.Writer) error) error {
	err := atomicfile.Write(path, func(w io.Writer) error {
		b := bufio.NewWriter(w)
		if err := write(b); err != nil {
			return err
		}
		return b.Flush()
	})
	if err != nil && !strings.HasPrefix(err.Error(), "probe:") {
		err = fmt.Errorf("probe: %w", err)
	}
	return err
}
