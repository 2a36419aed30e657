package brainpy

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spikegraph/spikegraph/internal/hdf5"
	"github.com/spikegraph/spikegraph/internal/matlab"
	"github.com/spikegraph/spikegraph/internal/ndarray"
	"github.com/spikegraph/spikegraph/internal/pickle"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"github.com/spikegraph/spikegraph/train/npz"
)

func readArchive(b []byte) ([]checkpoint.Tensor, error) {
	f, err := npz.ReadArchive(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	return f.Tensors, nil
}

func writeArchive(all []checkpoint.Tensor) ([]byte, error) {
	var b bytes.Buffer
	err := npz.WriteArchive(&b, &checkpoint.File{Tensors: all}, false)
	return b.Bytes(), err
}

// eachArray calls f with every tensor as an array.
func eachArray(all []checkpoint.Tensor, f func(name string, a *ndarray.Array) error) error {
	for _, t := range all {
		a, err := ndarray.Of(t.Value)
		if err == nil {
			err = f(t.Name, a)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return nil
}

func readHDF5(b []byte) ([]checkpoint.Tensor, error) {
	root, err := hdf5.Decode(b)
	if err != nil {
		return nil, err
	}
	return arraysOf(root, ""), nil
}

// arraysOf returns the arrays of a group; "/" in a name stands for a group in it.
func arraysOf(g *hdf5.Group, prefix string) []checkpoint.Tensor {
	var out []checkpoint.Tensor
	for _, m := range g.Members {
		if m.Group != nil {
			out = append(out, arraysOf(m.Group, prefix+m.Name+"/")...)
		} else {
			out = append(out, checkpoint.Tensor{Name: prefix + m.Name, Value: m.Array.Dense()})
		}
	}
	return out
}

// writeHDF5 writes lists of names as one text each, joined with "+".
func writeHDF5(all []checkpoint.Tensor) ([]byte, error) {
	root := &hdf5.Group{}
	err := eachArray(all, func(name string, a *ndarray.Array) error {
		if list, ok := a.Data.([]string); ok {
			if slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, "+") }) {
				return fmt.Errorf("a name with a + in it, of %q", list)
			}
			a = &ndarray.Array{Data: []string{strings.Join(list, "+")}}
		}
		root.Members = append(root.Members, hdf5.Member{Name: name, Array: a})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return hdf5.Encode(root)
}

func readPickle(b []byte) ([]checkpoint.Tensor, error) {
	v, err := pickle.Decode(b)
	if err != nil {
		return nil, err
	}
	dict, ok := v.(*pickle.Dict)
	if !ok {
		return nil, fmt.Errorf("the pickle holds a %T, want a dictionary", v)
	}
	var all []checkpoint.Tensor
	for _, key := range dict.Keys {
		a, err := pickledArray(dict.Items[key])
		if err != nil {
			return nil, fmt.Errorf("%q %w", key, err)
		}
		all = append(all, checkpoint.Tensor{Name: key, Value: a.Dense()})
	}
	return all, nil
}

// pickledArray returns an array, or a list of texts as one.
func pickledArray(v any) (*ndarray.Array, error) {
	switch v := v.(type) {
	case *ndarray.Array:
		if v.Data == nil {
			return nil, fmt.Errorf("is an array without content")
		}
		return v, nil
	case *pickle.List:
		list := make([]string, len(v.Items))
		for i, item := range v.Items {
			s, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("is a list with a %T in it, want texts", item)
			}
			list[i] = s
		}
		return &ndarray.Array{Shape: []int{len(list)}, Data: list}, nil
	}
	return nil, fmt.Errorf("is a %T, want an array", v)
}

func writePickle(all []checkpoint.Tensor) ([]byte, error) {
	var entries []pickle.Entry
	err := eachArray(all, func(name string, a *ndarray.Array) error {
		e := pickle.Entry{Key: name, Value: a}
		if list, ok := a.Data.([]string); ok {
			e.Value = list
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return pickle.Encode(entries)
}

// readMAT takes off the axis of one element that BrainPy puts in front of every array.
func readMAT(b []byte) ([]checkpoint.Tensor, error) {
	vars, err := matlab.Decode(b)
	if err != nil {
		return nil, err
	}
	var all []checkpoint.Tensor
	for _, v := range vars {
		if v.Array.Shape[0] != 1 {
			return nil, fmt.Errorf("%q is %v, want a first axis of one element, as BrainPy has it", v.Name, v.Array.Shape)
		}
		v.Array.Shape = v.Array.Shape[1:]
		all = append(all, checkpoint.Tensor{Name: v.Name, Value: v.Array.Dense()})
	}
	return all, nil
}

func writeMAT(all []checkpoint.Tensor) ([]byte, error) {
	var vars []matlab.Variable
	err := eachArray(all, func(name string, a *ndarray.Array) error {
		vars = append(vars, matlab.Variable{Name: name, Array: &ndarray.Array{Shape: append([]int{1}, a.Shape...), Data: a.Data}})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return matlab.Encode(vars)
}
