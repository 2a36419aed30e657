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
	names, err := trainedNames(s)
	if err != nil {
		return fmt.Errorf("train: saving weights: %w", err)
	}
	f := &checkpoint.File{Kind: weightsKind, Tensors: trained(s), Metadata: map[string]string{trainedKey: names}}
	if err := checkpoint.WriteFile(path, f); err != nil {
		return fmt.Errorf("train: saving weights: %w", err)
	}
	return nil
}

// LoadWeights reads parameters into s from a file of SaveWeights, a checkpoint of Fit, or a
// safetensors file of another tool whose names rules translate. Into a store without parameters
// the weights in the file are put, to be taken up by the graphs that are built on it; else the file
// must hold each parameter that s trains, of the same shape and type, and nothing is changed unless
// it does. What else a checkpoint of Fit holds is left there.
func LoadWeights(path string, s *graph.Store, rules checkpoint.Rules) error {
	f, err := checkpoint.ReadFile(path)
	if err != nil {
		return fmt.Errorf("train: loading weights: %w", err)
	}
	if len(s.Params()) == 0 {
		err = putInto(s, f)
	} else {
		if f.Kind == runKind {
			rules.AllowUnexpected = append(slices.Clone(rules.AllowUnexpected), "*")
		}
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

// trainedNames returns the names of the trained parameters as JSON.
func trainedNames(s *graph.Store) (string, error) {
	var names []string
	for _, t := range trained(s) {
		names = append(names, t.Name)
	}
	list, err := json.Marshal(names)
	return string(list), err
}

// putInto puts the weights of the file in an empty store: those it says are trained, or all of it
// if it is another tool's.
func putInto(s *graph.Store, f *checkpoint.File) error {
	list, told := f.Metadata[trainedKey]
	var names []string
	if told {
		if err := json.Unmarshal([]byte(list), &names); err != nil {
			return fmt.Errorf("%w: %s: %w", checkpoint.ErrFormat, trainedKey, err)
		}
	}
	for _, t := range f.Tensors {
		if told && !slices.Contains(names, t.Name) {
			continue
		}
		if err := s.Put(t.Name, t.Value, graph.DTypeOf(t.Value).IsFloat()); err != nil {
			return err
		}
	}
	return nil
}
