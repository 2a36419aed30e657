package cli

import (
	"github.com/spikegraph/spikegraph/train/brainpy"
	"github.com/spikegraph/spikegraph/train/checkpoint"
)

// readBP returns the arrays of a BrainPy checkpoint, named by the keys that lead to them.
func readBP(path string) (*checkpoint.File, error) {
	tree, err := brainpy.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return brainpy.Tensors(tree)
}

// writeBP writes tensors as a BrainPy checkpoint, a level for each dot in their names.
func writeBP(path string, f *checkpoint.File) error {
	tree, err := brainpy.Tree(f)
	if err != nil {
		return err
	}
	return brainpy.WriteFile(path, tree)
}

// readVariables returns the arrays of a BrainPy variable file, each under every name it has.
func readVariables(path string) (*checkpoint.File, error) {
	v, err := brainpy.ReadVariables(path)
	if err != nil {
		return nil, err
	}
	return v.File()
}

// writeVariables writes tensors as a BrainPy variable file.
func writeVariables(path string, f *checkpoint.File) error {
	return brainpy.WriteVariables(path, &brainpy.Variables{Tensors: f.Tensors})
}
