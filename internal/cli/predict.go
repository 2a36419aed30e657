package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/internal/atomicfile"
	"github.com/spikegraph/spikegraph/internal/cli/model"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/npz"
	"gorgonia.org/tensor"
)

// predictFlags are the flags of predict.
type predictFlags struct {
	weightOptions
	out   string
	limit int
}

// prediction is what a network says of one sample.
type prediction struct {
	Index   int     `json:"index"`
	Label   *int32  `json:"label,omitempty"`
	Class   *int    `json:"class,omitempty"` // of the largest output, if there are several
	Outputs outputs `json:"outputs"`
}

// outputs are numbers of a network that computes with so many bits.
type outputs struct {
	v    []float64
	bits int
}

// text writes a number with the digits that its type has.
func (o outputs) text(i int) string { return strconv.FormatFloat(o.v[i], 'g', -1, o.bits) }

// MarshalJSON writes a list; null for what JSON has no number for.
func (o outputs) MarshalJSON() ([]byte, error) {
	list := make([]json.RawMessage, len(o.v))
	for i, x := range o.v {
		if list[i] = json.RawMessage(o.text(i)); x-x != 0 {
			list[i] = json.RawMessage("null")
		}
	}
	return json.Marshal(list)
}

// tensor returns numbers of the same type in a shape.
func (o outputs) tensor(shape ...int) *tensor.Dense {
	if o.bits == 64 {
		return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(o.v))
	}
	x := make([]float32, len(o.v))
	for i, v := range o.v {
		x[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))
}

func (a *app) predictCommand() *cobra.Command {
	var f predictFlags
	c := tomlFile(&cobra.Command{
		Use:   "predict FILE.toml",
		Short: "Write what a trained model says of its data",
		Long: `Write the outputs of a model with trained weights for a part of its data, in the order
of the data. Data of your own are the set "arrays" of the TOML file.

CSV, the default on the standard output, has a line for each sample: its index, its
label if it has one, the class with the largest output if there are several, and
every output summed over the steps. With --json each line is an object with the
same. A file that ends in .npz has the arrays outputs [N T ...], sums [N ...], and
class [N] and label [N] where there are.`,
		Example: `  spikegraph predict net.toml --weights run --limit 10
  spikegraph predict net.toml --weights run --out test.csv
  spikegraph predict net.toml --weights weights.npz --part train --out train.npz`,
		RunE: func(c *cobra.Command, args []string) error { return a.predict(c.Context(), args[0], f) },
	})
	f.flags(c)
	c.Flags().StringVar(&f.out, "out", "", "file to write: .csv or .npz (default: CSV on the standard output)")
	c.Flags().IntVar(&f.limit, "limit", 0, "only the first so many samples")
	return c
}

func (a *app) predict(ctx context.Context, path string, f predictFlags) error {
	kind := strings.ToLower(filepath.Ext(f.out))
	if f.out != "" && kind != ".csv" && kind != ".npz" {
		return misuse("--out %s: want a name that ends in .csv or .npz", f.out)
	}
	if f.limit < 0 {
		return misuse("--limit %d: want at least 1", f.limit)
	}
	if err := placeFor("out", f.out); err != nil {
		return err
	}
	m, src, _, err := a.withWeights(ctx, path, f.weightOptions)
	if err != nil {
		return err
	}
	if f.limit > 0 && f.limit < src.Len() {
		if src, err = m.Data.First(src, f.limit); err != nil {
			return err
		}
	}
	if kind == ".npz" {
		return a.predictArrays(ctx, m, src, f.out)
	}
	if a.json && f.out == "" {
		return eachPrediction(ctx, m, src, func(p prediction, _ []float64) error { return a.object(p) })
	}
	if f.out == "" {
		return writeCSV(ctx, m, src, a.out)
	}
	var text bytes.Buffer // so that the file is written once all is known
	if err := writeCSV(ctx, m, src, &text); err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(f.out, text.Bytes()); err != nil {
		return err
	}
	return a.wrote(f.out, src.Len())
}

// wrote tells of a file of predictions.
func (a *app) wrote(path string, n int) error {
	if a.json {
		return a.object(map[string]any{"out": path, "samples": n})
	}
	_, err := fmt.Fprintf(a.out, "%s: %s\n", path, plural(n, "sample"))
	return err
}

// eachPrediction calls f for every sample, with its outputs [T ...] besides.
func eachPrediction(ctx context.Context, m *model.Model, src datasets.Source, f func(p prediction, steps []float64) error) error {
	for b, err := range m.Data.Batches(ctx, src) {
		if err != nil {
			return err
		}
		y, err := m.Trainer.Predict(ctx, b.X)
		if err != nil {
			return err
		}
		for i, index := range b.Index {
			p := prediction{Index: index}
			if c, ok := src.Label(index); ok {
				p.Label = &c
			}
			steps := stepsOf(y, i)
			p.Outputs = outputs{sums(steps, y.Shape()[0]), 8 * int(y.Dtype().Size())}
			if best := largest(p.Outputs.v); len(p.Outputs.v) > 1 {
				p.Class = &best
			}
			if err := f(p, steps); err != nil {
				return err
			}
		}
	}
	return nil
}

// stepsOf returns the outputs of sample i of y [T B ...]: [T ...].
func stepsOf(y *tensor.Dense, i int) []float64 {
	steps, batch := y.Shape()[0], y.Shape()[1]
	all := floats(y)
	size := len(all) / (steps * batch)
	out := make([]float64, 0, steps*size)
	for t := range steps {
		at := (t*batch + i) * size
		out = append(out, all[at:at+size]...)
	}
	return out
}

// sums returns the outputs [T ...] summed over the steps T.
func sums(y []float64, steps int) []float64 {
	s := make([]float64, len(y)/steps)
	for i, v := range y {
		s[i%len(s)] += v
	}
	return s
}

// largest returns the index of the largest number, the first of equals.
func largest(x []float64) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// writeCSV writes a line for every sample.
func writeCSV(ctx context.Context, m *model.Model, src datasets.Source, w io.Writer) error {
	c := csv.NewWriter(w)
	heads := false
	err := eachPrediction(ctx, m, src, func(p prediction, _ []float64) error {
		row := []string{strconv.Itoa(p.Index)}
		names := []string{"index"}
		if p.Label != nil {
			row, names = append(row, fmt.Sprint(*p.Label)), append(names, "label")
		}
		if p.Class != nil {
			row, names = append(row, strconv.Itoa(*p.Class)), append(names, "class")
		}
		for i := range p.Outputs.v {
			row = append(row, p.Outputs.text(i))
			names = append(names, fmt.Sprintf("output_%d", i))
		}
		if !heads {
			heads = true
			if err := c.Write(names); err != nil {
				return err
			}
		}
		return c.Write(row)
	})
	if err != nil {
		return err
	}
	c.Flush()
	return c.Error()
}

// predictArrays writes the outputs of all samples to an archive.
func (a *app) predictArrays(ctx context.Context, m *model.Model, src datasets.Source, path string) error {
	var all, total outputs
	var class, label []int32
	n := 0
	err := eachPrediction(ctx, m, src, func(p prediction, steps []float64) error {
		all.v, total.v, n = append(all.v, steps...), append(total.v, p.Outputs.v...), n+1
		all.bits, total.bits = p.Outputs.bits, p.Outputs.bits
		if p.Class != nil {
			class = append(class, int32(*p.Class))
		}
		if p.Label != nil {
			label = append(label, *p.Label)
		}
		return nil
	})
	if err != nil {
		return err
	}
	size := len(total.v) / n
	f := &checkpoint.File{}
	f.Add("outputs", all.tensor(n, len(all.v)/len(total.v), size))
	f.Add("sums", total.tensor(n, size))
	for name, ids := range map[string][]int32{"class": class, "label": label} {
		if ids != nil {
			f.Add(name, tensor.New(tensor.WithShape(n), tensor.WithBacking(ids)))
		}
	}
	if err := npz.WriteFile(path, f); err != nil {
		return err
	}
	return a.wrote(path, n)
}
