package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spikegraph/spikegraph/train/brainpy"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"gorgonia.org/tensor"
)

// runKey is the metadata entry of package train with the position of a run.
const runKey = "spikegraph.train"

// tensorRow is a tensor of a file.
type tensorRow struct {
	Name     string  `json:"name"`
	Type     string  `json:"type"`
	Shape    []int   `json:"shape"`
	Elements int     `json:"elements"`
	Trained  *bool   `json:"trained,omitempty"` // where the file says which are
	Min      *number `json:"min,omitempty"`
	Max      *number `json:"max,omitempty"`
	Mean     *number `json:"mean,omitempty"`
}

// inspected is what is in a file.
type inspected struct {
	Path     string            `json:"path"`
	Format   string            `json:"format"`
	Kind     string            `json:"kind,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Run      json.RawMessage   `json:"run,omitempty"` // of a checkpoint: where training was
	Nodes    []nodeRow         `json:"nodes,omitempty"`
	Tensors  []tensorRow       `json:"tensors"`
	Elements int               `json:"elements"`
}

func (a *app) inspectCommand() *cobra.Command {
	var stats bool
	c := &cobra.Command{
		Use:   "inspect FILE|DIRECTORY",
		Short: "Show what is in a checkpoint or a file of weights",
		Long: `Show the tensors and the metadata of a file, of any format of convert; of a NIR file its
nodes and where their edges lead, too; of a directory, its checkpoints, of BrainPy's the
last. --values adds the range and the mean of each tensor. A file that is damaged is
refused with what is wrong with it.`,
		Example: `  spikegraph inspect run
  spikegraph inspect run/best.safetensors --values
  spikegraph inspect weights.npz --json | jq '.tensors[].name'`,
		Args:              want("one file or directory"),
		ValidArgsFunction: filesOf(endings()...),
		RunE:              func(_ *cobra.Command, args []string) error { return a.inspect(args[0], stats) },
	}
	c.Flags().BoolVar(&stats, "values", false, "smallest, largest and mean value of each tensor")
	return c
}

func (a *app) inspect(path string, stats bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return a.inspectDirectory(path, stats)
	}
	form, err := formatOf(path)
	if err != nil {
		return err
	}
	f, err := form.open(path)
	if err != nil {
		return err
	}
	in := contentOf(f, stats)
	in.Path, in.Format = path, form.name
	if form.name == "nir" {
		if in.Nodes, err = nodesOf(path); err != nil {
			return err
		}
	}
	if a.json {
		return a.object(in)
	}
	return a.showFile(in, stats)
}

// contentOf returns what there is to know of a file.
func contentOf(f *checkpoint.File, stats bool) inspected {
	in := inspected{Kind: f.Kind, Metadata: map[string]string{}, Tensors: []tensorRow{}}
	var trained []string
	told := false
	for k, v := range f.Metadata {
		switch k {
		case runKey:
			in.Run = json.RawMessage(v)
		case trainedKey:
			told = json.Unmarshal([]byte(v), &trained) == nil
		default:
			in.Metadata[k] = v
		}
	}
	for _, t := range f.Tensors {
		r := rowOf(t, stats)
		if told {
			is := slices.Contains(trained, t.Name)
			r.Trained = &is
		}
		in.Tensors = append(in.Tensors, r)
		in.Elements += r.Elements
	}
	return in
}

// rowOf returns what there is to know of a tensor.
func rowOf(t checkpoint.Tensor, stats bool) tensorRow {
	spec := checkpoint.SpecOf(t.Name, t.Value)
	r := tensorRow{Name: t.Name, Type: string(spec.DType), Shape: spec.Shape, Elements: t.Value.Shape().TotalSize()}
	if r.Shape == nil {
		r.Shape = []int{}
	}
	if r.Type == "" { // of a file that is no safetensors
		r.Type = t.Value.Dtype().String()
	}
	if x := floats(t.Value); stats && len(x) > 0 {
		low, high, sum := number(math.Inf(1)), number(math.Inf(-1)), 0.0
		for _, v := range x {
			low, high, sum = min(low, number(v)), max(high, number(v)), sum+v
		}
		mean := number(sum / float64(len(x)))
		r.Min, r.Max, r.Mean = &low, &high, &mean
	}
	return r
}

// floats returns the elements of a tensor of floats, nil of others.
func floats(t *tensor.Dense) []float64 {
	switch t.Dtype() {
	case tensor.Float64:
		return t.Float64s()
	case tensor.Float32:
		x := make([]float64, 0, t.Shape().TotalSize())
		for _, v := range t.Float32s() {
			x = append(x, float64(v))
		}
		return x
	}
	return nil
}

// showFile writes a file as text.
func (a *app) showFile(in inspected, stats bool) error {
	rows := [][]string{{"file", in.Path}, {"format", in.Format}}
	if in.Kind != "" {
		rows = append(rows, []string{"kind", in.Kind})
	}
	if in.Run != nil {
		rows = append(rows, runRows(in.Run)...)
	}
	for _, k := range slices.Sorted(maps.Keys(in.Metadata)) {
		rows = append(rows, []string{k, in.Metadata[k]})
	}
	if err := table(a.out, rows); err != nil {
		return err
	}
	fmt.Fprintln(a.out)
	if len(in.Nodes) > 0 {
		rows = [][]string{{"NODE", "TYPE", "TO"}}
		for _, n := range in.Nodes {
			rows = append(rows, []string{n.Name, n.Type, strings.Join(n.To, ", ")})
		}
		if err := table(a.out, rows); err != nil {
			return err
		}
		fmt.Fprintln(a.out)
	}
	heads := []string{"TENSOR", "TYPE", "SHAPE", "ELEMENTS", "TRAINED"}
	if stats {
		heads = append(heads, "MIN", "MAX", "MEAN")
	}
	rows = [][]string{heads}
	for _, t := range in.Tensors {
		row := []string{t.Name, t.Type, fmt.Sprint(t.Shape), fmt.Sprint(t.Elements), yes(t.Trained)}
		if t.Min != nil {
			row = append(row, short(t.Min), short(t.Max), short(t.Mean))
		}
		rows = append(rows, row)
	}
	rows = append(rows, []string{plural(len(in.Tensors), "tensor"), "", "", fmt.Sprint(in.Elements)})
	return table(a.out, rows)
}

func short(n *number) string { return fmt.Sprintf("%.4g", float64(*n)) }

func yes(b *bool) string {
	if b == nil {
		return "?"
	}
	if *b {
		return "yes"
	}
	return "no"
}

// runRows tells where the run of a checkpoint was.
func runRows(state json.RawMessage) [][]string {
	var s struct {
		At     struct{ Epoch, Batch, Updates int }
		Epochs []struct{ Loss float64 }
		About  struct{ Seed uint64 }
	}
	if err := json.Unmarshal(state, &s); err != nil {
		return nil
	}
	return [][]string{
		{"epochs done", fmt.Sprint(s.At.Epoch)}, {"batches of the next", fmt.Sprint(s.At.Batch)},
		{"updates", fmt.Sprint(s.At.Updates)}, {"seed", fmt.Sprint(s.About.Seed)},
	}
}

// inspectDirectory lists the checkpoints of a directory; of BrainPy's it shows the last.
func (a *app) inspectDirectory(dir string, stats bool) error {
	list, err := checkpoint.Series{Dir: dir}.List()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		if last, err := brainpy.Latest(dir, brainpy.Prefix); err == nil {
			return a.inspect(last, stats)
		}
		return errors.New(dir + ": there are no checkpoints in this directory")
	}
	rows := [][]string{{"STEP", "FILE", "BYTES"}}
	for _, s := range list {
		info, err := os.Stat(s.Path)
		if err != nil {
			return err
		}
		if a.json {
			if err := a.object(map[string]any{"step": s.Step, "path": s.Path, "bytes": info.Size()}); err != nil {
				return err
			}
		}
		rows = append(rows, []string{fmt.Sprint(s.Step), s.Path, fmt.Sprint(info.Size())})
	}
	if a.json {
		return nil
	}
	return table(a.out, rows)
}
