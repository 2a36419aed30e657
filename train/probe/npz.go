package probe

import (
	"fmt"
	"io"

	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/npz"
	"gorgonia.org/tensor"
)

// WriteNPZ writes a NumPy archive: for each trace its values [T B N], under its name, and beside them
// name.steps, name.samples, name.neurons and name.shape, int64. Traces of one name are numbered from 2:
// "hidden", "hidden#2". Equal recordings give equal bytes.
func (r *Recording) WriteNPZ(w io.Writer) error {
	f := &checkpoint.File{}
	count := map[string]int{}
	for _, t := range r.Traces {
		name := t.Name
		if count[t.Name]++; count[t.Name] > 1 {
			name = fmt.Sprintf("%s#%d", t.Name, count[t.Name])
		}
		f.Add(name, t.Values())
		f.Add(name+".steps", whole(t.Steps))
		f.Add(name+".samples", whole(t.Samples))
		f.Add(name+".neurons", whole(t.Neurons))
		f.Add(name+".shape", whole(t.Shape))
	}
	if err := npz.WriteArchive(w, f, true); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	return nil
}

// SaveNPZ writes a file of WriteNPZ.
func (r *Recording) SaveNPZ(path string) error { return save(path, r.WriteNPZ) }

// whole returns a tensor of int64.
func whole(numbers []int) *tensor.Dense {
	x := make([]int64, len(numbers))
	for i, v := range numbers {
		x[i] = int64(v)
	}
	return tensor.New(tensor.WithShape(len(x)), tensor.WithBacking(x))
}
