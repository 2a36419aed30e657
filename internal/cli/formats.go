package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train"
	"github.com/spikegraph/spikegraph/train/brainpy"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/npz"
)

// format is a format of files of tensors.
type format struct {
	name  string
	ends  []string // of file names
	what  string
	read  func(path string) (*checkpoint.File, error)
	write func(path string, f *checkpoint.File) error
	// rewrite writes a file that is that at like but for the tensors of f, where tensors alone make
	// no file of the format.
	rewrite func(path, like string, f *checkpoint.File) error
}

// formats are all formats. The first is that of checkpoints.
func formats() []format {
	return []format{
		{"safetensors", []string{".safetensors"}, "checkpoints of train, and weights of any tool", checkpoint.ReadFile, checkpoint.WriteFile, nil},
		{"npz", []string{".npz"}, "NumPy archives: no metadata", npz.ReadFile, npz.WriteFile, nil},
		{"npy", []string{".npy"}, "a single NumPy array", npz.ReadFile, npz.WriteFile, nil},
		{"brainpy", []string{".bp"}, "checkpoints of BrainPy, also checkpoint_STEP", readBP, writeBP, nil},
		{"brainpy-h5", []string{".h5", ".hdf5"}, "variable files of BrainPy", readVariables, writeVariables, nil},
		{"brainpy-pkl", []string{".pkl", ".pickle"}, "the same as pickles: arrays alone, and nothing is run", readVariables, writeVariables, nil},
		{"brainpy-mat", []string{".mat"}, "the same for MATLAB: a scalar becomes an array of one", readVariables, writeVariables, nil},
		{"nir", []string{".nir"}, "Neuromorphic Intermediate Representation", readNIR, nil, writeNIR},
	}
}

// formatOf returns the format of a path, by its ending.
func formatOf(path string) (format, error) {
	var known []string
	end := strings.ToLower(filepath.Ext(path))
	if strings.HasPrefix(filepath.Base(path), brainpy.Prefix) && !slices.Contains(endings(), strings.TrimPrefix(end, ".")) {
		end = ".bp" // a numbered checkpoint of BrainPy
	}
	for _, f := range formats() {
		if slices.Contains(f.ends, end) {
			return f, nil
		}
		known = append(known, f.ends...)
	}
	return format{}, misuse("%s: want a name that ends in one of %s", path, strings.Join(known, ", "))
}

// writerOf returns the format that a path is written in.
func writerOf(path string) (format, error) {
	f, err := formatOf(path)
	if err == nil && f.write == nil {
		err = misuse("%s: tensors alone make no file of the format %s: want convert with --model or --like", path, f.name)
	}
	return f, err
}

// readTensors reads a file of any format.
func readTensors(path string) (*checkpoint.File, error) {
	f, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	return f.open(path)
}

// open reads a file; its errors name it.
func (f format) open(path string) (*checkpoint.File, error) {
	file, err := f.read(path)
	if err != nil && !strings.Contains(err.Error(), path) {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return file, err
}

// trainedKey is the metadata entry of package train with the names of trained parameters.
const trainedKey = "spikegraph.trained"

// ofModel reports whether a parameter belongs to the model, by its name, and not to an optimizer, a trainer
// or the random clock.
func ofModel(name string) bool {
	return !slices.ContainsFunc([]string{"optim.", "train.", "spikegraph."}, func(p string) bool { return strings.HasPrefix(name, p) })
}

// weightsOf returns what belongs to the model of a checkpoint of a run, as train.SaveWeights has it, and other
// files as they are.
func weightsOf(f *checkpoint.File) *checkpoint.File {
	list, ok := f.Metadata[trainedKey]
	if !ok {
		return f
	}
	w := &checkpoint.File{Kind: "spikegraph.weights", Metadata: map[string]string{trainedKey: list}}
	for _, t := range f.Tensors {
		if ofModel(t.Name) {
			w.Tensors = append(w.Tensors, t)
		}
	}
	return w
}

// saveStore writes the model in a store in the format of the path.
func saveStore(path string, s *graph.Store) error {
	f, err := writerOf(path)
	if err != nil {
		return err
	}
	if f.name == "safetensors" {
		return train.SaveWeights(path, s)
	}
	w := &checkpoint.File{}
	for _, p := range s.Params() {
		if ofModel(p.Name) {
			w.Add(p.Name, p.Value)
		}
	}
	return f.write(path, w)
}

// endings are those of all formats, for completion.
func endings() []string {
	var all []string
	for _, f := range formats() {
		for _, e := range f.ends {
			all = append(all, strings.TrimPrefix(e, "."))
		}
	}
	return all
}
