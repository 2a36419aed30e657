package main

import (
	"context"
	"fmt"

	"github.com/spikegraph/spikegraph/datasets"
	"github.com/spikegraph/spikegraph/graph"
	"github.com/spikegraph/spikegraph/train/checkpoint"
	"gorgonia.org/tensor"
)

// given reads weights and batches of another program: tensors "param.NAME", "x.I" and "y.I" for
// I = 0, 1, …, and "losses".
func given(path string) (*source, error) {
	f, err := checkpoint.ReadFile(path)
	if err != nil {
		return nil, err
	}
	src := &source{}
	src.next = func(i int) (batch, error) {
		b := batch{f.Tensor(fmt.Sprintf("x.%d", i)), f.Tensor(fmt.Sprintf("y.%d", i))}
		if b.x == nil || b.y == nil {
			return b, fmt.Errorf("%s has no batch %d: set -warmup and -batches to what it holds", path, i)
		}
		if pixels := f.Metadata["pixels"] == "bytes"; pixels {
			b.x = floats(b.x)
		} else {
			b.x = bools(b.x)
		}
		return b, nil
	}
	src.load = func(s *graph.Store) error {
		for _, p := range s.Params() {
			if !p.Trained {
				continue
			}
			t := f.Tensor("param." + p.Name)
			if t == nil || !t.Shape().Eq(p.Value.Shape()) {
				return fmt.Errorf("%s: want param.%s of shape %v", path, p.Name, p.Value.Shape())
			}
			copy(p.Value.Float32s(), t.Float32s())
		}
		return nil
	}
	if l := f.Tensor("losses"); l != nil {
		src.losses = l.Float32s()
	}
	return src, nil
}

// floats converts pixels of a byte to float32 in [0, 1].
func floats(x *tensor.Dense) *tensor.Dense {
	b := x.Uint8s()
	f := make([]float32, len(b))
	for i, v := range b {
		f[i] = float32(v) / 255
	}
	return tensor.New(tensor.WithShape(x.Shape()...), tensor.WithBacking(f))
}

// bools converts spikes of a byte, or of a float32, to Bool.
func bools(x *tensor.Dense) *tensor.Dense {
	b := make([]bool, x.Shape().TotalSize())
	if x.Dtype() == tensor.Uint8 {
		for i, v := range x.Uint8s() {
			b[i] = v != 0
		}
	} else {
		for i, v := range x.Float32s() {
			b[i] = v != 0
		}
	}
	return tensor.New(tensor.WithShape(x.Shape()...), tensor.WithBacking(b))
}

// sequences returns the batches of src, time first, over and over.
func sequences(src datasets.Source) func(i int) (batch, error) {
	var all []batch
	return func(i int) (batch, error) {
		if all == nil {
			opt := datasets.BatchOptions{Size: size, Layout: datasets.TimeFirst, DropLast: true}
			for b, err := range datasets.Batches(context.Background(), src, opt) {
				if err != nil {
					return batch{}, err
				}
				all = append(all, batch{bools(b.X), b.Y})
			}
		}
		return all[i%len(all)], nil
	}
}
