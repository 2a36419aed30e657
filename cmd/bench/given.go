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
func given(c config) (*source, error) {
	path := c.init
	f, err := checkpoint.ReadFile(path)
	if err != nil {
		return nil, err
	}
	src := &source{}
	src.next = c.inType(func(i int) (batch, error) {
		b := batch{f.Tensor(fmt.Sprintf("x.%d", i)), f.Tensor(fmt.Sprintf("y.%d", i))}
		if b.x == nil || b.y == nil {
			return b, fmt.Errorf("%s has no batch %d: set -warmup and -batches to what it holds", path, i)
		}
		if b.x.Dtype() != tensor.Uint8 || b.y.Dtype() != tensor.Int32 {
			return b, fmt.Errorf("%s: batch %d is of %v and %v, want uint8 and int32", path, i, b.x.Dtype(), b.y.Dtype())
		}
		if f.Metadata["pixels"] == "bytes" {
			b.x = pixels(b.x, c.double)
		} else {
			b.x = bools(b.x)
		}
		return b, nil
	})
	src.load = func(s *graph.Store) error {
		for _, p := range s.Params() {
			if !p.Trained {
				continue
			}
			t := f.Tensor("param." + p.Name)
			if t == nil || !t.Shape().Eq(p.Value.Shape()) || t.Dtype() != p.Value.Dtype() {
				return fmt.Errorf("%s: want param.%s, %v of shape %v", path, p.Name, p.Value.Dtype(), p.Value.Shape())
			}
			if err := tensor.Copy(p.Value, t); err != nil {
				return err
			}
		}
		return nil
	}
	if l := f.Tensor("losses"); l != nil {
		if l.Dtype() != tensor.Float64 {
			return nil, fmt.Errorf("%s: losses are %v, want float64", path, l.Dtype())
		}
		src.losses = l.Float64s()
	}
	return src, nil
}

// pixels converts pixels of a byte to floats in [0, 1].
func pixels(x *tensor.Dense, double bool) *tensor.Dense {
	if double {
		return tensor.New(tensor.WithShape(x.Shape()...), tensor.WithBacking(scaled[float64](x.Uint8s())))
	}
	return tensor.New(tensor.WithShape(x.Shape()...), tensor.WithBacking(scaled[float32](x.Uint8s())))
}

func scaled[T float32 | float64](b []uint8) []T {
	f := make([]T, len(b))
	for i, v := range b {
		f[i] = T(v) / 255
	}
	return f
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
