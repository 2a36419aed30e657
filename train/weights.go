package train

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train/checkpoint"
)

const (
	weightsKind = "spikegraph.weights"
	trainedKey  = "spikegraph.trained" // names of the parameters that optimizers update
)

// SaveWeights writes the parameters of a model to a safetensors file, whole or not at all: what it
// takes to use it (weights, drawn constants that are not trained, running statistics), but not to go
// on training it (for that, see Checkpoint). Other tools read the file as it is.
func SaveWeights(path string, s *graph.Store) error {
	names, err := trainedNames(s)
	if err != nil {
		return fmt.Errorf("train: saving weights: %w", err)
	}
	f := &checkpoint.File{Kind: weightsKind, Tensors: modelTensors(s), Metadata: map[string]string{trainedKey: names}}
	if err := checkpoint.WriteFile(path, f); err != nil {
		return fmt.Errorf("train: saving weights: %w", err)
	}
	return nil
}

// LoadWeights reads parameters into s from a file of SaveWeights, a checkpoint of Fit, or a
// safetensors file of another tool whose names rules translate. Into a store without parameters
// the weights in the file are put, to be taken up by the graphs that are built on it; else the file
// must hold each parameter of the model, of the same shape and type, and nothing is changed unless
// it does. What a checkpoint of Fit holds besides is left there. A file of a model with a number that
// is not finite is refused, with an error that wraps graph.ErrNonFinite.
func LoadWeights(path string, s *graph.Store, rules checkpoint.Rules) error {
	f, err := checkpoint.ReadFile(path)
	if err != nil {
		return fmt.Errorf("train: loading weights: %w", err)
	}
	if err := soundModel(f); err != nil {
		return fmt.Errorf("train: loading weights from %s: %w", path, err)
	}
	if len(s.Params()) == 0 {
		err = putInto(s, f)
	} else {
		if f.Kind == runKind {
			rules.AllowUnexpected = append(slices.Clone(rules.AllowUnexpected), "*")
		}
		err = f.LoadInto(modelTensors(s), rules)
	}
	if err != nil {
		return fmt.Errorf("train: loading weights from %s: %w", path, err)
	}
	return nil
}

// soundModel returns an error for the first number of a model in f that is not finite.
func soundModel(f *checkpoint.File) error {
	for _, t := range f.Tensors {
		if !ofModel(t.Name) {
			continue
		}
		if err := checkParameter(t.Name, t.Value); err != nil {
			return err
		}
	}
	return nil
}

// modelTensors returns the parameters of s but for those of optimizers, trainers and the clock.
func modelTensors(s *graph.Store) []checkpoint.Tensor {
	var ts []checkpoint.Tensor
	for _, p := range s.Params() {
		if ofModel(p.Name) {
			ts = append(ts, checkpoint.Tensor{Name: p.Name, Value: p.Value})
		}
	}
	return ts
}

// ofModel reports whether a parameter belongs to the model, by its name.
func ofModel(name string) bool {
	return !slices.ContainsFunc([]string{"optim.", "train.", "spikegraph."}, func(p string) bool { return strings.HasPrefix(name, p) })
}

// trainedNames returns the names of the trained parameters as JSON.
func trainedNames(s *graph.Store) (string, error) {
	var names []string
	for _, p := range s.Params() {
		if p.Trained {
			names = append(names, p.Name)
		}
	}
	list, err := json.Marshal(names)
	return string(list), err
}

// putInto puts the model of the file in an empty store. Of another tool's file all floats are taken
// to be trained.
func putInto(s *graph.Store, f *checkpoint.File) error {
	list, told := f.Metadata[trainedKey]
	var names []string
	if told {
		if err := json.Unmarshal([]byte(list), &names); err != nil {
			return fmt.Errorf("%w: %s: %w", checkpoint.ErrFormat, trainedKey, err)
		}
	}
	for _, t := range f.Tensors {
		if !ofModel(t.Name) {
			continue
		}
		isTrained := graph.DTypeOf(t.Value).IsFloat() && (!told || slices.Contains(names, t.Name))
		if err := s.Put(t.Name, t.Value, isTrained); err != nil {
			return err
		}
	}
	return nil
}
