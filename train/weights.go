package train

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train/checkpoint"
)

const (
	weightsKind = "spikegraph.weights"
	trainedKey  = "spikegraph.trained" // names of the parameters that optimizers update
)

// SaveWeights writes the trained parameters of s to a safetensors file, whole or not at all: what
// is needed to use a model, but not to go on training it (for that, see Checkpoint). Other tools
// read the file as it is.
func SaveWeights(path string, s *graph.Store) error {
	f := &checkpoint.File{Kind: weightsKind}
	var names []string
	for _, p := range s.Params() {
		if p.Trained {
			f.Add(p.Name, p.Value)
			names = append(names, p.Name)
		}
	}
	list, err := json.Marshal(names)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	f.Metadata = map[string]string{trainedKey: string(list)}
	if err := checkpoint.WriteFile(path, f); err != nil {
		return fmt.Errorf("train: saving weights: %w", err)
	}
	return nil
}

// LoadWeights reads parameters into s from a file of SaveWeights, a checkpoint of Fit, or a
// safetensors file of another tool whose names rules translate. Into a store without parameters
// everything in the file is put, to be taken up by the graphs that are built on it; else the file
// must hold each parameter that s trains, of the same shape and type, and nothing is changed unless
// it does.
func LoadWeights(path string, s *graph.Store, rules checkpoint.Rules) error {
	f, err := checkpoint.ReadFile(path)
	if err != nil {
		return fmt.Errorf("train: loading weights: %w", err)
	}
	if len(s.Params()) == 0 {
		err = putInto(s, f)
	} else {
		rules.AllowUnexpected = append(slices.Clone(rules.AllowUnexpected), untrained(f)...)
		err = f.LoadInto(trained(s), rules)
	}
	if err != nil {
		return fmt.Errorf("train: loading weights from %s: %w", path, err)
	}
	return nil
}

// trained returns the parameters of s that optimizers update.
func trained(s *graph.Store) []checkpoint.Tensor {
	var ts []checkpoint.Tensor
	for _, p := range s.Params() {
		if p.Trained {
			ts = append(ts, checkpoint.Tensor{Name: p.Name, Value: p.Value})
		}
	}
	return ts
}

// untrained returns the tensors of a checkpoint of Fit that are no weights: slots and counters.
func untrained(f *checkpoint.File) []string {
	if f.Kind != runKind {
		return nil
	}
	return []string{"optim.*", "spikegraph.*"}
}

// putInto puts every tensor of the file in an empty store.
func putInto(s *graph.Store, f *checkpoint.File) error {
	var names []string
	if list, ok := f.Metadata[trainedKey]; ok {
		if err := json.Unmarshal([]byte(list), &names); err != nil {
			return fmt.Errorf("%w: %s: %w", checkpoint.ErrFormat, trainedKey, err)
		}
	}
	for _, t := range f.Tensors {
		isTrained := f.Metadata[trainedKey] == "" || slices.Contains(names, t.Name)
		if err := s.Put(t.Name, t.Value, isTrained && graph.DTypeOf(t.Value).IsFloat()); err != nil {
			return err
		}
	}
	return nil
}
